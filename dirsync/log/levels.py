"""The levels of the log."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGE: Final = "CHANGE"
"""A change that was made to a directory: worth more than INFO, and nothing to worry about."""
CHANGE_NUMBER: Final = 25
"""Loguru's INFO is 20 and its WARNING 30."""
LEVELS: Final = ("debug", "info", "change", "warning", "error")
"""What may be chosen. Errors can't be switched off."""
PRIORITIES: Final[Mapping[str, int]] = {
    "DEBUG": 7, "INFO": 6, CHANGE: 5, "WARNING": 4, "ERROR": 3, "CRITICAL": 2,
}  # fmt: skip
"""The priorities of syslog(3) that journald reads from the beginning of a line: sd-daemon(3)."""
USUAL_PRIORITY: Final = 6


@cache
def know_change() -> None:
    """Make the level CHANGE known to loguru, however often this is asked, and by how many tests."""
    from loguru import logger

    try:
        logger.level(CHANGE)
    except ValueError:
        logger.level(CHANGE, no=CHANGE_NUMBER)
