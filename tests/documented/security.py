"""The generated parts of docs/security.md: the rights of each route, and the rules that are lost without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from documented.markdown import cell
from documented.silence import silenced

from dirsync.audit.rules import RULES
from dirsync.facts.routes import Route
from dirsync.operations.doctor.grants import NAMES, TABLES
from dirsync.operations.doctor.rights import OF_DIRECTORIES, OF_ROUTES
from dirsync.operations.doctor.silenced import presumed
from dirsync.settings.models import Settings

PAGE = Path(__file__).parent.parent.parent / "docs" / "security.md"
RIGHTS = re.compile(r"(<!-- rights -->\n\n).*?(\n\n<!-- end of rights -->)", re.DOTALL)
FACTS = re.compile(r"(<!-- facts -->\n\n).*?(\n\n<!-- end of facts -->)", re.DOTALL)
COLUMNS = re.compile(r"(<!-- columns -->\n\n).*?(\n\n<!-- end of columns -->)", re.DOTALL)
QUOTED = re.compile(r"'(dirsync [^']+)'")
ADDRESS = "https://127.0.0.1/"
POSTGRESQL = "postgresql+psycopg://dirsync@127.0.0.1/"
PEOPLE = ("directories[", "nesting[", "mappings")
ROUTES: tuple[tuple[str, Route, dict[str, Any]], ...] = (
    ("Jira's REST API", Route.JIRA_REST, {"jira": {"url": ADDRESS, "token": "of-nobody"}}),
    ("Jira's database", Route.JIRA_DATABASE, {"jira": {"database_url": f"{POSTGRESQL}jira"}}),
    (
        "Crowd's administration, and a plug-in there",
        Route.CROWD_ADMIN,
        {"crowd_admin": {"url": ADDRESS, "username": "dirsync", "password": "of-nobody"}},
    ),
    ("Crowd's database", Route.CROWD_DATABASE, {"crowd_admin": {"database_url": f"{POSTGRESQL}crowd"}}),
)
"""Name, route, and settings with this route alone: what it tells is what the doctor presumes of them."""


def page() -> str:
    """Return the page with its generated parts as the code has them now."""
    text = RIGHTS.sub(lambda found: found[1] + "\n".join(_rights()) + found[2], PAGE.read_text(encoding="utf-8"))
    text = FACTS.sub(lambda found: found[1] + "\n".join(_facts()) + found[2], text)
    return COLUMNS.sub(lambda found: found[1] + "\n".join(_columns()) + found[2], text)


def _rights() -> Iterator[str]:
    yield "| route | least right | rules lost where no other route tells it |\n|---|---|---|"
    without = f"{_linked(lost(PEOPLE))}; and nothing is written to what it feeds"
    for kind, right in OF_DIRECTORIES.items():
        yield f"| a directory of kind `{kind}` | {_as_code(right)} | {without} |"
    for name, route, settings in ROUTES:
        without = _linked(lost(presumed(Settings.model_validate(settings))))
        yield f"| {name} | {_as_code(OF_ROUTES[route])} | {without} |"


def _as_code(text: str) -> str:
    return QUOTED.sub(r"`\1`", cell(text))


def lost(beginnings: tuple[str, ...]) -> list[str]:
    """Return the rules that keep silent without the facts whose names begin so, in the order of the catalogue."""
    every = silenced().items()
    found = {rule for fact, rules in every if fact.startswith(tuple(map(_family, beginnings))) for rule in rules}
    return [rule.id for rule in RULES if rule.id in found]


def _family(name: str) -> str:
    return name.partition("[")[0] if name.endswith("]") else name


def _linked(rules: list[str]) -> str:
    if len(rules) > len(RULES) // 2:
        return f"{len(rules)} of {len(RULES)} rules"
    return ", ".join(f"[{rule}](rules/{rule}.md)" for rule in rules)


def _facts() -> Iterator[str]:
    yield "| fact | rules that can't be decided without it |\n|---|---|"
    for fact, rules in silenced().items():
        if fact.startswith(("jira.", "crowd.")):
            yield f"| `{fact}` | {', '.join(f'[{rule}](rules/{rule}.md)' for rule in rules)} |"


def _columns() -> Iterator[str]:
    yield "| database | table | columns | lost without it |\n|---|---|---|---|"
    for product, tables in TABLES.items():
        for table in tables:
            columns = ", ".join(f"`{column}`" for column in table.columns)
            lacking = cell(f"{table.tells} {table.caution}".strip())
            yield f"| {NAMES[product]} | `{table.name}` | {columns} | {lacking} |"
