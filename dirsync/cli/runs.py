"""The commands that read directories: audit, plan, apply, sync.

No `from __future__ import annotations` where commands are: Typer would evaluate each annotation at every start, which
took a tenth of the time of `dirsync --help`.
"""

from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.keeping import KeepRuns, keeping
from dirsync.cli.options import Options, told
from dirsync.cli.running import carry_out
from dirsync.cli.supposing import suppose
from dirsync.errors import UsageInvalid

ReportsFolder = Annotated[
    Path | None, typer.Option("--reports", metavar="DIR", help="Write the reports here instead of beside the store.")
]


WhatIfFile = Annotated[
    Path | None,
    typer.Option(
        "--what-if",
        metavar="FILE",
        help="Show seats and findings as this file supposes, beside today's. Keeps nothing; exits as without it.",
    ),
]


def audit(
    context: typer.Context,
    reports: ReportsFolder = None,
    keep: KeepRuns = None,
    write_waivers: Annotated[
        bool, typer.Option("--write-waivers", help="Accept what fails today for 90 days, in mappings/waivers.yaml.")
    ] = False,
    owner: Annotated[str | None, typer.Option(metavar="ADDRESS", help="With it: in whose name.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="With it: why; there is a default.")] = None,
    what_if: WhatIfFile = None,
) -> None:
    """Read and audit; writes only reports and the run history."""
    from dirsync.model.run import Mode

    options: Options = keeping(context.obj, reports, keep)
    if what_if is not None and not (write_waivers or owner is not None or reason is not None):
        suppose(options, what_if, reports)
    adopts = None
    with told(options):
        if what_if is not None:
            raise UsageInvalid("--what-if keeps nothing, so no waiver either.", "Leave --write-waivers out.")
        if write_waivers:
            from dirsync.workflow.adopting import adopting

            adopts = adopting(options.mappings, owner, reason, is_partial=bool(options.only))
        elif owner is not None or reason is not None:
            raise UsageInvalid(
                "--owner and --reason go with --write-waivers.", "Add --write-waivers, or leave them out."
            )
    carry_out(options, Mode.AUDIT, reports, adopts=adopts)


def plan(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Save the plan for 'dirsync apply'.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with 11 when changes are pending.")] = False,
    reports: ReportsFolder = None,
    keep: KeepRuns = None,
) -> None:
    """Read, audit, and plan what would change."""
    from dirsync.model.run import Mode

    carry_out(keeping(context.obj, reports, keep), Mode.PLAN, reports, checks_for_changes=check, out=out)


def apply(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A plan saved by 'dirsync plan --out FILE'.")],
    reports: ReportsFolder = None,
    keep: KeepRuns = None,
) -> None:
    """Carry out a reviewed plan, if it still is what is needed."""
    from dirsync.model.run import Mode

    carry_out(keeping(context.obj, reports, keep), Mode.APPLY, reports, reviewed=file)


def sync(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything but the writes.")] = False,
    reports: ReportsFolder = None,
    keep: KeepRuns = None,
    enqueue: Annotated[bool, typer.Option("--enqueue", help="Leave the work to 'dirsync worker' processes.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="With it: end when they have, by the whole exit code.")] = False,
) -> None:
    """Do the nightly job: read, audit, plan, guard and apply."""
    from dirsync.model.run import Mode

    options: Options = keeping(context.obj, reports, keep)
    if enqueue:
        from dirsync.cli.enqueueing import enqueue_sync, refuse_what_stays_here

        with told(options):
            refuse_what_stays_here(options, dry_run=dry_run, reports=reports, keep=keep)
            enqueue_sync(options, wait=wait)
        return
    with told(options):
        if wait:
            raise UsageInvalid("--wait goes with --enqueue.", "Add --enqueue, or leave it out.")
    carry_out(options, Mode.REHEARSAL if dry_run else Mode.SYNC, reports)
