"""A directory that Jira holds itself, as a Directory: from Jira's database, or as far as its REST API goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Final

from dirsync.directories.placing import placed
from dirsync.errors import DirectoryUnreadable, ReadIncomplete
from dirsync.http import utc_now
from dirsync.model.snapshot import Completeness, SearchProof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dirsync.database.address import DatabaseAddress
    from dirsync.directories.interface import Progress, Selection
    from dirsync.http import Endpoint
    from dirsync.model.entries import Group, User
    from dirsync.model.snapshot import LastRead, Snapshot, Spool

PROGRESS_EVERY: Final = 1000
GIVE_THE_DATABASE: Final = (
    "Set DIRSYNC_JIRA__DATABASE_URL to an account with the rights that 'dirsync doctor --grants jira' prints"
)
"""The cheapest way to read such a directory whole."""


@dataclass
class Reading:
    """One read under way: what was asked for, and how far it got."""

    directory: str
    """The Directory's key."""
    jira_directory: str
    """Its name in Jira, as the settings have it."""
    spool: Spool
    selections: Sequence[Selection]
    progress: Progress | None = None
    server: str = ""
    requests: int = 0
    users: int = 0
    proofs: list[SearchProof] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    problem: DirectoryUnreadable | None = None
    """Why the read is not whole."""

    @property
    def wants_groups(self) -> bool:
        """Whether anybody asked for groups."""
        return any(one.wants_groups for one in self.selections)

    def take_user(self, user: User) -> None:
        """Give a user to every Selection."""
        self.users += 1
        for one in self.selections:
            self.spool.add_user(user, placed(user, one))
        if self.users % PROGRESS_EVERY == 0:
            self.tell("users", self.users)

    def take_group(self, group: Group) -> None:
        """Give a group to every Selection that wants groups."""
        for one in self.selections:
            if one.wants_groups:
                self.spool.add_group(group, one.name)

    def tell(self, what: str, done: int) -> None:
        """Show how far it is."""
        if self.progress is not None:
            self.progress(f"{self.directory}: {what}", done)


class JiraDirectory:
    """One user directory of Jira, by its name there. Implements `dirsync.directories.interface.Directory`.

    With `database` it is read from Jira's database; else with `endpoint` by REST, which never counts as complete.
    Each Selection gets all of it: bases, filters and attributes mean nothing here.
    """

    kind = "jira"

    def __init__(
        self,
        name: str,
        jira_directory: str,
        selections: Sequence[Selection],
        progress: Progress | None = None,
        *,
        database: DatabaseAddress | None = None,
        endpoint: Endpoint | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = name
        self._jira_directory = jira_directory
        self._selections = tuple(selections)
        self._progress = progress
        self._database = database
        self._endpoint = endpoint
        self._clock = clock

    def read(self, known: LastRead, spool: Spool) -> Snapshot:
        """See `Directory`. Raises only while nothing has been read."""
        started = self._clock()
        reading = Reading(self.name, self._jira_directory, spool, self._selections, self._progress)
        try:
            self._read(reading)
        except DirectoryUnreadable as error:
            if not reading.proofs:
                raise
            reading.problem = error
        problem = reading.problem or _doubt(reading, known)
        return spool.finish(
            Completeness(
                is_complete=problem is None,
                reason=problem.message if problem else "",
                remedy=problem.remedy if problem else "",
                server=reading.server,
                searches=tuple(reading.proofs),
                requests=reading.requests,
                seconds=(self._clock() - started).total_seconds(),
                read_at=started.astimezone(UTC).isoformat(timespec="seconds"),
                notices=tuple(reading.notices),
            )
        )

    def _read(self, reading: Reading) -> None:
        if self._database:
            from dirsync.directories.jira.database import read_from_database

            read_from_database(reading, self._database)
        elif self._endpoint:
            from dirsync.directories.jira.rest import read_by_rest

            read_by_rest(reading, self._endpoint)
        else:
            raise DirectoryUnreadable(
                f"{self.name}: '{self._jira_directory}' is held by Jira itself, and nothing says where Jira is.",
                f"{GIVE_THE_DATABASE}.",
            )


def _doubt(reading: Reading, known: LastRead) -> DirectoryUnreadable | None:
    """Return why a read that reached its end still proves nothing, or None."""
    if reading.users == 0 and known.users > 0:
        return ReadIncomplete(
            f"{reading.directory}: Jira's directory '{reading.jira_directory}' holds no users where there were "
            f"{known.users:,}.",
            "Look under Jira administration > User management > User directories, and see that no row-level security "
            f"keeps them from the account. If it really is empty now, run again with --allow-removals {known.users}.",
        )
    return None
