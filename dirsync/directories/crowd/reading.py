"""One read of what a Crowd application shows: all of it, or what events say has changed.

Where the spool keeps parts from read to read, each user and each group is one, and each run of a group's members.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any

from dirsync.directories.crowd.events import Happened, WholeReadNeeded, newest_token, since
from dirsync.directories.crowd.listing import Listing
from dirsync.directories.crowd.look_up import quoted
from dirsync.directories.crowd.representations import (
    group_from,
    group_ref,
    unusable_name,
    user_from,
    user_id,
    user_ref,
)
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
AT_A_TIME = 50
"""Names asked for in one question, which goes into the URL."""
RUN = 10_000
"""Members of a group that are kept or replaced together."""
_TOKEN, _DIRECTORIES = "event token", "directories of Crowd"
_MEMBERSHIPS = "memberships"


@dataclass(slots=True)
class Reading:
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
    method: str = ""
    """How far an earlier read was built on, in words; empty where everything was read."""

    @property
    def searches(self) -> tuple[SearchProof, ...]:
        """How each question was answered."""
        return tuple(proof.proof() if isinstance(proof, Listing) else proof for proof in self.proofs)

    def read(self) -> None:
        """Read what changed where that can be told, else everything. Raises DirectoryUnreadable."""
        parts = self.spool.parts
        token = parts.notes.pop(_TOKEN, "") if parts else ""
        if parts and token:
            try:
                happened = since(self.client, token)
            except WholeReadNeeded as why:
                self.method = f"everything was read anew, since {why}"
            else:
                self._build_on_last_read(parts, happened)
                return
        next_token = self._next_token() if parts else ""
        self._read_everything()
        if parts and next_token:
            parts.notes[_TOKEN] = next_token
            parts.notes[_DIRECTORIES] = json.dumps(self.crowd_directories)

    def _next_token(self) -> str:
        """Return the token of before the read: what happens meanwhile is told the next time."""
        try:
            return newest_token(self.client)
        except WholeReadNeeded as why:
            self.method = f"everything is read every time, since {why}"
            return ""

    def _read_everything(self) -> None:
        for restriction, names in self._questions("user"):
            for record in self._records("user", restriction):
                self._take_user(record, restriction, names)
        self._read_groups()
        if any(one.wants_groups for one in self.selections):
            self._read_memberships()

    def _build_on_last_read(self, parts: Parts, happened: Happened) -> None:
        self.crowd_directories |= json.loads(parts.notes.get(_DIRECTORIES, "{}"))
        self.proofs.append(SearchProof("/event/{token}", 1, happened.events, "HTTP 200"))
        touches_memberships = happened.touches_memberships or happened.touches_groups
        users = 0
        for restriction, names in self._questions("user"):
            question = _question("user", restriction, names)
            parts.keep_all(question)
            touches_memberships |= self._read_users_again(parts, happened, restriction, names)
            users += parts.tally(question).users
        self.users = users
        wanting = any(one.wants_groups for one in self.selections)
        if happened.touches_groups:
            self._read_groups()
        for restriction, names in () if happened.touches_groups else self._questions("group"):
            parts.keep_all(_question("group", restriction, names))
        if wanting and touches_memberships:
            self._read_memberships()
        else:
            parts.keep_all(_MEMBERSHIPS)
        parts.notes[_TOKEN] = happened.token
        parts.notes[_DIRECTORIES] = json.dumps(self.crowd_directories)
        self.method = (
            f"Crowd's events: {happened.events:,} since the last read, {len(happened.users):,} users read again"
        )

    def _read_users_again(self, parts: Parts, happened: Happened, restriction: str, names: Sequence[str]) -> bool:
        """Ask for users by their names; return whether one came, went or was renamed, and with it its memberships."""
        question = _question("user", restriction, names)
        known = {key.encode() for key in happened.keys}
        found: set[bytes] = set()
        left = iter(sorted(happened.users))
        has_come_or_gone = False
        while some := list(islice(left, AT_A_TIME)):
            for name in some:
                known |= parts.named(question, user_ref(name))
            named = " or ".join(f"name = {quoted(name)}" for name in some)
            for record in self._records("user", f"({restriction}) and ({named})" if restriction else named):
                key = user_id(record).encode()
                found.add(key)
                has_come_or_gone |= parts.refs(question, key) != {user_ref(str(record["name"]))}
                self._take_user(record, restriction, names)
        gone = known - found
        has_come_or_gone |= any(parts.refs(question, key) for key in gone)
        parts.drop(question, sorted(gone))
        return has_come_or_gone

    def _questions(self, entity: str) -> list[tuple[str, list[str]]]:
        if entity == "user":
            return _by_filter((one.user_filter, one.name) for one in self.selections)
        return _by_filter((one.group_filter, one.name) for one in self.selections if one.wants_groups)

    def _records(self, entity: str, restriction: str) -> Iterator[dict[str, Any]]:
        listing = Listing(self.client, entity, restriction, self.page_size)
        for page in listing:
            if listing.pages == 1:
                self.proofs.append(listing)
            for number, record in enumerate(page, listing.entries - len(page) + 1):
                why = unusable_name(record)
                if why:
                    shown = repr(record.get("name")) if isinstance(record, dict) else ""
                    name = f"{entity} number {number} {shown}".strip()
                    with self._part(f"unusable {entity}s", name.encode(errors="replace")):
                        self.spool.quarantine(Quarantined(name, why, is_group=entity == "group"))
                elif isinstance(record, dict):
                    yield record
            self._tell(f"{entity}s", listing.entries)

    def _take_user(self, record: dict[str, Any], restriction: str, names: Sequence[str]) -> None:
        self.users += 1
        user = user_from(record)
        number, colon, _ = user.id.partition(":")
        if "key" in record and colon:
            self.crowd_directories.setdefault(number, user.username)
        with self._part(_question("user", restriction, names), user.id.encode()):
            for name in names:
                self.spool.add_user(user, name)

    def _read_groups(self) -> None:
        for restriction, names in self._questions("group"):
            for record in self._records("group", restriction):
                self.groups += 1
                group = group_from(record)
                with self._part(_question("group", restriction, names), group.id.encode()):
                    for name in names:
                        self.spool.add_group(group, name)

    def _read_memberships(self) -> None:
        parts = self.spool.parts
        with self.client.memberships() as memberships:
            for group_id, run in _runs(memberships):
                self.memberships += len(run)
                key = blake2b(repr((group_id, run)).encode(errors="surrogatepass"), digest_size=16).digest()
                if not (parts and parts.keep(_MEMBERSHIPS, key)):
                    with self._part(_MEMBERSHIPS, key):
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


def _question(entity: str, restriction: str, names: Sequence[str]) -> str:
    return repr((entity, restriction, tuple(names)))


def _by_filter(wanted: Iterator[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Group the names of Selections by their filter, so that each distinct question is asked once."""
    names_of: dict[str, list[str]] = {}
    for restriction, name in wanted:
        names_of.setdefault(restriction.strip(), []).append(name)
    return list(names_of.items())
