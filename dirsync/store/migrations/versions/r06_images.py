"""Make room for how things were before each Change; of older ones nobody knows."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "6"
down_revision = "5"
LOSES = "how things were before each change, so 'dirsync undo' puts less of the runs until then back"


def upgrade() -> None:
    """Add the column."""
    op.add_column("journal", Column("image", Text))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("journal") as journal:
        journal.drop_column("image")
