"""What Crowd's own database tells, read in one transaction (databases.md, "Crowd")."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dirsync.database.address import database_of
from dirsync.database.crowd_tables import CROWD_TABLES, MAPPINGS
from dirsync.database.door import reading
from dirsync.errors import DirectoryUnreadable
from dirsync.facts.crowd_admin_facts import facts_about
from dirsync.facts.crowd_admin_told import Told
from dirsync.facts.crowd_database_told import CrowdRows
from dirsync.facts.database_facts import DatabaseFacts, all_unknown, instant
from dirsync.facts.ways_to_know import to_declare
from dirsync.model.facts import FactState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from dirsync.database.address import DatabaseAddress
    from dirsync.database.rows import Tables
    from dirsync.facts.crowd_admin_attribution import CrowdView
    from dirsync.model.facts import Fact

CROWD_APPLICATIONS: Final = "crowd.applications"
CROWD_DIRECTORIES: Final = "crowd.directories"
TOLD: Final = (CROWD_APPLICATIONS, CROWD_DIRECTORIES)
"""The facts that are unknown where the database can't be asked at all; the others hang on them."""
JIRA: Final = "JIRA"
_OF_DIRECTORY: Final = {"default_groups", "allowed_operations"}


def read_crowd_database_facts(
    address: DatabaseAddress,
    views: Sequence[CrowdView],
    declared: Mapping[str, Fact[Any]],
    url: str,
    clock: Callable[[], datetime],
) -> dict[str, Fact[Any]]:
    """Ask Crowd's database. Never raises for what it does not tell: those facts are unknown, and say why.

    `views`, `declared` and `url` (that of Crowd itself, where it is known) say which Directory shows what.
    """
    at = instant(clock)
    try:
        with reading(address) as reader:
            for table in CROWD_TABLES:
                reader.read(table)
            tables = reader.told
            _refuse_another_product(tables)
    except DirectoryUnreadable as problem:
        return all_unknown(TOLD, problem, f"Crowd's database ({database_of(address.url)})")
    return crowd_facts_from(tables, at, views, declared, url)


def _refuse_another_product(tables: Tables) -> None:
    """Raise where there is no table of what applications show: Jira has all else of Crowd's, for itself."""
    if tables.is_without(MAPPINGS.name, "directory_id"):
        tables.rows(MAPPINGS.name, *MAPPINGS.columns)


def crowd_facts_from(
    tables: Tables, at: str, views: Sequence[CrowdView], declared: Mapping[str, Fact[Any]], url: str
) -> dict[str, Fact[Any]]:
    """Work out the facts from what was read at one instant (ISO 8601)."""
    rows = CrowdRows(tables)
    told = _told(rows, at)
    facts = facts_about(told, views, declared, url or tables.database)
    return {name: _with_reason(fact, rows.reasons, tables.database) for name, fact in facts.items()}


def _told(rows: CrowdRows, at: str) -> Told:
    parts = DatabaseFacts(rows.tables, at)
    parts.tell(CROWD_APPLICATIONS, rows.applications, otherwise=to_declare(CROWD_APPLICATIONS))
    parts.tell(CROWD_DIRECTORIES, rows.directories, otherwise=to_declare(CROWD_DIRECTORIES))
    asked: dict[str, tuple[Callable[[str], object], dict[str, Fact[Any]]]] = {
        "directories": (rows.mappings, {}),
        "aggregate_memberships": (rows.aggregates, {}),
        "access_based_sync": (rows.filters, {}),
        "licence_use": (rows.licences, {}),
    }
    for application in parts.value(CROWD_APPLICATIONS) or ():
        for leaf, (work, found) in asked.items():
            if leaf == "licence_use" and application.type.upper() != JIRA:
                continue
            name = f"{CROWD_APPLICATIONS}[{application.name}].{leaf}"
            parts.tell(name, partial(work, application.number), otherwise=to_declare(name))
            found[application.name] = parts.facts[name]
    return Told(
        parts.facts[CROWD_APPLICATIONS],
        parts.facts[CROWD_DIRECTORIES],
        mappings=asked["directories"][1],
        aggregation=asked["aggregate_memberships"][1],
        filtering=asked["access_based_sync"][1],
        licences=asked["licence_use"][1],
    )


def _with_reason(fact: Fact[Any], reasons: Mapping[str, DirectoryUnreadable], database: str) -> Fact[Any]:
    """Return a leaf that is unknown with the table and the column that could not be read, and how to mend it."""
    leaf = fact.name.rpartition(".")[2]
    if fact.name.startswith(f"{CROWD_DIRECTORIES}[") and leaf in _OF_DIRECTORY:
        leaf = f"directory_{leaf}"
    problem = reasons.get(leaf)
    if fact.state is not FactState.UNKNOWN or problem is None:
        return fact
    remedy = f"{problem.remedy} Or {to_declare(fact.name)}."
    return replace(fact, why=problem.message, remedy=remedy, source=database)
