"""How long written reports are kept: they hold names, so a folder of them should not grow for ever."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dirsync.errors import DirsyncError
from dirsync.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# as `dirsync.model.run_id` makes ids, and `dirsync.reports.writer` names files
_WRITTEN = re.compile(r"dirsync-(?P<run>\d{8}T\d{6}Z-[0-9a-f]+)(-redacted)?(?P<suffix>\..+)")


def keep_newest(folder: Path, runs: int, written: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Delete the reports in a folder that are of older runs than the newest so many, and return what was deleted.

    Only files that are named as dirsync names reports are looked at, and no folders or links. The age of a run is that
    in its id, and of several in one second that of its first file; what was `written` just now stays, of however old a
    run it is. Raises `DirsyncError` where one can't be deleted.
    """
    suffixes = {make().suffix for make in REPORTS.values()}
    found = [(match["run"], path) for path in folder.iterdir() if (match := _named(path, suffixes))]
    first: dict[str, int] = {}
    for run, path in found:
        at = path.stat().st_mtime_ns
        first[run] = min(at, first.get(run, at))
    kept = set(sorted(first, key=lambda run: (run.partition("-")[0], first[run]), reverse=True)[:runs])
    new = set(written)
    old = sorted(path for run, path in found if run not in kept and path not in new)
    for path in old:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise DirsyncError(
                f"The old report {path} could not be deleted: {error.strerror}.",
                f"{folder} must be a folder this account may write to. The new reports are there.",
            ) from error
    return tuple(old)


def _named(path: Path, suffixes: set[str]) -> re.Match[str] | None:
    match = _WRITTEN.fullmatch(path.name)
    is_report = match is not None and match["suffix"] in suffixes and path.is_file() and not path.is_symlink()
    return match if is_report else None
