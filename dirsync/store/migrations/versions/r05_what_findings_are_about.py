"""Make room for what each finding is about and for when it was resolved; the next audit fills both in."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String, Text

revision = "5"
down_revision = "4"
LOSES = "what the open findings are about, until the next audit; and all findings that were resolved"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("findings", Column("told", Text))
    op.add_column("findings", Column("news_at", String))
    op.add_column("findings", Column("resolved_at", String))


def downgrade() -> None:
    """Drop the columns. Version 4 takes every row that is not open for one of a finding just resolved."""
    op.execute("DELETE FROM findings WHERE resolved_at IS NOT NULL")
    with op.batch_alter_table("findings") as findings:
        for column in ("resolved_at", "news_at", "told"):
            findings.drop_column(column)
