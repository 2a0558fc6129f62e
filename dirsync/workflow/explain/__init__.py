"""Why somebody is where they are: read as `plan` does, look beyond the Mappings, tell; nothing is written anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.audit import audit
from dirsync.model.explained import Explanation
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.workflow.changing import Changing
from dirsync.workflow.check import check_questions
from dirsync.workflow.explain.alike import by_person
from dirsync.workflow.explain.finding import Finder
from dirsync.workflow.explain.telling import Judgement, Teller
from dirsync.workflow.history import compare
from dirsync.workflow.known import everything_known
from dirsync.workflow.organizations import organization_read, organizations_read
from dirsync.workflow.read import how_it_went
from dirsync.workflow.resolving import Judged

if TYPE_CHECKING:
    from dirsync.workflow.job import Job


def explain(job: Job, asked: str) -> Explanation:
    """Tell everything about everybody who is called `asked`: a username, an e-mail address, a DN or an immutable id.

    The job's mode must be one that writes nothing. What goes wrong in one Directory is in the result.
    """
    check_questions(job.policy.mappings, {name: one.kind for name, one in job.settings.directories.items()})
    started = job.clock()
    with everything_known(job, started) as known:
        reads = how_it_went(job, known.snapshots)
        open_before = job.store.runs.open_findings()
        audited = compare(audit(known.estate), open_before, started.isoformat(), Judged()).audit
        with organizations_read(job, known.snapshots) as organizations, job.store.links() as links:
            reads = (*reads, *organization_read(organizations))
            changing = Changing(job, "", known.estate, {**known.snapshots, **organizations}, known.last_reads)
            changing.plan_and_guard()
            finder = Finder(job, known, links, asked)
            people = by_person(finder.found(), links, job.policy.mappings)
            teller = Teller(job, known, links, Judgement(audited, changing, organizations.get(ORGANIZATIONS)))
            return Explanation(
                asked=asked,
                directories=reads,
                people=tuple(teller.told(accounts) for accounts in people),
                looked=dict(finder.looked),
                troubles=tuple(finder.troubles),
                without_groups=tuple(sorted(known.estate.without_groups)),
                refusals=tuple(refusal for refusal in changing.refusals if refusal.refused),
            )
