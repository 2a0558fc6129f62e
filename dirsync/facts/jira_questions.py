"""One round of questions to a product: each stands alone, and what is refused leaves just its own facts unknown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, urlencode

from dirsync.errors import DirectoryUnreadable, Unreachable
from dirsync.facts.jira_refusals import LoginFailed, explained
from dirsync.http import AnswerLost
from dirsync.model.facts import Fact, observed, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from dirsync.http import Answer, HttpClient

T = TypeVar("T")
API: Final = "/rest/api/2"
VERSION: Final = "jira.version"
ACCOUNT_PERMISSIONS: Final = "jira.account_permissions"
APPLICATIONS: Final = "jira.applications"
SILENT_IN_A_ROW = 3
"""After so many questions of one kind without any answer the rest is not asked: each may cost a whole time-out."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact's value, and what has to be said about how it was come by; the note is shown behind the request."""

    value: object
    note: str


@dataclass(frozen=True, slots=True)
class Limit:
    """After how many things of a kind no further one is asked about, and what is said of those."""

    most: int
    why: str
    remedy: str


@dataclass(slots=True)
class Questions:
    """One round of questions, and the facts so far."""

    http: HttpClient
    clock: Callable[[], datetime]
    facts: dict[str, Fact[Any]] = field(default_factory=dict)
    explain: Callable[[DirectoryUnreadable, Any, str], tuple[str, str]] = explained
    """What a refusal means in the words of the product that is asked, as `explained` does for Jira."""
    _end: DirectoryUnreadable | None = None
    """Why nothing more is asked: nobody there, or a login that fails, for failures add up to a CAPTCHA."""
    _pause: DirectoryUnreadable | None = None
    """Why nothing more of this kind is asked."""
    _silence: Unreachable | None = None
    """The last failure, if nothing was answered since."""

    def value(self, name: str) -> Any:  # noqa: ANN401 - a fact's value has the shape its name stands for
        """Return what a fact was observed to be; None when it is unknown or was not asked for."""
        fact = self.facts.get(name)
        return fact.value if fact else None

    def ask(
        self,
        path: str,
        params: Mapping[str, str],
        answers: Mapping[str, Callable[[Answer], object]],
        *,
        otherwise: str | Mapping[str, str] = "",
    ) -> None:
        """Ask once and make a fact of each reading of the answer; a reading that raises leaves its own fact unknown.

        `otherwise` is the other way to know these facts, or each of them by name, to be read after "Or"; readings may
        return a `Noted`.
        """
        ways = dict.fromkeys(answers, otherwise) if isinstance(otherwise, str) else otherwise
        source = self.source(path, params)
        try:
            answer = self.get(path, params)
        except DirectoryUnreadable as problem:
            for name in answers:
                self._leave_open(name, source, problem, ways.get(name, ""))
            return
        for name, reading in answers.items():
            self.work_out(name, source, partial(reading, answer), otherwise=ways.get(name, ""))

    def work_out(self, name: str, source: str, work: Callable[[], object], *, otherwise: str = "") -> None:
        """Make a fact of what `work` returns, for facts that take several requests."""
        try:
            found = work()
        except DirectoryUnreadable as problem:
            self._leave_open(name, source, problem, otherwise)
            return
        value, note = (found.value, f" ({found.note})") if isinstance(found, Noted) else (found, "")
        now = self.clock().astimezone(UTC).isoformat(timespec="seconds")
        self.facts[name] = observed(name, value, source + note, now)
        self._silence = None

    def one_by_one(self, things: Iterable[T], ask: Callable[[T], None], limit: Limit | None = None) -> None:
        """Ask the same about each thing; after a few in a row without any answer the rest is left open unasked.

        So is what lies beyond a limit.
        """
        silent = 0
        for number, thing in enumerate(things):
            if limit and number == limit.most:
                self._pause = DirectoryUnreadable(limit.why, limit.remedy)
            ask(thing)
            silent = silent + 1 if self._silence else 0
            if silent == SILENT_IN_A_ROW and self._silence:
                said = f"{self._silence.message} No further one was asked after {silent} without an answer."
                self._pause = Unreachable(said, self._silence.remedy)
        self._pause = None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Answer:
        """Return whatever is answered; raise `DirectoryUnreadable` when nothing is, or is not asked any more."""
        return self._send("GET", path, params)

    def post(self, path: str, params: Mapping[str, str], body: object) -> Answer:
        """Do as `get` for a question that is put as a POST; it must change nothing."""
        return self._send("POST", path, params, body)

    def _send(self, method: str, path: str, params: Mapping[str, str] | None, body: object = None) -> Answer:
        stop = self._end or self._pause
        if stop is not None:
            raise stop.with_traceback(None)
        try:
            return self.http.send(method, path, params, body)
        except Unreachable as problem:
            # A lost answer may be the fault of this one question; nobody there at all is not.
            self._end = None if isinstance(problem, AnswerLost) else problem
            raise

    def source(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """Return a request as provenance shows it."""
        query = f"?{urlencode(params, quote_via=quote)}" if params else ""
        return f"GET {self.http.endpoint.url}{path}{query}"

    def _leave_open(self, name: str, source: str, problem: DirectoryUnreadable, otherwise: str) -> None:
        if isinstance(problem, LoginFailed):
            self._end = problem
        self._silence = problem if isinstance(problem, Unreachable) else None
        why, remedy = self.explain(problem, self.value(ACCOUNT_PERMISSIONS), otherwise)
        self.facts[name] = replace(unknown(name, why, remedy), source=source)
