"""Looking for one person beyond what the Mappings take: the only way to tell an absent one from one left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_SIGHTINGS = 10
"""So many entries of one Directory are looked at; whoever finds more has asked for no person."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Why one Mapping takes an entry or not, before its exceptions."""

    is_below_base: bool
    filter: str
    """The Mapping's, or the kind's own where it names none; empty where everybody is taken."""
    matches_filter: bool | None
    """None when the server would not tell."""
    trouble: str = ""
    """Why it would not."""
    left_out_by: str = ""
    """Which value of an attribute leaves it out, in words that go on after 'the mapping'."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry that bears one of the names looked for, wherever in the Directory it stands."""

    entry: str
    """What an admin finds it by: its DN as written, else its username."""
    ref: str
    id: str
    username: str
    email: str
    active: bool | None
    """None when its attributes can't be read."""
    disabled_because: str
    """The attribute and value that disable it; empty when it is active."""
    fits: Mapping[str, Fit]
    """By Mapping."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """What a look found; a look never fails, what it could not see is among the troubles."""

    found: tuple[Sighting, ...] = ()
    looked: tuple[str, ...] = ()
    """Where: bases, or the file."""
    troubles: tuple[str, ...] = field(default=())
