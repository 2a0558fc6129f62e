"""What alembic runs to move a store: in the transaction it is handed, with the store's own table of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic import context
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy import Dialect

VERSIONS = "dirsync_store"


class _AsRevision(TypeDecorator[str]):
    """Our number as alembic names a revision."""

    impl = Integer
    cache_ok = True

    def process_result_value(self, value: int | None, dialect: Dialect) -> str | None:
        """Return it as text."""
        del dialect
        return None if value is None else str(value)


class _OurVersions:
    """A dirsync that knows nothing of alembic looks for the version there, too; alembic has a hook for this."""

    def version_table_impl(self, **_given: Any) -> Table:  # noqa: ANN401 - what alembic gives of its own table
        """Return the store's own table, under the names that alembic uses."""
        column = Column("version", _AsRevision, key="version_num", primary_key=True, autoincrement=False)
        return Table(VERSIONS, MetaData(), column)


class _OnSqlite(_OurVersions, SQLiteImpl):  # alembic finds it by the dialect's name
    __dialect__ = "sqlite"


class _OnPostgresql(_OurVersions, PostgresqlImpl):
    __dialect__ = "postgresql"


context.configure(connection=context.config.attributes["connection"], version_table=VERSIONS)
context.run_migrations()
