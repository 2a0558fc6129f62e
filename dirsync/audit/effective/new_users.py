"""Where a new account is made: in the first directory in which that is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.audit.effective.order import Filtering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer, Order, View


@dataclass(frozen=True, slots=True)
class Landing:
    """One reading of where a new account is made."""

    view: View | None = None
    """The user directory that Jira writes to; None where it may write to none."""
    layer: Layer | None = None
    """The directory in which the account stands then; None where Crowd refuses, so that nobody is made."""


NOWHERE = Landing()


def landings(order: Order) -> tuple[Landing, ...]:
    """Return every reading of where a new account is made; one, where nothing is open.

    Jira writes to the first active user directory whose mode is Read/Write, and offers no choice [ORDER-J]. A Crowd
    application makes the account in the first of its directories that grants Add User to it, at both levels [MANY,
    WRITE]. With access-based synchronisation it makes none [SYNC]. That Jira does not go on to its next user directory
    when Crowd refuses is inferred: it knows of no more than its own mode.
    """
    found: dict[Landing, None] = {}
    for view in order.views:
        is_open = {is_active and is_writable for is_active in view.is_active for is_writable in view.is_writable}
        if True in is_open:
            found |= dict.fromkeys(_in_view(view))
        if False not in is_open:
            return tuple(found)
    return (*found, NOWHERE)


def _in_view(view: View) -> Iterator[Landing]:
    if view.may_hide_users:
        yield Landing(view)
    if Filtering.NONE not in view.filterings:
        return
    for layer in view.layers:
        if True in layer.grants_add_user:
            yield Landing(view, layer)
        if False not in layer.grants_add_user:
            return
    yield Landing(view)
