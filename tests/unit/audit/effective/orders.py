"""Orders of directories told in a line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dirsync.audit.effective.order import Layer, Order, View, unread
from dirsync.model.entries import Group, MemberKind, User
from dirsync.model.memory import MemorySpool
from dirsync.model.products import JiraApplication
from dirsync.model.snapshot import Completeness

SOFTWARE = JiraApplication("jira-software", ("jira-users",))


def layer(
    directory: str,
    users: Mapping[str, Iterable[str]] | None = None,
    *,
    inactive: Iterable[str] = (),
    groups: Iterable[str] = (),
    nested: Mapping[str, Iterable[str]] | None = None,
    reason: str = "",
    **more: Any,
) -> Layer:
    """Return a directory: its users with their groups, and its groups with the groups directly around them."""
    spool = MemorySpool(directory)
    names = {*groups}
    for username, theirs in (users or {}).items():
        spool.add_user(User(f"{directory}:{username}", f"u-{username}", username, active=username not in inactive))
        for group in theirs:
            names.add(group)
            spool.add_member(f"{directory}:{group}", f"u-{username}", MemberKind.USER)
    for child, parents in (nested or {}).items():
        for parent in parents:
            names |= {child, parent}
            spool.add_member(f"{directory}:{parent}", f"g-{child}", MemberKind.GROUP)
    for name in names:
        spool.add_group(Group(f"{directory}:{name}", f"g-{name}", name))
    return Layer(directory, spool.finish(Completeness(not reason, reason)), **more)


def not_read(directory: str) -> Layer:
    return Layer(directory, unread(directory))


def jira(*layers: Layer, **more: Any) -> Order:
    """Return Jira's user directories, one Directory each."""
    return Order(tuple(View(each.directory, (each,), **more) for each in layers))


def crowd(*layers: Layer, **more: Any) -> Order:
    """Return a Crowd application with its directories."""
    return Order((View("crowd", layers, **more),))
