"""Users and groups as Crowd keeps them, and the names that it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

MUST_CHANGE_PASSWORD = "requiresPasswordChange"
"""The attribute that says so; Crowd keeps "true" or "false" in it."""
LONGEST_NAME = 255
"""Crowd could not store more (npm client atlassian-crowd-client refuses it for that reason)."""


def compared(name: str) -> str:
    """Return the form under which Crowd takes two names for one."""
    return name.lower()


@dataclass(slots=True)
class User:
    """An account. `groups` holds the compared names of the groups it is directly in."""

    name: str
    key: str
    """`<directory number>:<uuid>`; stays when the user is renamed."""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    active: bool = True
    password: str | None = field(default=None, repr=False)
    created: int = 0
    """Milliseconds since 1970, as `updated`."""
    updated: int = 0
    attributes: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """A group. `users`, `children` and `parents` hold compared names, in the order of their arrival."""

    name: str
    description: str = ""
    active: bool = True
    created: int = 0
    updated: int = 0
    attributes: dict[str, list[str]] = field(default_factory=dict)
    users: dict[str, None] = field(default_factory=dict)
    children: dict[str, None] = field(default_factory=dict)
    parents: dict[str, None] = field(default_factory=dict)


def checked_name(name: str, kind: str) -> str:
    """Return a name Crowd would store, else raise `Refusal` INVALID_USER or INVALID_GROUP."""
    problem = ""
    if not name:
        problem = "must not be empty"
    elif name != name.strip():
        problem = "may not contain leading or trailing whitespace"
    elif len(name) > LONGEST_NAME:
        problem = f"may not be longer than {LONGEST_NAME} characters"
    if problem:
        raise Refusal(400, f"INVALID_{kind}", f"{kind.capitalize()} name {problem}")
    return name


def changed_attributes(
    before: Mapping[str, list[str]], after: Mapping[str, list[str]]
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Return the attributes stored and the names of those removed between two states."""
    stored = {name: values for name, values in after.items() if before.get(name) != values}
    return stored, tuple(name for name in before if name not in after)
