"""What turns the tables of an older dirsync into today's, one step per version.

A step names tables and columns itself instead of importing them: it must go on meaning what it meant when they
change again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import text

from dirsync.store.summaries import summary_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection


def _add_summaries(connection: Connection) -> None:
    """Give every finished run its summary. One document at a time: all of them may be gigabytes."""
    connection.execute(text("ALTER TABLE runs ADD COLUMN summary TEXT"))
    ids = connection.execute(text("SELECT id FROM runs WHERE document IS NOT NULL")).scalars().all()
    for run in ids:
        document = connection.execute(text("SELECT document FROM runs WHERE id = :id"), {"id": run}).scalar_one()
        summary = json.dumps(summary_of(json.loads(document)), sort_keys=True)
        connection.execute(text("UPDATE runs SET summary = :summary WHERE id = :id"), {"summary": summary, "id": run})


MIGRATIONS: Mapping[int, Callable[[Connection], None]] = {1: _add_summaries}
"""The step that leads away from each version."""
