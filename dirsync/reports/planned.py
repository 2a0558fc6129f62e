"""The parts of the document about changes: the plan, what the guards said, what became of each change."""

from __future__ import annotations

from collections import Counter, defaultdict
from hashlib import sha256
from heapq import nsmallest
from typing import TYPE_CHECKING, Any, Final

from dirsync.model.conflicts import Agreement
from dirsync.model.names import fold
from dirsync.model.plans import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.conflicts import Claim, Conflict
    from dirsync.model.plans import Adoption, Change, Obstacle, Outcome, Refusal
    from dirsync.model.run import Run
    from dirsync.reports.shape.plan import (
        ReportedAdoption,
        ReportedAdoptionCount,
        ReportedChange,
        ReportedClaim,
        ReportedConflict,
        ReportedGuard,
        ReportedObstacle,
        ReportedOutcome,
        ReportedPlan,
    )

ADOPTIONS_LISTED: Final = 1000
"""Of each Mapping on each target: a first night may take a million accounts over, and nobody would read of each."""


def reported_plan(run: Run) -> ReportedPlan:
    """Return the plan of a Run. Its digest is null when the run planned nothing at all."""
    plan = run.plan or Plan()
    return {
        "digest": run.plan.digest if run.plan else None,
        "base": dict(sorted(plan.base.items())),
        "changes": [_change(change) for change in plan.changes],
        "adopted": [_adoption(one) for one in _first_adoptions(plan.adopted)],
        "adopted_counts": _adoption_counts(plan.adopted),
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


def _first_adoptions(adopted: Iterable[Adoption]) -> Iterator[Adoption]:
    """Yield by name those that are listed. No more than a few times as many are held at once."""
    first: dict[tuple[str, str], list[Adoption]] = defaultdict(list)
    for one in adopted:
        held = first[one.directory, one.mapping]
        held.append(one)
        if len(held) >= 8 * ADOPTIONS_LISTED:
            held[:] = nsmallest(ADOPTIONS_LISTED, held, _by_name)
    for _, held in sorted(first.items()):
        yield from nsmallest(ADOPTIONS_LISTED, held, _by_name)


def _by_name(one: Adoption) -> tuple[str, ...]:
    return fold(one.user), one.user_id


def _adoption_counts(adopted: Iterable[Adoption]) -> list[ReportedAdoptionCount]:
    numbers: Counter[tuple[str, str]] = Counter()
    digests: dict[tuple[str, str], Any] = defaultdict(sha256)
    for one in adopted:
        place = one.directory, one.mapping
        numbers[place] += 1
        digests[place].update(one.canonical().encode() + b"\n")
    return [
        {"directory": directory, "mapping": mapping, "accounts": number, "digest": digest.hexdigest()[:16]}
        for (directory, mapping), number in sorted(numbers.items())
        for digest in (digests[directory, mapping],)
    ]


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
