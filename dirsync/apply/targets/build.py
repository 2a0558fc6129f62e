"""The table of kinds that can be written to; every other kind is planned for, and not written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.apply.targets.crowd import CrowdTarget
from dirsync.apply.workers import Crew
from dirsync.directories.build import crowd_endpoint, ldap_connection
from dirsync.directories.crowd import CrowdClient
from dirsync.directories.selections import target_selection
from dirsync.http import Throttle
from dirsync.settings.models import CrowdSettings, LdapSettings, LdifSettings
from dirsync.settings.products import JIRA, product_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dirsync.directories.ldap.writing.layout import Layout
    from dirsync.mapping.checked import Mapping
    from dirsync.settings.models import JiraSettings


@dataclass(frozen=True, slots=True)
class Commission:
    """What a Target is made for, beside its own settings."""

    mappings: Sequence[Mapping]
    """All that feed it, and maybe others."""
    run: str
    """The run that writes."""


def organizations_crew(settings: JiraSettings) -> Crew:
    """Make the Target for organisations: one alone, for Jira serves people meanwhile."""
    from dirsync.apply.targets.organizations import OrganizationsTarget
    from dirsync.directories.jira.organizations_client import OrganizationsClient

    return Crew([OrganizationsTarget(OrganizationsClient(product_endpoint(JIRA, settings)))])


def build_crew(name: str, settings: Any, commission: Commission, work: int) -> Crew:  # noqa: ANN401 - a union that pydantic discriminates
    """Make the Targets for one Directory, no more than there are Changes for them; ask `why_not_writable` first."""
    return CREWS[type(settings)](name, settings, commission, work)


def why_not_writable(name: str, settings: object, mappings: Sequence[Mapping]) -> str:
    """Return why nothing can be written to a Directory, or an empty string."""
    kind = getattr(settings, "kind", "?")
    if type(settings) not in CREWS:
        return f"{name} is of kind {kind}, which dirsync can't write to; the plan shows what would change"
    nowhere = [
        one.name for one in mappings if one.target == name and not (one.content.target and one.content.target.users)
    ]
    if isinstance(settings, LdifSettings) and nowhere:
        return (
            f"mapping '{nowhere[0]}' does not say where accounts are made in {name}; the plan shows what would change. "
            "Set target.users.base"
        )
    return ""


def _crowd(name: str, settings: CrowdSettings, commission: Commission, work: int) -> Crew:
    passwords = {
        mapping.name: mapping.content.target.new_password for mapping in commission.mappings if mapping.content.target
    }
    endpoint, throttle = crowd_endpoint(name, settings), Throttle()
    clients = [CrowdClient(endpoint, throttle=throttle) for _ in range(min(settings.writers, work))]
    return Crew([CrowdTarget(client, name, new_passwords=passwords) for client in clients], hurry=throttle.end)


def _ldap(name: str, settings: LdapSettings, commission: Commission, _work: int) -> Crew:
    from dirsync.apply.targets.ldap import LdapTarget

    selection = target_selection(name, commission.mappings)
    # One connection only: several may reach servers of which one does not hold yet what the other was told.
    return Crew([LdapTarget(ldap_connection(name, settings), selection, _layouts(name, commission))])


def _ldif(name: str, settings: LdifSettings, commission: Commission, _work: int) -> Crew:
    from dirsync.apply.targets.ldif import LdifTarget

    selection = target_selection(name, commission.mappings)
    return Crew([LdifTarget(name, settings.path, commission.run, selection, _layouts(name, commission))])


def _layouts(name: str, commission: Commission) -> dict[str, Layout]:
    from dirsync.directories.ldap.writing.layout import Layout

    places = {one.name: one.content.target for one in commission.mappings if one.target == name}
    return {
        mapping: Layout(
            users_base=target.users.base,
            groups_base=target.groups_base,
            object_classes=target.users.object_classes,
            rdn=target.users.rdn,
            group_class=target.group_class or "",
            has_password=target.new_password == "random",
        )
        for mapping, target in places.items()
        if target and target.users
    }


CREWS: dict[type, Callable[[str, Any, Commission, int], Crew]] = {
    CrowdSettings: _crowd,
    LdapSettings: _ldap,
    LdifSettings: _ldif,
}
