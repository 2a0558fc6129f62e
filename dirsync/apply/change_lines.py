"""The line of the log about each Change that was tried: CHANGE where a directory was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.log.levels import CHANGE, know_change
from dirsync.model.plans import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.plans import Change, Outcome

LEVELS: Final[Mapping[Result, str]] = {
    Result.DONE: CHANGE,
    Result.PLANNED: CHANGE,
    Result.ALREADY_SO: "INFO",
    Result.NOT_TRIED: "INFO",
    Result.REFUSED: "ERROR",
    Result.FAILED: "ERROR",
}


def tell_change(change: Change, outcome: Outcome) -> None:
    """Put what became of a Change into the log; in JSON each part of it has a field of its own."""
    from loguru import logger

    know_change()

    told = {
        "change": change.id,
        "op": change.op.value,
        "directory": change.directory,
        "mapping": change.mapping,
        "user": change.user,
        "group": change.group,
        "child_group": change.child_group,
        "outcome": outcome.result.value,
    }
    about = " ".join(part for part in (change.user, change.child_group, change.group) if part)
    why = f": {outcome.message}" if outcome.message else ""
    text = f"{change.directory}: {change.op.value} {about}: {outcome.result.value}{why}"
    logger.bind(**{name: value for name, value in told.items() if value}).log(LEVELS[outcome.result], text)
