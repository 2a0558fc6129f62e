"""A read put on the last one: whom events touch is asked for again, and that nobody else came or went is proved.

Events are trusted with whom to look at, and with nothing else. Who is no longer found by a name is looked for by the
key, and the number of users is proved in the end: a directory that an application begins or ceases to show, or that is
switched off, need not be told of.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.directories.crowd.events import WholeReadNeeded
from dirsync.directories.crowd.found_by_key import FoundByKey
from dirsync.directories.crowd.kept_parts import DIRECTORIES, MEMBERSHIPS, PROVED, TOKEN, question_of
from dirsync.directories.crowd.look_up import quoted
from dirsync.directories.crowd.representations import user_id, user_ref
from dirsync.model.snapshot import SearchProof

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dirsync.directories.crowd.events import Happened
    from dirsync.directories.crowd.reading import Reading
    from dirsync.model.snapshot import Parts

PROOF_LASTS = 20 * 60 * 60
"""Seconds for which nothing but the events is asked while they tell of nothing: jobs that run more often than nightly
cost one request."""
AT_A_TIME = 50
"""Names asked for in one question, which goes into the URL."""


def build_on_last_read(reading: Reading, parts: Parts, happened: Happened) -> None:
    """Read what events touch, and keep the rest. Raises WholeReadNeeded, DirectoryUnreadable."""
    reading.crowd_directories |= json.loads(parts.notes.get(DIRECTORIES, "{}"))
    reading.proofs.append(SearchProof("/event/{token}", 1, happened.events, "HTTP 200"))
    again = _ReadAgain(reading, parts, happened, FoundByKey(reading.client))
    touches_memberships = happened.touches_memberships or happened.touches_groups
    is_due = bool(happened.events) or _is_proof_old(reading, parts)
    users = 0
    for restriction, names in reading.questions("user"):
        question = question_of("user", restriction, names)
        parts.keep_all(question)
        touches_memberships |= again.touched_users(restriction, names)
        there = parts.tally(question).entries
        if is_due:
            _prove_number(reading, restriction, there)
        users += there
    reading.users = users
    if len(reading.crowd_directories) > 1:
        raise WholeReadNeeded("keys of users begin with another number than at the last read")
    if happened.touches_groups:
        reading.read_groups()
    for restriction, names in () if happened.touches_groups else reading.questions("group"):
        parts.keep_all(question_of("group", restriction, names))
    if touches_memberships and any(one.wants_groups for one in reading.selections):
        reading.read_memberships()
    else:
        parts.keep_all(MEMBERSHIPS)
    if not reading.may_be_built_on:
        raise WholeReadNeeded("something that came to Crowd can't be taken")
    parts.notes[TOKEN] = happened.token
    if is_due:
        parts.notes[PROVED] = str(int(reading.now))
    parts.notes[DIRECTORIES] = json.dumps(reading.crowd_directories)
    reading.method = (
        f"Crowd's events: {happened.events:,} since the last read, {len(happened.users):,} users read again"
    )


@dataclass(frozen=True, slots=True)
class _ReadAgain:
    reading: Reading
    parts: Parts
    happened: Happened
    by_key: FoundByKey

    def touched_users(self, restriction: str, names: Sequence[str]) -> bool:
        """Read them again; return whether one came, went or was renamed, and with it its memberships."""
        question = question_of("user", restriction, names)
        known = {key.encode() for key in self.happened.keys}
        for name in self.happened.users:
            known |= self.parts.named(question, user_ref(name))
        found, has_come = self._named(self.happened.users, restriction, names)
        missing = sorted(key for key in known - found if self.parts.refs(question, key))
        # They may have been renamed since the events were told, or have nearly the name of somebody else.
        others = {name for key in missing if (name := self.by_key.name(key.decode()))}
        found_too, _ = self._named(others, restriction, names)
        gone = [key for key in missing if key not in found_too]
        if not restriction and any(self.by_key.name(key.decode()) for key in gone):
            raise WholeReadNeeded("Crowd finds a user by the key and not by the name")
        self.parts.drop(question, gone)
        return has_come or bool(missing)

    def _named(self, wanted: Collection[str], restriction: str, names: Sequence[str]) -> tuple[set[bytes], bool]:
        """Read users by their names; return their keys, and whether one of them is new or has another name."""
        question = question_of("user", restriction, names)
        found: set[bytes] = set()
        is_news = False
        left = iter(sorted(wanted))
        while some := list(islice(left, AT_A_TIME)):
            named = " or ".join(f"name = {quoted(name)}" for name in some)
            for record in self.reading.records("user", f"({restriction}) and ({named})" if restriction else named):
                key = user_id(record).encode()
                found.add(key)
                is_news |= self.parts.refs(question, key) != {user_ref(str(record["name"]))}
                self.reading.take_user(record, restriction, names)
        return found, is_news


def _is_proof_old(reading: Reading, parts: Parts) -> bool:
    """Say whether it is a night since the number of users was proved; by a clock that went back, too."""
    return not 0 <= reading.now - int(parts.notes.get(PROVED, "0")) < PROOF_LASTS


def _prove_number(reading: Reading, restriction: str, there: int) -> None:
    """Ask for what comes behind the last user but one: it must be one user, and no more."""
    start, most = (there - 1, 2) if there else (0, 1)
    records = reading.client.search("user", restriction, start, most)
    if len(records) != min(there, 1):
        raise WholeReadNeeded(f"Crowd has not the {there:,} users that its events make")
    what = f"/search user {restriction}".strip()
    reading.proofs.append(SearchProof(f"{what}, from number {start:,} on", 1, len(records), "HTTP 200, the last one"))
