"""How users, groups and lists of them look in JSON (reference notes, 2). XML is made from the same data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.sandbox.crowd.directory import Group, User
    from dirsync.sandbox.crowd.sessions import Session

Data = dict[str, Any]


class Representation:
    """Draws entities with links below one base address such as `http://127.0.0.1:8095/crowd/rest/usermanagement/1`."""

    def __init__(self, base: str) -> None:
        self.base = base

    def link(self, path: str, rel: str = "self", **query: str) -> Data:
        """Return a link; names are percent-encoded strictly."""
        return {"href": self.address(path, **query), "rel": rel}

    def address(self, path: str, **query: str) -> str:
        """Return an absolute address."""
        return f"{self.base}/{path}" + "".join(
            f"{'&' if place else '?'}{key}={quote(value, safe='')}" for place, (key, value) in enumerate(query.items())
        )

    def user(self, user: User, *, with_attributes: bool = False) -> Data:
        """Draw a whole user. The password is never shown, only where it may be changed."""
        return {
            "expand": "attributes",
            "link": self.link("user", username=user.name),
            "name": user.name,
            "first-name": user.first_name,
            "last-name": user.last_name,
            "display-name": user.display_name,
            "email": user.email,
            "password": {"link": self.link("user/password", "edit", username=user.name)},
            "key": user.key,
            "created-date": user.created,
            "updated-date": user.updated,
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

    def users(self, users: Iterable[User], expand: Sequence[str]) -> Data:
        """Draw a list of users, whole ones if `user` is to be expanded."""
        if "user" not in expand:
            return {"expand": "user", "users": [self.brief_user(user) for user in users]}
        filled = "attributes" in expand
        return {"expand": "user", "users": [self.user(user, with_attributes=filled) for user in users]}

    def groups(self, groups: Iterable[Group], expand: Sequence[str]) -> Data:
        """Draw a list of groups, whole ones if `group` is to be expanded."""
        if "group" not in expand:
            return {"expand": "group", "groups": [self.brief_group(group) for group in groups]}
        filled = "attributes" in expand
        return {"expand": "group", "groups": [self.group(group, with_attributes=filled) for group in groups]}

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
