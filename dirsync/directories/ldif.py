"""An LDIF file as a Directory: an export of people and groups, read as a server would give them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dn import is_below, normal
from dirsync.directories.ldap.filter import Filter, parse_filter, unsupported_rules
from dirsync.directories.ldap.intake import Intake
from dirsync.directories.ldif_records import records
from dirsync.errors import AnswerMalformed, ConfigurationInvalid, Mistake, Unreachable
from dirsync.model.conditions import CARRIED_BY_NOBODY
from dirsync.model.snapshot import Completeness, SearchProof

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.directories.interface import Progress, Selection
    from dirsync.directories.ldap.entry import Entry
    from dirsync.model.snapshot import LastRead, Snapshot, Spool

_ENTRIES_PER_REPORT = 1000
_WHOLE_FILE = ("",)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Search:
    """One base and filter of a selection, and how many entries it found."""

    selection: Selection
    base: str
    normal_base: str
    filter_text: str
    filter: Filter
    found: int = 0

    def finds(self, entry: Entry, ref: str) -> bool:
        if is_below(ref, self.normal_base) and self.filter.matches(entry):
            self.found += 1
            return True
        return False


class LdifDirectory:
    """Reads one LDIF file; see `Directory`.

    An empty base means the whole file. An entry without entryUUID is known by its normalised name, unless the
    mapping names another id: files made by hand seldom have one, and a rename then looks like another person.
    """

    def __init__(
        self,
        name: str,
        path: str | Path,
        selections: Sequence[Selection],
        progress: Progress | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.kind = "ldif"
        self.name = name
        self._path = Path(path)
        self._selections = tuple(selections)
        self._progress = progress
        self._clock = clock

    def read(self, known: LastRead, spool: Spool) -> Snapshot:
        """See `Directory.read`. Raises AnswerMalformed with file and line for anything that is no LDIF of entries."""
        users, groups = self._searches()
        read_at = self._clock()
        started = time.monotonic()
        # groups that name logins may stand anywhere
        intake = Intake(spool, Decoder(GENERIC, read_at.astimezone(UTC), name_is_id=True), wants_aliases=True)
        try:
            with self._path.open("rb") as stream:
                before = _state(stream)
                entries = self._take(stream, intake, users, groups)
                changed = _state(stream) != before
        except OSError as error:
            raise Unreachable(
                f"Directory {self.name!r}: the file {self._path} can't be read: {error.strerror or error}.",
                "Check PATH, and that the user running dirsync may read the file.",
            ) from None
        if not entries:
            raise AnswerMalformed(
                f"Directory {self.name!r}: {self._path}:1: there is no entry in the file.",
                "Check the job that writes it: an empty export would mean that everybody left.",
            )
        reason = self._doubt(intake, known, wants_groups=bool(groups), changed=changed)
        remedy = "Check the job that writes the file, and the mapping's base and filter." if reason else ""
        if not reason and (nobodys := "; ".join(intake.uncarried(self._selections))):
            reason, remedy = f"Directory {self.name!r}: {self._path}: {nobodys}", CARRIED_BY_NOBODY
        return spool.finish(
            Completeness(
                is_complete=not reason,
                reason=reason,
                remedy=remedy,
                server=f"file {self._path}",
                searches=tuple(
                    SearchProof(f"{search.base or 'whole file'} {search.filter_text}", 1, search.found, "end of file")
                    for search in (*groups, *users)
                ),
                requests=1,
                seconds=round(time.monotonic() - started, 3),
                read_at=read_at.isoformat(),
            )
        )

    def _searches(self) -> tuple[list[_Search], list[_Search]]:
        """Prepare the searches for users and for groups. Raises ConfigurationInvalid, with all mistakes."""
        mistakes: list[Mistake] = []
        users: list[_Search] = []
        groups: list[_Search] = []
        for selection in self._selections:
            where = f"mapping {selection.name!r}" if selection.name else f"directory {self.name!r}"
            wanted = [(users, "users", selection.user_bases, selection.user_filter.strip() or GENERIC.user_filter)]
            if selection.wants_groups:
                group_filter = selection.group_filter.strip() or GENERIC.group_filter
                wanted.append((groups, "groups", selection.group_bases, group_filter))
            for searches, role, bases, text in wanted:
                for base in bases or _WHOLE_FILE:
                    try:
                        searches.append(_Search(selection, base.strip(), normal(base), text, _evaluable(text)))
                    except ValueError as error:
                        mistakes.append(Mistake(where, f"{role}: base {base!r} with filter {text!r}: {error}"))
        if mistakes:
            raise ConfigurationInvalid(mistakes)
        return users, groups

    def _take(self, stream: IO[bytes], intake: Intake, users: list[_Search], groups: list[_Search]) -> int:
        entries = 0
        for _line, entry in records(stream, str(self._path)):
            entries += 1
            ref = entry.ref
            intake.take_group(entry, _selecting(groups, entry, ref))
            intake.take_user(entry, _selecting(users, entry, ref))
            if self._progress and entries % _ENTRIES_PER_REPORT == 0:
                self._progress(f"{self.name}: entries", entries)
        if self._progress:
            self._progress(f"{self.name}: entries", entries, entries)
        return entries

    def _doubt(self, intake: Intake, known: LastRead, *, wants_groups: bool, changed: bool) -> str:
        """Return why the file may not be the whole directory, or an empty string."""
        if changed:
            return f"Directory {self.name!r}: {self._path} was written to while it was read"
        for what, now, before, option in (
            ("users", intake.users, known.users, "--allow-removals"),
            ("groups", intake.groups, known.groups, "--allow-member-removals"),
        ):
            if before and not now and (what == "users" or wants_groups):
                return (
                    f"Directory {self.name!r}: {self._path} holds no {what} at all, where the last complete read held"
                    f" {before} (if there really are none now, run again with {option} {before})"
                )
        return ""


def _evaluable(text: str) -> Filter:
    parsed = parse_filter(text)
    rules = unsupported_rules(parsed)
    if rules:
        raise ValueError(f"the matching rule {rules[0]} can't be evaluated on a file")
    return parsed


def _selecting(searches: list[_Search], entry: Entry, ref: str) -> list[Selection]:
    """Return the selections that take an entry, each once although several of their bases may hold it."""
    found = {id(search.selection): search.selection for search in searches if search.finds(entry, ref)}
    return list(found.values())


def _state(stream: IO[bytes]) -> tuple[int, int]:
    state = os.fstat(stream.fileno())
    return state.st_size, state.st_mtime_ns
