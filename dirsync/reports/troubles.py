"""What kept a run from doing its work, a line for each cause: for the log, whoever reads the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.wording import without_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def troubles(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield why a Directory was not read whole (exit code 3) and why a guard refused (4), each with its remedy.

    Changes that failed (5) are not among them: apply tells of each while it works.
    """
    for directory in document["directories"]:
        if not directory["complete"]:
            why = without_name(directory["reason"], directory["name"])
            yield f"{directory['name']} could not be read whole: {why} {directory.get('remedy') or ''}".rstrip()
    for guard in (document.get("plan") or {}).get("guards", ()):
        if guard["refused"]:
            yield f"the guard {guard['guard']} refused the plan, nothing was changed: {guard['message']}"
