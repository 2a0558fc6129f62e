"""Waivers: findings that a named person accepts, with a reason, until a date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from dirsync.model.findings import Mechanism


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver. Subjects are exact names, or the id of one finding; an empty one does not narrow."""

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
    mechanism: Mechanism | None = None
    """One of `Mechanism`; narrows what the names above say, and names nothing by itself."""
    finding: str = ""
    """A finding's id. Where it is given it alone decides, across renames; the names beside it are for the reader."""
    source: str = ""
    """`file:line`."""
