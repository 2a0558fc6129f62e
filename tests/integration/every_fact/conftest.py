"""Both products by every route at once: emulated over HTTP, and in real databases with the printed grants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from integration.databases import schemas
from servers.estate import SEED
from servers.postgresql import Account, Database, PostgreSql

from dirsync.mapping.policy import Policy, parse_estate
from dirsync.operations.doctor.grants import Product, grants_script
from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.server import RunningSandbox, start
from dirsync.settings.models import Settings

NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def policy(text: str | None = None) -> Policy:
    return Policy((), parse_estate(text, "estate.yaml") if text else None, (), "digest", {})


def settings(sandbox: RunningSandbox, jira: Account, crowd: Account, administrator: tuple[str, str]) -> Settings:
    """Return the settings of all routes."""
    customers = {
        "kind": "crowd",
        "url": sandbox.crowd_url,
        "application": "dirsync-customers",
        "password": "sandbox-only",
    }
    username, password = administrator
    return Settings.model_validate(
        {
            "directories": {"crowd_customers": customers},
            "jira": {
                "url": sandbox.jira_url,
                "token": "sandbox-jira-token",
                "retry_seconds": 0,
                "database_url": jira.url(),
            },
            "crowd_admin": {
                "url": sandbox.crowd_url,
                "username": username,
                "password": password,
                "retry_seconds": 0,
                "database_url": crowd.url(),
            },
        }
    )


def databases(postgresql: PostgreSql) -> tuple[Database, Database]:
    return postgresql.database(schemas.JIRA), postgresql.database(schemas.CROWD)


def allowed(database: Database, product: Product) -> Account:
    account = database.account()
    return account.given(grants_script(product, account.name))


@pytest.fixture(scope="module")
def all_may_be_asked(postgresql: PostgreSql) -> Iterator[Settings]:
    """Return settings of accounts that hold the rights that dirsync asks for."""
    jira, crowd = databases(postgresql)
    with start(parse_seed(SEED % {"permissions": "ADMINISTER"}, "seed.yaml")) as sandbox:
        accounts = allowed(jira, Product.JIRA), allowed(crowd, Product.CROWD)
        yield settings(sandbox, *accounts, ("admin", "administrator-only"))


@pytest.fixture(scope="module")
def nothing_is_allowed(postgresql: PostgreSql) -> Iterator[tuple[Settings, Account, Account]]:
    """Return settings of accounts that may log in and nothing else, and those of the databases."""
    jira, crowd = (database.account() for database in databases(postgresql))
    with start(parse_seed(SEED % {"permissions": "USER_PICKER"}, "seed.yaml")) as sandbox:
        yield settings(sandbox, jira, crowd, ("nobody", "nobody-only")), jira, crowd
