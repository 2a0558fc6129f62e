"""Give every finished run its summary, so that no document need be parsed for the history."""

from __future__ import annotations

import json

from alembic import op
from sqlalchemy import Column, Text, text

from dirsync.store.summaries import summary_of

revision = "2"
down_revision = "1"
LOSES = ""  # made anew from the documents


def upgrade() -> None:
    """One document at a time: all of them may be gigabytes."""
    op.add_column("runs", Column("summary", Text))
    connection = op.get_bind()
    ids = connection.execute(text("SELECT id FROM runs WHERE document IS NOT NULL")).scalars().all()
    for run in ids:
        document = connection.execute(text("SELECT document FROM runs WHERE id = :id"), {"id": run}).scalar_one()
        summary = json.dumps(summary_of(json.loads(document)), sort_keys=True)
        connection.execute(text("UPDATE runs SET summary = :summary WHERE id = :id"), {"summary": summary, "id": run})


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("summary")
