"""`/search` for users and groups, restricted by CQL in the address or by a restriction in the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from dirsync.sandbox.crowd import cql
from dirsync.sandbox.crowd.calls import Answer
from dirsync.sandbox.crowd.refusals import illegal_argument
from dirsync.sandbox.crowd.restriction import everybody, from_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.sandbox.crowd.calls import Call
    from dirsync.sandbox.crowd.directory import Group, User
    from dirsync.sandbox.crowd.restriction import Restriction

Found = TypeVar("Found", "User", "Group")


def search(call: Call) -> Answer:
    """Answer GET and POST /search."""
    wanted = call.required("entity-type").lower()
    restriction = from_body(call.body) if call.body else cql.parse(call.query.get("restriction", ""))
    if wanted == "user":
        users = _matching(call.application.users(), restriction)
        return Answer(200, "users", call.draw.users(call.page(users), call.expand()))
    if wanted == "group":
        groups = _matching(call.application.groups(), restriction)
        return Answer(200, "groups", call.draw.groups(call.page(groups), call.expand()))
    raise illegal_argument(f"entity-type must be user or group, not <{wanted}>")


def _matching(entries: Sequence[Found], restriction: Restriction) -> Sequence[Found]:
    return entries if restriction is everybody else [entry for entry in entries if restriction(entry)]
