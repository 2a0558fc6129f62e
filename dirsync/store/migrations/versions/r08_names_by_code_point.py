"""Let PostgreSQL keep names and ids in the order of code points, and take those with a NUL.

SQLite does both by itself. In that order every plan walks through the people: the index now gives it, where before all
of them were sorted for each plan.
"""

from __future__ import annotations

from alembic import op

revision = "8"
down_revision = "7"
LOSES = "on PostgreSQL: that accounts whose name or id holds a NUL are ours; dirsync leaves them alone from then on"

KEYS = ("directory", "mapping", "source_id", "group")
NAMES = {
    "user_links": ("directory", "mapping", "source_id", "target_id", "username"),
    "member_links": KEYS,
    "group_links": ("directory", "mapping", "group"),
    "journal": ("target_id",),
}
# chr(1) begins a pair of signs that stands for one (dirsync.store.texts)
SIGN, PAIR, NUL = "chr(1)", "chr(1) || chr(2)", "chr(1) || chr(1)"


def upgrade() -> None:
    """Change the columns, and write out the sign that now means something else."""
    for table, columns in _of_postgresql():
        _retype(table, columns, ' COLLATE "C"')
        for column in columns:
            op.execute(
                f'UPDATE {table} SET "{column}" = replace("{column}", {SIGN}, {PAIR}) '
                f'WHERE strpos("{column}", {SIGN}) > 0'
            )


def downgrade() -> None:
    """Change the columns back."""
    for table, columns in _of_postgresql():
        for column in columns:
            held = f'WHERE strpos("{column}", {NUL}) > 0'
            op.execute(
                f'UPDATE {table} SET "{column}" = NULL {held}' if table == "journal" else f"DELETE FROM {table} {held}"
            )
            op.execute(
                f'UPDATE {table} SET "{column}" = replace("{column}", {PAIR}, {SIGN}) '
                f'WHERE strpos("{column}", {PAIR}) > 0'
            )
        _retype(table, columns, "")


def _of_postgresql() -> list[tuple[str, tuple[str, ...]]]:
    return list(NAMES.items()) if op.get_bind().dialect.name == "postgresql" else []


def _retype(table: str, columns: tuple[str, ...], collation: str) -> None:
    """All columns in one statement, so that the table's indexes are made anew once."""
    changes = ", ".join(f'ALTER COLUMN "{column}" TYPE VARCHAR{collation}' for column in columns)
    op.execute(f"ALTER TABLE {table} {changes}")
