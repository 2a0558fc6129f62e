"""Targets that are their own source: the same LDAP tree under two names in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.build import ldap_connection
from dirsync.directories.selections import selection, target_selection
from dirsync.settings.models import LdapSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dirsync.mapping.checked import Mapping
    from dirsync.settings.models import Settings


def own_sources(targets: Iterable[str], mappings: Sequence[Mapping], settings: Settings) -> dict[str, str]:
    """Return for each of these targets that is its own source why nothing may be written to it.

    Asks servers only where a source and a target look below the same name.
    """
    found: dict[str, str] = {}
    for mapping in mappings:
        to, of = settings.directories.get(mapping.target), settings.directories[mapping.source]
        if mapping.target not in targets or not (isinstance(to, LdapSettings) and isinstance(of, LdapSettings)):
            continue
        from dirsync.directories.ldap.same_tree import are_one_tree, shared_base

        base = shared_base(target_selection(mapping.target, mappings).user_bases, selection(mapping).user_bases)
        if base and are_one_tree(ldap_connection(mapping.target, to), ldap_connection(mapping.source, of), base):
            found[mapping.target] = (
                f"{mapping.target} and {mapping.source}, which feeds it by mapping '{mapping.name}', hold the very same"
                f" entry {base}: they are one tree, or copies of one, so that its people would be changed by what they"
                " say themselves. Point the mapping at another tree, or at a base that the source does not take from."
            )
    return found
