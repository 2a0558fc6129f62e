"""How seats and findings went over the last runs: bars and their figures, ready to be drawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.reports.wording import at_least, counted, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Item = Mapping[str, Any]

WIDTH = 300
HEIGHT = 60
_WIDEST_BAR = 24
_LOWEST = 2.0
"""Anything above 0 must not look like 0."""
_SEVERITIES = ("critical", "high", "medium", "low", "info")
_SERIES = (
    ("customers who hold a seat", "customers_holding", "customers_decided"),
    ("customers at risk of one", "customers_at_risk", "risk_decided"),
)


@dataclass(frozen=True)
class Value:
    """One figure of one run; its parts add up to it. `is_least`: it may be more, as not everything was decided."""

    parts: tuple[tuple[str, int], ...]
    is_least: bool = False

    @property
    def total(self) -> int:
        """The figure."""
        return sum(count for _, count in self.parts)

    @property
    def shown(self) -> str:
        """As a person reads it: `3`, `3+`, `?`."""
        return at_least(self.total, is_decided=not self.is_least)

    @property
    def in_parts(self) -> str:
        """The same with its parts, where it has several: `6 (3 critical, 2 high, 1 low)`."""
        told = [f"{number(count)} {kind}" for kind, count in self.parts if count]
        return f"{self.shown} ({', '.join(told)})" if len(self.parts) > 1 and told else self.shown


@dataclass(frozen=True)
class Block:
    """A rectangle in a panel of `WIDTH` by `HEIGHT`."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Panel:
    """One figure over all runs, oldest first; None where a run did not tell it."""

    title: str
    values: tuple[Value | None, ...]

    @property
    def now(self) -> str:
        """The newest one."""
        newest = self.values[-1]
        return newest.shown if newest else "not told"

    @property
    def highest(self) -> int:
        """The largest one that is drawn."""
        return max((value.total for value in self.values if value), default=0)

    @property
    def is_flat(self) -> bool:
        """Say whether it was 0, beyond doubt, in every run that told it."""
        return not any(value.total or value.is_least for value in self.values if value)

    @property
    def has_doubt(self) -> bool:
        """Say whether some figure may be more."""
        return any(value.is_least for value in self.values if value)

    @property
    def told(self) -> str:
        """What somebody who can't see the bars is told."""
        first = next((value.in_parts for value in self.values if value), "not told")
        now = self.values[-1].in_parts if self.values[-1] else "not told"
        return f"{counted(len(self.values), 'run')}. At first {first}, now {now}, at most {number(self.highest)}."

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The bars, the newest at the right edge."""
        return tuple(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        slot = min(WIDTH / len(self.values), _WIDEST_BAR)
        start = WIDTH - slot * len(self.values)
        for place, value in enumerate(self.values):
            x, width = round(start + place * slot, 2), round(slot * 0.78, 2)
            base = float(HEIGHT)
            for kind, count in value.parts if value else ():
                if count:
                    height = round(max(count * HEIGHT / self.highest, _LOWEST), 2)
                    base = max(round(base - height, 2), 0.0)
                    yield Block(f"{kind} least" if value and value.is_least else kind, x, base, width, height)
            if value and value.is_least and not value.total:
                yield Block("unknown", x, HEIGHT - 4 * _LOWEST, width, 4 * _LOWEST)


@dataclass(frozen=True)
class Trend:
    """The last runs, oldest first, this one last."""

    runs: tuple[Item, ...]
    panels: tuple[Panel, ...]

    @property
    def drawn(self) -> tuple[Panel, ...]:
        """The panels in which anything is to be seen."""
        return tuple(panel for panel in self.panels if not panel.is_flat)

    @property
    def flat(self) -> tuple[Panel, ...]:
        """The figures that were 0 all the time."""
        return tuple(panel for panel in self.panels if panel.is_flat)


def trend(document: Item) -> Trend | None:
    """Return the trend up to the run of a document, from the history in it; None where it knows of no run before."""
    past = [run for run in reversed(document.get("history", ())) if run["findings"]]
    if not past:
        return None
    runs = (*past, _this(document))
    return Trend(runs, (*_seats(runs), _findings(runs)))


def _this(document: Item) -> Item:
    run = document["run"]
    return {
        "id": run["id"],
        "finished_at": run["finished_at"],
        "complete": all(read["complete"] for read in document["directories"]),
        "findings": document["summary"],
        "applications": document["applications"],
    }


def _seats(runs: Sequence[Item]) -> Iterator[Panel]:
    names = {seats["key"]: seats["name"] for run in runs for seats in run["applications"]}
    for key, name in sorted(names.items()):
        told = [next((seats for seats in run["applications"] if seats["key"] == key), None) for run in runs]
        for words, field, is_decided in _SERIES:
            kind = field.removeprefix("customers_")
            yield Panel(
                f"{name}: {words}",
                tuple(
                    Value(((kind, seats[field]),), is_least=seats.get(is_decided) is False) if seats else None
                    for seats in told
                ),
            )


def _findings(runs: Sequence[Item]) -> Panel:
    return Panel(
        "Findings that fail",
        tuple(
            Value(tuple((severity, run["findings"]["fail"].get(severity, 0)) for severity in _SEVERITIES))
            for run in runs
        ),
    )
