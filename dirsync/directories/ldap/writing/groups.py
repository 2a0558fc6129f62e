"""The requests that make, change and rename groups, and that put single values into them and take them out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.dn import relative_name
from dirsync.directories.ldap.filter import escape_assertion
from dirsync.directories.ldap.writing.names import child_of, rdn_with
from dirsync.directories.ldap.writing.requests import Add, Modify, Rename, adding, deleting, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.dialects.writing import Writing
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.writing.layout import Layout
    from dirsync.directories.ldap.writing.requests import Request, Values

MEMBER_ATTRIBUTES = {
    "groupofnames": "member",
    "group": "member",
    "groupofuniquenames": "uniqueMember",
    "posixgroup": "memberUid",
}
"""Class of a group to the attribute that lists its members; the first that an entry has decides."""
BY_LOGIN = "memberUid"
NOBODY = b""
"""The empty name: keeps a group that must have a member from being without one, and names no entry anybody could
make. It is never taken out again, so that the last member can be."""


def new_group(name: str, description: str, layout: Layout, habits: Writing) -> Add:
    """Return the request that makes a group without members. Raises ValueError, in words, where it can't be made."""
    group_class = layout.group_class or habits.group_class
    member = MEMBER_ATTRIBUTES[group_class.lower()]
    if member == BY_LOGIN:
        raise ValueError(
            "a posixGroup needs a gidNumber, and dirsync gives no numbers; make the group by hand, and dirsync will "
            "put people into it"
        )
    held: dict[str, Values] = {"objectClass": (group_class.encode(),), "cn": (name.encode(),)}
    if habits.group_login:
        held[habits.group_login] = (name.encode(),)
    if description:
        held["description"] = (description.encode(),)
    if habits.group_needs_member:
        held[member] = (NOBODY,)
    return Add(child_of(layout.groups_base, "cn", name), tuple(held.items()))


def described(group: Entry, description: str) -> Modify:
    """Return the request that gives a group its description, or takes it away."""
    return Modify(group.dn, (replacing("description", *([description.encode()] if description else [])),))


def renamed_group(group: Entry, attribute: str, name: str) -> Iterator[Request]:
    """Yield what gives a group another name: `attribute` is where it is read from."""
    old = next(iter(group.values(attribute)), b"")
    if rdn := rdn_with(group.dn, attribute, name):
        yield Rename(group.dn, rdn)
        return
    yield Modify(group.dn, (replacing(attribute, name.encode()),))
    for other, value in relative_name(group.dn):
        if value.encode() == old:
            yield Rename(group.dn, rdn_with(group.dn, other, name))


def member_attribute(group: Entry) -> str:
    """Return the attribute that lists the members of an existing group. Raises ValueError, in words."""
    classes = {value.decode("utf-8", "replace").lower() for value in group.values("objectClass")}
    for name, attribute in MEMBER_ATTRIBUTES.items():
        if name in classes:
            return attribute
    known = "groupOfNames, groupOfUniqueNames, posixGroup and group"
    raise ValueError(f"it is of none of the classes whose members dirsync can change ({known})")


def with_member(group: Entry, value: bytes) -> Modify:
    """Return the request that puts one member into a group, whatever others there are. Raises ValueError."""
    return Modify(group.dn, (adding(member_attribute(group), value),))


def without_member(group: Entry, value: bytes, *, leaves_nobody: bool = False) -> Modify:
    """Return the request that takes one member out of a group; `leaves_nobody` where a last one may not go alone."""
    attribute = member_attribute(group)
    stand_in = (adding(attribute, NOBODY),) if leaves_nobody else ()
    return Modify(group.dn, (deleting(attribute, value), *stand_in))


def other_member(group: Entry, old: bytes, new: bytes) -> Modify:
    """Return the request that lists a member under its new name. Raises ValueError."""
    attribute = member_attribute(group)
    return Modify(group.dn, (deleting(attribute, old), adding(attribute, new)))


def member_value(group: Entry, dn: str, username: str) -> bytes:
    """Return what a group calls an account: its name in the tree, or its login. Raises ValueError."""
    return (username if member_attribute(group) == BY_LOGIN else dn).encode()


def listing_filter(dn: str, username: str) -> str:
    """Return the filter that finds the groups which list an account, by whichever of its names."""
    name = escape_assertion(dn)
    by_login = f"(memberUid={escape_assertion(username)})" if username else ""
    return f"(|(member={name})(uniqueMember={name}){by_login})"


def lists_filter(group: Entry, value: bytes) -> str:
    """Return the filter that is true of a group which lists this value. Raises ValueError."""
    return f"({member_attribute(group)}={escape_assertion(value.decode())})"
