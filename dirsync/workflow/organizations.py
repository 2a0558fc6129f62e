"""Reading the organisations of Jira Service Management, where a Mapping carries any and the run plans."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING

from dirsync.directories.jira.organizations import AskedOfJira, read_organizations
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.run import DirectoryRead, Mode
from dirsync.plan.desired import Feed
from dirsync.plan.organization_feeds import organization_feeds, projects_asked, unseen_accounts
from dirsync.settings.products import JIRA, product_endpoint
from dirsync.store.spool import SqliteSpool
from dirsync.workflow.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.mapping.checked import Mapping as CheckedMapping
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.organization_feeds import OrganizationFeed
    from dirsync.workflow.job import Job


def carries_organizations(mapping: CheckedMapping) -> bool:
    """Say whether a Mapping puts its people into organisations."""
    return mapping.content.target is not None and mapping.content.target.organizations is not None


@contextmanager
def organizations_read(job: Job, snapshots: Mapping[str, Snapshot]) -> Iterator[dict[str, Snapshot]]:
    """Read them, given what was read of the Directories; nothing where nobody asks for any.

    The Snapshot is under `ORGANIZATIONS` and can be looked into until the block ends.
    """
    mappings = [mapping for mapping in job.policy.carried_out() if carries_organizations(mapping)]
    if job.mode is Mode.AUDIT or not mappings or job.settings.jira is None:
        yield {}
        return
    feeds: dict[str, list[Feed]] = {}
    for mapping in mappings:
        feeds.setdefault(mapping.target, []).append(Feed(mapping, snapshots[mapping.source]))
    with scratch_folder() as scratch, job.store.links() as links:
        carrying = organization_feeds(feeds, snapshots, links)
        numbers = count()
        snapshot = read_organizations(
            product_endpoint(JIRA, job.settings.jira),
            AskedOfJira(_projects(job, carrying), partial(_wanted, job, carrying)),
            lambda: SqliteSpool(ORGANIZATIONS, scratch / f"organizations-{next(numbers)}.spool"),
            job.clock,
        )
        try:
            yield {ORGANIZATIONS: snapshot}
        finally:
            snapshot.close()


def organization_read(snapshots: Mapping[str, Snapshot]) -> tuple[DirectoryRead, ...]:
    """Return how that read went, for the report."""
    return tuple(
        DirectoryRead(name, "jira", snapshot.completeness, snapshot.counts(), tuple(snapshot.quarantined))
        for name, snapshot in snapshots.items()
    )


def _projects(job: Job, carrying: Sequence[OrganizationFeed]) -> set[str] | None:
    return None if job.undoes else projects_asked(carrying)


def _wanted(job: Job, carrying: Sequence[OrganizationFeed], seen: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield whom to look up: those to be put in, and those of whom an undo speaks."""
    told = (entry.change for entry in job.store.journal.of_run(job.undoes)) if job.undoes else ()
    taken_out = (
        (change.user, change.user_id)
        for change in told
        if change.directory == ORGANIZATIONS and change.user and seen.user(change.user_id) is None
    )
    return chain(((name, "") for name in unseen_accounts(carrying, seen)), taken_out)
