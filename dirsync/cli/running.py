"""One run as a command asks for it: check everything, do it, show it, exit with its code."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from dirsync.cli.around import around
from dirsync.cli.keeping import write_kept
from dirsync.cli.options import Configured, Options, configure, fail_on
from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from dirsync.model.run import Mode
    from dirsync.plan.saved import SavedPlan
    from dirsync.workflow.adopting import Adopting
    from dirsync.workflow.run import Finished


def carry_out(
    options: Options,
    mode: Mode,
    reports: Path | None,
    *,
    checks_for_changes: bool = False,
    out: Path | None = None,
    reviewed: Path | None = None,
    adopts: Adopting | None = None,
    undoes: str = "",
) -> None:
    """Do one run as a command asks for it, show it, and exit with its code."""
    options = replace(options, is_run=True)
    with around(options, mode) as ending:
        level = fail_on(options.fail_on)
        configured = configure(options)

        from dirsync.plan.guards.interface import Allowances
        from dirsync.workflow.job import Job
        from dirsync.workflow.leasing import leased
        from dirsync.workflow.run import run
        from dirsync.workflow.undo import check_known

        with ExitStack() as stack:
            stack.callback(configured.store.close)  # or a process that stays would hold on to its connections
            if undoes:
                undoes = configured.store.runs.id_of(undoes)
                check_known(configured.store, undoes)
            progress = stack.enter_context(options.console.progress())
            job = Job(
                mode=mode,
                settings=configured.settings,
                policy=configured.policy,
                store=configured.store,
                progress=progress,
                allowances=Allowances(
                    options.allow_removals, options.allow_creations, options.allow_member_removals, options.adopt
                ),
                fail_on=level,
                reviewed=_reviewed(reviewed),
                checks_for_changes=checks_for_changes,
                undoes=undoes,
                run=options.run,
                stop=ending.stop,
            )
            finished = run(stack.enter_context(leased(job)))
        ending.report = finished.document
        _tell_troubles(options, finished)
        if out is not None:
            _save_plan(out, finished)
        show(options, configured, finished, reports)
        if adopts is not None:
            _adopt(options, finished, adopts)
        raise typer.Exit(finished.run.exit_code)


def _tell_troubles(options: Options, finished: Finished) -> None:
    """Put into the log what kept the run from its work; not onto a terminal, where the report tells it at once."""
    from loguru import logger

    from dirsync.log.forms import TOLD
    from dirsync.reports.troubles import troubles

    is_seen = options.console.stdout.isatty() and not options.as_json
    told = logger.bind(**{TOLD: True}) if is_seen else logger
    for line in troubles(finished.document):
        told.error("{}", line)


def _adopt(options: Options, finished: Finished, adopts: Adopting) -> None:
    from dirsync.workflow.adopting import adopt

    for line in adopt(finished.run, adopts):
        options.console.message(line)


def _reviewed(file: Path | None) -> SavedPlan | None:
    if file is None:
        return None
    from dirsync.plan.saved import read_saved
    from dirsync.workflow.job import utc_now

    try:
        content = file.read_bytes()
    except OSError as error:
        what = f"The plan {file} can't be read: {error.strerror}."
        raise UsageInvalid(what, "Name a file that 'dirsync plan --out' wrote.") from None
    return read_saved(content, str(file), utc_now())


def _save_plan(out: Path, finished: Finished) -> None:
    from dirsync.plan.saved import saved_form
    from dirsync.reports.writer import write_file
    from dirsync.workflow.job import utc_now

    if finished.run.plan is not None:
        write_file(out, saved_form(finished.run.plan, finished.run.mappings_digest, utc_now()))


def show(options: Options, configured: Configured, finished: Finished, reports: Path | None) -> None:
    """Write the reports and print the answer: the JSON document, or what an admin reads at 8 a.m."""
    from dirsync.reports.json_report import JsonReport
    from dirsync.reports.terminal import TerminalReport
    from dirsync.reports.writer import write_file

    if reports is not None:
        written = write_kept(options, finished.document, reports)
    else:
        from dirsync.reports import REPORTS

        folder = configured.store.folder / "reports"
        formats = [REPORTS[name]() for name in ("html", "json")]
        written = tuple(write_file(folder / f"report{one.suffix}", one.render(finished.document)) for one in formats)
    if options.as_json:
        options.console.answer(JsonReport().render(finished.document))
        return
    console = options.console
    report = TerminalReport(console.width, is_coloured=console.is_coloured, files=[str(path) for path in written])
    options.console.answer(report.render(finished.document), is_news=finished.has_news)
