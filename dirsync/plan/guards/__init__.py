"""Reasons to refuse a plan: one file each, one line in GUARDS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.plan.guards.administrators import LastAdministrators
from dirsync.plan.guards.adoptions import Adoptions
from dirsync.plan.guards.attribution import Attribution
from dirsync.plan.guards.creations import Creations
from dirsync.plan.guards.emptied_group import EmptiedGroup
from dirsync.plan.guards.emptied_organization import EmptiedOrganization
from dirsync.plan.guards.first_run import FirstRun
from dirsync.plan.guards.member_removals import MemberRemovals
from dirsync.plan.guards.moves import MovesToAgents
from dirsync.plan.guards.organization_removals import OrganizationRemovals
from dirsync.plan.guards.protected import Protected
from dirsync.plan.guards.removals import Removals
from dirsync.plan.guards.required import Required
from dirsync.plan.guards.risky_group import RiskyGroup
from dirsync.plan.guards.seats import SeatsOverTier
from dirsync.plan.guards.shrunk_directory import ShrunkDirectory

if TYPE_CHECKING:
    from dirsync.model.plans import Refusal
    from dirsync.plan.guards.interface import Guard, GuardContext

GUARDS: tuple[Guard, ...] = (
    RiskyGroup(),
    Attribution(),
    Removals(),
    MemberRemovals(),
    EmptiedGroup(),
    OrganizationRemovals(),
    EmptiedOrganization(),
    LastAdministrators(),
    Protected(),
    Required(),
    ShrunkDirectory(),
    Creations(),
    Adoptions(),
    FirstRun(),
    MovesToAgents(),
    SeatsOverTier(),
)


def judge(context: GuardContext) -> tuple[Refusal, ...]:
    """Ask every Guard; those that refuse come first."""
    judged = [refusal for guard in GUARDS for refusal in guard.judge(context)]
    return tuple(sorted(judged, key=lambda refusal: not refusal.refused))
