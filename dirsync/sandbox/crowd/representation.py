"""How users, groups and lists of them look in JSON (reference notes, 2). XML is made from the same data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dirsync.sandbox.crowd.directory import Group, User
    from dirsync.sandbox.crowd.sessions import Session

Data = dict[str, Any]

FIRST_KEYS = (2, 7)
FIRST_DATES = (4, 0)
"""Recordings of 2.6.0 have neither; 2.8.7's sample has the key; 4.0's answers have both (reference notes, 2.1)."""


@lru_cache(maxsize=64)
def _quoted(value: str) -> str:
    # Each entry has several links with its name, one after the other.
    return quote(value, safe="")


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries that are drawn one by one as they are written, so that a long list never exists as a whole."""

    entries: Sequence[User] | Sequence[Group]
    draw: Callable[[Any], Data]

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.entries)

    def __iter__(self) -> Iterator[Data]:
        """Draw them."""
        return map(self.draw, self.entries)


def json_pieces(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield an object as JSON in pieces; only what stands in a `Listing` of its own makes it long."""
    yield "{"
    for place, (key, value) in enumerate(data.items()):
        yield f"{',' if place else ''}{_json(key)}:"
        if isinstance(value, Listing):
            yield "["
            for number, item in enumerate(value):
                yield f"{',' if number else ''}{_json(item)}"
            yield "]"
        else:
            yield _json(value)
    yield "}"


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


class Representation:
    """Draws entities as a version of Crowd does, with links below one base.

    Such as `http://127.0.0.1:8095/crowd/rest/usermanagement/1`.
    """

    def __init__(self, base: str, version: tuple[int, ...]) -> None:
        self.base = base
        self.version = version

    def link(self, path: str, rel: str = "self", **query: str) -> Data:
        """Return a link; names are percent-encoded strictly."""
        return {"href": self.address(path, **query), "rel": rel}

    def address(self, path: str, **query: str) -> str:
        """Return an absolute address."""
        return f"{self.base}/{path}" + "".join(
            f"{'&' if place else '?'}{key}={_quoted(value)}" for place, (key, value) in enumerate(query.items())
        )

    def user(self, user: User, *, with_attributes: bool = False) -> Data:
        """Draw a whole user. The password is never shown, only where it may be changed."""
        has_dates = self.version >= FIRST_DATES
        dates = {"created-date": user.created, "updated-date": user.updated} if has_dates else {}
        return {
            "expand": "attributes",
            "link": self.link("user", username=user.name),
            "name": user.name,
            "first-name": user.first_name,
            "last-name": user.last_name,
            "display-name": user.display_name,
            "email": user.email,
            "password": {"link": self.link("user/password", "edit", username=user.name)},
            **({"key": user.key} if self.version >= FIRST_KEYS else {}),
            **dates,
            "active": user.active,
            "attributes": self.user_attributes(user, filled=with_attributes),
        }

    def brief_user(self, user: User) -> Data:
        """Draw a user as lists and sessions show it."""
        return {"link": self.link("user", username=user.name), "name": user.name}

    def user_attributes(self, user: User, *, filled: bool = True) -> Data:
        """Draw a user's attributes."""
        return self._attributes(user.attributes if filled else {}, "user/attribute", username=user.name)

    def group(self, group: Group, *, with_attributes: bool = False) -> Data:
        """Draw a whole group."""
        return {
            "expand": "attributes",
            "link": self.link("group", groupname=group.name),
            "name": group.name,
            "description": group.description,
            "type": "GROUP",
            "active": group.active,
            "attributes": self.group_attributes(group, filled=with_attributes),
        }

    def brief_group(self, group: Group) -> Data:
        """Draw a group as lists show it."""
        return {"link": self.link("group", groupname=group.name), "name": group.name}

    def group_attributes(self, group: Group, *, filled: bool = True) -> Data:
        """Draw a group's attributes."""
        return self._attributes(group.attributes if filled else {}, "group/attribute", groupname=group.name)

    def users(self, users: Sequence[User], expand: Sequence[str]) -> Data:
        """Draw a list of users, whole ones if `user` is to be expanded."""
        whole = partial(self.user, with_attributes="attributes" in expand)
        return {"expand": "user", "users": Listing(users, whole if "user" in expand else self.brief_user)}

    def groups(self, groups: Sequence[Group], expand: Sequence[str]) -> Data:
        """Draw a list of groups, whole ones if `group` is to be expanded."""
        whole = partial(self.group, with_attributes="attributes" in expand)
        return {"expand": "group", "groups": Listing(groups, whole if "group" in expand else self.brief_group)}

    def groups_named(self, names: Iterable[str]) -> Data:
        """Draw a list of groups of which only the names are known."""
        return {"groups": [{"link": self.link("group", groupname=name), "name": name} for name in names]}

    def session(self, session: Session, user: User, *, whole_user: bool) -> Data:
        """Draw a session."""
        return {
            "expand": "user",
            "token": session.token,
            "user": self.user(user) if whole_user else self.brief_user(user),
            "link": self.link(f"session/{session.token}"),
            "created-date": session.created,
            "expiry-date": session.expires,
        }

    def _attributes(self, attributes: Mapping[str, list[str]], path: str, **owner: str) -> Data:
        return {
            "attributes": [
                {"name": name, "values": values, "link": self.link(path, **owner, attributename=name)}
                for name, values in attributes.items()
            ],
            "link": self.link(path, **owner),
        }
