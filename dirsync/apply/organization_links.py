"""What the store must know once a Change of an organisation was carried out, and how a look at Jira settles one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.links import GroupLink, Link, MemberLink
from dirsync.model.names import fold
from dirsync.model.organizations import (
    SERVICE_PROJECTS,
    organizations_in,
    projects_of,
    service_project_of,
)
from dirsync.model.plans import Change, Op, Outcome, Result

if TYPE_CHECKING:
    from dirsync.model.entries import Group
    from dirsync.model.snapshot import Snapshot


def organization_links(change: Change, outcome: Outcome) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Return the links to write and those to remove; an organisation that dirsync made is known by its id."""
    made = GroupLink(change.directory, change.mapping, outcome.target_id or change.group_id)
    member = MemberLink(change.directory, change.mapping, change.source_id, fold(change.group))
    served = MemberLink(SERVICE_PROJECTS, change.mapping, fold(change.group), fold(service_project_of(change)))
    recorded: dict[Op, Link] = {Op.ADD_TO_ORGANIZATION: member, Op.LINK_ORGANIZATION: served}
    if outcome.result is Result.DONE:  # one that was there before is not ours to remove
        recorded[Op.CREATE_ORGANIZATION] = made
    forgotten: dict[Op, Link] = {
        Op.REMOVE_FROM_ORGANIZATION: member,
        Op.UNLINK_ORGANIZATION: served,
        Op.REMOVE_ORGANIZATION: made,
    }
    return (
        (recorded[change.op],) if change.op in recorded else (),
        (forgotten[change.op],) if change.op in forgotten else (),
    )


def organization_is_so(change: Change, snapshot: Snapshot) -> tuple[bool, str]:
    """Say whether Jira looks as a Change wants it, with the id of an organisation that was made.

    Where several bear the name of one that was to be made, nobody can say which of them it is.
    """
    organization = _organization(change, snapshot)
    account = snapshot.user(change.user_id) if change.user_id else None
    is_in = (
        account is not None
        and organization is not None
        and any(one.id == organization.id for one in snapshot.groups_of(account.id))
    )
    served_by = projects_of(snapshot, organization) if organization else set()
    is_served = fold(service_project_of(change)) in served_by
    is_so = {
        Op.CREATE_ORGANIZATION: organization is not None,
        Op.LINK_ORGANIZATION: is_served,
        Op.ADD_TO_ORGANIZATION: is_in,
        Op.REMOVE_FROM_ORGANIZATION: not is_in,
        Op.UNLINK_ORGANIZATION: not is_served,
        Op.REMOVE_ORGANIZATION: organization is None,
    }[change.op]
    is_new = change.op is Op.CREATE_ORGANIZATION and organization is not None
    return is_so, organization.id if is_new and organization else ""


def _organization(change: Change, snapshot: Snapshot) -> Group | None:
    found = [
        one
        for one in organizations_in(snapshot)
        if (one.id == change.group_id if change.group_id else fold(one.name) == fold(change.group))
    ]
    return found[0] if len(found) == 1 else None
