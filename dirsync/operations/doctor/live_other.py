"""Directories that Jira holds itself: found in its database by name, with the rights to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.jira.directory import GIVE_THE_DATABASE
from dirsync.operations.doctor.interface import ok, warn
from dirsync.settings.products import JIRA, database_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import JiraDirectorySettings


def jira_directory(name: str, settings: JiraDirectorySettings, given: Surroundings) -> Iterator[Remark]:
    """Say whether it can be read whole; raises what the database says otherwise."""
    jira, called = given.settings.jira, f"'{settings.jira_directory}' is held by Jira itself"
    address = database_address(JIRA, jira) if jira else None
    if address is None:
        why = "its REST API shows no directory whole" if jira else "nothing says where Jira is"
        yield warn(name, f"{called}, and {why}.", f"{GIVE_THE_DATABASE}.")
        return
    from dirsync.directories.jira.database import found_in_database

    found = found_in_database(name, settings.jira_directory, address)
    if not found.is_active:
        yield warn(name, f"{called}, and it is switched off there.", "Leave it out, or switch it on in Jira.")
        return
    yield ok(name, f"'{found.name}' is directory {found.number} in {found.database}; its people can be read.")
