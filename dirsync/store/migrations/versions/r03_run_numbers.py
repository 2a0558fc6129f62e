"""Number the runs, so that the newest is the one that came last, whatever a clock that has jumped back says."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, text

revision = "3"
down_revision = "2"
LOSES = "in which order runs came, where a clock had jumped"


def upgrade() -> None:
    """Give old runs numbers in the order in which the clock says they began; nothing else is known of them."""
    op.add_column("runs", Column("number", Integer))
    connection = op.get_bind()
    ids = connection.execute(text("SELECT id FROM runs ORDER BY started_at, id")).scalars().all()
    for number, run in enumerate(ids, 1):
        connection.execute(text("UPDATE runs SET number = :number WHERE id = :id"), {"number": number, "id": run})
    op.create_index("ix_runs_number", "runs", ["number"])


def downgrade() -> None:
    """Forget the numbers."""
    op.drop_index("ix_runs_number", "runs")
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("number")
