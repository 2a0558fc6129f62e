"""The ids of runs."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Final

_BEGAN: Final = "%Y%m%dT%H%M%SZ"


def new_run_id(at: datetime, chance: bytes) -> str:
    """Return the id of a run that begins at `at` (UTC): it sorts by time, and random bytes tell two apart."""
    return f"{at:{_BEGAN}}-{chance.hex()}"


def began(run_id: str) -> datetime | None:
    """Return the second in which the run of that id began; None where the id is another's and says nothing of it."""
    with contextlib.suppress(ValueError):
        return datetime.strptime(run_id.partition("-")[0], _BEGAN).replace(tzinfo=UTC)
    return None
