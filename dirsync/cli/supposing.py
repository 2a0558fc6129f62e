"""`dirsync audit --what-if FILE`: the audit as things are, and as the file supposes, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from dirsync.cli.keeping import write_kept
from dirsync.cli.options import configure, fail_on, told

if TYPE_CHECKING:
    from pathlib import Path

    from dirsync.cli.options import Options
    from dirsync.workflow.run import Finished


def suppose(options: Options, file: Path, reports: Path | None) -> None:
    """Show both. Exits with the code of the audit as things are, since that is how they are."""
    with told(options):
        level = fail_on(options.fail_on)

        from dirsync.mapping.what_if_file import load_what_if

        what_if = load_what_if(file)
        configured = configure(options, only_reads=True)

        from dirsync.model.run import Mode
        from dirsync.workflow.job import Job
        from dirsync.workflow.what_if import audit_what_if

        with options.console.progress() as progress:
            job = Job(Mode.AUDIT, configured.settings, configured.policy, configured.store, progress, fail_on=level)
            finished = audit_what_if(job, what_if)
        _show(options, finished, reports)
        raise typer.Exit(finished.run.exit_code)


def _show(options: Options, finished: Finished, reports: Path | None) -> None:
    """Print it, and write reports where a folder is named: those beside the store tell of the last real run."""
    from dirsync.reports.json_report import JsonReport
    from dirsync.reports.terminal import TerminalReport

    written = write_kept(options, finished.document, reports) if reports is not None else ()
    if options.as_json:
        options.console.answer(JsonReport().render(finished.document))
        return
    console = options.console
    report = TerminalReport(console.width, is_coloured=console.is_coloured, files=[str(path) for path in written])
    console.answer(report.render(finished.document), is_news=finished.has_news)
