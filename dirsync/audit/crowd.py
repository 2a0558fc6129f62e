"""Which Crowd applications show the people of a Directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.model.facts import Fact, MissingFact, unknown

if TYPE_CHECKING:
    from dirsync.model.estate import Estate
    from dirsync.model.products import CrowdApplication


@dataclass(frozen=True, slots=True)
class Showing:
    """The Crowd applications that show a Directory, as far as they are known."""

    applications: tuple[CrowdApplication, ...]
    unsaid: tuple[Fact[Any], ...]
    """One for each application of which nobody says what it shows."""


def showing(estate: Estate, directory: str) -> Showing:
    """Return what is known to show a Directory; raise `MissingFact` when nobody lists the Crowd applications."""
    known: tuple[CrowdApplication, ...] = estate.need("crowd.applications").value
    return Showing(
        tuple(application for application in known if directory in (application.directories or ())),
        tuple(
            unknown(
                f"crowd.applications[{application.name}].directories",
                f"nobody says which directories the Crowd application '{application.name}' shows",
                f"Declare the directories of '{application.name}' under crowd.applications in mappings/estate.yaml.",
            )
            for application in known
            if application.directories is None
        ),
    )


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
