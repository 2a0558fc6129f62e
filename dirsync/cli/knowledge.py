"""The commands that explain: rules, explain, and what the store holds of past runs."""

from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, open_store, told
from dirsync.cli.people import explain_user
from dirsync.errors import UsageInvalid

FORMATS = (
    "html, json (for machines), md (ticket, chat), xlsx, nagios, terminal, csv or csv-raw; may be"
    " repeated. csv is safe in a spreadsheet: a ' stands"
    " before what it would run as a formula. csv-raw has the bare values."
)


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
    name: Annotated[
        str,
        typer.Argument(
            metavar="USER-or-RULE", help="A username, e-mail address, DN or id; or a rule, as 'dirsync rules' lists it."
        ),
    ],
) -> None:
    """Tell why somebody is where they are; or show a rule's page."""
    from dirsync.audit.pages import page
    from dirsync.audit.rules import RULES

    options: Options = context.obj
    with told(options):
        known = next((rule for rule in RULES if rule.id == name), None)
        if known is not None:
            options.console.answer(page(known))
            return
        explain_user(options, name)


def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id; the newest when left out.")] = "",
    formats: Annotated[list[str] | None, typer.Option("--format", metavar="F", help=FORMATS)] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them.")] = Path(),
) -> None:
    """Render a stored run again."""
    from dirsync.reports.writer import write_reports

    options: Options = context.obj
    with told(options):
        store = open_store(options)
        document = store.runs.document(run) if store else None
        if document is None:
            what = f"There is no finished run '{run}' in the store." if run else "The store holds no finished run yet."
            if store and run:
                raise UsageInvalid(what, "'dirsync history --json' lists the ids of past runs.")
            raise UsageInvalid(what, "Run 'dirsync audit' first; the report of each run names its id.")
        for path in write_reports(document, formats or ["html"], out):
            options.console.answer(str(path))


def history(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", metavar="N", min=1, help="So many runs, the newest.")] = 20,
) -> None:
    """List past runs, with findings and seats at risk over time."""
    import json

    from dirsync.reports.history import history_document
    from dirsync.reports.history_text import history_text

    options: Options = context.obj
    with told(options):
        store = open_store(options)
        if store is None:
            document = history_document((), 0)
        else:
            runs = store.runs
            document = history_document(
                runs.history(last), runs.count(), runs.open_findings(), runs.resolved_findings()
            )
        text = json.dumps(document, indent=1) if options.as_json else history_text(document, options.console.width)
        options.console.answer(text)
