"""The table of look-ups: for each kind of Directory how one person is looked for in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.directories.sightings import Sightings
from dirsync.settings.models import CrowdSettings, LdapSettings, LdifSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dirsync.directories.interface import Selection


def look_for(names: Sequence[str], directory: str, settings: Any, selections: Sequence[Selection]) -> Sightings:  # noqa: ANN401 - a union that pydantic discriminates
    """Look for entries that have one of the names as username, e-mail address, id or DN; at most `MOST_SIGHTINGS`.

    `selections` are those of the Mappings that read the Directory; their attributes say what a username is.
    """
    look = LOOKS.get(type(settings))
    return look(tuple(names), directory, settings, tuple(selections)) if look and selections else Sightings()


def _ldap(names: tuple[str, ...], directory: str, settings: LdapSettings, asked: tuple[Selection, ...]) -> Sightings:
    from dirsync.directories.build import ldap_connection
    from dirsync.directories.ldap.look_up import look_up

    return look_up(names, ldap_connection(directory, settings), asked)


def _ldif(names: tuple[str, ...], directory: str, settings: LdifSettings, asked: tuple[Selection, ...]) -> Sightings:
    from dirsync.directories.ldif_look_up import look_up

    return look_up(names, directory, settings.path, asked)


def _crowd(names: tuple[str, ...], directory: str, settings: CrowdSettings, asked: tuple[Selection, ...]) -> Sightings:
    from dirsync.directories.build import crowd_endpoint
    from dirsync.directories.crowd.look_up import look_up

    return look_up(names, crowd_endpoint(directory, settings), asked)


LOOKS: Mapping[type, Callable[[tuple[str, ...], str, Any, tuple[Selection, ...]], Sightings]] = {
    LdapSettings: _ldap,
    LdifSettings: _ldif,
    CrowdSettings: _crowd,
}
"""Kinds of Directory of which a Mapping may take but a part."""
