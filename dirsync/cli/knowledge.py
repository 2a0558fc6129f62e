"""The commands that explain: rules, explain, and what the store holds of past runs."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dirsync.cli import words
from dirsync.cli.keeping import KeepRuns
from dirsync.cli.options import Options, open_store, told
from dirsync.cli.people import explain_user
from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from dirsync.store.store import Store

FORMATS = (
    "html, json (for machines), md (ticket, chat), xlsx, nagios, ocsf (SIEM), opengraph (BloodHound),"
    " terminal, csv or csv-raw; may be"
    " repeated. csv is safe in a spreadsheet: a ' stands"
    " before what it would run as a formula. csv-raw has the bare values."
)


def rules(context: typer.Context) -> None:
    """List the rules: id, severity, and what each one finds."""
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
            metavar="USER-or-RULE",
            help="A username, e-mail address, DN or id; a rule of 'dirsync rules'; or an exit code, such as exit-12.",
            autocompletion=words.rules_and_exit_codes,
        ),
    ],
) -> None:
    """Tell why somebody is where they are; or explain a rule."""
    from dirsync.audit.pages import page
    from dirsync.audit.rules import RULES
    from dirsync.model.exit_meanings import named

    options: Options = context.obj
    with told(options):
        known = next((rule for rule in RULES if rule.id == name), None)
        if known is not None:
            options.console.answer(page(known))
            return
        exit_code = named(name)
        if exit_code is not None:
            options.console.answer(exit_code.page())
            return
        explain_user(options, name)


def report(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(metavar="RUN", help="A run's id, or its end as 'dirsync history' shows it; else the newest."),
    ] = "",
    formats: Annotated[
        list[str] | None, typer.Option("--format", metavar="F", help=FORMATS, autocompletion=words.formats)
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them.")] = Path(),
    redact: Annotated[
        bool, typer.Option("--redact", help="Put pseudonyms for names and leave sentences out, for people outside.")
    ] = False,
    keep: KeepRuns = None,
) -> None:
    """Render a stored run again."""
    from dirsync.reports.retention import keep_newest
    from dirsync.reports.writer import check_formats, write_reports

    options: Options = context.obj
    with told(options):
        wanted = formats or ["html"]
        store = open_store(options)
        _, document = _all_at_once(partial(check_formats, wanted), partial(_stored, store, run))
        if redact and store is not None:
            document = _redacted(document, store.folder)
        written = write_reports(document, wanted, out, is_redacted=redact)
        for path in written:
            options.console.answer(str(path))
        if keep is not None:
            keep_newest(out, keep, written)


def _all_at_once(*checks: Callable[[], Any]) -> list[Any]:
    """Return what each check returns. Raises one `UsageInvalid` with all that they say."""
    returned: list[Any] = []
    wrong: list[UsageInvalid] = []
    for check in checks:
        try:
            returned.append(check())
        except UsageInvalid as error:
            wrong.append(error)
    if wrong:
        raise UsageInvalid(
            *(" ".join(told) for told in zip(*((one.message, one.remedy) for one in wrong), strict=True))
        )
    return returned


def _stored(store: "Store | None", run: str) -> dict[str, Any]:
    """Return the document of a run, or of the newest. Raises `UsageInvalid` where there is none."""
    document = store.runs.document(store.runs.id_of(run) if run else "") if store else None
    if document is not None:
        return document
    what = f"There is no finished run '{run}' in the store." if run else "The store holds no finished run yet."
    if store and run:
        raise UsageInvalid(what, "'dirsync history --json' lists the ids of past runs.")
    raise UsageInvalid(what, "Run 'dirsync audit' first; the report of each run names its id.")


def _redacted(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    from dirsync.reports.pseudonyms import Pseudonyms
    from dirsync.reports.redacted import redacted
    from dirsync.store.pseudonym_key import pseudonym_key

    return redacted(document, Pseudonyms(pseudonym_key(folder)))


def history(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", metavar="N", min=1, help="So many runs, the newest.")] = 20,
) -> None:
    """List past runs, with findings and seats at risk over time."""
    import json

    from dirsync.reports.history import history_document
    from dirsync.reports.history_text import history_text
    from dirsync.reports.history_trends import BARS

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
        if options.as_json:
            options.console.answer(json.dumps(document, indent=1))
            return
        console = options.console
        options.console.answer(history_text(document, console.width, is_ascii=not console.can_write(BARS)))
