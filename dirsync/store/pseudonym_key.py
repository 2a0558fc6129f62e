"""The key of the pseudonyms in redacted reports: made once, kept beside the store."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from dirsync.errors import UsageInvalid

_LENGTH = 32
_NAME = "pseudonyms.key"
_ONLY_THE_OWNER = 0o700


def pseudonym_key(folder: Path) -> bytes:
    """Return the key in a folder; where there is none yet it is made, with mode 0600.

    Whoever has it can tell whether a guessed name is in a redacted report. Raises `UsageInvalid` where it can't be read
    or made, and where it is not what was written.
    """
    path = folder / _NAME
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise UsageInvalid(
            f"The key of the pseudonyms, {path}, can't be read or made: {error.strerror}.",
            f"{folder} must be a folder this account may write to.",
        ) from error
    if len(key) != _LENGTH:
        raise UsageInvalid(
            f"The key of the pseudonyms, {path}, has {len(key)} bytes and must have {_LENGTH}.",
            "Bring it back from a backup; or delete it, and later reports have other pseudonyms than earlier ones.",
        )
    return key


def _make(path: Path) -> None:
    """Make the key appear whole or not at all; of two at once the first one counts."""
    path.parent.mkdir(mode=_ONLY_THE_OWNER, parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(unfinished)
        except FileExistsError:
            return
    finally:
        Path(unfinished).unlink()
