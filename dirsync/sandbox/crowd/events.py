"""What has happened in Crowd's directories lately, for those who read `/event` (reference notes, 7).

The log is short: so many events, so many seconds. A token names the log's own number, which a restart of Crowd
changes, and the last event it covers; one that the log no longer reaches back to has expired.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from dirsync.sandbox.crowd.refusals import event_token_expired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dirsync.sandbox.crowd.entities import Group, User

Operation = Literal["CREATED", "UPDATED", "DELETED"]
KEPT_EVENTS = 10_000
KEPT_SECONDS = 24 * 60 * 60
"""How much of the past Crowd keeps is not established (reference notes, 13.1); a seed may say otherwise."""
LONGEST_SEQUENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent:
    """A user came, changed or went. `user` is a copy as of then; of one that went only the name is shown."""

    operation: Operation
    user: User
    stored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Attributes that were stored, and `deleted` those that were removed."""
    deleted: tuple[str, ...] = ()
    old_name: str = ""
    """What a renamed user was called; never shown, but it may unmask a twin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvent:
    """A group came, changed or went, as with users; one that went still knows who was in it."""

    operation: Operation
    group: Group
    stored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEvent:
    """A user (or a group) came into a group or left it; names as they are written."""

    operation: Operation
    child: str
    parent: str
    is_group: bool = False
    """Whether the child is a group."""


What = UserEvent | GroupEvent | MembershipEvent


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the directory of that number, at a time in milliseconds since 1970."""

    sequence: int
    at: int
    directory: int
    what: What


@dataclass
class EventLog:
    """The latest events of all directories, oldest first."""

    clock: Callable[[], int]
    kept_events: int = KEPT_EVENTS
    kept_seconds: int = KEPT_SECONDS
    has_alias_event: bool = False
    """An alias was changed lately: no token can be answered until Crowd forgets it (CWD-4951)."""
    _number: int = field(default_factory=lambda: secrets.randbits(63))
    _events: deque[Event] = field(default_factory=deque)
    _last: int = 0

    @property
    def token(self) -> str:
        """Return the token that covers everything until now, such as `8047511070899496297:12`."""
        return f"{self._number}:{self._last}"

    def recorder(self, directory: int) -> Callable[[What], None]:
        """Return what notes the events of one directory."""

        def record(what: What) -> None:
            self._last += 1
            self._events.append(Event(self._last, self.clock(), directory, what))
            self._forget()

        return record

    def since(self, token: str) -> list[Event]:
        """Return the events after a token, or raise EVENT_TOKEN_EXPIRED."""
        self._forget()
        number, _, sequence = token.partition(":")
        is_number = sequence.isascii() and sequence.isdigit() and len(sequence) < LONGEST_SEQUENCE
        covered = int(sequence) if is_number and number == str(self._number) else -1
        if not self._last - len(self._events) <= covered <= self._last:
            raise event_token_expired(token)
        return list(self._after(covered))

    def restart(self) -> None:
        """Forget everything, as a restart of Crowd does: all tokens given out so far expire."""
        self._number = secrets.randbits(63)
        self._events.clear()
        self._last = 0

    def _after(self, sequence: int) -> Iterator[Event]:
        newest_first = []
        for event in reversed(self._events):
            if event.sequence <= sequence:
                break
            newest_first.append(event)
        yield from reversed(newest_first)

    def _forget(self) -> None:
        oldest = self.clock() - self.kept_seconds * 1000
        while self._events and (len(self._events) > self.kept_events or self._events[0].at < oldest):
            self._events.popleft()
