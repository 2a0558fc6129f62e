"""What Jira sees of each Directory: what was read of it, and what Jira itself holds on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.as_jira_sees import SeenByJira, as_jira_sees, paired
from dirsync.directories.interface import Selection
from dirsync.directories.selections import selections
from dirsync.store.spool import SqliteSpool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dirsync.mapping.policy import Policy
    from dirsync.model.facts import Fact
    from dirsync.model.snapshot import Snapshot
    from dirsync.workflow.job import Job


def asked_of_jira(job: Job, facts: Mapping[str, Fact[Any]]) -> dict[str, tuple[Selection, ...]]:
    """Return what is asked of the Directories that Jira holds, also those of no Mapping: Jira sees people there.

    Under `--only` those that belong to a Directory which is read: whose people the others hold is for other Mappings to
    say. Without Jira's database none can be read whole, which nobody should hear of who has no Mapping for them.
    """
    if job.settings.jira is None or job.settings.jira.database_url is None:
        return {}
    held = {name for name, settings in job.settings.directories.items() if settings.kind == "jira"}
    if job.policy.only:
        read = selections(job.policy.mappings)
        held &= {known.held_in for known in paired(facts) if known.directory in read}
    return {name: (Selection(),) for name in sorted(held)}


def seen_by_jira(
    snapshots: Mapping[str, Snapshot], facts: Mapping[str, Fact[Any]], policy: Policy, scratch: Path
) -> SeenByJira:
    """Put together what belongs together, in scratch files; the caller closes what was made."""
    return as_jira_sees(
        snapshots, facts, policy.populations(), lambda name: SqliteSpool(name, scratch / f"{name}.seen-by-jira.spool")
    )
