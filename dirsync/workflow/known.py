"""Everything a run, or an explanation, knows before it judges: what was read, and what Jira and Crowd are set to."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.facts.gather import gather_facts
from dirsync.log.phases import phase
from dirsync.model.estate import Estate
from dirsync.workflow.outer_groups import with_outer_groups
from dirsync.workflow.read import groups_in_part, read_all, without_groups
from dirsync.workflow.scratch import scratch_folder
from dirsync.workflow.seen import seen_by_jira

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from dirsync.model.snapshot import LastRead, Snapshot
    from dirsync.workflow.job import Job


@dataclass(frozen=True)
class Known:
    """What was read, what there was the last time, and the Estate made of it."""

    snapshots: Mapping[str, Snapshot]
    """By Directory key."""
    last_reads: Mapping[str, LastRead]
    estate: Estate


@contextmanager
def everything_known(job: Job, started: datetime) -> Iterator[Known]:
    """Read every Directory and gather every fact; the Snapshots can be looked into until the block ends."""
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_folder())
        last_reads = {name: job.store.runs.last_read(job.policy.read_as(name)) for name in job.settings.directories}
        # first, since they tell whether what a Crowd application shows can be one whole Directory
        with phase("facts"):
            facts = gather_facts(job.settings, job.policy, job.clock)
        with phase("read"):
            snapshots = read_all(job, last_reads, scratch, facts)
        for snapshot in snapshots.values():
            stack.callback(snapshot.close)
        seen = seen_by_jira(snapshots, facts, job.policy, scratch)
        for snapshot in seen.made:
            stack.callback(snapshot.close)
        estate = Estate(
            snapshots=seen.snapshots,
            populations=job.policy.populations(),
            facts=facts,
            today=started.date(),
            kinds={name: job.settings.directories[name].kind for name in seen.snapshots},
            without_groups=without_groups(job) - seen.parts.keys(),
            groups_in_part=groups_in_part(job) - seen.parts.keys(),
            parts=seen.parts,
            waivers=job.policy.waivers,
            is_partial=bool(job.policy.only),
        )
        yield Known(snapshots, last_reads, with_outer_groups(job, estate))
