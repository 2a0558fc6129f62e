"""Which dirsync Directory shows what a user directory of Jira holds: Jira and the settings name them differently.

The settings say it for what Jira holds itself, `mappings/estate.yaml` may declare it, and an LDAP directory may be told
by its server and base, where nothing else can be meant. Whatever can't be told is left open, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, FactState
from dirsync.model.names import fold, same
from dirsync.settings.ldap_server import parse_addresses
from dirsync.settings.models import JiraDirectorySettings, LdapSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.mapping.policy import Policy


@dataclass(frozen=True, slots=True)
class ShownBy:
    """The Directory that shows a user directory of Jira; `directory` is empty where nobody can tell."""

    directory: str = ""
    mapping: str = ""
    """The Mapping by which a declaration names the Directory."""
    because: str = ""
    """What tells, where neither the settings nor a declaration say it outright."""
    declared: Fact[Any] | None = None
    """The declaration it rests on."""
    held_in: str = ""
    """The Directory of kind jira that reads the same out of Jira itself, where `directory` is another one."""


@dataclass(frozen=True)
class JiraAttribution:
    """What settings, mappings and declarations know."""

    settings: Mapping[str, Any]
    """Directory key to its settings."""
    bases: Mapping[str, Sequence[str]]
    """Directory key to the bases below which Mappings look for people there."""
    shows: frozenset[str]
    """Keys of the Directories in which the products see the people of some Mapping."""
    declared: Fact[Any] | None = None
    """`jira.user_directories`, as declared."""

    def of_directory(self, name: str, ldap_url: str = "", ldap_base: str = "") -> ShownBy:
        """Return what shows a user directory, by its name in Jira; by its LDAP server too, where Jira has one for it.

        Where the settings read it out of Jira itself, that shows it. If it is known to be an LDAP tree that mappings
        read, that tree shows it, and what Jira holds comes on top: other people than those in the tree Jira knows
        none, but other memberships. A Mapping that reads it out of Jira wants to see just that.
        """
        own = self.reads_out_of_jira(name)
        shown = self._as_declared(name)
        if not shown.directory:
            shown = self.of_ldap_server(ldap_url, ldap_base)
        if own and (not shown.directory or own == shown.directory or own in self.shows):
            return ShownBy(own)
        return replace(shown, held_in=own)

    def reads_out_of_jira(self, name: str) -> str:
        """Return the Directory of kind jira that is a user directory, by its name in Jira; empty for none."""
        for key, settings in sorted(self.settings.items()):
            if isinstance(settings, JiraDirectorySettings) and same(settings.jira_directory, name):
                return key
        return ""

    def _as_declared(self, name: str) -> ShownBy:
        fact = self.declared
        if fact is None or fact.state is not FactState.DECLARED:
            return ShownBy()
        entry = next((known for known in fact.value if same(known.name, name)), None)
        return ShownBy(entry.directory, entry.mapping, declared=fact) if entry and entry.directory else ShownBy()

    def of_ldap_server(self, url: str, base: str) -> ShownBy:
        """Return what shows the people below a base of an LDAP server (`url` as Jira writes it).

        Only where one Directory is on that server, the products see its people, and all that the Mappings look for
        there is below that base: else people could be taken for Jira's who are not.
        """
        hosts = _hosts(url)
        there = [
            key
            for key, settings in self.settings.items()
            if isinstance(settings, LdapSettings) and hosts & _hosts(settings.url)
        ]
        if len(there) != 1 or there[0] not in self.shows or not base:
            return ShownBy()
        looked_below = self.bases.get(there[0], ())
        if not looked_below or not all(_is_below(below, base) for below in looked_below):
            return ShownBy()
        return ShownBy(there[0], because=f"{there[0]} is read from the same LDAP server, below {base}")


def jira_attribution(settings: Mapping[str, Any], policy: Policy, declared: Mapping[str, Fact[Any]]) -> JiraAttribution:
    """Collect what is known. `settings` are those of the Directories, by key; `declared` the facts of estate.yaml."""
    bases: dict[str, list[str]] = {}
    for mapping in policy.mappings:
        bases.setdefault(mapping.source, []).extend(mapping.content.source.users.base or ("",))
    return JiraAttribution(settings, bases, frozenset(policy.shows.values()), declared.get("jira.user_directories"))


def _hosts(urls: str) -> frozenset[str]:
    """Return the hosts of LDAP URLs; none where they can't be understood, or are files of this machine."""
    try:
        return frozenset(address.host.lower() for address in parse_addresses(urls) if address.port)
    except ValueError:
        return frozenset()


def _is_below(name: str, base: str) -> bool:
    """Say whether a DN is at or below another, as far as their texts tell."""
    parts, above = _parts(name), _parts(base)
    return parts[-len(above) :] == above


def _parts(name: str) -> list[str]:
    return ["=".join(fold(half) for half in part.split("=", 1)) for part in name.split(",")]
