"""Organisations of Jira Service Management as they were read: groups of a Snapshot of their own.

The accounts in it are those of Jira, by Jira's key; a service project is a group inside each organisation it serves. So
what is known of groups (who is in which, what a Change makes of them, whether it has come about) holds for them too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dirsync.model.entries import Group
from dirsync.model.names import fold
from dirsync.model.plans import Op

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.model.plans import Change
    from dirsync.model.snapshot import Snapshot

ORGANIZATIONS: Final = "jira organizations"
"""What Changes, links and reports call the place; no Directory of the settings can have a blank in its name."""
SERVICE_PROJECTS: Final = "jira service projects"
"""Under which the store keeps which organisations dirsync has linked to which service project."""
LEAVERS: Final = "jira leavers"
"""Under which the store keeps the folded name of an account that ended while its owner was in an organisation: Jira may
have been down just then, and keeps the accounts of those who have written something."""
SERVICE_PROJECT: Final = "service_project"
"""Of a Change that links or unlinks: the key, in `after` or `before`."""
_PROJECT_ID: Final = "service project "
"""How ids of service projects begin in the Snapshot; those of organisations are numbers."""

AS_GROUP: Final[Mapping[Op, Op]] = {
    Op.CREATE_ORGANIZATION: Op.CREATE_GROUP,
    Op.LINK_ORGANIZATION: Op.ADD_CHILD_GROUP,
    Op.ADD_TO_ORGANIZATION: Op.ADD_MEMBER,
    Op.REMOVE_FROM_ORGANIZATION: Op.REMOVE_MEMBER,
    Op.UNLINK_ORGANIZATION: Op.REMOVE_CHILD_GROUP,
    Op.REMOVE_ORGANIZATION: Op.REMOVE_GROUP,
}
"""What each does to the groups of the Snapshot; in the order in which they are carried out."""
AS_ORGANIZATION: Final[Mapping[Op, Op]] = {group: op for op, group in AS_GROUP.items()}


def project_group(key: str) -> Group:
    """Return what stands for a service project in the Snapshot."""
    name = f"{_PROJECT_ID}{key}"
    return Group(name, name, name)


def organizations_in(snapshot: Snapshot) -> Iterator[Group]:
    """Yield the organisations, by id."""
    return (group for group in snapshot.groups() if not group.id.startswith(_PROJECT_ID))


def projects_in(snapshot: Snapshot) -> dict[str, str]:
    """Return the keys of the service projects that were read, by folded key."""
    keys = (group.name.removeprefix(_PROJECT_ID) for group in snapshot.groups() if group.id.startswith(_PROJECT_ID))
    return {fold(key): key for key in keys}


def projects_of(snapshot: Snapshot, organization: Group) -> set[str]:
    """Return the folded keys of the service projects that serve an organisation, of those that were read."""
    return {fold(group.name.removeprefix(_PROJECT_ID)) for group in snapshot.child_groups(organization.id)}


def service_project_of(change: Change) -> str:
    """Return the key of the service project that a Change links or unlinks; empty for any other."""
    return str(change.after.get(SERVICE_PROJECT, "") or change.before.get(SERVICE_PROJECT, ""))


def as_group_change(change: Change) -> Change:
    """Return what a Change of an organisation does to the groups of the Snapshot; any other stays as it is."""
    if change.op not in AS_GROUP:
        return change
    key = service_project_of(change)
    if not key:
        return replace(change, op=AS_GROUP[change.op])
    return replace(change, op=AS_GROUP[change.op], child_group=project_group(key).name, before={}, after={})


def as_organization_change(change: Change) -> Change:
    """Return the Change that does to organisations what another one does to the groups of their Snapshot."""
    op = AS_ORGANIZATION[change.op]
    served = {SERVICE_PROJECT: change.child_group.removeprefix(_PROJECT_ID)}
    named = {"name": change.group}
    touched: dict[Op, tuple[dict[str, str], dict[str, str]]] = {
        Op.CREATE_ORGANIZATION: ({}, named),
        Op.REMOVE_ORGANIZATION: (named, {}),
        Op.LINK_ORGANIZATION: ({}, served),
        Op.UNLINK_ORGANIZATION: (served, {}),
    }
    before, after = touched.get(op, ({}, {}))
    return replace(change, op=op, child_group="", before=dict(before), after=dict(after))
