"""Directories that nobody can be asked about yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.operations.doctor.interface import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import JiraDirectorySettings


def jira_directory(name: str, settings: JiraDirectorySettings, _given: Surroundings) -> Iterator[Remark]:
    """Say that this version can't read what Jira holds itself."""
    yield warn(
        name,
        f"'{settings.jira_directory}' is held by Jira itself, and this version of dirsync can't read it yet.",
        "Leave it out of the mappings; Jira's own groups are still seen through its REST API.",
    )
