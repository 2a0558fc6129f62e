"""Whether all that a Crowd application shows is one whole directory of Crowd.

`usermanagement` names no directory (crowd-rest.md 2.1) and does not say that it hides people without access (9.3), so
that a read alone can't prove it. Keys of users tell several directories apart, and what is known from elsewhere, as
facts, tells the rest. What is not known is said, and does the read no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.errors import DirectoryUnreadable, ReadIncomplete
from dirsync.model.facts import Fact, FactState
from dirsync.model.names import fold, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.http import Endpoint
    from dirsync.model.products import CrowdApplication, CrowdDirectory

ADMIN = "Set DIRSYNC_CROWD_ADMIN__URL, or declare {} of '{}' under crowd.applications in mappings/estate.yaml."
SHOWN_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Attribution:
    """What is known of one Crowd application, besides what it shows."""

    application: str
    directories: tuple[str, ...] | None = None
    """What it shows, by Crowd's own names or, where only a declaration tells, by ours; None where nobody told."""
    number: str = ""
    """With which the keys of its users should begin: the number of the only directory it shows."""
    is_filtered: bool | None = None
    """Whether it is shown only people with access; None where nobody told."""
    said_by: str = ""
    """Who told what it shows."""


def attribution_of(application: str, facts: Mapping[str, Fact[Any]]) -> Attribution:
    """Return what the facts tell of a Crowd application."""
    listed = _known(facts, "crowd.applications")
    applications: tuple[CrowdApplication, ...] = listed.value if listed else ()
    filtering = _filtering(facts, application)
    known = next((each for each in applications if same(each.name, application)), None)
    if known is None:
        return Attribution(application, is_filtered=filtering)
    shown = known.directories if known.crowd_directories is None else known.crowd_directories
    return Attribution(
        application=application,
        # Two Mappings that read one Directory may each have an entry in a declaration.
        directories=None if shown is None else tuple(dict.fromkeys(shown)),
        number=_number(facts, known),
        is_filtered=filtering,
        said_by=listed.source if listed else "",
    )


def _filtering(facts: Mapping[str, Fact[Any]], application: str) -> bool | None:
    """Say whether an application is filtered; it may be told of one that no list of Jira's applications names."""
    name = fold(f"crowd.applications[{application}].access_based_sync")
    told = next((fact for fact in facts.values() if fold(fact.name) == name), None)
    return None if told is None or told.state is FactState.UNKNOWN else bool(told.value)


def _number(facts: Mapping[str, Fact[Any]], application: CrowdApplication) -> str:
    listed = _known(facts, "crowd.directories")
    if listed is None or application.crowd_directories is None or len(application.crowd_directories) != 1:
        return ""
    entries: tuple[CrowdDirectory, ...] = listed.value
    return next((entry.number for entry in entries if same(entry.name, application.crowd_directories[0])), "")


def _known(facts: Mapping[str, Fact[Any]], name: str) -> Fact[Any] | None:
    fact = facts.get(name)
    return fact if fact and fact.state is not FactState.UNKNOWN else None


def doubt(endpoint: Endpoint, seen: Mapping[str, str], known: Attribution) -> DirectoryUnreadable | None:
    """Return why what was read is not one whole directory of Crowd, or None.

    `seen` tells for each number with which keys of users begin one user who has it.
    """
    name, application = endpoint.name, endpoint.username
    own = (
        "Give each Crowd directory a Crowd application of its own, and name that one in "
        f"{endpoint.setting('APPLICATION')}."
    )
    if len(seen) > 1:
        shown = ", ".join(f"{number} (such as {who})" for number, who in sorted(seen.items())[:SHOWN_AT_MOST])
        return ReadIncomplete(f"{name}: the Crowd application '{application}' shows several directories: {shown}.", own)
    if len(known.directories or ()) > 1:
        shown = ", ".join((known.directories or ())[:SHOWN_AT_MOST])
        return ReadIncomplete(
            f"{name}: the Crowd application '{application}' shows several directories ({shown}), as {known.said_by} "
            "tells.",
            own,
        )
    if known.is_filtered:
        return ReadIncomplete(
            f"{name}: the Crowd application '{application}' is shown only people who have access to it (access-based "
            "synchronisation), so that others may be there.",
            f"In Crowd, switch access-based synchronisation off for '{application}', or use another application.",
        )
    number = next(iter(seen), "")
    if known.number and number and number != known.number:
        return ReadIncomplete(
            f"{name}: keys of users begin with {number}, while {known.said_by} gives the directory of '{application}' "
            f"the number {known.number}, so that these are two Crowds.",
            f"See whether DIRSYNC_CROWD_ADMIN__URL and {endpoint.setting('URL')} are the same Crowd.",
        )
    return None


def notices(seen: Mapping[str, str], users: int, known: Attribution) -> tuple[str, ...]:
    """Return what is not known about what was read, each with the way to know."""
    said = []
    if known.directories is None and users and not seen:
        said.append(
            f"nobody says whether the Crowd application '{known.application}' shows several directories: users have "
            f"no keys that tell. {ADMIN.format('directories', known.application)}"
        )
    if known.is_filtered is None:
        said.append(
            f"nobody says whether the Crowd application '{known.application}' is shown all people or only those with "
            f"access (access-based synchronisation). {ADMIN.format('access_based_sync', known.application)}"
        )
    return tuple(said)
