"""The lines about what kept a run from its work."""

from __future__ import annotations

from typing import Any

from dirsync.reports.troubles import troubles

WHOLE: dict[str, Any] = {"name": "hr", "complete": True, "reason": "", "remedy": ""}


def test_each_directory_that_was_not_read_whole_is_told_once_with_its_remedy() -> None:
    ended = {"name": "corp", "complete": False, "reason": "corp: size limit.", "remedy": "Raise it."}
    mute = {"name": "crowd", "complete": False, "reason": "No answer."}
    assert [*troubles({"directories": [WHOLE, ended, mute], "plan": None})] == [
        "corp could not be read whole: size limit. Raise it.",
        "crowd could not be read whole: No answer.",
    ]


def test_each_guard_that_refused_is_told_and_no_other() -> None:
    guards = [
        {"guard": "removals", "refused": True, "message": "60 of 61."},
        {"guard": "creations", "refused": False, "message": "fine"},
    ]
    assert [*troubles({"directories": [WHOLE], "plan": {"guards": guards}})] == [
        "the guard removals refused the plan, nothing was changed: 60 of 61."
    ]
