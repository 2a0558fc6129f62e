"""Links in the store: who on a target is ours."""

from __future__ import annotations

import secrets
from itertools import groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, func, literal, select, text, type_coerce

from dirsync.model.links import BETWEEN, GroupLink, Link, MemberLink, UserLink
from dirsync.store.copying import AT_A_TIME, put, remove
from dirsync.store.database import GROUP_LINKS, LINK_STATES, MEMBER_LINKS, USER_LINKS
from dirsync.store.texts import POSTGRESQL, Name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, CursorResult, Select, Table

    from dirsync.model.links import BareLink

LinkType = TypeVar("LinkType", MemberLink, GroupLink)
KEYS: dict[type[Link], tuple[Table, tuple[str, ...]]] = {
    UserLink: (USER_LINKS, ("directory", "mapping", "source_id")),
    MemberLink: (MEMBER_LINKS, ("directory", "mapping", "group", "source_id")),
    GroupLink: (GROUP_LINKS, ("directory", "mapping", "group")),
}
BATCH = 1000
AT_ONCE = 900
"""Accounts or people asked for in one statement: older SQLite binds no more than 999 values."""

# Built once: a plan looks up every person, and building a statement costs more than running it.
_ORDERED = select(*(USER_LINKS.c[name] for name in UserLink.__slots__)).order_by(
    USER_LINKS.c.mapping, USER_LINKS.c.source_id
)
_BY_SOURCE = _ORDERED.where(
    USER_LINKS.c.directory == bindparam("the_directory"),
    USER_LINKS.c.mapping == bindparam("the_mapping"),
    USER_LINKS.c.source_id == bindparam("the_source_id"),
).limit(1)
_AMONG_SOURCES = select(USER_LINKS.c.source_id).where(
    USER_LINKS.c.directory == bindparam("the_directory"),
    USER_LINKS.c.mapping == bindparam("the_mapping"),
    USER_LINKS.c.source_id.in_(bindparam("the_source_ids", expanding=True)),
)
_BY_TARGET = _ORDERED.where(
    USER_LINKS.c.directory == bindparam("the_directory"), USER_LINKS.c.target_id == bindparam("the_target_id")
).limit(1)
_BY_TARGETS = _ORDERED.where(
    USER_LINKS.c.directory == bindparam("the_directory"),
    USER_LINKS.c.target_id.in_(bindparam("the_target_ids", expanding=True)),
)
_OF_PEOPLE = tuple(name for name in UserLink.__slots__ if name not in {"directory", "mapping"})


class StoredLinks:
    """Links over the store's tables, read through one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_postgresql = connection.dialect.name == POSTGRESQL

    def user(self, directory: str, mapping: str, source_id: str) -> UserLink | None:
        """See `Links`."""
        return self._first(_BY_SOURCE, the_directory=directory, the_mapping=mapping, the_source_id=source_id)

    def known(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[str]:
        """See `Links`."""
        wanted = iter({*source_ids})
        while batch := list(islice(wanted, AT_ONCE)):
            about = {"the_directory": directory, "the_mapping": mapping, "the_source_ids": batch}
            yield from self._connection.execute(_AMONG_SOURCES, about).scalars()

    def owner(self, directory: str, target_id: str) -> UserLink | None:
        """See `Links`."""
        return self._first(_BY_TARGET, the_directory=directory, the_target_id=target_id)

    def owners(self, directory: str, target_ids: Collection[str]) -> Iterator[UserLink]:
        """See `Links`."""
        wanted = iter(target_ids)
        while batch := list(islice(wanted, AT_ONCE)):
            rows = self._connection.execute(_BY_TARGETS, {"the_directory": directory, "the_target_ids": batch})
            first: dict[str, UserLink] = {}
            for row in rows:
                link = UserLink(*row)
                first.setdefault(link.target_id, link)
            yield from first.values()

    def shared(self, directory: str) -> Iterator[str]:
        """See `Links`."""
        target_id = USER_LINKS.c.target_id
        several = select(target_id).where(USER_LINKS.c.directory == directory).group_by(target_id)
        return (found for (found,) in self._streamed(several.having(func.count() > 1)))

    def users(self, directory: str, mapping: str) -> Iterator[UserLink]:
        """See `Links`."""
        for row in self.bare_users(directory, mapping):
            yield UserLink(directory, mapping, *row)

    def bare_users(self, directory: str, mapping: str) -> Iterator[BareLink]:
        """See `Links`."""
        columns = (USER_LINKS.c[name] for name in _OF_PEOPLE)
        wanted = _of(USER_LINKS, select(*columns), directory, mapping).order_by(USER_LINKS.c.source_id)
        return self._bare(wanted)

    def bare_users_among(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[BareLink]:
        """See `Links`."""
        columns = (USER_LINKS.c[name] for name in _OF_PEOPLE)
        wanted = _of(USER_LINKS, select(*columns), directory, mapping).order_by(USER_LINKS.c.source_id)
        return self._among(wanted, USER_LINKS, source_ids)

    def count_users(self, directory: str, mapping: str) -> int:
        """See `Links`."""
        number: int = self._connection.execute(_of(USER_LINKS, select(func.count()), directory, mapping)).scalar_one()
        return number

    def members(self, directory: str, mapping: str) -> Iterator[MemberLink]:
        """See `Links`."""
        return self._all(MemberLink, directory, mapping)

    def members_by_person(self, directory: str, mapping: str) -> Iterator[tuple[str, str]]:
        """See `Links`."""
        source_id, group = MEMBER_LINKS.c.source_id, MEMBER_LINKS.c.group
        wanted = _of(MEMBER_LINKS, select(source_id, group), directory, mapping).order_by(source_id)
        return ((person, name) for person, name in self._streamed(wanted))

    def groups_by_person(self, directory: str, mapping: str) -> Iterator[tuple[str, str]]:
        """See `Links`."""
        return self._bare(self._groups_by_person(directory, mapping))

    def groups_among(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """See `Links`."""
        return self._among(self._groups_by_person(directory, mapping), MEMBER_LINKS, source_ids)

    def _groups_by_person(self, directory: str, mapping: str) -> Select[Any]:
        source_id, group = MEMBER_LINKS.c.source_id, MEMBER_LINKS.c.group
        if self._is_postgresql:
            from sqlalchemy.dialects.postgresql import aggregate_order_by

            together = func.string_agg(group, aggregate_order_by(literal(BETWEEN), group))
        else:  # SQLite takes them in the order of the primary key, which is this one
            together = func.group_concat(group, BETWEEN)
        asked: Select[Any] = select(source_id, type_coerce(together, Name)).group_by(source_id).order_by(source_id)
        return _of(MEMBER_LINKS, asked, directory, mapping)

    def state(self, directory: str, mapping: str) -> str:
        """See `Links`. Empty where none was ever written."""
        return (
            self._connection.execute(_of(LINK_STATES, select(LINK_STATES.c.state), directory, mapping)).scalar() or ""
        )

    def groups(self, directory: str, mapping: str) -> Iterator[GroupLink]:
        """See `Links`."""
        return self._all(GroupLink, directory, mapping)

    def _first(self, wanted: Select[Any], **values: str) -> UserLink | None:
        row = self._connection.execute(wanted, values).first()
        return UserLink(*row) if row else None

    def _streamed(self, wanted: Select[Any]) -> CursorResult[*tuple[Any, ...]]:
        """Ask for rows that come bit by bit, on PostgreSQL with a cursor of the server's: never all in memory."""
        return self._connection.execute(wanted, execution_options={"yield_per": BATCH})

    def _bare(self, wanted: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Yield rows as bare tuples, which come quicker by the thousand than one by one."""
        for some in self._streamed(wanted).partitions():
            yield from map(tuple, some)

    def _among(self, wanted: Select[Any], table: Table, source_ids: Collection[str]) -> Iterator[tuple[Any, ...]]:
        """Yield rows of some people as bare tuples, batch by batch, so that they come in the order of their ids."""
        left = iter(sorted({*source_ids}))
        while batch := list(islice(left, AT_ONCE)):
            yield from map(tuple, self._connection.execute(wanted.where(table.c.source_id.in_(batch))))

    def _all(self, kind: type[LinkType], directory: str, mapping: str) -> Iterator[LinkType]:
        table, keys = KEYS[kind]
        wanted = _of(table, select(table), directory, mapping).order_by(*(table.c[key] for key in keys))
        for row in self._streamed(wanted).mappings():
            yield kind(**row)


def _of(table: Table, wanted: Select[Any], directory: str, mapping: str) -> Select[Any]:
    return wanted.where(table.c.directory == directory, table.c.mapping == mapping)


def exchange(connection: Connection, steps: Sequence[tuple[Sequence[Link], Sequence[Link]]]) -> None:
    """Write and remove links in the caller's transaction, as (recorded, forgotten) one after the other would.

    What one step records, a later one may end; so only the last word on each link is carried out, and all at once.
    """
    last: dict[tuple[type, tuple[str, ...]], tuple[Link, bool]] = {}
    for recorded, forgotten in steps:
        last.update((_key(link), (link, False)) for link in forgotten)
        last.update((_key(link), (link, True)) for link in recorded)
    gone = (link for link, is_recorded in last.values() if not is_recorded)
    kept = (link for link, is_recorded in last.values() if is_recorded)
    rewrite(connection, kept, gone)


def rewrite(connection: Connection, recorded: Iterable[Link], forgotten: Iterable[Link]) -> None:
    """Remove links, then write others, in the caller's transaction; a link of the same key is replaced."""
    written: set[tuple[str, str]] = set()
    for kind, batch in _by_kind(forgotten, written):
        table, keys = KEYS[kind]
        remove(connection, table, keys, list(map(attrgetter(*keys), batch)))
    for kind, batch in _by_kind(recorded, written):
        table, keys = KEYS[kind]
        put(connection, table, keys, kind.__slots__, list(map(attrgetter(*kind.__slots__), batch)))
    # in one order, so that no two transactions wait for each other
    states = [{"directory": directory, "mapping": mapping} for directory, mapping in sorted(written)]
    if states:
        connection.execute(_NEW_STATE, [{**one, "state": secrets.token_hex(16)} for one in states])


# both databases understand it; SQLAlchemy has no word for it that is neither's own
_NEW_STATE = text(
    "INSERT INTO link_states (directory, mapping, state) VALUES (:directory, :mapping, :state)"
    " ON CONFLICT (directory, mapping) DO UPDATE SET state = excluded.state"
).bindparams(bindparam("directory", type_=Name()), bindparam("mapping", type_=Name()))


def _by_kind(links: Iterable[Link], written: set[tuple[str, str]]) -> Iterator[tuple[type[Link], list[Link]]]:
    """Yield links of one kind at a time, each once, some thousands together: of one key the last one counts.

    Adds to `written` whose they are, as (Directory, Mapping).
    """
    left = iter(links)
    while some := list(islice(left, AT_A_TIME)):
        written.update((link.directory, link.mapping) for link in some)
        unique = {_key(link): link for link in some}
        ordered = sorted(unique.values(), key=lambda link: type(link).__name__)
        for kind, batch in groupby(ordered, key=type):
            yield kind, list(batch)


def _key(link: Link) -> tuple[type, tuple[str, ...]]:
    return type(link), tuple(getattr(link, key) for key in KEYS[type(link)][1])
