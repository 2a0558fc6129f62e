"""Waivers: findings that a named person accepts, with a reason, until a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver. Subjects are exact names; an empty one does not narrow."""

    rule: str
    owner: str
    reason: str
    expires: date
    """The last day on which it holds."""
    user: str = ""
    group: str = ""
    directory: str = ""
    application: str = ""
    project: str = ""
    mapping: str = ""
    source: str = ""
    """`file:line`."""
