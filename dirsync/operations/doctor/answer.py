"""What the doctor found: one line per check for a terminal, and the contract `dirsync.doctor/1` as JSON."""

from __future__ import annotations

from collections import Counter
from textwrap import fill
from typing import TYPE_CHECKING, Any

from dirsync import __version__
from dirsync.model.visible import visible
from dirsync.operations.doctor.interface import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.examine import Examined, Told

SCHEMA = "dirsync.doctor/1"
_STATE_COLUMN = 6
_FAR = 10_000
"""Columns of an output that is no terminal: grep and logs want one line per check."""


def doctor_document(examined: Examined) -> dict[str, Any]:
    """Return the result as JSON-serialisable data; `state` is ok, warn or fail, `remedy` empty only for ok."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "offline": examined.is_offline,
        "exit_code": int(examined.exit_code),
        "checks": [
            {
                "check": told.check,
                "subject": told.remark.subject,
                "state": told.remark.state.value,
                "message": told.remark.message,
                "remedy": told.remark.remedy,
            }
            for told in examined.told
        ],
    }


def doctor_text(examined: Examined, width: int | None, *, is_brief: bool = False) -> str:
    """Return the result as text. `width` None breaks no line; `is_brief` leaves out what is well."""
    shown = [told for told in examined.told if not (is_brief and told.remark.state is State.OK)]
    lines: list[str] = []
    for number, told in enumerate(shown):
        lines.append(_line(told, width or _FAR))
        following = shown[number + 1].remark.remedy if number + 1 < len(shown) else ""
        if told.remark.remedy and told.remark.remedy != following:  # one remedy for several lines is said once
            lines.append(_wrapped(" " * _STATE_COLUMN + "-> ", told.remark.remedy, width or _FAR))
    if is_brief and not lines:
        return ""
    return "\n".join([*lines, *([""] if lines else []), *_closing(examined, width or _FAR)]) + "\n"


def _line(told: Told, width: int) -> str:
    state = told.remark.state.value.upper().ljust(_STATE_COLUMN)
    return _wrapped(state, f"{told.check}: {told.remark.subject}: {told.remark.message}", width)


def _wrapped(start: str, text: str, width: int) -> str:
    indent = " " * len(start)
    return fill(
        visible(text),
        width,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _closing(examined: Examined, width: int) -> Iterator[str]:
    counts = Counter(told.remark.state for told in examined.told)
    yield ", ".join(f"{counts[state]} {state.value.upper()}" for state in State)
    if counts[State.FAIL]:
        again = "dirsync doctor --offline" if examined.is_offline else "dirsync doctor"
        yield _wrapped("Next: ", f"mend what says FAIL, from the top, and run '{again}' again.", width)
    elif examined.is_offline:
        yield _wrapped("Next: ", "'dirsync doctor' asks the servers too; then 'dirsync audit'.", width)
    else:
        yield _wrapped("Next: ", "'dirsync audit' reads everything and writes nothing but its report.", width)
