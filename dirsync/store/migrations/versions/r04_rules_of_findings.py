"""Make room for each finding's rule and for whether it is waived; the next audit fills both in."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, String

revision = "4"
down_revision = "3"
LOSES = "of which rule each open finding is, and whether it is waived, until the next audit"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("findings", Column("rule", String))
    op.add_column("findings", Column("is_waived", Boolean))


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("findings") as findings:
        findings.drop_column("is_waived")
        findings.drop_column("rule")
