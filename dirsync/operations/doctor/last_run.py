"""What the last run could not read: the doctor's own short look may not have met it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.operations.doctor.interface import warn
from dirsync.reports.wording import without_name
from dirsync.store.inspection import look_at_store
from dirsync.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings

_FEW: Final = 20
"""Of so many runs the newest that has ended is looked for."""


def last_run(given: Surroundings) -> Iterator[Remark]:
    """Say which Directories the newest run that ended could not read whole, and why; makes and changes nothing."""
    if given.is_offline:
        return
    url = given.settings.store.get_secret_value() if given.settings.store else ""
    if not look_at_store(url, may_connect=True).is_of_today:
        return
    store = Store(url)
    try:
        newest = next((run for run in store.runs.history(_FEW) if run.finished_at), None)
        document = store.runs.document(newest.id) if newest and not newest.is_complete else None
    finally:
        store.close()
    for directory in document["directories"] if document else ():
        if newest and not directory["complete"]:
            why = without_name(directory["reason"], directory["name"])
            remedy = directory.get("remedy") or "See its report: 'dirsync report --format html'."
            yield warn(directory["name"], f"the last run ({newest.id}) could not read it whole: {why}", remedy)
