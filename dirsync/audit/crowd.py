"""Which Crowd applications show the people of a Directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, FactState, MissingFact, unknown
from dirsync.model.names import same
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from dirsync.model.estate import Estate
    from dirsync.model.products import CrowdApplication, CrowdDirectory


@dataclass(frozen=True, slots=True)
class Showing:
    """The Crowd applications that show a Directory, as far as they are known."""

    applications: tuple[CrowdApplication, ...]
    unsaid: tuple[Fact[Any], ...]
    """One for each application of which nobody says what it shows, or whether that is this Directory."""


def showing(estate: Estate, directory: str) -> Showing:
    """Return what is known to show a Directory; raise `MissingFact` when nobody lists the Crowd applications."""
    known: tuple[CrowdApplication, ...] = estate.need("crowd.applications").value
    return Showing(
        tuple(application for application in known if directory in (application.directories or ())),
        tuple(fact for application in known if (fact := _doubt(estate, application, directory))),
    )


def unsaid(application: CrowdApplication) -> Fact[None]:
    """Return what is missing of an application of which nobody says what it shows."""
    return unknown(
        _directories(application),
        f"nobody says which directories the Crowd application '{application.name}' shows",
        f"Declare the directories of '{application.name}' under crowd.applications in mappings/estate.yaml.",
    )


def _directories(application: CrowdApplication) -> str:
    return f"crowd.applications[{application.name}].directories"


def _doubt(estate: Estate, application: CrowdApplication, directory: str) -> Fact[Any] | None:
    """Return what is not known of an application, if a Directory may be among what it shows."""
    if application.directories is None:
        told = estate.facts.get(_directories(application))
        return told if told and told.state is FactState.UNKNOWN else unsaid(application)
    open_names = [shown for shown in application.unattributed if _may_be(estate, shown, directory)]
    if not open_names or directory in application.directories:
        return None
    names = ", ".join(f"'{shown}'" for shown in open_names)
    return unknown(
        _directories(application),
        f"nobody says which directory of the settings shows {names}, which the Crowd application '{application.name}' "
        f"has, and it may be {directory}",
        f"Name the directory that shows {names} under crowd.directories in mappings/estate.yaml.",
    )


def _may_be(estate: Estate, crowd_directory: str, directory: str) -> bool:
    """Say whether a directory of Crowd that nobody attributes may be what a Directory shows.

    A Directory of kind crowd shows one directory of Crowd. An LDAP tree is shown by no directory that Crowd holds
    itself.
    """
    entries: tuple[CrowdDirectory, ...] = ()
    if estate.has("crowd.directories"):
        entries = estate.need("crowd.directories").value
    kind = estate.kinds.get(directory, "crowd")
    if kind == "jira":
        return False
    if kind == "crowd":
        applications: tuple[CrowdApplication, ...] = estate.need("crowd.applications").value
        is_told = any(directory in (application.directories or ()) for application in applications)
        return not is_told and not any(entry.directory == directory for entry in entries)
    is_internal = any(same(entry.name, crowd_directory) and entry.type is DirectoryType.INTERNAL for entry in entries)
    return not (kind == "ldap" and is_internal)


def serves_jira(estate: Estate, application: CrowdApplication) -> bool:
    """Say whether Jira logs in as a Crowd application, or may do so as far as is known.

    What a person declares are those that Jira uses; Crowd itself lists all there are, and says of each what it is for.
    """
    if not application.type:
        return True
    if not estate.has("jira.user_directories"):
        return application.type == "JIRA"
    named = [known.crowd_application for known in estate.jira_directories() if known.type is DirectoryType.CROWD]
    if all(named):
        return any(same(name, application.name) for name in named)
    return application.type == "JIRA" or any(same(name, application.name) for name in named)


def why_not_shown(estate: Estate, directory: str) -> str:
    """Return why no Crowd application shows a Directory; raise `MissingFact` where one must, and nobody names it."""
    if not estate.need("crowd.applications").value:
        return "there is no Crowd"
    if estate.kinds.get(directory, "crowd") != "crowd":
        return f"no Crowd application shows {directory}"
    raise MissingFact(
        unknown(
            f"crowd.applications[].directories[{directory}]",
            f"no known Crowd application shows {directory}, though it is read from Crowd",
            f"Name '{directory}' as a directory of the Crowd application that Jira uses, under crowd.applications in "
            "mappings/estate.yaml.",
        )
    )
