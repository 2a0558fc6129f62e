"""The journal: what apply is about to do, and what became of it. One writer, committed in groups."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from dirsync.model.journaled import Journaled
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.model.run import Mode
from dirsync.store.copying import add, pays
from dirsync.store.copying import change as change_rows
from dirsync.store.database import JOURNAL, RUNS
from dirsync.store.images import image_text, links_before, read_image, read_restores
from dirsync.store.links import exchange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine, Row

    from dirsync.model.links import Link
    from dirsync.store.lease.interface import Begin


@dataclass(frozen=True, slots=True)
class Intent:
    """A Change that was to be carried out, and nothing says yet what became of it."""

    run: str
    position: int
    change: Change
    groups: tuple[str, ...] = ()
    """Names of the groups that what it removes is directly in; see `Image`."""
    restores: tuple[Link, ...] | None = None
    """The links that hold once it is done; None: those that follow from the Change."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an intent, and the links that follow from it."""

    intent: Intent
    outcome: Outcome
    recorded: tuple[Link, ...] = ()
    forgotten: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Maker:
    """The run that made an account, and when (ISO 8601)."""

    run: str
    at: str


class Journal:
    """Writes intents and outcomes; every method is one durable commit, or none where there is nothing to write."""

    def __init__(self, engine: Engine, begin: Begin | None = None) -> None:
        self._engine = engine
        self._begin = begin or engine.begin

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        """Commit the outcomes of one group of Changes (with their links) and the intents of the next together."""
        if not settled and not intents:
            return
        with self._begin() as connection:
            if settled:
                _note_outcomes(connection, [_outcome_values(one) for one in settled])
                exchange(connection, [(one.recorded, one.forgotten) for one in settled])
            if intents:
                before = links_before(connection, [intent.change for intent in intents])
                values = [_intent_values(one, links, at) for one, links in zip(intents, before, strict=True)]
                _note_intents(connection, values)

    def open_intents(self) -> tuple[Intent, ...]:
        """Return the intents without an outcome, of whatever run, oldest first."""
        wanted = (
            select(JOURNAL.c.run, JOURNAL.c.position, JOURNAL.c.change, JOURNAL.c.image)
            .where(JOURNAL.c.result.is_(None))
            .order_by(JOURNAL.c.intended_at, JOURNAL.c.run, JOURNAL.c.position)
        )
        with self._engine.connect() as connection:
            return tuple(
                Intent(row.run, row.position, read_change(row.change), restores=read_restores(row.image))
                for row in connection.execute(wanted)
            )

    def written_by(self, run: str) -> frozenset[str]:
        """Return what a run set out to write into: keys of Directories, and `ORGANIZATIONS`."""
        wanted = select(JOURNAL.c.change).where(JOURNAL.c.run == run)
        with self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=BATCH).execute(wanted).scalars()
            return frozenset(read_change(text).directory for text in rows)

    def of_run(self, run: str) -> tuple[Journaled, ...]:
        """Return what a run set out to do, in its order, and what became of it."""
        wanted = select(JOURNAL).where(JOURNAL.c.run == run).order_by(JOURNAL.c.position)
        with self._engine.connect() as connection:
            return tuple(_journaled(row) for row in connection.execute(wanted))

    def later(self, run: str) -> Iterator[Journaled]:
        """Yield what the runs after this one did, in their order; no open intents."""
        number = select(RUNS.c.number).where(RUNS.c.id == run).scalar_subquery()
        wanted = (
            select(JOURNAL, RUNS.c.mode)
            .join(RUNS, RUNS.c.id == JOURNAL.c.run)
            .where(RUNS.c.number > number, JOURNAL.c.result.is_not(None))
            .order_by(RUNS.c.number, JOURNAL.c.position)
        )
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=BATCH).execute(wanted):
                yield replace(_journaled(row), is_undo=row.mode == Mode.UNDO)

    def maker_of(self, directory: str, target_id: str) -> Maker | None:
        """Return which run made an account on a target, and when; None when dirsync did not make it."""
        wanted = (
            select(JOURNAL.c.run, JOURNAL.c.at, JOURNAL.c.change)
            .where(JOURNAL.c.target_id == target_id, JOURNAL.c.result == Result.DONE.value)
            .order_by(JOURNAL.c.at.desc())
        )
        with self._engine.connect() as connection:
            for row in connection.execute(wanted):
                change = read_change(row.change)
                if change.op is Op.CREATE_USER and change.directory == directory:
                    return Maker(row.run, row.at)
        return None


BATCH = 1000


def _journaled(row: Row[Any]) -> Journaled:
    change = read_change(row.change)
    is_known = row.result is not None
    outcome = Outcome(row.change_id, Result(row.result), row.message, row.at, row.target_id) if is_known else None
    return Journaled(row.run, row.position, change, outcome, read_image(row.image))


_OUTCOME = ("result", "message", "at", "target_id")
_SETTLE = (
    update(JOURNAL)
    .where(JOURNAL.c.run == bindparam("of_run"), JOURNAL.c.position == bindparam("of_position"))
    .values(
        result=bindparam("its_result"),
        message=bindparam("its_message"),
        at=bindparam("its_at"),
        target_id=bindparam("its_target_id"),
    )
)


def _note_outcomes(connection: Connection, values: Sequence[dict[str, Any]]) -> None:
    if pays(connection, len(values)):
        change_rows(connection, JOURNAL, ("run", "position"), _OUTCOME, [tuple(one.values()) for one in values])
    else:
        connection.execute(_SETTLE, values)


def _note_intents(connection: Connection, values: Sequence[dict[str, Any]]) -> None:
    if pays(connection, len(values)):
        add(connection, JOURNAL, tuple(values[0]), (tuple(one.values()) for one in values))
    else:
        connection.execute(insert(JOURNAL), values)


def _outcome_values(settled: Settled) -> dict[str, Any]:
    outcome = settled.outcome
    return {
        "of_run": settled.intent.run,
        "of_position": settled.intent.position,
        "its_result": outcome.result.value,
        "its_message": outcome.message,
        "its_at": outcome.at,
        "its_target_id": outcome.target_id,
    }


def _intent_values(intent: Intent, links: tuple[Link, ...], at: str) -> dict[str, Any]:
    return {
        "run": intent.run,
        "position": intent.position,
        "change_id": intent.change.id,
        "change": write_change(intent.change),
        "intended_at": at,
        "image": image_text(links, intent.groups, intent.restores),
    }


_JSON = json.JSONEncoder(sort_keys=True)
_NAMES = tuple(one.name for one in fields(Change))


def write_change(change: Change) -> str:
    """Return a Change as JSON, with its reason."""
    # not by `asdict`, which copies each value and takes longer than all the rest of a journal's line
    return _JSON.encode({name: getattr(change, name) for name in _NAMES})


def read_change(text: str) -> Change:
    """Return the Change that `write_change` wrote."""
    values = json.loads(text)
    return Change(**{**values, "op": Op(values["op"])})
