"""The ids of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def new_run_id(at: datetime, chance: bytes) -> str:
    """Return the id of a run that begins at `at` (UTC): it sorts by time, and random bytes tell two apart."""
    return f"{at:%Y%m%dT%H%M%SZ}-{chance.hex()}"
