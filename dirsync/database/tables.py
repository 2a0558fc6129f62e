"""Named columns: what is read from a product's database, and the GRANT script, which is made from the same tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from textwrap import wrap
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
"""PostgreSQL takes these as they are; all others need quotes, such as the `AO_…` tables of Jira's plug-ins."""
WIDTH = 116
ACCOUNT = "dirsync"
"""What the account is called where no DATABASE_URL names it."""
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class NamedTable:
    """A table, and the columns of it that are ever asked for; none of them is a credential."""

    name: str
    columns: tuple[str, ...]
    tells: str
    """What is lost without it, for the script."""
    only: Mapping[str, Sequence[str]] = field(default_factory=lambda: NOTHING)
    """Column to the values of the rows that are asked for: rows with other values may hold passwords."""
    caution: str = ""
    """What else somebody with this grant could read; empty where it is nothing that matters."""


@dataclass(frozen=True, slots=True)
class Grants:
    """The account that reads, as the GRANT statements name it."""

    account: str

    def statement(self, table: str, columns: Iterable[str]) -> str:
        """Return what lets the account read columns of a table."""
        listed = ", ".join(quoted(column) for column in columns)
        return f"GRANT SELECT ({listed}) ON {quoted(table)} TO {quoted(self.account)};"

    def script(self, product: str, tables: Iterable[NamedTable]) -> str:
        """Return the whole script for a product's database, as its owner runs it with psql."""
        return "\n".join([*self._head(product), *(line for table in tables for line in self._table(table))]) + "\n"

    def _head(self, product: str) -> Iterator[str]:
        account = quoted(self.account)
        yield f"-- What dirsync reads in the database of {product}: named columns only, never a credential."
        yield f"-- Run it as the owner of the tables, with psql, connected to the database of {product}."
        yield "-- A statement about a table that your version does not have fails; the others count all the same."
        yield from _comment(
            "Where the tables stand in another schema than public, write its name for public here, and let the "
            f"account look there: ALTER ROLE {account} SET search_path = thatschema;"
        )
        yield f"-- CREATE ROLE {account} LOGIN PASSWORD 'choose one';"
        yield f"ALTER ROLE {account} SET default_transaction_read_only = on;"
        yield f"GRANT USAGE ON SCHEMA public TO {account};"

    def _table(self, table: NamedTable) -> Iterator[str]:
        yield ""
        yield from _comment(table.tells)
        if table.caution:
            yield from _comment(table.caution)
        statement = self.statement(table.name, table.columns)
        yield from wrap(statement, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def quoted(name: str) -> str:
    """Return an identifier as PostgreSQL takes it."""
    return name if PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _comment(text: str) -> Iterator[str]:
    return (f"-- {line}" for line in wrap(text, WIDTH - len("-- "), break_long_words=False, break_on_hyphens=False))
