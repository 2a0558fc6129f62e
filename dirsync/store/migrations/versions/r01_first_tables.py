"""Make the tables of the first version."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Integer, String, Text

revision = "1"
down_revision = None
LOSES = "everything"


def upgrade() -> None:
    """Make them; the version's own table is alembic's business."""
    op.create_table(
        "runs",
        Column("id", String, primary_key=True),
        Column("started_at", String, nullable=False),
        Column("finished_at", String),
        Column("mode", String, nullable=False),
        Column("exit_code", Integer),
        Column("is_complete", Boolean, nullable=False),
        Column("document", Text),
    )
    op.create_index("ix_runs_started_at", "runs", ["started_at"])
    op.create_table(
        "reads",
        Column("directory", String, primary_key=True),
        Column("read_at", String, nullable=False),
        Column("users", Integer, nullable=False),
        Column("groups", Integer, nullable=False),
    )
    op.create_table(
        "findings",
        Column("id", String, primary_key=True),
        Column("first_seen", String, nullable=False),
        Column("is_open", Boolean, nullable=False),
    )
    op.create_table(
        "user_links",
        *(Column(name, String, primary_key=True) for name in ("directory", "mapping", "source_id")),
        *(Column(name, String, nullable=False) for name in ("target_id", "username")),
        Column("missed", Integer, nullable=False),
        Column("missed_at", String, nullable=False),
        Column("is_deactivated", Boolean, nullable=False),
    )
    op.create_index("user_links_target", "user_links", ["directory", "target_id"])
    op.create_table(
        "member_links",
        *(Column(name, String, primary_key=True) for name in ("directory", "mapping", "group", "source_id")),
    )
    op.create_table(
        "group_links", *(Column(name, String, primary_key=True) for name in ("directory", "mapping", "group"))
    )
    op.create_table(
        "journal",
        Column("run", String, primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        Column("change_id", String, nullable=False),
        Column("change", Text, nullable=False),
        Column("intended_at", String, nullable=False),
        Column("result", String),
        Column("message", Text),
        Column("at", String),
        Column("target_id", String),
    )
    op.create_index("ix_journal_result", "journal", ["result"])


def downgrade() -> None:
    """Take them away."""
    for table in ("journal", "group_links", "member_links", "user_links", "findings", "reads", "runs"):
        op.drop_table(table)
