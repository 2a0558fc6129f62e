"""A Crowd application's view as a Directory: users, groups and memberships, whole or by what has happened since."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from dirsync.directories.crowd import attribution
from dirsync.directories.crowd.attribution import Attribution
from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.crowd.reading import Reading
from dirsync.errors import DirectoryUnreadable
from dirsync.http import utc_now
from dirsync.model.snapshot import Completeness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from dirsync.directories.interface import Progress, Selection
    from dirsync.http import Endpoint
    from dirsync.model.snapshot import LastRead, Snapshot, Spool


class CrowdDirectory:
    """What one Crowd application shows. Implements `dirsync.directories.interface.Directory`.

    A Selection's `user_filter` and `group_filter` are in Crowd's query language; bases and attributes mean
    nothing here. The application must show one Crowd directory only: `usermanagement` names none, so that
    people of two could not be told apart (crowd-rest.md 2.1). `known` is what facts tell about that; without it
    only the keys of users tell, and nothing is said of what is not known.
    """

    kind = "crowd"

    def __init__(
        self,
        endpoint: Endpoint,
        selections: Sequence[Selection],
        progress: Progress | None = None,
        *,
        known: Attribution | None = None,
        page_size: int = 1000,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.name = endpoint.name
        self._endpoint = endpoint
        self._selections = tuple(selections)
        self._progress = progress
        self._known = known
        self._page_size = page_size
        self._clock = clock

    def read(self, known: LastRead, spool: Spool) -> Snapshot:
        """See `Directory`. Raises only while not even the first page of users has come."""
        started = self._clock()
        with CrowdClient(self._endpoint) as client:
            reading = Reading(client, spool, self._selections, self._page_size, self._progress, started.timestamp())
            problem: DirectoryUnreadable | None = None
            notices: tuple[str, ...] = ()
            shown = self._known or Attribution(self._endpoint.username)
            try:
                reading.read()
                problem = attribution.doubt(self._endpoint, reading.crowd_directories, shown) or reading.doubt(known)
                if self._known:
                    notices = attribution.notices(reading.crowd_directories, reading.users, shown)
            except DirectoryUnreadable as error:
                if not reading.proofs:
                    raise
                problem = error
            return spool.finish(
                Completeness(
                    is_complete=problem is None,
                    reason=problem.message if problem else "",
                    remedy=problem.remedy if problem else "",
                    server=client.server,
                    searches=reading.searches,
                    requests=client.requests_sent,
                    seconds=(self._clock() - started).total_seconds(),
                    read_at=started.astimezone(UTC).isoformat(timespec="seconds"),
                    notices=notices,
                    method=reading.method,
                )
            )
