"""One read of what a Crowd application shows: all of it, or what events say has changed.

Where the spool keeps parts from read to read, each user and each group is one, and each run of a group's members.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from dirsync.directories.crowd.building_on import build_on_last_read
from dirsync.directories.crowd.events import WholeReadNeeded, newest_token, since
from dirsync.directories.crowd.kept_parts import DIRECTORIES, MEMBERSHIPS, PROVED, TOKEN, question_of, unusable
from dirsync.directories.crowd.listing import Listing
from dirsync.directories.crowd.representations import (
    group_from,
    group_ref,
    unusable_name,
    user_from,
    user_ref,
)
from dirsync.directories.placing import placed
from dirsync.errors import DirectoryUnreadable, ReadIncomplete
from dirsync.model.entries import MemberKind, Quarantined
from dirsync.model.names import fold
from dirsync.model.snapshot import SearchProof, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dirsync.directories.crowd.client import CrowdClient
    from dirsync.directories.interface import Progress, Selection
    from dirsync.model.snapshot import LastRead, Parts, Spool

PROGRESS_EVERY = 1000
RUN = 10_000
"""Members of a group that are kept or replaced together."""


@dataclass(slots=True)
class Reading:
    """One read under way."""

    client: CrowdClient
    spool: Spool
    selections: tuple[Selection, ...]
    page_size: int
    progress: Progress | None
    now: float
    """When the read began, in seconds of Unix time."""
    users: int = 0
    groups: int = 0
    memberships: int = 0
    proofs: list[Listing | SearchProof] = field(default_factory=list)
    crowd_directories: dict[str, str] = field(default_factory=dict)
    """Number of a Crowd directory, as keys begin with it, to the first user seen of it."""
    method: str = ""
    """How far an earlier read was built on, in words; empty where everything was read."""
    may_be_built_on: bool = True
    """False where what was left out or could not be told apart is to be looked at anew each time."""

    @property
    def searches(self) -> tuple[SearchProof, ...]:
        """How each question was answered."""
        return tuple(proof.proof() if isinstance(proof, Listing) else proof for proof in self.proofs)

    def read(self) -> None:
        """Read what changed where that can be told, else everything. Raises DirectoryUnreadable."""
        parts = self.spool.parts
        token = parts.notes.pop(TOKEN, "") if parts else ""
        if parts and token:
            try:
                build_on_last_read(self, parts, since(self.client, token))
            except WholeReadNeeded as why:
                self._begin_anew(parts)
                self.method = f"everything was read anew, since {why}"
            else:
                return
        next_token = self._next_token() if parts else ""
        self._read_everything()
        if parts and next_token and self.may_be_built_on:
            parts.notes[TOKEN] = next_token
            parts.notes[PROVED] = str(int(self.now))
            parts.notes[DIRECTORIES] = json.dumps(self.crowd_directories)

    def _begin_anew(self, parts: Parts) -> None:
        """Take back what was read so far."""
        for entity in ("user", "group"):
            for restriction, names in self.questions(entity):
                parts.start_over(question_of(entity, restriction, names))
            parts.start_over(unusable(entity))
        parts.start_over(MEMBERSHIPS)
        self.users = self.groups = self.memberships = 0
        self.may_be_built_on = True
        self.proofs.clear()
        self.crowd_directories.clear()

    def _next_token(self) -> str:
        """Return the token of before the read: what happens meanwhile is told the next time."""
        try:
            return newest_token(self.client)
        except WholeReadNeeded as why:
            self.method = f"everything is read every time, since {why}"
            return ""

    def _read_everything(self) -> None:
        for restriction, names in self.questions("user"):
            self._read_users(restriction, names)
        self.read_groups()
        if any(one.wants_groups for one in self.selections):
            self.read_memberships()

    def _read_users(self, restriction: str, names: Sequence[str]) -> None:
        parts, question, users = self.spool.parts, question_of("user", restriction, names), self.users
        for record in self.records("user", restriction):
            self.take_user(record, restriction, names)
        if parts and parts.tally(question).entries < self.users - users:
            # A part is replaced by another of its key: of users who share one the last would be left.
            parts.start_over(question)
            self.users, self.may_be_built_on = users, False
            for record in self.records("user", restriction):
                self.take_user(record, restriction, names, is_part=False)

    def questions(self, entity: str) -> list[tuple[str, list[str]]]:
        """Return each distinct filter, with the names of the Selections that have it."""
        if entity == "user":
            return _by_filter((one.user_filter, one.name) for one in self.selections)
        return _by_filter((one.group_filter, one.name) for one in self.selections if one.wants_groups)

    def records(self, entity: str, restriction: str) -> Iterator[dict[str, Any]]:
        """Yield the records that can be taken; the others are left out by name."""
        listing = Listing(self.client, entity, restriction, self.page_size)
        for page in listing:
            if listing.pages == 1:
                self.proofs.append(listing)
            for number, record in enumerate(page, listing.entries - len(page) + 1):
                why = unusable_name(record)
                if why:
                    shown = repr(record.get("name")) if isinstance(record, dict) else ""
                    name = f"{entity} number {number} {shown}".strip()
                    self.may_be_built_on = False
                    with self._part(unusable(entity), name.encode(errors="replace")):
                        self.spool.quarantine(Quarantined(name, why, is_group=entity == "group"))
                elif isinstance(record, dict):
                    yield record
            self._tell(f"{entity}s", listing.entries)

    def take_user(
        self, record: dict[str, Any], restriction: str, names: Sequence[str], *, is_part: bool = True
    ) -> None:
        """Take a user for the Selections of these names."""
        self.users += 1
        user = user_from(record)
        number, colon, _ = user.id.partition(":")
        if "key" in record and colon:
            self.crowd_directories.setdefault(number, user.username)
        with self._part(question_of("user", restriction, names), user.id.encode()) if is_part else nullcontext():
            for selection in self.selections:
                if selection.name in names:
                    self.spool.add_user(user, placed(user, selection))

    def read_groups(self) -> None:
        """Read the groups that somebody wants."""
        for restriction, names in self.questions("group"):
            for record in self.records("group", restriction):
                self.groups += 1
                group = group_from(record)
                with self._part(question_of("group", restriction, names), group.id.encode()):
                    for name in names:
                        self.spool.add_group(group, name)

    def read_memberships(self) -> None:
        """Read all memberships; runs that are as they were are kept."""
        parts = self.spool.parts
        with self.client.memberships() as memberships:
            for group_id, run in _runs(memberships):
                self.memberships += len(run)
                key = blake2b(repr((group_id, run)).encode(errors="surrogatepass"), digest_size=16).digest()
                if not (parts and parts.keep(MEMBERSHIPS, key)):
                    with self._part(MEMBERSHIPS, key):
                        for ref, kind in run:
                            self.spool.add_member(group_id, ref, kind)
                self._tell("memberships", self.memberships)
        self.proofs.append(SearchProof("/group/membership", 1, self.memberships, "HTTP 200, read to its end"))

    @contextmanager
    def _part(self, question: str, key: bytes) -> Iterator[None]:
        """Let what is added be one part of the answer to a question, where parts are kept."""
        parts = self.spool.parts
        if parts:
            parts.begin(question, key)
        yield
        if parts:
            parts.end(Tally(1, users=1))

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


def _runs(memberships: Iterable[tuple[str, MemberKind, str]]) -> Iterator[tuple[str, list[tuple[str, MemberKind]]]]:
    """Yield members group by group, a bounded number at a time, under the group's id."""
    of, group_id, run = "", "", list[tuple[str, MemberKind]]()
    for group, kind, member in memberships:
        if group != of or len(run) >= RUN:
            if run:
                yield group_id, run
            of, group_id, run = group, fold(group), []
        run.append((user_ref(member) if kind is MemberKind.USER else group_ref(member), kind))
    if run:
        yield group_id, run


def _by_filter(wanted: Iterator[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Group the names of Selections by their filter, so that each distinct question is asked once."""
    names_of: dict[str, list[str]] = {}
    for restriction, name in wanted:
        names_of.setdefault(restriction.strip(), []).append(name)
    return list(names_of.items())
