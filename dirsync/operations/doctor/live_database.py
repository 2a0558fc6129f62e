"""A product's database: reached, logged in to, and every named column asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.database.jira_tables import PEOPLE_TABLES
from dirsync.operations.doctor.grants import TABLES, Product
from dirsync.operations.doctor.interface import ok, warn
from dirsync.reports.wording import counted
from dirsync.settings.products import database_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import CrowdAdminSettings, JiraSettings

PRODUCTS = {"jira": Product.JIRA, "crowd_admin": Product.CROWD}


def database(name: str, settings: JiraSettings | CrowdAdminSettings, given: Surroundings) -> Iterator[Remark]:
    """Say which tables can't be read, or not whole; nothing where the settings name no database."""
    address = database_address(name, settings)
    if address is None:
        return
    from dirsync.database.door import reading
    from dirsync.errors import DirectoryUnreadable

    # the people of Jira's own directories are asked for only where the settings name such a directory
    not_asked = () if "jira" in given.kinds.values() else PEOPLE_TABLES
    tables = [table for table in TABLES[PRODUCTS[name]] if table not in not_asked]
    with reading(address) as reader:
        lacking = 0
        for table in tables:
            reader.look_at(table)
            try:
                reader.told.rows(table.name, *table.columns)
            except DirectoryUnreadable as problem:
                lacking += 1
                yield warn(name, f"{problem.message} {table.tells}", problem.remedy)
        if not lacking:
            yield ok(name, f"{reader.told.database}: every column of {counted(len(tables), 'table')} can be read.")
