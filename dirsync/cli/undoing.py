"""The command that takes a run back."""

from typing import Annotated

import typer

from dirsync.cli.keeping import KeepRuns, keeping
from dirsync.cli.running import carry_out
from dirsync.cli.runs import ReportsFolder


def undo(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or its end as 'dirsync history' shows it.")],
    does_apply: Annotated[bool, typer.Option("--apply", help="Do it; without, the plan is shown.")] = False,
    reports: ReportsFolder = None,
    keep: KeepRuns = None,
) -> None:
    """Show how to take back what a run did, or do it.

    Attributes, memberships and names come back as they were, and so does what
    dirsync counts as its own. What somebody has changed since stays as it is, and
    is named. Accounts that the run removed are made anew: with new ids, and with
    passwords that nobody knows.

    The next 'dirsync sync' would do the same as that run again. Correct the source
    or the mapping before, or stop the job; 'dirsync plan' shows what it would do.
    """
    from dirsync.model.run import Mode

    carry_out(keeping(context.obj, reports, keep), Mode.UNDO if does_apply else Mode.UNDO_PLAN, reports, undoes=run)
