"""What every report format is: a pure function from a Run to bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Report(Protocol):
    """One format.

    It is given the document of `dirsync.reports.document`, never a live object, so that a stored run renders
    as the fresh one did.
    """

    name: str
    """What `--format` calls it."""
    suffix: str
    """The file's ending, with its dot."""

    def render(self, document: Mapping[str, Any]) -> bytes:
        """Return the whole report. Pure: no clock, no network, no files but the package's own templates."""
