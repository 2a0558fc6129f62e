"""Users and groups between Crowd's JSON (crowd-rest.md 2) and dirsync's types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dirsync.model.entries import Group, User
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

USER_FIELDS = {
    "username": "name",
    "email": "email",
    "first_name": "first-name",
    "last_name": "last-name",
    "display_name": "display-name",
    "active": "active",
}
"""A Change's attribute to Crowd's field."""
GROUP_FIELDS = {"name": "name", "description": "description"}

UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""JSON can write half a surrogate pair, which UTF-8 and so no database can hold; PostgreSQL takes no NUL either."""


def user_ref(username: str) -> str:
    """Return what memberships call a user, whatever case they write the name in."""
    return f"u:{fold(username)}"


def group_ref(name: str) -> str:
    """Return what memberships call a group."""
    return f"g:{fold(name)}"


def user_id(record: Mapping[str, Any]) -> str:
    """Return the key, which survives renames; before Crowd 2.8 there is none, so the folded name."""
    return _text(record, "key") or fold(_text(record, "name"))


def user_from(record: Mapping[str, Any]) -> User:
    """Return a user from Crowd's representation."""
    return User(
        id=user_id(record),
        ref=user_ref(_text(record, "name")),
        username=_text(record, "name"),
        email=_text(record, "email"),
        first_name=_text(record, "first-name"),
        last_name=_text(record, "last-name"),
        display_name=_text(record, "display-name"),
        active=is_active(record),
    )


def is_active(record: Mapping[str, Any]) -> bool:
    """Say whether an account may log in; a flag that is not there has never been switched off."""
    return str(record.get("active", True)).lower() != "false"


def group_from(record: Mapping[str, Any]) -> Group:
    """Return a group from Crowd's representation; groups have no key."""
    name = _text(record, "name")
    return Group(id=fold(name), ref=group_ref(name), name=name, description=_text(record, "description"))


def user_body(attributes: Mapping[str, str | bool], current: Mapping[str, Any] | None = None) -> dict[str, object]:
    """Return what POST and PUT want: the whole user, `attributes` over what Crowd has now.

    Links, dates and the password's link are Crowd's own and stay out.
    """
    body: dict[str, object] = {"name": "", "active": True, "email": "", "first-name": "", "last-name": ""}
    body["display-name"] = ""
    body |= {theirs: (current or {})[theirs] for theirs in USER_FIELDS.values() if theirs in (current or {})}
    return body | {theirs: attributes[ours] for ours, theirs in USER_FIELDS.items() if ours in attributes}


def group_body(attributes: Mapping[str, str | bool], current: Mapping[str, Any] | None = None) -> dict[str, object]:
    """Return what POST and PUT want; `type` must always be there."""
    body: dict[str, object] = {"name": "", "description": "", "active": True}
    body |= {theirs: (current or {})[theirs] for theirs in body if theirs in (current or {})}
    body |= {theirs: attributes[ours] for ours, theirs in GROUP_FIELDS.items() if ours in attributes}
    return body | {"type": "GROUP"}


def differences(
    wanted: Mapping[str, str | bool], record: Mapping[str, Any], fields: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the attributes in which Crowd's record is not as wanted.

    Names compare as names. Crowd trims values.
    """
    return tuple(
        ours for ours, theirs in fields.items() if ours in wanted and not _agree(ours, wanted[ours], record.get(theirs))
    )


def _agree(attribute: str, wanted: str | bool, found: object) -> bool:  # noqa: FBT001 - an attribute's value
    if isinstance(wanted, bool):
        return wanted is is_active({"active": found})
    text = found if isinstance(found, str) else ""
    if attribute in {"username", "name"}:
        return fold(wanted) == fold(text)
    return wanted.strip() == text.strip()


def unusable_name(record: object) -> str:
    """Return why a record of a listing can't be taken, or an empty string."""
    if not isinstance(record, dict):
        return "it is not a JSON object"
    name = record.get("name")
    if not isinstance(name, str) or not name.strip():
        return "it has no name"
    texts = "".join(value for value in record.values() if isinstance(value, str))
    if UNSTORABLE.search(texts):
        return "it holds half a character (a lone surrogate) or a NUL, which can't be stored"
    return ""


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""
