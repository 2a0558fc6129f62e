"""The run history: what each run found, what was open before, and what a Directory held last time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from dirsync.model.findings import ResolvedFinding
from dirsync.model.run import PastRun
from dirsync.model.snapshot import LastRead
from dirsync.store.advisory import NUMBERING, REMEMBERING, wait_for
from dirsync.store.copying import put
from dirsync.store.database import FINDINGS, READS, RUNS
from dirsync.store.findings import finding_of, values_of
from dirsync.store.links import rewrite
from dirsync.store.summaries import summary_of
from dirsync.store.texts import POSTGRESQL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Engine

    from dirsync.model.findings import OpenFinding
    from dirsync.model.links import Link
    from dirsync.model.run import DirectoryRead
    from dirsync.store.lease.interface import Begin

NEWEST_FIRST = (RUNS.c.number.desc(), RUNS.c.id.desc())
"""Before version 8, hosts that shared a store could begin two runs at once, and these then bear one number."""


class Runs:
    """Reads and writes the history; every method is one commit."""

    def __init__(self, engine: Engine, begin: Begin | None = None) -> None:
        self._engine = engine
        self._begin = begin or engine.begin

    def begin(self, run_id: str, mode: str, at: str) -> None:
        """Note that a run has begun; one that never finishes stays visible as such."""
        with self._engine.begin() as connection:
            if connection.dialect.name == POSTGRESQL:
                wait_for(connection, NUMBERING)  # SQLite lets nobody else write meanwhile
            # the newest run is the one that came last, whatever a clock that has jumped back says
            number = select(func.coalesce(func.max(RUNS.c.number), 0) + 1).scalar_subquery()
            connection.execute(insert(RUNS).values(id=run_id, mode=mode, started_at=at, number=number))

    def finish(self, run_id: str, document: Mapping[str, Any], *, is_complete: bool) -> None:
        """Keep a finished run's report document."""
        values = {
            "finished_at": document["run"]["finished_at"],
            "exit_code": document["run"]["exit_code"],
            "is_complete": is_complete,
            "document": json.dumps(document, sort_keys=True),
            "summary": json.dumps(summary_of(document), sort_keys=True),
        }
        with self._engine.begin() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(**values))

    def document(self, run_id: str = "") -> dict[str, Any] | None:
        """Return the report document of a run, or of the newest finished one."""
        wanted = select(RUNS.c.document).where(RUNS.c.document.is_not(None)).order_by(*NEWEST_FIRST)
        if run_id:
            wanted = wanted.where(RUNS.c.id == run_id)
        with self._engine.connect() as connection:
            text = connection.execute(wanted.limit(1)).scalar()
        return json.loads(text) if text else None

    def id_of(self, text: str) -> str:
        """Return the id of the one run whose id is this, or ends in it behind a dash; the text itself where none does.

        It is the text too where several end so: nobody may undo the wrong run for want of a letter.
        """
        ends_so = RUNS.c.id.endswith(f"-{text}", autoescape=True)
        with self._engine.connect() as connection:
            found = (
                connection.execute(select(RUNS.c.id).where(or_(RUNS.c.id == text, ends_so)).limit(2)).scalars().all()
            )
        return found[0] if len(found) == 1 else text

    def mode_of(self, run_id: str) -> str | None:
        """Return what a run was asked to do, finished or not; None where there is no such run."""
        with self._engine.connect() as connection:
            return connection.execute(select(RUNS.c.mode).where(RUNS.c.id == run_id)).scalar()

    def history(self, last: int) -> tuple[PastRun, ...]:
        """Return the newest runs, newest first, finished or not. Reads no documents."""
        columns = [column for column in RUNS.c if column.name not in {"document", "number"}]
        wanted = select(*columns).order_by(*NEWEST_FIRST).limit(last)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted).all()
        return tuple(
            PastRun(
                id=row.id,
                mode=row.mode,
                started_at=row.started_at,
                finished_at=row.finished_at or "",
                exit_code=row.exit_code,
                is_complete=row.is_complete,
                summary=json.loads(row.summary) if row.summary else {},
            )
            for row in rows
        )

    def count(self) -> int:
        """Return how many runs there are, finished or not."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(RUNS)).scalar_one()

    def last_read(self, directory: str) -> LastRead:
        """Return what the last complete read of a Directory held."""
        with self._engine.connect() as connection:
            row = connection.execute(select(READS).where(READS.c.directory == directory)).one_or_none()
        return LastRead(row.users, row.groups) if row else LastRead()

    def remember_reads(self, reads: Iterable[DirectoryRead]) -> None:
        """Keep the counts of complete reads; incomplete ones say nothing about what a Directory holds."""
        with self._engine.begin() as connection:
            _alone(connection)
            for read in reads:
                if read.completeness.is_complete:
                    connection.execute(delete(READS).where(READS.c.directory == read.name))
                    connection.execute(
                        insert(READS).values(
                            directory=read.name,
                            read_at=read.completeness.read_at,
                            users=read.counts.users,
                            groups=read.counts.groups,
                        )
                    )

    def open_findings(self) -> dict[str, OpenFinding]:
        """Return the findings that failed in the last audit, by id."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(FINDINGS).where(FINDINGS.c.is_open)).all()
        return {row.id: finding_of(row) for row in rows}

    def resolved_findings(self) -> tuple[ResolvedFinding, ...]:
        """Return the findings that were resolved within the last year, the newest first."""
        gone = select(FINDINGS).where(FINDINGS.c.is_open.is_(False), FINDINGS.c.resolved_at.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(gone.order_by(FINDINGS.c.resolved_at.desc(), FINDINGS.c.id)).all()
        return tuple(ResolvedFinding(row.id, row.resolved_at, finding_of(row)) for row in rows)

    def remember_findings(self, failing: Mapping[str, OpenFinding], resolved: Iterable[str], at: str = "") -> None:
        """Keep which findings fail, by id, and close those that no longer do, at that time (ISO 8601).

        Without a time the closed ones are forgotten; all are after a year.
        """
        gone = {"is_open": False, "resolved_at": at or None}
        with self._engine.begin() as connection:
            _alone(connection)
            if failing:
                _put_findings(connection, [values_of(key, known) for key, known in failing.items()])
            if closed := [{"gone": key} for key in resolved]:
                connection.execute(update(FINDINGS).where(FINDINGS.c.id == bindparam("gone")).values(**gone), closed)
            is_old = FINDINGS.c.resolved_at.is_(None) | (FINDINGS.c.resolved_at < _a_year_before(at))
            connection.execute(delete(FINDINGS).where(FINDINGS.c.is_open.is_(False), is_old))

    def remember_links(self, recorded: Iterable[Link], forgotten: Iterable[Link]) -> None:
        """Keep links that follow from reading alone: what was adopted, who was missing."""
        with self._begin() as connection:
            rewrite(connection, recorded, forgotten)


def _alone(connection: Connection) -> None:
    """Let no other run keep anything until the transaction ends: of one row that two insert, one would fail."""
    if connection.dialect.name == POSTGRESQL:
        wait_for(connection, REMEMBERING)


def _put_findings(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write findings; one of the same id is replaced."""
    put(connection, FINDINGS, ("id",), tuple(rows[0]), [tuple(row.values()) for row in rows])


def _a_year_before(at: str) -> str:
    return (datetime.fromisoformat(at) - timedelta(days=366)).isoformat() if at else ""
