"""An audit as things are and one as they would be, of one read. Nothing of it is kept: no run, no finding, no read."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from dirsync import __version__
from dirsync.audit.audit import audit
from dirsync.audit.pages import page
from dirsync.audit.rules import RULES
from dirsync.audit.what_if import supposing
from dirsync.audit.what_if_compare import compared
from dirsync.model.run import Run
from dirsync.reports.document import document
from dirsync.workflow.check import check_questions
from dirsync.workflow.exit_codes import exit_code
from dirsync.workflow.history import compare, ended_before, local
from dirsync.workflow.known import everything_known
from dirsync.workflow.read import how_it_went
from dirsync.workflow.resolving import Judged
from dirsync.workflow.run import Finished, notices

if TYPE_CHECKING:
    from dirsync.mapping.what_if_file import WhatIf
    from dirsync.workflow.job import Job

NOTHING_IS_KEPT = "This run asked what if: it is not in the history, and 'dirsync report' does not know it."
LISTED_TODAY = (
    "Whom Jira itself lists in its groups holds for today only: what would be goes by the directories that were read."
)


def audit_what_if(job: Job, what_if: WhatIf) -> Finished:
    """Audit twice. Raises `ConfigurationInvalid` where the file supposes what can't be.

    Findings of today have the day on which a kept run first met them; one that no kept run has met is new.
    """
    check_questions(job.policy.mappings, {name: one.kind for name, one in job.settings.directories.items()})
    started = job.clock()
    with everything_known(job, started) as known:
        supposed = supposing(known.estate, what_if)
        reads = how_it_went(job, known.snapshots)
        before = audit(known.estate)
        after = before if supposed.estate is known.estate else audit(supposed.estate)
    now = job.clock().isoformat()
    dated = compare(before, job.store.runs.open_findings(), now, Judged()).audit
    result = compared(dated, after, supposed, what_if.name)
    finished = Run(
        id=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}-what-if",
        started_at=started.isoformat(),
        finished_at=now,
        version=__version__,
        mode=job.mode,
        mappings_digest=job.policy.digest,
        exit_code=exit_code(reads, dated, None, (), (), job.fail_on, checks_for_changes=False),
        directories=reads,
        audit=dated,
        facts=tuple(known.estate.facts.values()),
        notices=(
            NOTHING_IS_KEPT,
            *([LISTED_TODAY] if supposed.left_out else []),
            *notices(job, reads),
        ),
        what_if=result,
        host=job.host,
        local_time=local(now),
        past=ended_before(job.store.runs),
    )
    content = document(finished, {rule.id: page(rule) for rule in RULES})
    return Finished(finished, content, has_news=bool(result.appearing or result.vanishing or result.changing))
