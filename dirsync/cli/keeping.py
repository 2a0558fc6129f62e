"""`--keep`, of every command that writes reports to a folder."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from dirsync.cli.options import Options, told
from dirsync.errors import UsageInvalid

KeepRuns = Annotated[
    int | None,
    typer.Option("--keep", metavar="N", min=1, help="Delete reports of runs older than the newest N from that folder."),
]


def keeping(options: Options, reports: Path | None, keep: int | None) -> Options:
    """Return the options with it. Beside the store only the newest report lies, so it needs a folder."""
    with told(options):
        if keep is not None and reports is None:
            raise UsageInvalid("--keep goes with --reports.", "Name the folder with --reports, or leave --keep out.")
    return replace(options, keep=keep)


def write_kept(options: Options, document: Mapping[str, Any], reports: Path) -> tuple[Path, ...]:
    """Write what every run writes to its folder, and then delete what is older than `--keep` wants."""
    from dirsync.reports.retention import keep_newest
    from dirsync.reports.writer import write_reports

    written = write_reports(document, ("html", "json"), reports)
    if options.keep is not None:
        keep_newest(reports, options.keep, written)
    return written
