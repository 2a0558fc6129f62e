"""`/event`: whether a full read can be spared, and what has happened since a token (reference notes, 7).

Where the notes leave a question open, this is the sandbox's reading: in XML the kind of an event is its element's
name, in JSON the one key of its object; CREATED and DELETED memberships name the one group in question, UPDATED ones
all groups there are (`crowd.events.memberships: all` in a seed makes every one so); a rename is an UPDATED user with
the old key; a user or group that went is named and nothing more, and its memberships go without events of their own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.sandbox.crowd.calls import Answer
from dirsync.sandbox.crowd.directory import compared
from dirsync.sandbox.crowd.events import GroupEvent, UserEvent
from dirsync.sandbox.crowd.refusals import HtmlRefusal, illegal_argument, no_incremental_sync
from dirsync.sandbox.crowd.xml_out import InTag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.sandbox.crowd.application import Application, Mapping
    from dirsync.sandbox.crowd.calls import Call
    from dirsync.sandbox.crowd.events import Event, EventLog
    from dirsync.sandbox.crowd.representation import Data

FIRST_EVENTS = (2, 3)
"""The entities of the events are in Crowd's published javadoc from 2.3 on."""
CAPITAL = re.compile("[A-Z]")


@dataclass(frozen=True, slots=True)
class EventStyle:
    """How events are written where the reference notes say that it is unknown: a client must take all of it."""

    hyphenated: bool = False
    """`child-user` instead of `childUser`."""
    operation_in_tag: bool = False
    """XML: `<userEvent operation="…">` instead of an element of its own."""
    whole_memberships: bool = False
    """Membership events always name all groups there are."""


def current_token(call: Call) -> Answer:
    """Answer GET /event: where a full read starts from."""
    log = _log(call)
    return _events(call, log.token, is_available=_why_unavailable(call.application) == "", events=[])


def since(call: Call) -> Answer:
    """Answer GET /event/TOKEN."""
    log = _log(call)
    if why := _why_unavailable(call.application):
        raise no_incremental_sync(why)
    if log.has_alias_event:
        raise illegal_argument("class com.atlassian.crowd.model.event.AliasEvent is not supported")
    style = call.state.event_style
    told = [drawn for event in log.since(call.token) for drawn in _told(call, event, style)]
    return _events(call, log.token, is_available=True, events=told)


def _log(call: Call) -> EventLog:
    if call.state.crowd_number < FIRST_EVENTS:
        raise HtmlRefusal(404, "Nothing is here: event")
    return call.state.events


def _why_unavailable(application: Application) -> str:
    for mapping in application.mappings:
        if not mapping.directory.is_cached:
            return f"Directory '{mapping.directory.name}' is not cached and so cannot be incrementally synchronised"
    if application.access_based_sync:
        return f"Application '{application.name}' filters by access and so cannot be incrementally synchronised"
    return ""


def _events(call: Call, token: str, *, is_available: bool, events: list[Data]) -> Answer:
    if call.state.event_style.hyphenated:
        events = _hyphenated(events)
    data = {"newEventToken": token, "incrementalSynchronisationAvailable": is_available, "events": events}
    return Answer(200, "events", data)


def _told(call: Call, event: Event, style: EventStyle) -> Iterator[Data]:
    application, what = call.application, event.what
    mapping = next((each for each in application.mappings if each.directory.number == event.directory), None)
    if mapping is None:
        return
    others = [each for each in application.mappings if each is not mapping]
    if isinstance(what, UserEvent):
        yield from _user_told(call, what, others, style)
    elif isinstance(what, GroupEvent):
        yield from _group_told(call, what, others, style)
    elif style.whole_memberships or _has(others, what.child, is_group=what.is_group):
        yield from _whole_memberships(call, what.child, style, is_group=what.is_group)
    else:
        groups = call.draw.groups_named([what.parent])
        yield _membership(call, what.operation, what.child, style, groups, is_group=what.is_group)


def _user_told(call: Call, what: UserEvent, others: list[Mapping], style: EventStyle) -> Iterator[Data]:
    names = [name for name in dict.fromkeys((what.user.name, what.old_name)) if name]
    if not any(_has(others, name, is_group=False) for name in names):
        is_gone = what.operation == "DELETED"
        drawn = call.draw.brief_user(what.user) if is_gone else call.draw.user(what.user)
        yield _entity("userEvent", what, {"user": drawn}, style)
        return
    # A twin in another directory takes over or is masked now: what counts is the account that decides.
    for name in names:
        home = call.application.home_of_user(name)
        if home is None:
            gone = {"user": call.draw.brief_user(what.user) | {"name": name}}
            yield {"userEvent": {"operation": _operation("DELETED", style), **gone}}
            continue
        user = call.application.user(name)
        yield {"userEvent": {"operation": _operation("UPDATED", style), "user": call.draw.user(user)}}
        yield from _whole_memberships(call, name, style, is_group=False)


def _group_told(call: Call, what: GroupEvent, others: list[Mapping], style: EventStyle) -> Iterator[Data]:
    is_gone = what.operation == "DELETED"
    if not _has(others, what.group.name, is_group=True):
        drawn = call.draw.brief_group(what.group) if is_gone else call.draw.group(what.group)
        yield _entity("groupEvent", what, {"group": drawn}, style)
        return
    drawn = call.draw.group(call.application.group(what.group.name))
    yield {"groupEvent": {"operation": _operation("UPDATED", style), "group": drawn}}
    for user in what.group.users if is_gone else ():
        yield from _whole_memberships(call, user, style, is_group=False)
    yield from _whole_memberships(call, what.group.name, style, is_group=True)


def _whole_memberships(call: Call, child: str, style: EventStyle, *, is_group: bool) -> Iterator[Data]:
    application = call.application
    if is_group:
        if not application.homes_of_group(child):
            return
        child = application.group(child).name
        parents = application.parent_groups(child, nested=False)
    else:
        if application.home_of_user(child) is None:
            return
        child = application.user(child).name
        parents = application.groups_of(child, nested=False)
    groups = call.draw.groups_named([group.name for group in parents])
    yield _membership(call, "UPDATED", child, style, groups, is_group=is_group)


def _membership(call: Call, operation: str, child: str, style: EventStyle, parents: Data, *, is_group: bool) -> Data:
    said: Data = {"operation": _operation(operation, style)}
    if not is_group:
        link = call.draw.link("user", username=child)
        return {"userMembershipEvent": {**said, "childUser": {"name": child, "link": link}, "parentGroups": parents}}
    below: list[str] = []
    if operation == "UPDATED":
        below = [group.name for group in call.application.child_groups(child, nested=False)]
    link = call.draw.link("group", groupname=child)
    groups = {"parentGroups": parents, "childGroups": call.draw.groups_named(below)}
    return {"groupMembershipEvent": {**said, "childGroup": {"name": child, "link": link}, **groups}}


def _entity(kind: str, what: UserEvent | GroupEvent, entity: Data, style: EventStyle) -> Data:
    drawn: Data = {"operation": _operation(what.operation, style), **entity}
    if what.operation != "DELETED":
        stored = [{"name": name, "values": list(values)} for name, values in what.stored.items()]
        drawn |= {"storedAttributes": {"attributes": stored}, "deletedAttributes": list(what.deleted)}
    return {kind: drawn}


def _operation(operation: str, style: EventStyle) -> str:
    return InTag(operation) if style.operation_in_tag else operation


def _has(mappings: list[Mapping], name: str, *, is_group: bool) -> bool:
    key = compared(name)
    return any(key in (each.directory.groups if is_group else each.directory.users) for each in mappings)


def _hyphenated(data: Any) -> Any:  # noqa: ANN401 - walks through anything drawn
    if isinstance(data, dict):
        return {CAPITAL.sub(lambda found: "-" + found[0].lower(), key): _hyphenated(data[key]) for key in data}
    return [_hyphenated(each) for each in data] if isinstance(data, list) else data
