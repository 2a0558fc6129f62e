"""Which directories Crowd has, of what type, whether they are active and in step (crowd-rest.md 8.3)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from dirsync.errors import ReadIncomplete
from dirsync.facts.crowd_admin_paths import ADMIN, ASKED_FOR
from dirsync.facts.crowd_admin_records import Record, page_of
from dirsync.facts.crowd_admin_refusals import accepted
from dirsync.facts.crowd_admin_told import ToldDirectory
from dirsync.facts.jira_pages import Page, all_records
from dirsync.model.products import DirectoryType, SyncState

if TYPE_CHECKING:
    from dirsync.facts.jira_questions import Questions

DIRECTORIES: Final = "crowd.admin.directories"
TYPES = {
    "INTERNAL": DirectoryType.INTERNAL,
    "CONNECTOR": DirectoryType.CONNECTOR,
    "DELEGATING": DirectoryType.DELEGATING,
    "CROWD": DirectoryType.CROWD,
}
"""Crowd's words (crowd-rest.md 10); AZURE_AD and CUSTOM have no word of ours."""
PATH = f"{ADMIN}/directory/detailed"


def ask_directories(questions: Questions) -> None:
    """Ask for all directories."""
    questions.work_out(
        DIRECTORIES,
        questions.source(PATH),
        partial(_directories, questions),
        otherwise="declare crowd.directories in mappings/estate.yaml",
    )


def _directories(questions: Questions) -> tuple[ToldDirectory, ...]:
    def page_from(start: int) -> Page[Record]:
        answer = accepted(questions.get(PATH, {"start": str(start), "limit": str(ASKED_FOR)}))
        return page_of(answer, ASKED_FOR, "directories", _number)

    source = questions.source(PATH)
    records = all_records(page_from, source, "directories", "start", "Crowd")
    if not records:
        raise ReadIncomplete(
            f"{source}: Crowd lists no directory, and has always the one its administrators are in.",
            f"See whether '{questions.http.endpoint.username}' may see all directories.",
        )
    return tuple(directory_from(record, number) for number, record in records.items())


def _number(record: Record) -> str:
    return record.text("id", "directoryId")


def directory_from(record: Record, number: str) -> ToldDirectory:
    """Return a directory; what its record does not say is None."""
    return ToldDirectory(
        number=number,
        name=record.text("name", "directoryName", "displayName") or f"number {number}",
        type=TYPES.get(record.text("type", "directoryType").upper()),
        is_active=record.flag("active", "isActive"),
        allowed_operations=record.names("allowedOperations", "permissions"),
        default_groups=_default_groups(record.record("attributes")),
        sync_state=_sync_state(record),
    )


def _default_groups(attributes: Record | None) -> tuple[str, ...] | None:
    """Return the directory's own default groups, which are one of its attributes, alone or the only one of a list.

    Crowd separates several by `|` (9.4, recall).
    """
    value = attributes.value("autoAddGroups") if attributes else None
    texts = value if isinstance(value, list) and value else [value]
    if not all(isinstance(text, str) for text in texts):
        return None
    return tuple(dict.fromkeys(name for text in texts for part in str(text).split("|") if (name := part.strip())))


def _sync_state(record: Record) -> SyncState | None:
    """Return what the record says of its synchronisation; nobody has recorded how Crowd writes it (13.3)."""
    inner = record.record("synchronisation", "synchronization", "syncInfo", "synchronisationInformation") or record
    running = inner.flag("synchronising", "synchronizing", "isSynchronising", "syncing", "running")
    started = inner.text("lastStartTime", "startTime", "syncStart", "started", "lastSyncStartTime")
    ended = inner.text("lastEndTime", "endTime", "syncEnd", "ended", "lastSynchronised", "lastSyncTime")
    status = inner.text("syncStatus", "synchronisationStatus", "statusKey", "status")
    found = SyncState(running, started, ended, status)
    return None if found == SyncState() else found
