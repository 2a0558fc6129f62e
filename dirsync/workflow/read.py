"""Reading every Directory the Mappings use, each into a scratch spool of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loguru import logger

from dirsync.directories.build import build_directory
from dirsync.directories.selections import exceptions, selections
from dirsync.errors import DirectoryUnreadable
from dirsync.model.run import DirectoryRead
from dirsync.model.snapshot import Completeness, LastRead, Snapshot
from dirsync.store.spool import SqliteSpool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dirsync.directories.interface import Selection
    from dirsync.workflow.job import Job


def read_all(job: Job, last_reads: Mapping[str, LastRead], scratch: Path) -> dict[str, Snapshot]:
    """Read each Directory once, whole or with the reason why not. One that fails never keeps others from being read."""
    left_out = exceptions(job.policy.mappings)
    return {
        name: _read_one(job, name, asked, _expected(last_reads.get(name, LastRead()), job), scratch, left_out)
        for name, asked in selections(job.policy.mappings).items()
    }


def _expected(known: LastRead, job: Job) -> LastRead:
    """Return what a Directory should still hold; a number the admin has stated covers that it is empty now."""
    allowances = job.allowances
    return replace(
        known,
        users=0 if allowances.covers(allowances.removals, known.users) else known.users,
        groups=0 if allowances.covers(allowances.member_removals, known.groups) else known.groups,
    )


def _read_one(
    job: Job,
    name: str,
    asked: tuple[Selection, ...],
    known: LastRead,
    scratch: Path,
    left_out: Mapping[str, str],
) -> Snapshot:
    mine = {selection: other for selection, other in left_out.items() if selection in {one.name for one in asked}}
    spool = SqliteSpool(name, scratch / f"{name}.spool", mine)
    try:
        directory = build_directory(name, job.settings.directories[name], asked, job.progress)
        snapshot = directory.read(known, spool)
    except DirectoryUnreadable as error:
        logger.debug("{}: {}", name, error)
        nothing = Completeness(
            is_complete=False, reason=error.message, remedy=error.remedy, read_at=job.clock().isoformat()
        )
        return spool.finish(nothing)
    logger.debug("{}: read {} (complete: {})", name, snapshot.counts(), snapshot.completeness.is_complete)
    return snapshot


def without_groups(job: Job) -> frozenset[str]:
    """Return the LDAP Directories of which no selection reads groups: there, groups are read only below a base."""
    return frozenset(
        name
        for name, asked in selections(job.policy.mappings).items()
        if job.settings.directories[name].kind == "ldap" and not any(one.group_bases for one in asked)
    )


def groups_in_part(job: Job) -> frozenset[str]:
    """Return the LDAP and LDIF Directories of which no selection reads all groups, though some are read.

    Any base or filter counts, also one that happens to cover everything: no setting says how large the tree is.
    """
    read_by = selections(job.policy.mappings).items()
    return frozenset(
        name
        for name, asked in read_by
        if job.settings.directories[name].kind in {"ldap", "ldif"}
        and not any(_takes_all_groups(one, job.settings.directories[name].kind) for one in asked)
    ) - without_groups(job)


def _takes_all_groups(asked: Selection, kind: str) -> bool:
    # Without a base the whole file is searched, but nothing of a server.
    return asked.wants_groups and kind == "ldif" and not asked.group_bases and not asked.group_filter


def was_everybody_judged(reads: tuple[DirectoryRead, ...]) -> bool:
    """Say whether the audit saw all there is; only then may what it no longer finds count as gone."""
    return all(read.completeness.is_complete and not read.quarantined for read in reads)


def how_it_went(job: Job, snapshots: Mapping[str, Snapshot]) -> tuple[DirectoryRead, ...]:
    """Return how each read went, for the report."""
    return tuple(
        DirectoryRead(
            name,
            job.settings.directories[name].kind,
            snapshot.completeness,
            snapshot.counts(),
            tuple(snapshot.quarantined),
        )
        for name, snapshot in sorted(snapshots.items())
    )
