"""What the journal keeps of how things were before a Change: written with its intent, in the same commit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, tuple_

from dirsync.model.journaled import Image
from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.model.names import fold
from dirsync.model.plans import Op
from dirsync.store.database import GROUP_LINKS, MEMBER_LINKS, USER_LINKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Table

    from dirsync.model.links import Link
    from dirsync.model.plans import Change

_WORDS: dict[str, type[Link]] = {"user": UserLink, "member": MemberLink, "group": GroupLink}
_PERSON = ("directory", "mapping", "source_id")
_MEMBERSHIP = ("directory", "mapping", "group", "source_id")
_GROUP = ("directory", "mapping", "group")
_OF_MEMBERSHIPS = frozenset({Op.ADD_MEMBER, Op.REMOVE_MEMBER, Op.ADD_TO_ORGANIZATION, Op.REMOVE_FROM_ORGANIZATION})
_OF_GROUPS = frozenset({Op.CREATE_GROUP, Op.REMOVE_GROUP})


def links_before(connection: Connection, changes: Sequence[Change]) -> list[tuple[Link, ...]]:
    """Return for each Change the links as they are now that it may replace or end."""
    people = _found(connection, UserLink, USER_LINKS, _PERSON, {_person(one) for one in changes if one.user})
    wanted = {_membership(one) for one in changes if one.op in _OF_MEMBERSHIPS}
    members = _found(connection, MemberLink, MEMBER_LINKS, _MEMBERSHIP, wanted)
    removed = {_person(one) for one in changes if one.op is Op.REMOVE_USER}
    of_removed = _found(connection, MemberLink, MEMBER_LINKS, _PERSON, removed)
    groups = _found(
        connection, GroupLink, GROUP_LINKS, _GROUP, {_membership(one)[:3] for one in changes if one.op in _OF_GROUPS}
    )

    def before(change: Change) -> tuple[Link, ...]:
        if change.op in _OF_MEMBERSHIPS:
            return tuple(members.get(_membership(change), ()))
        if change.op in _OF_GROUPS:
            return tuple(groups.get(_membership(change)[:3], ()))
        theirs = of_removed.get(_person(change), ()) if change.op is Op.REMOVE_USER else ()
        return (*people.get(_person(change), ()), *theirs)

    return [before(change) for change in changes]


def _person(change: Change) -> tuple[str, ...]:
    return change.directory, change.mapping, change.source_id


def _membership(change: Change) -> tuple[str, ...]:
    return change.directory, change.mapping, fold(change.group), change.source_id


def _found(
    connection: Connection, kind: type[Link], table: Table, keys: tuple[str, ...], wanted: Iterable[tuple[str, ...]]
) -> dict[tuple[str, ...], list[Link]]:
    asked = sorted(wanted)
    found: dict[tuple[str, ...], list[Link]] = {}
    if not asked:
        return found
    columns = [table.c[name] for name in kind.__slots__]
    question = select(*columns).where(tuple_(*(table.c[key] for key in keys)).in_(bindparam("asked", expanding=True)))
    for row in connection.execute(question, {"asked": asked}):
        link = kind(*row)
        found.setdefault(tuple(getattr(link, key) for key in keys), []).append(link)
    return found


def image_text(links: Sequence[Link], groups: Sequence[str], restores: Sequence[Link] | None) -> str:
    """Return an image as JSON, and with it the links that the Change is to restore."""
    values: dict[str, Any] = {"links": [_values(link) for link in links], "groups": list(groups)}
    if restores is not None:
        values["restores"] = [_values(link) for link in restores]
    return json.dumps(values, sort_keys=True)


def read_image(text: str | None) -> Image | None:
    """Return the image that `image_text` wrote; None where there is none."""
    if not text:
        return None
    values = json.loads(text)
    return Image(tuple(map(_link, values["links"])), tuple(values["groups"]))


def read_restores(text: str | None) -> tuple[Link, ...] | None:
    """Return the links that a Change is to restore; None where they follow from the Change."""
    restores = json.loads(text).get("restores") if text else None
    return None if restores is None else tuple(map(_link, restores))


def _values(link: Link) -> list[Any]:
    word = next(word for word, kind in _WORDS.items() if isinstance(link, kind))
    return [word, {name: getattr(link, name) for name in link.__slots__}]


def _link(values: list[Any]) -> Link:
    word, fields = values
    return _WORDS[word](**fields)
