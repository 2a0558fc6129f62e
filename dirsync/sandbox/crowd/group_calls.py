"""`/group`: reading, creating, changing and removing groups, their attributes, users and groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.sandbox.crowd import writes
from dirsync.sandbox.crowd.calls import NO_CONTENT, Answer
from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.crowd.refusals import (
    Refusal,
    group_not_found,
    illegal_argument,
    membership_not_found,
    user_not_found,
)
from dirsync.sandbox.crowd.xml_out import DECLARATION, membership

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.sandbox.crowd.application import Application
    from dirsync.sandbox.crowd.calls import Call
    from dirsync.sandbox.crowd.directory import Group
    from dirsync.sandbox.state import SandboxState


def show(call: Call) -> Answer:
    """Answer GET /group."""
    group = call.application.group(call.required("groupname"))
    return Answer(200, "group", call.draw.group(group, with_attributes="attributes" in call.expand()))


def create(call: Call) -> Answer:
    """Answer POST /group."""
    name = call.text("name")
    _check_type(call)
    group = writes.create_group(
        call.application, name, description=call.text("description"), active=call.flag("active", default=True)
    )
    return Answer(201, "group", call.draw.group(group), call.draw.address("group", groupname=group.name))


def update(call: Call) -> Answer:
    """Answer PUT /group. Unlike a user's, it is answered with the group."""
    groupname = call.required("groupname")
    if compared(call.name()) != compared(groupname):
        raise illegal_argument("The name in the body must be that of the query; a group can't be renamed")
    _check_type(call)
    for directory in writes.writable_groups(call.application, groupname, "UPDATE_GROUP"):
        active = call.flag("active", default=directory.group(groupname).active)
        directory.update_group(groupname, description=call.text("description"), active=active)
    return Answer(200, "group", call.draw.group(call.application.group(groupname)))


def remove(call: Call) -> Answer:
    """Answer DELETE /group."""
    groupname = call.required("groupname")
    for directory in writes.writable_groups(call.application, groupname, "DELETE_GROUP"):
        directory.remove_group(groupname)
    return NO_CONTENT


def show_attributes(call: Call) -> Answer:
    """Answer GET /group/attribute."""
    group = call.application.group(call.required("groupname"))
    return Answer(200, "attributes", call.draw.group_attributes(group))


def store_attributes(call: Call) -> Answer:
    """Answer POST (and PUT) /group/attribute: replaces those that are named, keeps the others."""
    groupname = call.required("groupname")
    for directory in writes.writable_groups(call.application, groupname, "UPDATE_GROUP_ATTRIBUTE"):
        held = directory.group(groupname).attributes
        directory.update_group(groupname, attributes={**held, **call.attributes()})
    return NO_CONTENT


def remove_attribute(call: Call) -> Answer:
    """Answer DELETE /group/attribute."""
    groupname, unwanted = call.required("groupname"), call.required("attributename")
    for directory in writes.writable_groups(call.application, groupname, "UPDATE_GROUP_ATTRIBUTE"):
        held = directory.group(groupname).attributes
        kept = {name: values for name, values in held.items() if name != unwanted}
        directory.update_group(groupname, attributes=kept)
    return NO_CONTENT


def users(call: Call, *, nested: bool) -> Answer:
    """Answer GET /group/user/…: all users of a group, or whether the one named by `username` is in it."""
    group = call.application.group(call.required("groupname"))
    if username := call.query.get("username"):
        if not call.application.is_member(username, group.name, nested=nested):
            raise membership_not_found(username, group.name)
        return Answer(200, "user", call.draw.brief_user(call.application.user(username)))
    found = call.application.members(group.name, nested=nested)
    return Answer(200, "users", call.draw.users(call.page(found), call.expand()))


def add_user(call: Call) -> Answer:
    """Answer POST /group/user/direct; the body names the user."""
    group, username = call.application.group(call.required("groupname")), call.name()
    if call.application.home_of_user(username) is None:
        raise user_not_found(username, 400)
    writes.add_member(call.application, group.name, username)
    return Answer(201, location=call.draw.address("group/user/direct", groupname=group.name, username=username))


def child_groups(call: Call, *, nested: bool) -> Answer:
    """Answer GET /group/child-group/…."""
    group = call.application.group(call.required("groupname"))
    found = call.application.child_groups(group.name, nested=nested)
    return _groups(call, group, found, call.query.get("child-groupname", ""))


def parent_groups(call: Call, *, nested: bool) -> Answer:
    """Answer GET /group/parent-group/…."""
    group = call.application.group(call.required("groupname"))
    found = call.application.parent_groups(group.name, nested=nested)
    return _groups(call, group, found, call.query.get("parent-groupname", ""))


def add_child(call: Call) -> Answer:
    """Answer POST /group/child-group/direct; the body names the child."""
    return _nest(call, call.required("groupname"), call.name(), call.name())


def add_parent(call: Call) -> Answer:
    """Answer POST /group/parent-group/direct; the body names the parent."""
    return _nest(call, call.name(), call.required("groupname"), call.name())


def remove_child(call: Call) -> Answer:
    """Answer DELETE /group/child-group/direct."""
    writes.remove_child_group(call.application, call.required("groupname"), call.required("child-groupname"))
    return NO_CONTENT


def memberships(call: Call) -> Answer:
    """Answer GET /group/membership: XML whatever was asked for, streamed, direct members only."""
    return Answer(200, stream=_all_memberships(call.state, call.application))


def _all_memberships(state: SandboxState, application: Application) -> Iterator[str]:
    with state.lock:
        names = [group.name for group in application.groups()]
    yield f"{DECLARATION}<memberships>"
    for name in names:
        with state.lock:
            if not application.homes_of_group(name):
                continue
            users = [user.name for user in application.members(name, nested=False)]
            groups = [group.name for group in application.child_groups(name, nested=False)]
        yield from membership(name, users, groups)
    yield "</memberships>"


def _groups(call: Call, group: Group, found: list[Group], wanted: str) -> Answer:
    if not wanted:
        return Answer(200, "groups", call.draw.groups(call.page(found), call.expand()))
    for each in found:
        if compared(each.name) == compared(wanted):
            return Answer(200, "group", call.draw.brief_group(each))
    raise membership_not_found(wanted, group.name)


def _nest(call: Call, parent: str, child: str, in_body: str) -> Answer:
    if not call.application.homes_of_group(in_body):
        raise group_not_found(in_body, 400)
    writes.add_child_group(call.application, parent, child)
    address = call.draw.address("group/child-group/direct", **{"groupname": parent, "child-groupname": child})
    return Answer(201, location=address)


def _check_type(call: Call) -> None:
    # Every client sends it, and Crowd knows no other; what it says to a body without one is not established.
    if call.text("type").upper() not in {"", "GROUP"}:
        raise Refusal(400, "INVALID_GROUP", f"Unknown type of group <{call.text('type')}>")
