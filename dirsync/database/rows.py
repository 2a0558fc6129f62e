"""What was read from a database, and how its values read; whatever can't be read makes only its own facts unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from dirsync.errors import AnswerMalformed, DirectoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.database.tables import Grants

Row: TypeAlias = "Mapping[str, Any]"
TRUE, FALSE = frozenset({"1", "t", "true", "y"}), frozenset({"0", "f", "false", "n"})
"""Crowd writes flags as T and F, and as true and false in attributes; Jira as 1 and 0 (databases.md), or Y and N."""


@dataclass(frozen=True, slots=True)
class Lacking:
    """Why a column could not be read."""

    why: str
    """The end of a sentence, with {what} for the table and its columns: "this account may not read {what}"."""
    needs_grant: bool = False
    is_missing: bool = False
    """True where the database has no such table or column."""


@dataclass(frozen=True)
class Contents:
    """What was read of one table. Rows hold every column but those that are lacking."""

    table: str
    rows: tuple[Row, ...] = ()
    lacking: Mapping[str, Lacking] = field(default_factory=dict)


class ColumnsLacking(DirectoryUnreadable):
    """Columns of a table could not be read."""


@dataclass
class Tables:
    """What was read of all tables of a product, in one transaction."""

    database: str
    """How messages and evidence call it: `Jira's database (postgresql://db.example.org/jira)`."""
    grants: Grants
    contents: dict[str, Contents] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The tables that were looked into since it was emptied: they are the evidence of a fact."""

    def rows(self, table: str, *columns: str) -> tuple[Row, ...]:
        """Return the rows of a table; raise `ColumnsLacking` when one of the columns could not be read.

        The error names tables and columns, and the statement that lets the account read them.
        """
        self.asked.append(table)
        contents = self.contents[table]
        lacking = {column: contents.lacking[column] for column in columns if column in contents.lacking}
        if not lacking:
            return contents.rows
        refused = [column for column, problem in contents.lacking.items() if problem.needs_grant]
        by_reason: dict[str, list[str]] = {}
        for column, problem in lacking.items():
            by_reason.setdefault(problem.why, []).append(column)
        why = "; ".join(said.format(what=f"{table} ({', '.join(of)})") for said, of in by_reason.items())
        remedy = (
            f"Let its owner run: {self.grants.statement(table, refused)}"
            if refused
            else "Check that DATABASE_URL names the right database, and that the account may use the schema of its "
            "tables and has it in its search_path; else this version of the product has none."
        )
        raise ColumnsLacking(f"In {self.database} {why}.", remedy)

    def is_without(self, table: str, column: str) -> bool:
        """Say whether the database has no such column: then it is another product's, or another version's."""
        lacking = self.contents[table].lacking.get(column)
        return lacking is not None and lacking.is_missing

    def some_rows(self, table: str, *columns: str) -> tuple[Row, ...]:
        """Return the rows of a table that is never empty: none at all means that rows are kept from the account."""
        rows = self.rows(table, *columns)
        if not rows:
            raise AnswerMalformed(
                f"In {self.database} the table {table} shows no row, and it always has some.",
                "See that no row-level security keeps them from the account, and that this is the right database.",
            )
        return rows


def truth(row: Row, column: str) -> bool:
    """Return a flag. Raises `AnswerMalformed` for a value that is neither yes nor no."""
    written = str(row[column]).strip().lower()
    if written in TRUE | FALSE:
        return written in TRUE
    raise AnswerMalformed(
        f"The column {column} holds '{row[column]}', which is neither yes nor no to this version of dirsync.",
        "Please report it; meanwhile declare the fact in mappings/estate.yaml.",
    )


def number(row: Row, column: str) -> int:
    """Return a whole number; drivers give numeric columns as Decimal. Raises `AnswerMalformed` for what is none."""
    try:
        return int(row[column])
    except (TypeError, ValueError, OverflowError):  # NULL; NaN; infinity: PostgreSQL's numeric knows them all
        raise AnswerMalformed(
            f"The column {column} holds '{row[column]}', which is no number.",
            "Please report it; meanwhile declare the fact in mappings/estate.yaml.",
        ) from None


def text(row: Row, column: str) -> str:
    """Return a text without the blanks that fixed-width columns are filled up with; empty for NULL."""
    value = row[column]
    return "" if value is None else str(value).strip()
