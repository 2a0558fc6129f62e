"""The entries of one search go into the spool, part by part where the spool keeps parts from read to read."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from dirsync.directories.ldap.left_out import LeftOut
from dirsync.directories.ldap.page_loop import Undecodable
from dirsync.directories.ldap.ranges import PartlyGiven
from dirsync.directories.ldap.searches import Kind
from dirsync.model.snapshot import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.intake import Intake
    from dirsync.directories.ldap.page_loop import Failure, Page
    from dirsync.directories.ldap.searches import Search
    from dirsync.model.snapshot import Parts


class Taking:
    """Takes what one search gives.

    `ask` reads attributes of one entry by its name; `resume` is told which part of the answer further values are of.
    """

    def __init__(
        self,
        search: Search,
        intake: Intake,
        ask: Callable[[str, tuple[str, ...]], Page],
        resume: Callable[[bytes], None] | None = None,
    ) -> None:
        self._search = search
        self._intake = intake
        self._partly_given = PartlyGiven(search, intake, intake.decoder.dialect, ask, resume)
        intake.left_out = LeftOut()

    def take(self, entry: Entry | Undecodable, part: bytes = b"") -> bool:
        """Take an entry; return whether the server gave only some of its values."""
        if isinstance(entry, Undecodable):
            self._intake.leave_out(entry.dn, entry.reason, is_group=self._search.kind is Kind.GROUPS)
        elif self._search.kind is Kind.USERS:
            self._intake.take_user(entry, self._search.selections)
        else:
            ids = self._intake.take_group(entry, self._search.selections)
            return self._partly_given.note(entry, ids, part)
        return False

    def complete(self) -> Failure | None:
        """Ask for the values that the server has not given yet; say why where that can't be done."""
        return self._partly_given.complete()


class TakingInParts(Taking):
    """Takes what one search gives as parts that the next read may find again."""

    def __init__(
        self, search: Search, intake: Intake, parts: Parts, ask: Callable[[str, tuple[str, ...]], Page]
    ) -> None:
        super().__init__(search, intake, ask, lambda part: parts.resume(self._question, part))
        self._parts = parts
        self._question = ""
        if search.kind is Kind.USERS:
            intake.wants_aliases |= parts.names_aliases
        self._before = intake.counted(0, Tally())
        self._seen_before = intake.seen

    @property
    def dialect(self) -> Dialect:
        """The habits of the server."""
        return self._intake.decoder.dialect

    def answers(self, way: str) -> str:
        """Begin anew, and return the question that the parts are an answer to; `way` is how they are made.

        It names all that the meaning of an entry hangs on, so that parts with another meaning are not met again.
        """
        search = self._search
        asked = (search.base, search.filter, search.attributes, search.selections)
        meaning = repr((way, self.dialect.name, search.kind, asked, self._intake.wants_aliases))
        self._question = sha256(meaning.encode()).hexdigest()
        self.start_over()
        return self._question

    def start_over(self) -> None:
        """Forget what was taken: another part is told instead of each."""
        self._partly_given.start_over()
        self._intake.seen = self._seen_before
        self._intake.left_out = LeftOut()
        self._forget()

    def take_part(self, key: bytes, entries: Sequence[Entry | Undecodable], *, covers_ranges: bool) -> None:
        """Take entries as one part. `covers_ranges`: values that the server does not give at once are watched too."""
        before = self._intake.counted(0, Tally())
        self._parts.begin(self._question, key)
        partly_given = [self.take(entry, key) for entry in entries]
        tally = self._intake.counted(len(entries), before)
        self._parts.end(tally, is_lasting=covers_ranges or not any(partly_given))

    def count(self, tally: Tally) -> None:
        """Count a part that was kept as it is."""
        self._intake.count(tally)

    def count_all(self) -> Tally:
        """Count all parts that answer the question, whenever they were read, instead of those taken now."""
        self._forget()
        whole = self._parts.tally(self._question)
        self._intake.count(whole)
        return whole

    def _forget(self) -> None:
        self._intake.users, self._intake.groups = self._before.users, self._before.groups
        self._intake.left_out.count = self._before.left_out
