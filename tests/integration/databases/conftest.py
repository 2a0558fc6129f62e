"""Databases of both products, each with an account that holds exactly the printed grants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from integration.databases import schemas
from servers.postgresql import Account, Database, PostgreSql

from dirsync.database.address import DatabaseAddress
from dirsync.operations.doctor.grants import Product, grants_script

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def jira_database(postgresql: PostgreSql) -> Database:
    return postgresql.database(schemas.JIRA)


@pytest.fixture(scope="session")
def crowd_database(postgresql: PostgreSql) -> Database:
    return postgresql.database(schemas.CROWD)


@pytest.fixture
def make_jira(postgresql: PostgreSql) -> Callable[[str], Account]:
    """Make a database of Jira that a script has changed, with an account that holds the printed grants."""
    return lambda script: _granted(postgresql.database(schemas.JIRA + script), Product.JIRA)


@pytest.fixture
def make_crowd(postgresql: PostgreSql) -> Callable[[str], Account]:
    return lambda script: _granted(postgresql.database(schemas.CROWD + script), Product.CROWD)


@pytest.fixture(scope="session")
def jira_reader(jira_database: Database) -> Account:
    return _granted(jira_database, Product.JIRA)


@pytest.fixture(scope="session")
def crowd_reader(crowd_database: Database) -> Account:
    return _granted(crowd_database, Product.CROWD)


def _granted(database: Database, product: Product) -> Account:
    account = database.account()
    return account.given(grants_script(product, account.name))


def jira_at(account: Account, **more: object) -> DatabaseAddress:
    return DatabaseAddress("Jira", account.url(), "DIRSYNC_JIRA", **more)  # type: ignore[arg-type]


def crowd_at(account: Account) -> DatabaseAddress:
    return DatabaseAddress("Crowd", account.url(), "DIRSYNC_CROWD_ADMIN")
