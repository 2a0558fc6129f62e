"""What the journal tells of a run: each Change, what became of it, and what the Change itself does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.model.links import Link
    from dirsync.model.plans import Change, Outcome


@dataclass(frozen=True, slots=True)
class Image:
    """How things were just before a Change, as far as the Change itself does not say."""

    links: tuple[Link, ...] = ()
    """The links that the Change may have replaced or ended, and those of a removed user's memberships."""
    groups: tuple[str, ...] = ()
    """Names of the groups that a removed user or group was directly in, whoever had put it there."""


@dataclass(frozen=True, slots=True)
class Journaled:
    """One Change that a run set out to make."""

    run: str
    position: int
    """Its place in the plan."""
    change: Change
    outcome: Outcome | None = None
    """None: the run ended before it knew."""
    image: Image | None = None
    """None where an older dirsync kept none."""
    is_undo: bool = False
    """The run took another one back."""
