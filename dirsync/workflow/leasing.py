"""What a run may write into: it leaves to another run what that one holds, and says so."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.errors import LockHeld
from dirsync.mapping.together import places_of, together
from dirsync.model.run import Mode
from dirsync.store.lease.interface import Holder
from dirsync.workflow.changing import WRITING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.store.lease.interface import Lease
    from dirsync.workflow.job import Job


@contextmanager
def leased(job: Job) -> Iterator[Job]:
    """Take the lease of what a run writes into; yield the job, without the Mappings that are left to other runs.

    A reviewed plan and an undo are carried out whole or not at all. Raises `LockHeld` where nothing is free.
    """
    if job.mode not in WRITING:
        yield job
        return
    groups = _groups(job)
    holder = Holder(job.host, os.getpid(), job.run, job.clock().isoformat())
    with job.store.leased([*groups.values()], holder) as lease:
        left = {names: _who(places, lease) for names, places in groups.items() if not lease.held >= {*places}}
        if left and len(left) == len(groups):
            told = dict.fromkeys(who for one in left.values() for who in one)
            raise LockHeld(
                f"Another run is under way: {'; '.join(told)}.",
                "Wait for it, or look at what it does. 'dirsync history' lists the runs.",
            )
        yield _narrowed(job, left) if left else job


def _groups(job: Job) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return names of Mappings to the places that one run must hold for them, or for an undo without names."""
    if job.undoes:
        return {(): tuple(sorted(job.store.journal.written_by(job.undoes)))}
    mappings = {mapping.name: mapping for mapping in job.policy.carried_out()}
    groups = together(mappings.values())
    if job.mode is Mode.APPLY:
        groups = (tuple(mappings),) if mappings else ()
    return {
        names: tuple(sorted(frozenset[str]().union(*(places_of(mappings[name]) for name in names)))) for names in groups
    }


def _who(places: tuple[str, ...], lease: Lease) -> tuple[str, ...]:
    return tuple(
        f"{place} is held by {lease.elsewhere[place] or 'a session of the database that does not say who it is'}"
        for place in places
        if place in lease.elsewhere
    )


def _narrowed(job: Job, left: dict[tuple[str, ...], tuple[str, ...]]) -> Job:
    names = {name for group in left for name in group}
    told = tuple(
        f"Left to another run: {', '.join(group)}, since {' and '.join(who)}." for group, who in sorted(left.items())
    )
    return replace(job, policy=job.policy.without(names), leftover=told)
