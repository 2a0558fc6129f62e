"""What one target needs, as it is gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.model.links import Link
    from dirsync.model.plans import Adoption, Change, Obstacle


@dataclass
class TargetDiff:
    """What one target needs."""

    directory: str
    changes: list[Change] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    adopted: list[Adoption] = field(default_factory=list)
    """Accounts that were there before and nobody's."""
    recorded: list[Link] = field(default_factory=list)
    """Links that follow from reading alone: adopted accounts and memberships, people seen missing or back."""
    forgotten: list[Link] = field(default_factory=list)
    """Links to what is on neither side any more."""
    standings: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """(mapping, source id) to the account's (username, id) on the target; the id is empty until it is made."""
    planned_groups: set[str] = field(default_factory=set)
    """Folded names of groups that a Change makes."""
    planned_members: set[tuple[str, str]] = field(default_factory=set)
    """(folded group, folded username) of memberships that a Change makes."""
