"""The parts of the document about changes: the plan, what the guards said, what became of each change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.conflicts import Agreement
from dirsync.model.plans import Plan

if TYPE_CHECKING:
    from dirsync.model.conflicts import Claim, Conflict
    from dirsync.model.plans import Adoption, Change, Obstacle, Outcome, Refusal
    from dirsync.model.run import Run
    from dirsync.reports.shape.plan import (
        ReportedAdoption,
        ReportedChange,
        ReportedClaim,
        ReportedConflict,
        ReportedGuard,
        ReportedObstacle,
        ReportedOutcome,
        ReportedPlan,
    )


def reported_plan(run: Run) -> ReportedPlan:
    """Return the plan of a Run. Its digest is null when the run planned nothing at all."""
    plan = run.plan or Plan()
    return {
        "digest": run.plan.digest if run.plan else None,
        "base": dict(sorted(plan.base.items())),
        "changes": [_change(change) for change in plan.changes],
        "adopted": [_adoption(one) for one in plan.adopted],
        "guards": [_guard(refusal) for refusal in run.refusals],
        "obstacles": [_obstacle(obstacle) for obstacle in plan.obstacles],
        "conflicts": [_conflict(conflict) for conflict in plan.conflicts.listed],
        "conflict_counts": {by.value: plan.conflicts.counts.get(by, 0) for by in Agreement},
        "unappliable": dict(sorted(plan.unappliable.items())),
    }


def reported_outcome(outcome: Outcome) -> ReportedOutcome:
    """Return what became of one Change."""
    return {
        "change": outcome.change,
        "outcome": outcome.result.value,
        "message": outcome.message,
        "at": outcome.at,
        "target_id": outcome.target_id,
    }


def _change(change: Change) -> ReportedChange:
    return {
        "id": change.id,
        "op": change.op.value,
        "directory": change.directory,
        "mapping": change.mapping,
        "user": change.user,
        "user_id": change.user_id,
        "group": change.group,
        "group_id": change.group_id,
        "child_group": change.child_group,
        "before": dict(sorted(change.before.items())),
        "after": dict(sorted(change.after.items())),
        "reason": change.reason,
        "source_id": change.source_id,
    }


def _adoption(one: Adoption) -> ReportedAdoption:
    return {
        "directory": one.directory,
        "mapping": one.mapping,
        "user": one.user,
        "user_id": one.user_id,
        "source_id": one.source_id,
    }


def _guard(refusal: Refusal) -> ReportedGuard:
    return {
        "guard": refusal.guard,
        "refused": refusal.refused,
        "message": refusal.message,
        "mapping": refusal.mapping,
        "directory": refusal.directory,
    }


def _obstacle(obstacle: Obstacle) -> ReportedObstacle:
    return {
        "directory": obstacle.directory,
        "mapping": obstacle.mapping,
        "name": obstacle.name,
        "reason": obstacle.reason,
    }


def _conflict(conflict: Conflict) -> ReportedConflict:
    return {
        "by": [agreement.value for agreement in conflict.by],
        "name": conflict.name,
        "claims": [_claim(claim) for claim in conflict.claims],
        "in_jira": conflict.in_jira,
        "wins": conflict.wins,
        "flips": conflict.flips,
    }


def _claim(claim: Claim) -> ReportedClaim:
    return {
        "mapping": claim.mapping,
        "directory": claim.directory,
        "source": claim.source,
        "user": claim.user,
        "user_id": claim.user_id,
        "answers": claim.answers,
    }
