"""From tables that were read to facts: each is worked out alone, and what it lacks makes only itself unknown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from dirsync.errors import DirectoryUnreadable
from dirsync.model.facts import Fact, FactState, declared, observed, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from dirsync.database.rows import Tables


@dataclass(frozen=True, slots=True)
class Remarked:
    """A fact's value, and what has to be said about how it was come by; shown behind the tables."""

    value: object
    remark: str
    vouched_for: tuple[Fact[Any], ...] = ()
    """The declarations it rests on as well, which make it declared."""


@dataclass
class DatabaseFacts:
    """The facts of one database so far."""

    tables: Tables
    at: str
    facts: dict[str, Fact[Any]] = field(default_factory=dict)

    def tell(self, name: str, work: Callable[[], object], *, otherwise: str = "") -> None:
        """Make a fact of what `work` returns (it may be `Remarked`); of what it raises, why the fact is unknown.

        `otherwise` is the other way to know, to be read after "Or". What is told twice, of two rows of one name, is
        known only where both say the same.
        """
        known = self.facts.get(name)
        self.facts[name] = self._worked_out(name, work, otherwise)
        if known is not None:
            self.facts[name] = _of_two_rows(known, self.facts[name])

    def _worked_out(self, name: str, work: Callable[[], object], otherwise: str) -> Fact[Any]:
        self.tables.asked.clear()
        try:
            found = work()
        except DirectoryUnreadable as problem:
            remedy = f"{problem.remedy} Or {otherwise}." if otherwise else problem.remedy
            return replace(unknown(name, problem.message, remedy), source=self._source())
        told = found if isinstance(found, Remarked) else Remarked(found, "")
        source = self._source() + (f" ({told.remark})" if told.remark else "")
        if told.vouched_for:
            said = dict.fromkeys(fact.source for fact in told.vouched_for)
            source, at = f"{source}; shown as {'; and '.join(said)}", told.vouched_for[0].at
            return declared(name, told.value, source, at)
        return observed(name, told.value, source, self.at)

    def value(self, name: str) -> Any:  # noqa: ANN401 - a fact's value has the shape its name stands for
        """Return what a fact was observed to be; None when it is unknown."""
        fact = self.facts.get(name)
        return fact.value if fact else None

    def _source(self) -> str:
        looked_into = list(dict.fromkeys(self.tables.asked))
        return f"{self.tables.database}, {', '.join(looked_into)}"


def _of_two_rows(one: Fact[Any], other: Fact[Any]) -> Fact[Any]:
    if FactState.UNKNOWN not in (one.state, other.state) and one.value == other.value:
        return one
    why = f"{other.source} has two of this name, and they don't say the same"
    return replace(unknown(one.name, why, "Rename one of the two in the product."), source=other.source)


def instant(clock: Callable[[], datetime]) -> str:
    """Return the time of a read as facts show it."""
    return clock().astimezone(UTC).isoformat(timespec="seconds")


def all_unknown(names: Iterable[str], problem: DirectoryUnreadable, database: str) -> dict[str, Fact[Any]]:
    """Return what is left where the database could not be asked at all."""
    return {name: replace(unknown(name, problem.message, problem.remedy), source=database) for name in names}
