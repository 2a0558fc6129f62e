"""An LDAP server as a Directory: connect, ask every search to its end, and say how it went."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from loguru import logger

from dirsync.directories.ldap.asking import ANYTHING, Questions
from dirsync.directories.ldap.building_on import Asking, changed_since, positions_before, whole_again
from dirsync.directories.ldap.changes.choice import feed_of
from dirsync.directories.ldap.command_line import ldapsearch
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dn import is_below, normal
from dirsync.directories.ldap.intake import Intake
from dirsync.directories.ldap.page_loop import RIGHTS, Failure, LineBroken, SearchEnd, pages_of
from dirsync.directories.ldap.searches import searches_for
from dirsync.directories.ldap.taking import Taking, TakingInParts
from dirsync.errors import ConfigurationInvalid, Mistake, RightsMissing, Unreachable
from dirsync.model.conditions import CARRIED_BY_NOBODY
from dirsync.model.names import ANY_NAME
from dirsync.model.snapshot import Completeness, SearchProof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from dirsync.directories.interface import Progress, Selection
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.changes.interface import ChangeFeed
    from dirsync.directories.ldap.connection import Line
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.page_loop import Page
    from dirsync.directories.ldap.searches import Search
    from dirsync.model.names import NameRule
    from dirsync.model.snapshot import LastRead, Parts, Snapshot, Spool


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Reading:
    """What one read has found out so far."""

    line: Line
    dialect: Dialect
    server: str
    intake: Intake
    parts: Parts | None
    """What is kept of the last read, if anything is."""
    feed: ChangeFeed | None
    """What tells the changes since then, if anything does that may be relied on."""
    positions: Mapping[str, str]
    """How far feeds had got then, by question."""
    cursor: str | None = None
    methods: list[str] = field(default_factory=list)
    proofs: list[SearchProof] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    entries: int = 0


class LdapDirectory:
    """Reads one LDAP server for all selections at once; see `Directory`.

    Groups are read where a selection has `group_bases` and wants them. `clock` gives the current time in UTC.
    """

    def __init__(
        self,
        connection: LdapConnection,
        selections: Sequence[Selection],
        progress: Progress | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.kind = "ldap"
        self.name = connection.name
        self._settings = connection
        self._selections = tuple(selections)
        self._progress = progress
        self._clock = clock

    def read(self, known: LastRead, spool: Spool) -> Snapshot:
        """See `Directory.read`. Raises ConfigurationInvalid for bases and filters that are none."""
        self._check_bases()
        read_at = self._clock()
        started = time.monotonic()
        with connected(self._settings) as connection:
            questions = Questions(connection, connection.settings)
            reading = self._introduce(questions, connection, spool, read_at)
            self._ask_everything(questions, reading)
            requests = questions.requests + connection.requests
        who = reading.line.settings.who
        failures = (
            reading.failures
            or _emptied(who, reading.intake, known, wants_groups=self._wants_groups)
            or [Failure(f"{who}: {why}", CARRIED_BY_NOBODY) for why in reading.intake.uncarried(self._selections)]
        )
        return spool.finish(
            Completeness(
                is_complete=not failures,
                reason="; ".join(failure.reason for failure in failures),
                remedy=" ".join(dict.fromkeys(failure.remedy for failure in failures)),
                server=reading.server,
                searches=tuple(reading.proofs),
                requests=requests,
                seconds=round(time.monotonic() - started, 3),
                read_at=read_at.isoformat(),
                cursor=reading.cursor,
                notices=tuple(_noticed(reading.line)),
                method="; ".join(dict.fromkeys(reading.methods)),
                usernames=self._usernames(reading.dialect),
            )
        )

    def _usernames(self, dialect: Dialect) -> NameRule:
        own = dialect.attributes.username
        is_own = all(one.attributes.username.lower() in {"", own.lower()} for one in self._selections)
        return dialect.writing.usernames if is_own else ANY_NAME

    def _check_bases(self) -> None:
        mistakes = [
            Mistake(
                f"mapping {selection.name!r}" if selection.name else f"directory {self.name!r}",
                f"users.base is missing: the LDAP directory {self.name!r} has no default base",
            )
            for selection in self._selections
            if not selection.user_bases
        ]
        if mistakes:
            raise ConfigurationInvalid(mistakes)

    @property
    def _wants_groups(self) -> bool:
        return any(selection.wants_groups and selection.group_bases for selection in self._selections)

    def _introduce(self, questions: Questions, line: Line, spool: Spool, read_at: datetime) -> _Reading:
        """Find out whom we talk to, and what state it is in before the first search."""
        try:
            root = questions.root_dse()
            dialect = dialect_of(root)
            cursor = questions.cursor(_suffix(root, self._selections), dialect.cursor_attribute)
        except LineBroken as error:
            raise Unreachable(
                f"{line.settings.who} logged in and then fell silent: {error}.",
                "Check the server's log, and that this port speaks LDAP.",
            ) from None
        product = f"{root.vendor} {root.version}".strip() or dialect.name
        now = read_at.astimezone(UTC)
        intake = Intake(spool, Decoder(dialect, now))
        # of what the stock decoder gives nothing is known again
        parts = None if self._settings.uses_stock_decoder else spool.parts
        feed = feed_of(line.settings, root, dialect, now)
        is_told = feed.tells_deletions or self._settings.accepts_silence
        where = f"{product} at {line.settings.address}"
        positions = positions_before(parts) if parts else {}
        return _Reading(line, dialect, where, intake, parts, feed if parts and is_told else None, positions, cursor)

    def _ask_everything(self, questions: Questions, reading: _Reading) -> None:
        decoder = reading.intake.decoder
        for search in searches_for(self._selections, decoder):
            end = SearchEnd()
            if not any(failure.line_is_broken for failure in reading.failures):
                self._ask(questions, search, end, reading)
            reading.proofs.append(SearchProof(str(search), end.pages, end.entries, end.result))

    def _ask(self, questions: Questions, search: Search, end: SearchEnd, reading: _Reading) -> None:
        settings = reading.line.settings
        logger.debug("{}", ldapsearch(settings, search))

        def ask(name: str, attributes: tuple[str, ...]) -> Page:
            return questions.at(name, ANYTHING, attributes)

        if reading.parts:
            taking: Taking = (in_parts := TakingInParts(search, reading.intake, reading.parts, ask))
            asking = Asking(
                questions,
                search,
                end,
                in_parts,
                reading.parts,
                reading.positions,
                lambda done: self._report(search, done),
            )
            self._build_on_last_read(asking, reading)
        else:
            taking = Taking(search, reading.intake, ask)
            for page in pages_of(questions.pages(search), end, reading.dialect, reading.line.account):
                for entry in page:
                    taking.take(entry)
                self._report(search, end.entries)
        reading.entries += end.entries
        failure = end.failure or taking.complete()
        if not failure:
            if doubt := reading.intake.left_out.failure(end.entries, reading.line.account):
                asked = f"{settings.who}: the search for {search.kind} in {search}"
                reading.failures.append(replace(doubt, reason=f"{asked} reached its end, but {doubt.reason}"))
            return
        told = Failure(
            f"{settings.who}: the search for {search.kind} in {search} did not reach its end, on page "
            f"{end.pages + failure.line_is_broken}, after {end.entries} entries: {failure.reason}",
            failure.remedy,
            failure.code,
            failure.line_is_broken,
        )
        if failure.code in RIGHTS and not reading.entries:
            raise RightsMissing(told.reason + ".", told.remedy)
        reading.failures.append(told)

    def _build_on_last_read(self, asking: Asking, reading: _Reading) -> None:
        """Ask for what changed; for everything, where there is no way of asking for that, or it does not work."""
        if reading.feed:
            told = changed_since(asking, reading.feed, accepts_silence=self._settings.accepts_silence)
            if isinstance(told, str):
                reading.methods += [told] if told else []
                return
            if told.line_is_broken:
                asking.end.result, asking.end.failure = "connection lost", told
                return
            why = f"{reading.feed.name} of {asking.search.kind} did not work ({told.reason}), so they were read whole"
            logger.debug("{}: {}", self.name, why)
            reading.methods.append(why)
        method = whole_again(asking, reading.line.account)
        reading.methods += [method] if method else []

    def _report(self, search: Search, done: int) -> None:
        if self._progress:
            self._progress(f"{self.name}: {search.kind}", done)


def _noticed(line: Line) -> Iterator[str]:
    for reason in line.passed_over:
        yield f"{reason} {line.settings.address} answered instead."
    if not line.account:
        yield "anonymous bind: it shows what everybody may see, which may not be everything; set BIND_DN."


def _suffix(root: RootDse, selections: Sequence[Selection]) -> str:
    """Return the naming context that holds the first base, which is where the server keeps its mark."""
    bases = [base for selection in selections for base in selection.user_bases]
    try:
        first = normal(bases[0])
        return next((suffix for suffix in root.naming_contexts if is_below(first, normal(suffix))), bases[0])
    except (ValueError, IndexError):
        return ""


def _emptied(who: str, intake: Intake, known: LastRead, *, wants_groups: bool) -> list[Failure]:
    """Doubt an empty answer where there were entries: lost rights look the same as an empty directory."""
    remedy = "Check the account's rights, the base and the filter: servers hide what an account may not read."
    counts = [("users", intake.users, known.users, "--allow-removals")]
    if wants_groups:
        counts.append(("groups", intake.groups, known.groups, "--allow-member-removals"))
    return [
        Failure(
            f"{who} answered with no {what} at all, where the last complete read held {before}",
            f"{remedy} If there really are none now, run again with {option} {before}.",
        )
        for what, now, before, option in counts
        if before and not now
    ]
