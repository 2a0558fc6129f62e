"""Templates as Jinja has compiled them, kept from run to run: to compile them took a fifth of a small audit."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache
from platformdirs import user_cache_path

from dirsync import __version__

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


def compiled_templates() -> FileSystemBytecodeCache | None:
    """Return where they are kept: in a folder of the user's own cache, which may be deleted at any time.

    None where there can be none, or others may write to it: what lies there is run as code.
    """
    with suppress(OSError, RuntimeError):  # the latter: nobody knows where this account is at home
        folder = user_cache_path("dirsync", appauthor=False) / "templates"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and not found.st_mode & _OTHERS_MAY_WRITE
        if is_ours and found.st_uid == os.getuid():
            return _Kept(str(folder), f"{__version__}-%s.cache")
    return None


class _Kept(FileSystemBytecodeCache):
    """Does without where nothing can be kept: a full disk costs a fraction of a second and no report."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - half a file may be read as anything
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """See `BytecodeCache`."""
        with suppress(OSError):
            super().dump_bytecode(bucket)
