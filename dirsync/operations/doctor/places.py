"""Files the settings name: LDIF exports and the store."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from dirsync.operations.doctor.interface import fail, ok, warn
from dirsync.settings.models import LdifSettings
from dirsync.store.inspection import look_at_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings


def ldif_files(given: Surroundings) -> Iterator[Remark]:
    """Say whether each export can be read; whether it is whole, only a run can tell."""
    for name, settings in given.connections():
        if not isinstance(settings, LdifSettings):
            continue
        path, remedy = settings.path, "Check PATH, and the job that writes the file."
        if path.is_file() and os.access(path, os.R_OK):
            yield ok(name, f"{path} is there, {path.stat().st_size:,} bytes.")
        elif path.exists():
            yield fail(name, f"{path} is no file that this account may read.", remedy)
        elif given.is_offline:
            yield warn(name, f"{path} is not on this machine.", "Where the job runs, 'dirsync doctor' checks it.")
        else:
            yield fail(name, f"there is no file {path}.", remedy)


def store(given: Surroundings) -> Iterator[Remark]:
    """Say whether the store can be written to and is of a version we know; makes and changes nothing."""
    if "STORE" in given.secrets_elsewhere:
        return
    url = given.settings.store.get_secret_value() if given.settings.store else ""
    looked = look_at_store(url, may_connect=not given.is_offline)
    remedy = "Name a database in DIRSYNC_STORE that this account may write to."
    yield (
        fail(looked.shown, looked.problem, looked.remedy or remedy)
        if looked.problem
        else ok(looked.shown, looked.state)
    )
