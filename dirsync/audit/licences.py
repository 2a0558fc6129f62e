"""Which groups cost a seat: those of Jira's applications, or before Jira 7 those of three global permissions.

Source: "Manage group access to applications" (adminjiraserver0906) and, for Jira 6, "Managing Global
Permissions" (JIRA063): JIRA Users, ADMINISTER and SYSTEM_ADMIN count there, and application roles don't exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, FactState, MissingFact, unknown
from dirsync.model.names import fold
from dirsync.model.products import JiraApplication
from dirsync.model.versions import is_before, version_numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.model.estate import Estate

JIRA_BEFORE_7 = "jira"
"""Key of the pseudo application that stands for "may log in" before Jira 7."""
LOGIN = ("JIRA_USERS", "USE")
"""JIRA Users under the name that the admin sees and under the one that the database keeps."""
ADMINISTRATIVE = ("ADMINISTER", "SYSTEM_ADMIN")
SHOWN_AS = ((LOGIN, "JIRA Users"), *(((key,), key) for key in ADMINISTRATIVE))
"""Keys of one permission, and its name in a sentence."""
ADMINISTRATION = "administration of Jira"
"""Stands at the end of a path where an application's key would."""
FIRST_WITH_APPLICATIONS = (7,)


@dataclass(frozen=True, slots=True)
class Licences:
    """The Jira applications with the groups that grant access to them, and what says so."""

    applications: tuple[JiraApplication, ...]
    facts: tuple[Fact[Any], ...]
    gaps: tuple[Fact[Any], ...] = ()
    """Permissions nobody told: more groups may cost a seat than `applications` names."""

    def named(self, key: str) -> str:
        """Return how people call an application."""
        return next((known.name for known in self.applications if known.key == key and known.name), key)

    def permissions_of(self, group: str) -> tuple[str, ...]:
        """Return which permissions that cost a seat a group holds, as the admin knows them; none since Jira 7."""
        permissions: Mapping[str, Sequence[str]] = next(
            (fact.value for fact in self.facts if fact.name == "jira.permissions"), {}
        )
        return tuple(
            shown for keys, shown in SHOWN_AS if fold(group) in {fold(name) for name in granted(permissions, keys)}
        )


def permissions_decide(estate: Estate) -> tuple[bool, Fact[Any]]:
    """Say whether this is a Jira before 7.0, and which fact tells.

    Raises `MissingFact` when neither the version nor the mere existence of applications tells.
    """
    if estate.has("jira.version"):
        version = estate.need("jira.version")
        if not version_numbers(str(version.value)):
            why = f"'{version.value}' is not a version of Jira"
            raise MissingFact(unknown("jira.version", why, "Write jira.version like '9.12' in mappings/estate.yaml."))
        return is_before(str(version.value), FIRST_WITH_APPLICATIONS), version
    if estate.has("jira.applications") and estate.need("jira.applications").value:
        return False, estate.need("jira.applications")
    return False, estate.need("jira.version")


def licences(estate: Estate) -> Licences:
    """Return what costs a seat. Raises `MissingFact` when that is not known at all."""
    if not estate.has("jira.version") and not estate.has("jira.applications"):
        estate.need("jira.applications")
    is_before_7, version = permissions_decide(estate)
    if not is_before_7:
        return Licences(estate.applications(), (estate.need("jira.applications"),))
    permissions = estate.need("jira.permissions")
    groups = granted(permissions.value, (*LOGIN, *ADMINISTRATIVE))
    application = JiraApplication(JIRA_BEFORE_7, groups, name="Jira (before 7.0)")
    return Licences((application,), (version, permissions), tuple(_gaps(permissions)))


def granted(permissions: Mapping[str, Sequence[str]], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the groups that hold at least one of some permissions, each once, sorted."""
    groups = {fold(group): group for key, held in permissions.items() if key.upper() in keys for group in sorted(held)}
    return tuple(groups[folded] for folded in sorted(groups))


def _gaps(permissions: Fact[Any]) -> list[Fact[Any]]:
    """List permissions that a declaration left out; a Jira that was asked leaves out what no group holds."""
    if permissions.state is FactState.OBSERVED:
        return []
    told = {key.upper() for key in permissions.value}
    return [
        unknown(
            f"jira.permissions[{alternatives[0]}]",
            f"nobody says which groups hold {alternatives[0]}, which takes a seat before Jira 7",
            f"Declare it under jira.permissions in mappings/estate.yaml ({alternatives[0]}: [] if no group holds it).",
        )
        for alternatives in (LOGIN, *((key,) for key in ADMINISTRATIVE))
        if told.isdisjoint(alternatives)
    ]
