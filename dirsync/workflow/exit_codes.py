"""Which exit code a run ends with (design, section 3): the first that applies of 5, 3, 4, 10, 12, 11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import ExitCode
from dirsync.model.findings import Verdict
from dirsync.model.plans import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.model.plans import Outcome, Plan, Refusal
    from dirsync.model.run import AuditResult, DirectoryRead
    from dirsync.workflow.job import FailOn

FAILED = frozenset({Result.FAILED, Result.REFUSED, Result.NOT_TRIED})


def exit_code(
    reads: Sequence[DirectoryRead],
    audit: AuditResult,
    plan: Plan | None,
    refusals: Sequence[Refusal],
    outcomes: Sequence[Outcome],
    fail_on: FailOn,
    *,
    checks_for_changes: bool,
) -> ExitCode:
    """Return the code. `outcomes` holds those of real writes, not of a rehearsal."""
    deciding = {rule.rule for rule in audit.rules if rule.decides_seats}
    questions = (
        (ExitCode.CHANGES_FAILED, any(outcome.result in FAILED for outcome in outcomes)),
        (ExitCode.UNREADABLE, not all(read.completeness.is_complete for read in reads)),
        (ExitCode.REFUSED, any(refusal.refused for refusal in refusals)),
        (ExitCode.FINDINGS, any(_counts(audit, fail_on))),
        (
            ExitCode.UNDECIDED,
            any(found.verdict is Verdict.UNKNOWN and found.rule in deciding for found in audit.findings),
        ),
        (ExitCode.CHANGES_PENDING, checks_for_changes and plan is not None and bool(plan.changes)),
    )
    return next((code for code, applies in questions if applies), ExitCode.DONE)


def _counts(audit: AuditResult, fail_on: FailOn) -> list[bool]:
    return [
        finding.is_open_failure
        and finding.severity.rank >= fail_on.severity.rank
        and (finding.is_new or not fail_on.only_new)
        for finding in audit.findings
    ]
