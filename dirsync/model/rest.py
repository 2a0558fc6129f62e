"""What one night knows of the next: whom a plan found to need nothing, and who has become another since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True, slots=True)
class Rest:
    """Everybody whom the feeds of one target take or took needs nothing there, but for the restless.

    That holds as long as all that is named here is still so; `Continuity.changed_since` tells of whom it no longer is.
    """

    ground: str
    """A digest of what it rests on beside people, accounts and links: Mappings, groups, names in doubt."""
    states: Mapping[str, str]
    """Directory to the state of its Snapshot; the target's is among them."""
    links: Mapping[str, str]
    """Mapping to the state of its links on the target."""
    restless: Mapping[str, Collection[str]]
    """Source Directory to the ids of those who may need something."""


class Continuity(Protocol):
    """What a Snapshot that is kept from read to read knows of the reads before it."""

    @property
    def state(self) -> str:
        """A name for what the Snapshot holds, which no other state of any Snapshot has."""

    def changed_since(self, state: str) -> Collection[str] | None:
        """Return the ids of those of whom `Snapshot.bare_users` may tell something else than in an earlier state.

        Those who came and went are among them. None: it is not known, or they are too many.
        """

    @property
    def rest(self) -> Rest | None:
        """What was noted last on this target, in this read or one before."""

    def note_rest(self, rest: Rest | None) -> None:
        """Keep it with the Snapshot; None: nothing is known of anybody."""
