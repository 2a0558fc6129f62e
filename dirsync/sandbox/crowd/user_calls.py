"""`/user`: reading, creating, changing and removing users, their attributes and their memberships."""

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

if TYPE_CHECKING:
    from dirsync.sandbox.crowd.calls import Call
    from dirsync.sandbox.crowd.directory import User

FIRST_SEARCH_BY_KEY = (2, 9)


def show(call: Call) -> Answer:
    """Answer GET /user by username or key."""
    key = call.query.get("key") if call.state.crowd_number >= FIRST_SEARCH_BY_KEY else ""
    if key:
        user = call.application.user_by_key(key)
        if user is None:
            raise Refusal(404, "USER_NOT_FOUND", f"User with key <{key}> does not exist")
    else:
        user = call.application.user(call.required("username"))
    return Answer(200, "user", call.draw.user(user, with_attributes="attributes" in call.expand()))


def create(call: Call) -> Answer:
    """Answer POST /user."""
    name = call.text("name")
    details = {**_details(call, name), "password": call.password(), "attributes": call.attributes()}
    user = writes.create_user(call.application, name, details)
    return Answer(201, "user", call.draw.user(user), call.draw.address("user", username=user.name))


def update(call: Call) -> Answer:
    """Answer PUT /user, which replaces: a text left out is emptied. Only `active`, left out, stays what it is."""
    username = call.required("username")
    if compared(call.name()) != compared(username):
        raise illegal_argument("The name in the body must be that of the query; to rename, use /user/rename")
    directory, user = writes.writable_user(call.application, username, "UPDATE_USER")
    directory.update_user(username, **_details(call, user.name, user))
    return NO_CONTENT


def remove(call: Call) -> Answer:
    """Answer DELETE /user."""
    directory, user = writes.writable_user(call.application, call.required("username"), "DELETE_USER")
    directory.remove_user(user.name)
    call.state.sessions.close_all_of(user.name)
    return NO_CONTENT


def rename(call: Call) -> Answer:
    """Answer POST /user/rename; `newName` is what one well-known client sends instead of `new-name`."""
    new_name = call.text("new-name") or call.text("newName")
    if not new_name:
        raise illegal_argument("The body must carry new-name")
    user = writes.rename_user(call.application, call.required("username"), new_name)
    return Answer(200, "user", call.draw.user(user))


def set_password(call: Call) -> Answer:
    """Answer PUT /user/password."""
    directory, user = writes.writable_user(call.application, call.required("username"), "UPDATE_USER")
    password = call.text("value")
    if not password:
        raise Refusal(400, "INVALID_CREDENTIAL", "The new password must not be empty")
    directory.set_password(user.name, password)
    return NO_CONTENT


def forget_password(call: Call) -> Answer:
    """Answer DELETE /user/password."""
    directory, user = writes.writable_user(call.application, call.required("username"), "UPDATE_USER")
    directory.set_password(user.name, None)
    return NO_CONTENT


def mail_password(call: Call) -> Answer:
    """Answer POST /user/mail/password; the sandbox sends no mail."""
    writes.writable_user(call.application, call.required("username"), "UPDATE_USER")
    return NO_CONTENT


def mail_usernames(call: Call) -> Answer:
    """Answer POST /user/mail/usernames, which tells nobody whether the address is known; no mail is sent."""
    call.required("email")
    return NO_CONTENT


def expire_all_passwords(call: Call) -> Answer:
    """Answer POST /user/expire-all-passwords: everybody must choose a new one before the next login."""
    if call.query.get("confirm") != "true":
        raise illegal_argument("confirm query parameter must be true")
    writes.expire_all_passwords(call.application)
    return NO_CONTENT


def avatar(call: Call) -> Answer:
    """Answer GET /user/avatar: nobody in the sandbox has one, which is said as of a user who is not there."""
    user = call.application.user(call.required("username"))
    raise Refusal(404, "USER_NOT_FOUND", f"User <{user.name}> has no avatar")


def show_attributes(call: Call) -> Answer:
    """Answer GET /user/attribute."""
    user = call.application.user(call.required("username"))
    return Answer(200, "attributes", call.draw.user_attributes(user))


def store_attributes(call: Call) -> Answer:
    """Answer POST (and PUT) /user/attribute: replaces those that are named, keeps the others."""
    directory, user = writes.writable_user(call.application, call.required("username"), "UPDATE_USER_ATTRIBUTE")
    directory.update_user(user.name, attributes={**user.attributes, **call.attributes()})
    return NO_CONTENT


def remove_attribute(call: Call) -> Answer:
    """Answer DELETE /user/attribute."""
    directory, user = writes.writable_user(call.application, call.required("username"), "UPDATE_USER_ATTRIBUTE")
    unwanted = call.required("attributename")
    kept = {name: values for name, values in user.attributes.items() if name != unwanted}
    directory.update_user(user.name, attributes=kept)
    return NO_CONTENT


def groups(call: Call, *, nested: bool) -> Answer:
    """Answer GET /user/group/…: all groups of a user, or whether it is in the one named by `groupname`.

    An unknown user is answered with 404; the reference notes have evidence for that and for an empty list.
    """
    username = call.required("username")
    if group := call.query.get("groupname"):
        if not call.application.is_member(username, group, nested=nested):
            raise membership_not_found(username, group)
        return Answer(200, "group", call.draw.brief_group(call.application.group(group)))
    call.application.user(username)
    found = call.application.groups_of(username, nested=nested)
    return Answer(200, "groups", call.draw.groups(call.page(found), call.expand()))


def join_group(call: Call) -> Answer:
    """Answer POST /user/group/direct; the body names the group."""
    user = call.application.user(call.required("username"))
    group = call.name()
    if not call.application.homes_of_group(group):
        raise group_not_found(group, 400)
    writes.add_member(call.application, group, user.name)
    return Answer(201, location=call.draw.address("user/group/direct", username=user.name, groupname=group))


def leave_group(call: Call) -> Answer:
    """Answer DELETE /user/group/direct and /group/user/direct, which mean the same."""
    username, group = call.required("username"), call.required("groupname")
    if call.application.home_of_user(username) is None:
        raise user_not_found(username)
    writes.remove_member(call.application, group, username)
    return NO_CONTENT


def _details(call: Call, name: str, replaced: User | None = None) -> dict[str, object]:
    first, last = call.text("first-name"), call.text("last-name")
    return {
        "email": call.text("email"),
        "first_name": first,
        "last_name": last,
        "display_name": call.text("display-name") or f"{first} {last}".strip() or name,
        "active": call.flag("active", default=replaced.active if replaced else True),
    }
