"""Reading every Directory the Mappings use, each into a scratch spool of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from loguru import logger

from dirsync import __version__
from dirsync.directories.build import Around, build_directory
from dirsync.directories.selections import exceptions, selections
from dirsync.errors import DirectoryUnreadable, DirsyncError
from dirsync.model.run import DirectoryRead
from dirsync.model.snapshot import Completeness, LastRead, Snapshot
from dirsync.settings.models import CrowdSettings, LdapSettings
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.file import SpoolDamaged
from dirsync.store.spool.kept import Keeping
from dirsync.workflow.chosen_by_group import not_known_inside
from dirsync.workflow.seen import asked_of_jira

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dirsync.directories.interface import Selection
    from dirsync.model.facts import Fact
    from dirsync.workflow.job import Job


def read_all(
    job: Job, last_reads: Mapping[str, LastRead], scratch: Path, facts: Mapping[str, Fact[Any]]
) -> dict[str, Snapshot]:
    """Read each Directory once, whole or with the reason why not. One that fails never keeps others from being read."""
    keeping = Keeping(job.store.folder / "kept", job.clock())
    around = Around(job.progress, facts, job.settings.jira)
    reading = _Reading(job, scratch, exceptions(job.policy.mappings), keeping, around)
    return {
        name: reading.read(name, asked, _expected(last_reads.get(name, LastRead()), job))
        for name, asked in {**asked_of_jira(job, facts), **selections(job.policy.mappings)}.items()
    }


def _expected(known: LastRead, job: Job) -> LastRead:
    """Return what a Directory should still hold; a number the admin has stated covers that it is empty now."""
    allowances = job.allowances
    return replace(
        known,
        users=0 if allowances.covers(allowances.removals, known.users) else known.users,
        groups=0 if allowances.covers(allowances.member_removals, known.groups) else known.groups,
    )


@dataclass(frozen=True)
class _Reading:
    """What reading any Directory needs."""

    job: Job
    scratch: Path
    left_out: Mapping[str, str]
    """Selection to the one whose users it must not hold."""
    keeping: Keeping
    around: Around

    def read(self, name: str, asked: tuple[Selection, ...], known: LastRead) -> Snapshot:
        """Read one Directory, on top of its last read where that is kept."""
        try:
            return self._read(name, asked, known, self._spool(name, asked))
        except SpoolDamaged as error:
            logger.warning("{} Everything is read anew.", error.message)
            self.keeping.forget(name)
            return self._read(name, asked, known, self._spool(name, asked))

    def _read(self, name: str, asked: tuple[Selection, ...], known: LastRead, spool: SqliteSpool) -> Snapshot:
        try:
            directory = build_directory(name, self.job.settings.directories[name], asked, self.around)
            snapshot = directory.read(known, spool)
        except DirectoryUnreadable as error:
            logger.debug("{}: {}", name, error)
            nothing = Completeness(
                is_complete=False, reason=error.message, remedy=error.remedy, read_at=self.job.clock().isoformat()
            )
            # it was raised before anything was read: a kept copy need not be emptied, row by row, to say so
            spool.abandon()
            return SqliteSpool(name, self.scratch / f"{name}.spool").finish(nothing)
        except BaseException:
            spool.abandon()
            raise
        logger.debug("{}: read {} (complete: {})", name, snapshot.counts(), snapshot.completeness.is_complete)
        return snapshot

    def _spool(self, name: str, asked: tuple[Selection, ...]) -> SqliteSpool:
        settings = self.job.settings.directories[name]
        mine = {one.name: self.left_out[one.name] for one in asked if one.name in self.left_out}
        only = asked[0].name if len(asked) == 1 else None
        chosen = {one.name: one.conditions.groups for one in asked if one.conditions}
        kept = None
        if isinstance(settings, LdapSettings | CrowdSettings) and not self.job.store.is_passing:
            # whatever changes the meaning of what is kept; a new dirsync may read better than the last one
            shape = repr((__version__, settings, asked, sorted(mine.items())))
            kept = self.keeping.file_of(name, shape, _most_age(settings))
        doubts = partial(not_known_inside, settings, asked)
        return SqliteSpool(name, self.scratch / f"{name}.spool", mine, only, kept, chosen, doubts)


def _most_age(settings: LdapSettings | CrowdSettings) -> timedelta:
    """Return after how long everything is read anew, whatever a server tells of changes."""
    return timedelta(days=7) if settings.full_every is None else timedelta(hours=settings.full_every)


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


def keep(snapshots: Mapping[str, Snapshot]) -> None:
    """Let the next run build on what was read whole. Where that fails, the next one has more to read.

    It is the last thing a run does, after its changes: no full disk may keep it from telling what it did.
    """
    for name, snapshot in snapshots.items():
        if not snapshot.completeness.is_complete:
            continue
        try:
            snapshot.keep()
        except (DirsyncError, OSError) as error:
            why = error.message if isinstance(error, DirsyncError) else f"{error}."
            logger.warning(
                "{}: what was read could not be kept for the next run, which has more to read: {}", name, why
            )


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
