"""A reader of `/event` written for the tests, after the reference notes only: it keeps users, groups, memberships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, fromstring

KINDS = ("userEvent", "groupEvent", "userMembershipEvent", "groupMembershipEvent")


def plain(name: str) -> str:
    return name.replace("-", "").lower()


def from_xml(body: bytes) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    """Return the new token and the events: kind, and fields by their name without hyphens and capitals."""
    root = fromstring(body)
    kinds = {plain(kind): kind for kind in KINDS}
    return root.attrib["newEventToken"], [(kinds[plain(each.tag)], fields(each)) for each in root]


def fields(event: Element) -> dict[str, Any]:
    found: dict[str, Any] = dict(event.attrib)
    for child in event:
        tag = plain(child.tag)
        if tag in {"parentgroups", "childgroups"}:
            found[tag] = [group.attrib["name"] for group in child]
        elif tag in {"user", "group", "childuser", "childgroup"}:
            found[tag] = {"name": child.attrib["name"], **{each.tag: each.text or "" for each in child}}
        elif tag == "operation":
            found[tag] = child.text
    return found


def from_json(body: Mapping[str, Any]) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
    kinds = {plain(kind): kind for kind in KINDS}
    told = []
    for each in body["events"]:
        ((kind, event),) = each.items()
        told.append((kinds[plain(kind)], {plain(key): simplified(plain(key), value) for key, value in event.items()}))
    return body["newEventToken"], told


def simplified(key: str, value: Any) -> Any:
    return [group["name"] for group in value["groups"]] if key in {"parentgroups", "childgroups"} else value


@dataclass
class Replica:
    """What a reader knows. All names lower-cased; memberships are (group, member, member is a group)."""

    users: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Name and e-mail address by key."""
    groups: dict[str, str] = field(default_factory=dict)
    """Description by name."""
    memberships: set[tuple[str, str, bool]] = field(default_factory=set)

    def apply(self, events: list[tuple[str, dict[str, Any]]]) -> None:
        for kind, event in events:
            getattr(self, f"take_{kind}")(event)

    def take_userEvent(self, event: dict[str, Any]) -> None:  # noqa: N802 - the event's own name
        name = event["user"]["name"].lower()
        if event["operation"] == "DELETED":
            self.users = {key: user for key, user in self.users.items() if user[0] != name}
            self._drop(name, is_group=False)
            return
        key = event["user"]["key"]
        old = self.users.get(key)
        if old and old[0] != name:
            self._drop(name, is_group=False)
            self.memberships = {
                (group, name if member == old[0] and not is_group else member, is_group)
                for group, member, is_group in self.memberships
            }
        self.users = {held: user for held, user in self.users.items() if user[0] != name}
        self.users[key] = (name, event["user"]["email"])

    def take_groupEvent(self, event: dict[str, Any]) -> None:  # noqa: N802
        name = event["group"]["name"].lower()
        if event["operation"] == "DELETED":
            self.groups.pop(name, None)
            self._drop(name, is_group=True)
        else:
            self.groups[name] = event["group"]["description"]

    def take_userMembershipEvent(self, event: dict[str, Any]) -> None:  # noqa: N802
        self._member(event["operation"], event["childuser"]["name"].lower(), event, is_group=False)

    def take_groupMembershipEvent(self, event: dict[str, Any]) -> None:  # noqa: N802
        child = event["childgroup"]["name"].lower()
        self._member(event["operation"], child, event, is_group=True)
        if event["operation"] == "UPDATED":
            inside = {(child, name.lower(), True) for name in event["childgroups"]}
            self.memberships = {each for each in self.memberships if each[0] != child or not each[2]} | inside

    def _member(self, operation: str, child: str, event: dict[str, Any], *, is_group: bool) -> None:
        named = {(group.lower(), child, is_group) for group in event["parentgroups"]}
        if operation == "DELETED":
            self.memberships -= named
            return
        if operation == "UPDATED":
            self.memberships = {each for each in self.memberships if each[1:] != (child, is_group)}
        self.memberships |= named

    def _drop(self, name: str, *, is_group: bool) -> None:
        self.memberships = {
            each for each in self.memberships if each[1:] != (name, is_group) and (not is_group or each[0] != name)
        }


def full(crowd: Any) -> Replica:
    """Read everything in three questions."""
    users = crowd("GET", "search", entity_type="user", expand="user", max_results=-1).json()["users"]
    groups = crowd("GET", "search", entity_type="group", expand="group", max_results=-1).json()["groups"]
    memberships = {
        (group.attrib["group"].lower(), member.attrib["name"].lower(), member.tag == "group")
        for group in fromstring(crowd("GET", "group/membership").content)
        for container in group
        for member in container
    }
    return Replica(
        {user["key"]: (user["name"].lower(), user["email"]) for user in users},
        {group["name"].lower(): group["description"] for group in groups},
        memberships,
    )
