"""What one target needs, as it is gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.model.links import Link
    from dirsync.model.piles import Pile
    from dirsync.model.plans import Adoption, Change, Obstacle
    from dirsync.model.rest import Rest


@dataclass
class TargetDiff:
    """What one target needs. Whoever needs nothing is not in it."""

    directory: str
    changes: list[Change] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    adopted: Pile[Adoption] = field(default_factory=list)
    """Accounts that were there before and nobody's."""
    recorded: Pile[Link] = field(default_factory=list)
    """Links that follow from reading alone: adopted accounts and memberships, people seen missing or back."""
    forgotten: list[Link] = field(default_factory=list)
    """Links to what is on neither side any more."""
    concerned: int | None = None
    """How many people were looked at, by the last plan's rest; None: everybody."""
    rest: Rest | None = None
    """Who needs nothing, for the next plan; None where nobody knows."""
