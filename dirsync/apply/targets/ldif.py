"""An LDIF file as a Target: its changes are written down as change records, and planned only until then."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, failed
from dirsync.apply.targets.ldap_operations import operations
from dirsync.apply.targets.ldap_people import NotTheOne
from dirsync.directories.ldap.writing.tree import LookFailed
from dirsync.directories.ldif_changes import ChangeFile
from dirsync.http import utc_now
from dirsync.model.plans import Change, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.writing.layout import Layout


class LdifTarget:
    """Implements `dirsync.model.plans.Target`. Not for several threads at once.

    Nothing is carried out here: what could be written down is `planned`, so that nobody takes an account for made
    that nobody has made. The file appears with `close`, beside the one that was read, and names the run.
    """

    def __init__(
        self,
        directory: str,
        path: Path,
        run: str,
        selection: Selection,
        layouts: Mapping[str, Layout],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.directory = directory
        self._file = ChangeFile(directory, path, run, selection)
        self._clock = clock
        self._carries_out = operations(self._file, layouts)

    def close(self) -> None:
        """Put the change records where somebody else finds them. Raises `ChangeRejected` when that fails."""
        self._file.close()

    def carry_out(self, change: Change) -> Outcome:
        """See `Target`."""
        if not self._file.is_open:
            self._file.open()
        try:
            ending = self._carries_out[change.op](change)
        except NotTheOne as wrong:
            ending = wrong.ending
        except LookFailed as error:
            ending = failed(str(error))
        ending = self._planned(ending)
        at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        return Outcome(change.id, ending.result, ending.message, at, ending.target_id)

    def _planned(self, ending: Ending) -> Ending:
        if ending.result is not Result.DONE:
            return ending
        where = f"written to {self._file.path} for somebody else to carry out"
        return Ending(Result.PLANNED, f"{where}; {ending.message}" if ending.message else where)
