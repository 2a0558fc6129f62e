"""Taking back Changes of organisations: as groups of their Snapshot, and told as organisations again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.organizations import AS_GROUP, ORGANIZATIONS, as_group_change, as_organization_change
from dirsync.model.plans import Op

if TYPE_CHECKING:
    from dirsync.model.journaled import Journaled
    from dirsync.plan.undo import Undoing


def as_group_entry(entry: Journaled) -> Journaled:
    """Return an entry of the journal as it is about groups; one that is not about organisations stays as it is."""
    return replace(entry, change=as_group_change(entry.change)) if entry.change.op in AS_GROUP else entry


def as_organizations(undoing: Undoing) -> Undoing:
    """Return an undo of which those Changes are about organisations again."""
    changes, restores, made_anew = [], dict(undoing.restores), []
    for change in undoing.changes:
        if change.directory != ORGANIZATIONS:
            changes.append(change)
            continue
        told = as_organization_change(change)
        changes.append(told)
        links = restores.pop(change.id, None)
        if told.op is Op.CREATE_ORGANIZATION:
            made_anew.append(told.group)  # its link names an id that nothing bears any more
        elif links is not None:
            restores[told.id] = links
    losses = list(undoing.losses)
    if made_anew:
        losses.append(
            f"the ids of removed organisations, which are made anew ({', '.join(made_anew)}): requests that were "
            "shared with them are not shared again."
        )
    return replace(undoing, changes=changes, restores=restores, losses=losses)
