"""Links in the store: who on a target is ours."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Table, bindparam, delete, insert, select

from dirsync.model.links import GroupLink, Link, MemberLink, UserLink
from dirsync.store.database import GROUP_LINKS, MEMBER_LINKS, USER_LINKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import ColumnElement, Connection

LinkType = TypeVar("LinkType", UserLink, MemberLink, GroupLink)
KEYS: dict[type, tuple[Table, tuple[str, ...]]] = {
    UserLink: (USER_LINKS, ("directory", "mapping", "source_id")),
    MemberLink: (MEMBER_LINKS, ("directory", "mapping", "group", "source_id")),
    GroupLink: (GROUP_LINKS, ("directory", "mapping", "group")),
}
BATCH = 1000


class StoredLinks:
    """Links over the store's tables, read through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection.execution_options(yield_per=BATCH)

    def user(self, directory: str, mapping: str, source_id: str) -> UserLink | None:
        """See `Links`."""
        columns = USER_LINKS.c
        return self._first(columns.directory == directory, columns.mapping == mapping, columns.source_id == source_id)

    def owner(self, directory: str, target_id: str) -> UserLink | None:
        """See `Links`."""
        return self._first(USER_LINKS.c.directory == directory, USER_LINKS.c.target_id == target_id)

    def users(self, directory: str, mapping: str) -> Iterator[UserLink]:
        """See `Links`."""
        return self._all(UserLink, directory, mapping)

    def members(self, directory: str, mapping: str) -> Iterator[MemberLink]:
        """See `Links`."""
        return self._all(MemberLink, directory, mapping)

    def groups(self, directory: str, mapping: str) -> Iterator[GroupLink]:
        """See `Links`."""
        return self._all(GroupLink, directory, mapping)

    def _first(self, *where: ColumnElement[bool]) -> UserLink | None:
        wanted = select(USER_LINKS).where(*where).order_by(USER_LINKS.c.mapping, USER_LINKS.c.source_id).limit(1)
        row = self._connection.execute(wanted).mappings().first()
        return UserLink(**row) if row else None

    def _all(self, kind: type[LinkType], directory: str, mapping: str) -> Iterator[LinkType]:
        table, keys = KEYS[kind]
        wanted = (
            select(table)
            .where(table.c.directory == directory, table.c.mapping == mapping)
            .order_by(*(table.c[key] for key in keys))
        )
        for row in self._connection.execute(wanted).mappings():
            yield kind(**row)


def record(connection: Connection, links: Iterable[Link]) -> None:
    """Write links in the caller's transaction; a link of the same key is replaced."""
    for kind, batch in _by_kind(links):
        forget(connection, batch)
        connection.execute(insert(KEYS[kind][0]), [_values(link) for link in batch])


def forget(connection: Connection, links: Iterable[Link]) -> None:
    """Remove links in the caller's transaction."""
    for kind, batch in _by_kind(links):
        table, keys = KEYS[kind]
        statement = delete(table).where(*(table.c[key] == bindparam(f"the_{key}") for key in keys))
        connection.execute(statement, [{f"the_{key}": getattr(link, key) for key in keys} for link in batch])


def _by_kind(links: Iterable[Link]) -> Iterator[tuple[type, list[Link]]]:
    unique = {(type(link), tuple(getattr(link, key) for key in KEYS[type(link)][1])): link for link in links}
    ordered = sorted(unique.values(), key=lambda link: type(link).__name__)
    for kind, batch in groupby(ordered, key=type):
        yield kind, list(batch)


def _values(link: Link) -> dict[str, object]:
    return {name: getattr(link, name) for name in link.__slots__}
