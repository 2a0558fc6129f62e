"""The one place in reports that touches files: a report is there whole, readable by its owner only, or not at all."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dirsync.errors import DirsyncError, UsageInvalid
from dirsync.reports import REPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ONLY_THE_OWNER = 0o700
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_FOR_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def write_reports(
    document: Mapping[str, Any], formats: Iterable[str], folder: Path, *, is_redacted: bool = False
) -> tuple[Path, ...]:
    """Render a document in each format and write it to `folder` as `dirsync-<run id>.<format>`.

    A redacted one has `-redacted` behind the run's id, so that nobody sends the other one. All are rendered before the
    first is written. Raises `UsageInvalid` for a format nobody knows and for a folder that can't be written to,
    `DirsyncError` when the disk is full.
    """
    wanted = list(dict.fromkeys(formats))
    check_formats(wanted)
    reports = [REPORTS[name]() for name in wanted]
    contents = [(report.suffix, report.render(document)) for report in reports]
    stem = _NOT_FOR_FILE_NAMES.sub("-", f"dirsync-{document['run']['id']}{'-redacted' if is_redacted else ''}")
    return tuple(write_file(folder / f"{stem}{suffix}", content) for suffix, content in contents)


def check_formats(formats: Iterable[str]) -> None:
    """Raise `UsageInvalid` that names every format nobody knows."""
    unknown = [f"'{name}'" for name in dict.fromkeys(formats) if name not in REPORTS]
    if unknown:
        raise UsageInvalid(
            f"No report format is called {' or '.join(unknown)}.", f"Known formats: {', '.join(REPORTS)}."
        )


def write_file(path: Path, content: bytes) -> Path:
    """Write a file with mode 0600, replacing an earlier one in one step; a missing folder is made with mode 0700.

    Errors as in `write_reports`. After an error the earlier file is untouched and nothing new is left.
    """
    try:
        path.parent.mkdir(mode=_ONLY_THE_OWNER, parents=True, exist_ok=True)
        # mkstemp gives 0600; the same folder makes the rename atomic.
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise _explained(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        Path(unfinished).unlink(missing_ok=True)
        raise _explained(path, error) from error
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return path


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut (rename(2) is durable only once its folder is)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explained(path: Path, error: OSError) -> DirsyncError:
    reason = error.strerror or str(error)
    if error.errno in _NO_SPACE:
        return DirsyncError(
            f"{path} could not be written: {reason}. Nothing half-written was left.",
            f"Make room on the disk of {path.parent}, or name another folder with --out, "
            "then run 'dirsync report' to render the stored run again.",
        )
    return UsageInvalid(
        f"{path} could not be written: {reason}.",
        f"{path.parent} must be a folder this account may write to; name another with --out.",
    )
