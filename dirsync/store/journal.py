"""The journal: what apply is about to do, and what became of it. One writer, committed in groups."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, select, update

from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.database import JOURNAL
from dirsync.store.links import forget, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from dirsync.model.links import Link


@dataclass(frozen=True, slots=True)
class Intent:
    """A Change that was to be carried out, and nothing says yet what became of it."""

    run: str
    position: int
    change: Change


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

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        """Commit the outcomes of one group of Changes (with their links) and the intents of the next together."""
        if not settled and not intents:
            return
        with self._engine.begin() as connection:
            if settled:
                connection.execute(_SETTLE, [_outcome_values(one) for one in settled])
                for one in settled:  # in order: what one Change records, a later one may end
                    forget(connection, one.forgotten)
                    record(connection, one.recorded)
            if intents:
                connection.execute(insert(JOURNAL), [_intent_values(intent, at) for intent in intents])

    def open_intents(self) -> tuple[Intent, ...]:
        """Return the intents without an outcome, of whatever run, oldest first."""
        wanted = (
            select(JOURNAL.c.run, JOURNAL.c.position, JOURNAL.c.change)
            .where(JOURNAL.c.result.is_(None))
            .order_by(JOURNAL.c.intended_at, JOURNAL.c.run, JOURNAL.c.position)
        )
        with self._engine.connect() as connection:
            return tuple(Intent(row.run, row.position, read_change(row.change)) for row in connection.execute(wanted))

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


def _outcome_values(settled: Settled) -> dict[str, object]:
    outcome = settled.outcome
    return {
        "of_run": settled.intent.run,
        "of_position": settled.intent.position,
        "its_result": outcome.result.value,
        "its_message": outcome.message,
        "its_at": outcome.at,
        "its_target_id": outcome.target_id,
    }


def _intent_values(intent: Intent, at: str) -> dict[str, object]:
    return {
        "run": intent.run,
        "position": intent.position,
        "change_id": intent.change.id,
        "change": write_change(intent.change),
        "intended_at": at,
    }


def write_change(change: Change) -> str:
    """Return a Change as JSON, with its reason."""
    return json.dumps(asdict(change), sort_keys=True)


def read_change(text: str) -> Change:
    """Return the Change that `write_change` wrote."""
    values = json.loads(text)
    return Change(**{**values, "op": Op(values["op"])})
