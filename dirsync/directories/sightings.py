"""Looking for one person beyond what the Mappings take: the only way to tell an absent one from one left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dirsync.settings.models import CrowdSettings, LdapSettings, LdifSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dirsync.directories.interface import Selection

MOST_SIGHTINGS = 10
"""So many entries of one Directory are looked at; whoever finds more has asked for no person."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Why one Mapping takes an entry or not, before its exceptions."""

    is_below_base: bool
    filter: str
    """The Mapping's, or the kind's own where it names none; empty where everybody is taken."""
    matches_filter: bool | None
    """None when the server would not tell."""
    trouble: str = ""
    """Why it would not."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry that bears one of the names looked for, wherever in the Directory it stands."""

    entry: str
    """What an admin finds it by: its DN as written, else its username."""
    ref: str
    id: str
    username: str
    email: str
    active: bool | None
    """None when its attributes can't be read."""
    disabled_because: str
    """The attribute and value that disable it; empty when it is active."""
    fits: Mapping[str, Fit]
    """By Mapping."""


@dataclass(frozen=True, slots=True)
class Sightings:
    """What a look found; a look never fails, what it could not see is among the troubles."""

    found: tuple[Sighting, ...] = ()
    looked: tuple[str, ...] = ()
    """Where: bases, or the file."""
    troubles: tuple[str, ...] = field(default=())


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
