"""The commands that explain: rules, explain, and report for a stored run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dirsync.cli.options import Options, configure, told
from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from dirsync.audit.rules.interface import Rule


def rules(context: typer.Context) -> None:
    """List the rules: id, severity, and the problem each one finds."""
    import json

    from dirsync.audit.pages import title
    from dirsync.audit.rules import RULES

    options: Options = context.obj
    with told(options):
        rows = [
            {"rule": rule.id, "severity": rule.severity, "since": rule.since, "title": title(rule)} for rule in RULES
        ]
        if options.as_json:
            options.console.answer(json.dumps(rows, indent=1))
            return
        lines = [f"{row['rule']}\n    {row['severity']}: {row['title']}" for row in rows]
        options.console.answer("\n".join([*lines, "", "Read a rule's page with 'dirsync explain RULE'."]))


def explain(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id, as 'dirsync rules' lists them.")],
) -> None:
    """Show a rule's page: what, why it costs money, how to mend it."""
    from dirsync.audit.pages import page

    options: Options = context.obj
    with told(options):
        options.console.answer(page(_rule(rule)))


def _rule(name: str) -> Rule:
    from dirsync.audit.rules import RULES
    from dirsync.mapping.wording import did_you_mean

    for known in RULES:
        if known.id == name:
            return known
    hint = did_you_mean(name, [known.id for known in RULES])
    raise UsageInvalid(f"There is no rule '{name}'{hint}", "'dirsync rules' lists them all.")


def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id; the newest when left out.")] = "",
    formats: Annotated[list[str] | None, typer.Option("--format", metavar="F", help="html, json or terminal.")] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them.")] = Path(),
) -> None:
    """Render a stored run again."""
    from dirsync.reports.writer import write_reports

    options: Options = context.obj
    with told(options):
        document = configure(options).store.runs.document(run)
        if document is None:
            what = f"There is no finished run '{run}' in the store." if run else "The store holds no finished run yet."
            raise UsageInvalid(what, "Run 'dirsync audit' first; the report of each run names its id.")
        for path in write_reports(document, formats or ["html"], out):
            options.console.answer(str(path))
