"""Findings that a named person accepts: one entry, and the file of its own they may stand in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dirsync.mapping.wording import FINDING_ID
from dirsync.mapping.words import Day, Name, Words
from dirsync.model.findings import Mechanism  # noqa: TC001 - pydantic reads the annotations


class WaiverEntry(Words):
    """Findings that a named person accepts until a date. Say besides the rule what it is about; names are exact."""

    rule: Name
    """The rule's id; `dirsync rules` lists them."""
    reason: Name
    """Why, for the reviewer."""
    owner: Name
    """The person who accepts it."""
    expires: Day
    """The last day on which it holds, such as 2027-01-31; at most a year ahead."""
    user: str = ""
    """A username."""
    group: str = ""
    """A group's name."""
    directory: str = ""
    """A directory of the settings."""
    application: str = ""
    """Key of a Jira application, such as jira-software."""
    project: str = ""
    """Key of a service project."""
    mapping: str = ""
    """A mapping's name."""
    mechanism: Mechanism | None = None
    """Which of the things called default groups it is about, beside the group or directory."""
    finding: Annotated[str, Field(pattern=FINDING_ID)] = ""
    """The id of one finding, as reports give it; it stays over a rename. The names beside it are for the reader."""


class WaiverFile(Words):
    """The whole of `mappings/waivers.yaml`: waivers kept apart from the mappings, so that others may own them."""

    version: Literal[1] = 1
    """Of the file format."""
    waivers: tuple[WaiverEntry, ...] = ()
    """Findings that a named person accepts until a date."""
