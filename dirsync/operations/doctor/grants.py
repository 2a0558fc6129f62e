"""`dirsync doctor --grants`: the rights that an account needs in a product's database, as a script."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from dirsync.database.crowd_tables import CROWD_TABLES
from dirsync.database.jira_tables import JIRA_TABLES
from dirsync.database.tables import ACCOUNT, Grants

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.database.tables import NamedTable

SCHEMA: Final = "dirsync.grants/1"


class Product(StrEnum):
    """Whose database is meant."""

    JIRA = "jira"
    CROWD = "crowd"


TABLES: Final[dict[Product, tuple[NamedTable, ...]]] = {Product.JIRA: JIRA_TABLES, Product.CROWD: CROWD_TABLES}
NAMES: Final = {Product.JIRA: "Jira", Product.CROWD: "Crowd"}
URLS: Final = {Product.JIRA: "JIRA__DATABASE_URL", Product.CROWD: "CROWD_ADMIN__DATABASE_URL"}


def account_in(product: Product, values: Mapping[str, str]) -> str:
    """Return who reads the database, by the settings as they were gathered; `dirsync` where they do not say."""
    from dirsync.database.address import account_of

    return account_of(values.get(URLS[product], "")) or ACCOUNT


def grants_script(product: Product, account: str) -> str:
    """Return the script."""
    return Grants(account).script(NAMES[product], TABLES[product])


def grants_document(product: Product, account: str) -> dict[str, Any]:
    """Return the same as JSON-serialisable data, for tools that grant in their own ways."""
    return {
        "schema": SCHEMA,
        "product": product.value,
        "account": account,
        "tables": [
            {
                "table": table.name,
                "columns": list(table.columns),
                "rows": {column: list(values) for column, values in table.only.items()},
                "tells": table.tells,
                "caution": table.caution,
                "statement": Grants(account).statement(table.name, table.columns),
            }
            for table in TABLES[product]
        ],
    }
