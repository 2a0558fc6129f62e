"""The whole run, in the order it happens: read, audit, plan, guard, apply, report."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dirsync import __version__
from dirsync.audit.after_plan import with_plan
from dirsync.audit.audit import audit
from dirsync.audit.pages import page
from dirsync.audit.rules import RULES
from dirsync.errors import ExitCode
from dirsync.log.phases import phase
from dirsync.model.run import Mode, Run
from dirsync.model.run_id import began, new_run_id
from dirsync.reports.document import document
from dirsync.workflow.changing import WRITING, Changing
from dirsync.workflow.check import check_questions
from dirsync.workflow.exit_codes import exit_code
from dirsync.workflow.history import compare, ended_before, local
from dirsync.workflow.known import everything_known
from dirsync.workflow.organizations import organization_read, organizations_read
from dirsync.workflow.read import how_it_went, keep
from dirsync.workflow.resolving import judged
from dirsync.workflow.undo import Undoing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.estate import Estate
    from dirsync.model.run import AuditResult, DirectoryRead
    from dirsync.store.runs import Runs
    from dirsync.workflow.job import Job


AUDITED_BEFORE = "The audit tells how the directories were read, before this run's changes."


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that has ended, and its report document, which is also kept in the store."""

    run: Run
    document: Mapping[str, Any]
    has_news: bool
    """A new or resolved finding, an applied change, a refusal, something unreadable: worth waking `--quiet` for."""


def run(job: Job) -> Finished:
    """Do what the job asks. What goes wrong in one Directory is in the result; raises only what ends everything."""
    check_questions(job.policy.mappings, {name: one.kind for name, one in job.settings.directories.items()})
    history = job.store.runs
    started = job.clock()
    run_id = job.run or new_run_id(started, secrets.token_bytes(3))
    started_at = (began(run_id) or started).isoformat()  # seconds may lie between the command and here
    history.begin(run_id, job.mode, started_at)
    with everything_known(job, started) as known:
        with phase("audit"):
            audited = audit(known.estate)
        work = Undoing if job.undoes else Changing
        with organizations_read(job, known.snapshots) as organizations:
            changing = work(job, run_id, known.estate, {**known.snapshots, **organizations}, known.last_reads)
            if job.mode is not Mode.AUDIT:
                with phase("plan and guard"):
                    changing.plan_and_guard()
            if job.mode in {*WRITING, Mode.REHEARSAL}:
                with phase("apply"):
                    changing.apply()
            reads = (*how_it_went(job, known.snapshots), *organization_read(organizations))
        # only now: a run that is killed before its changes are made must see all that changed once more (design, 8.6)
        with phase("keep"):
            changing.note_rest()
            keep(known.snapshots)
    with phase("report"):
        return _finish(job, history, Begun(run_id, started_at), reads, known.estate, audited, changing)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run's name and when it began."""

    id: str
    at: str


def _finish(
    job: Job,
    history: Runs,
    begun: Begun,
    reads: tuple[DirectoryRead, ...],
    estate: Estate,
    audited: AuditResult,
    changing: Changing,
) -> Finished:
    now = job.clock().isoformat()
    is_complete = all(read.completeness.is_complete for read in reads)
    open_before = history.open_findings()
    compared = compare(audited, open_before, now, judged(estate, reads, audited.findings))
    is_rehearsal = job.mode is Mode.REHEARSAL
    outcomes = () if is_rehearsal else changing.outcomes
    code = exit_code(
        reads,
        compared.audit,
        changing.plan,
        changing.refusals,
        outcomes,
        job.fail_on,
        checks_for_changes=job.checks_for_changes,
    )
    applications = with_plan(compared.audit.applications, changing.seats)
    finished = Run(
        id=begun.id,
        started_at=begun.at,
        finished_at=now,
        version=__version__,
        mode=job.mode,
        mappings_digest=job.policy.digest,
        exit_code=ExitCode.INTERRUPTED if job.stop.is_set else code,
        directories=reads,
        audit=replace(compared.audit, applications=applications),
        facts=tuple(estate.facts.values()),
        plan=changing.plan,
        refusals=changing.refusals,
        outcomes=outcomes,
        resolved=compared.resolved,
        notices=(*job.leftover, *notices(job, reads), *changing.notices, *([AUDITED_BEFORE] if outcomes else [])),
        host=job.host,
        local_time=local(now),
        past=ended_before(history),
        resolved_were={key: open_before[key] for key in compared.resolved},
    )
    content = document(finished, {rule.id: page(rule) for rule in RULES})
    before = history.document()
    history.remember_findings(compared.failing, compared.resolved, now)
    history.remember_reads(_worth_remembering(job, history, reads, changing))
    history.finish(begun.id, content, is_complete=is_complete)
    takes_over = job.mode in WRITING and changing.plan is not None and any(True for _ in changing.plan.adoptable)
    is_new_of_plan = not _told_of_people(content) <= _told_of_people(before or {})
    has_news = bool(
        compared.resolved
        or outcomes
        or takes_over
        or is_new_of_plan
        or any(found.is_new for found in compared.audit.findings)
    )
    return Finished(finished, content, has_news or changing.is_refused or not is_complete)


def _told_of_people(content: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Return what is news when it is told of somebody for the first time, and never again.

    Who can't be carried over, and why; whose account is taken over; whom several Mappings take.
    """
    plan = content.get("plan") or {}
    # beyond those that are listed, only the digests tell
    told = (*plan.get("obstacles", ()), *plan.get("adopted", ()), *_cut(plan))
    each_once = {tuple(str(value) for _, value in sorted(one.items())) for one in told}
    return each_once | {
        tuple(f"{claim['mapping']} {claim['source']} {claim['user_id']}" for claim in conflict["claims"])
        for conflict in plan.get("conflicts", ())
    }


def _cut(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    counts = plan.get("adopted_counts", [])
    return counts if sum(one["accounts"] for one in counts) > len(plan.get("adopted", ())) else []


def _worth_remembering(
    job: Job, history: Runs, reads: tuple[DirectoryRead, ...], changing: Changing
) -> list[DirectoryRead]:
    """Return the reads that may become what the next one is held against.

    A smaller Directory is only taken for the truth once a run has acted on it unrefused; otherwise a guard that
    refused tonight would find nothing strange tomorrow.
    """
    has_acted = job.mode in WRITING and not changing.is_refused
    named = [replace(read, name=job.policy.read_as(read.name)) for read in reads]
    return [read for read in named if has_acted or read.counts.users >= history.last_read(read.name).users]


def notices(job: Job, reads: tuple[DirectoryRead, ...]) -> list[str]:
    """Return what the admin should know of the connections themselves."""
    in_clear = [
        f"{name}: passwords travel in clear (ALLOW_PLAINTEXT is set)."
        for name, settings in {
            **job.settings.directories,
            "jira": job.settings.jira,
            "crowd_admin": job.settings.crowd_admin,
        }.items()
        if getattr(settings, "allow_plaintext", False)
    ]
    return in_clear + [f"{read.name}: {notice}" for read in reads for notice in read.completeness.notices]
