"""Looking for one person in all that a Crowd application shows, where a Mapping's filter takes but a part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.crowd.representations import unusable_name, user_from
from dirsync.directories.placing import left_out_by
from dirsync.directories.sightings import MOST_SIGHTINGS, Fit, Sighting, Sightings
from dirsync.errors import DirectoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.directories.interface import Selection
    from dirsync.http import Endpoint
    from dirsync.model.entries import User


def look_up(names: Sequence[str], endpoint: Endpoint, selections: Sequence[Selection]) -> Sightings:
    """Ask Crowd for each name as name, key and e-mail address. Without filters the read has seen everybody already."""
    if not any(selection.user_filter.strip() for selection in selections):
        return Sightings()
    looked = (f"everything that Crowd shows to '{endpoint.username}'",)
    try:
        with CrowdClient(endpoint) as client:
            found = {user.id: user for name in names for user in _called(client, name)}
            few = list(found.values())[:MOST_SIGHTINGS]
            return Sightings(tuple(_sighting(client, user, selections) for user in few), looked)
    except DirectoryUnreadable as error:
        return Sightings((), looked, (f"{endpoint.name} could not be searched for this: {error}",))


def _called(client: CrowdClient, name: str) -> Iterator[User]:
    by_mail = client.search("user", f"email = {quoted(name)}", 0, MOST_SIGHTINGS)
    records: list[Any] = [client.user(name), client.user_with_key(name), *by_mail]
    yield from (user_from(record) for record in records if record is not None and not unusable_name(record))


def _sighting(client: CrowdClient, user: User, selections: Sequence[Selection]) -> Sighting:
    return Sighting(
        entry=user.username,
        ref=user.ref,
        id=user.id,
        username=user.username,
        email=user.email,
        active=user.active,
        disabled_because="",
        fits={one.name: _fit(client, user, one) for one in selections},
    )


def _fit(client: CrowdClient, user: User, selection: Selection) -> Fit:
    restriction, why = selection.user_filter.strip(), left_out_by(user, selection)
    if not restriction:
        return Fit(is_below_base=True, filter="", matches_filter=True, left_out_by=why)
    found = client.search("user", f"({restriction}) AND name = {quoted(user.username)}", 0, 1)
    return Fit(is_below_base=True, filter=restriction, matches_filter=bool(found), left_out_by=why)


def quoted(value: str) -> str:
    r"""Return a value for Crowd's query language: in quotes, where a backslash keeps the next character as it is."""
    return '"' + re.sub(r'(["\\*])', r"\\\1", value) + '"'
