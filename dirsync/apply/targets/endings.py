"""How one Change ended on a target: an Outcome without the Change and the time."""

from __future__ import annotations

from dataclasses import dataclass

from dirsync.model.plans import Result


@dataclass(frozen=True, slots=True)
class Ending:
    """How one Change ended."""

    result: Result
    message: str = ""
    target_id: str = ""


def already(message: str = "", target_id: str = "") -> Ending:
    """Return the Ending of a Change that found nothing to do."""
    return Ending(Result.ALREADY_SO, message, target_id)


def refused(message: str) -> Ending:
    """Return the Ending of a Change that may not be."""
    return Ending(Result.REFUSED, message)


def failed(message: str) -> Ending:
    """Return the Ending of a Change that did not work."""
    return Ending(Result.FAILED, message)
