"""Name the state of each Mapping's links, by which a plan knows that nobody wrote any since the last one."""

from __future__ import annotations

from alembic import op

revision = "9"
down_revision = "8"
LOSES = ""


def upgrade() -> None:
    """Make the table; a Mapping without a row has links that nobody has written yet."""
    kind = 'VARCHAR COLLATE "C"' if op.get_bind().dialect.name == "postgresql" else "VARCHAR"
    op.execute(
        f"CREATE TABLE link_states (directory {kind} NOT NULL, mapping {kind} NOT NULL, state VARCHAR NOT NULL, "
        "PRIMARY KEY (directory, mapping))"
    )


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP TABLE link_states")
