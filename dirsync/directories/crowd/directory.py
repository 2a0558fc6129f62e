"""A Crowd application's view as a Directory, read whole in three questions: users, groups, memberships."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from dirsync.directories.crowd import attribution
from dirsync.directories.crowd.attribution import Attribution
from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.crowd.listing import Listing
from dirsync.directories.crowd.representations import group_from, group_ref, unusable_name, user_from, user_ref
from dirsync.errors import DirectoryUnreadable, ReadIncomplete
from dirsync.http import utc_now
from dirsync.model.entries import MemberKind, Quarantined
from dirsync.model.names import fold
from dirsync.model.snapshot import Completeness, SearchProof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from dirsync.directories.interface import Progress, Selection
    from dirsync.http import Endpoint
    from dirsync.model.snapshot import LastRead, Snapshot, Spool

PROGRESS_EVERY = 1000


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
            reading = _Reading(client, spool, self._selections, self._page_size, self._progress)
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
                )
            )


@dataclass(slots=True)
class _Reading:
    """One read under way."""

    client: CrowdClient
    spool: Spool
    selections: tuple[Selection, ...]
    page_size: int
    progress: Progress | None
    users: int = 0
    groups: int = 0
    memberships: int = 0
    proofs: list[Listing | SearchProof] = field(default_factory=list)
    crowd_directories: dict[str, str] = field(default_factory=dict)
    """Number of a Crowd directory, as keys begin with it, to the first user seen of it."""

    @property
    def searches(self) -> tuple[SearchProof, ...]:
        return tuple(proof.proof() if isinstance(proof, Listing) else proof for proof in self.proofs)

    def read(self) -> None:
        for restriction, names in _by_filter((one.user_filter, one.name) for one in self.selections):
            for record in self._records("user", restriction):
                self._take_user(record, names)
        wanting = [one for one in self.selections if one.wants_groups]
        for restriction, names in _by_filter((one.group_filter, one.name) for one in wanting):
            for record in self._records("group", restriction):
                self.groups += 1
                for name in names:
                    self.spool.add_group(group_from(record), name)
        if wanting:
            self._read_memberships()

    def _records(self, entity: str, restriction: str) -> Iterator[dict[str, Any]]:
        listing = Listing(self.client, entity, restriction, self.page_size)
        for page in listing:
            if listing.pages == 1:
                self.proofs.append(listing)
            for number, record in enumerate(page, listing.entries - len(page) + 1):
                why = unusable_name(record)
                if why:
                    shown = repr(record.get("name")) if isinstance(record, dict) else ""
                    self.spool.quarantine(
                        Quarantined(f"{entity} number {number} {shown}".strip(), why, is_group=entity == "group")
                    )
                elif isinstance(record, dict):
                    yield record
            self._tell(f"{entity}s", listing.entries)

    def _take_user(self, record: dict[str, Any], names: Sequence[str]) -> None:
        self.users += 1
        user = user_from(record)
        number, colon, _ = user.id.partition(":")
        if "key" in record and colon:
            self.crowd_directories.setdefault(number, user.username)
        for name in names:
            self.spool.add_user(user, name)

    def _read_memberships(self) -> None:
        group_name = group_id = ""
        with self.client.memberships() as memberships:
            for group, kind, member in memberships:
                if group != group_name:
                    group_name, group_id = group, fold(group)
                ref = user_ref(member) if kind is MemberKind.USER else group_ref(member)
                self.spool.add_member(group_id, ref, kind)
                self.memberships += 1
                if self.memberships % PROGRESS_EVERY == 0:
                    self._tell("memberships", self.memberships)
        self._tell("memberships", self.memberships)
        self.proofs.append(SearchProof("/group/membership", 1, self.memberships, "HTTP 200, read to its end"))

    def _tell(self, what: str, done: int) -> None:
        if self.progress is not None:
            self.progress(f"{self.client.endpoint.name}: {what}", done)

    def doubt(self, known: LastRead) -> DirectoryUnreadable | None:
        """Return why a read that reached its end still proves nothing, or None."""
        name, application = self.client.endpoint.name, self.client.endpoint.username
        if self.users == 0 and known.users > 0:
            return ReadIncomplete(
                f"{name}: Crowd showed no users where there were {known.users:,}.",
                f"Look in Crowd whether the application '{application}' still has its directory, and whether that "
                f"directory is active. If it really is empty now, run again with --allow-removals {known.users}.",
            )
        return None


def _by_filter(wanted: Iterator[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Group the names of Selections by their filter, so that each distinct question is asked once."""
    names_of: dict[str, list[str]] = {}
    for restriction, name in wanted:
        names_of.setdefault(restriction.strip(), []).append(name)
    return list(names_of.items())
