"""What a mapping may say of whom it includes and excludes, and what must be there for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import Mistake
from dirsync.mapping.templates import is_attribute
from dirsync.mapping.wording import did_you_mean
from dirsync.model.conditions import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as MappingType

    from dirsync.mapping.checked import Mapping
    from dirsync.mapping.source import UsersTaken

SENT = ("username", "email", "first_name", "last_name", "display_name", "active")
"""What Crowd and Jira send with each person; of their custom attributes none is read."""
ANY_ATTRIBUTE = frozenset({"ldap", "ldif"})
"""Kinds of which any attribute can be read."""
WORKED_OUT = frozenset({"memberof", "ismemberof", "nsrole", "1.2.840.113556.1.2.102"})
"""Attributes that a server changes without a change of the person, so that a read of what changed does not see it."""


def wrong_conditions(mapping: Mapping, kinds: MappingType[str, str]) -> Iterator[Mistake]:
    """Yield what can't be told of the people or groups that a mapping includes or excludes."""
    source, place = mapping.content.source, mapping.document.place
    kind = kinds.get(mapping.source, "")
    for part in ("include", "exclude"):
        meant = getattr(source.users, part)
        for attribute in meant.attributes if meant else ():
            if why := _unreadable(attribute, kind):
                yield Mistake(place("source", "users", part, "attributes", attribute, of_key=True), why)
        if meant and meant.groups and source.groups is None:
            what = "'source.groups' is missing: without it no groups are read, so nobody is known to be in one of these"
            yield Mistake(place("source", "users", part, "groups", of_key=True), what)


def _unreadable(attribute: str, kind: str) -> str:
    if kind == "ldap" and attribute.partition(";")[0].lower() in WORKED_OUT:
        return f"no server tells when '{attribute}' of somebody changes; name the groups under 'groups' instead"
    if kind in ANY_ATTRIBUTE:
        return "" if is_attribute(attribute) else f"'{attribute}' is not the name of an attribute, such as employeeType"
    if not kind or attribute in SENT:
        return ""
    hint = did_you_mean(attribute, SENT) or f"; there are {', '.join(SENT)}"
    return f"of people in a directory of kind {kind} no '{attribute}' is read{hint}"


def in_short(users: UsersTaken) -> Iterator[str]:
    """Yield the conditions as evidence names them."""
    for meant, with_, in_ in ((users.include, "with", "in the group"), (users.exclude, "without", "not in the group")):
        for attribute, patterns in sorted(meant.attributes.items()) if meant else ():
            yield f"{with_} {attribute} {told(patterns)}"
        if meant and meant.groups:
            yield f"{in_} {told(meant.groups)}"
