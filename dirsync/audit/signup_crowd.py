"""Which Crowd applications an account of sign-up has to pass, and what Crowd lets them write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.audit.crowd import serves_jira, showing, why_not_shown
from dirsync.audit.signup import doors_to, unresolved
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.names import same
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.signup import Door
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import CrowdApplication, CrowdDirectory


@dataclass(frozen=True, slots=True)
class Passages:
    """The Crowd applications through which Jira makes accounts in a Directory, or may, as far as is known."""

    applications: tuple[str, ...] = ()
    doubts: tuple[Fact[Any], ...] = ()
    """Where there are several: what would tell which of them it is."""
    may_bypass: bool = False
    """Whether Jira may make the account in a user directory that is not Crowd's; `doubts` say what would tell."""
    unsaid: tuple[Fact[Any], ...] = ()
    """One for each further Crowd application that may show the Directory too."""
    why_none: str = ""
    """Why Crowd has no say, as the end of a sentence; the rest is then empty."""


def passages(estate: Estate, directory: str) -> Passages:
    """Return the Crowd applications that stand between sign-up and a Directory.

    Jira makes the account in the first user directory that it may write to ("Managing multiple directories"), so one
    below the first that is known to be open does not matter. Where all of them are shut the first one counts: it is
    the next to ask about. Raises `MissingFact` while nobody knows of any application, though there must be one.
    """
    if estate.kinds.get(directory) == "jira":
        return Passages(why_none="Jira holds this directory itself")
    doors = doors_to(estate, directory) if estate.has("jira.user_directories") else ()
    if not doors:
        return _as_crowd_tells(estate, directory)
    asked = _asked(doors)
    of_crowd = [known for known in asked if known.jira_directory.type is DirectoryType.CROWD]
    if not of_crowd:
        return Passages(why_none=f"Jira makes accounts in its '{asked[0].jira_directory.name}', without Crowd")
    found = [_behind(estate, known, directory) for known in of_crowd]
    names = tuple(dict.fromkeys(name for passage in found for name in passage.applications))
    doubts = [fact for passage in found for fact in passage.doubts]
    if len(asked) > 1:
        doubts += [fact for known in asked for fact in known.missing]
    unsaid = () if names else tuple(fact for passage in found for fact in passage.unsaid)
    if not names and not unsaid:
        raise MissingFact(_unnamed(of_crowd[0]))
    return Passages(names, tuple(doubts), may_bypass=len(of_crowd) < len(asked), unsaid=unsaid)


def _asked(doors: Sequence[Door]) -> list[Door]:
    """Return the doors through which Jira may make accounts, down to the first known open one; none open: the first."""
    found: list[Door] = []
    for known in doors:
        if known.is_open is not False:
            found.append(known)
        if known.is_open:
            break
    return found or [doors[0]]


def _behind(estate: Estate, known: Door, directory: str) -> Passages:
    """Return the application that a user directory of Jira names, else those of Crowd's that show the Directory."""
    name = known.jira_directory.crowd_application
    if name:
        return Passages((_as_crowd_spells(estate, name),))
    names, unsaid = _serving(estate, directory)
    return Passages(names, (_unnamed(known),) if len(names) > 1 else (), unsaid=unsaid)


def _as_crowd_spells(estate: Estate, name: str) -> str:
    applications: tuple[CrowdApplication, ...] = ()
    if estate.has("crowd.applications"):
        applications = estate.need("crowd.applications").value
    return next((each.name for each in applications if same(each.name, name)), name)


def _unnamed(known: Door) -> Fact[None]:
    name = known.jira_directory.name
    return unknown(
        f"jira.user_directories[{name}].crowd_application",
        f"nobody says as which Crowd application Jira's user directory '{name}' logs in",
        f"Name the crowd_application of '{name}' under jira.user_directories in mappings/estate.yaml.",
    )


def _serving(estate: Estate, directory: str) -> tuple[tuple[str, ...], tuple[Fact[Any], ...]]:
    """Return the applications that show a Directory to Jira, and what is not known of others."""
    found = showing(estate, directory)
    return tuple(each.name for each in found.applications if serves_jira(estate, each)), found.unsaid


def _as_crowd_tells(estate: Estate, directory: str) -> Passages:
    """Return what Crowd's applications tell where no user directory of Jira is known to show the Directory."""
    open_ones = tuple(unresolved(estate)) if estate.has("jira.user_directories") else ()
    if not estate.has("crowd.applications") and open_ones:
        raise MissingFact(open_ones[0])
    names, unsaid = _serving(estate, directory)
    if not names and not unsaid:
        if open_ones:
            raise MissingFact(open_ones[0])
        return Passages(why_none=why_not_shown(estate, directory))
    doubts = (*open_ones, *_untold_list(estate)) if len(names) > 1 else ()
    return Passages(names, doubts, unsaid=unsaid)


def _untold_list(estate: Estate) -> Iterator[Fact[Any]]:
    try:
        estate.need("jira.user_directories")
    except MissingFact as missing:
        yield missing.fact


def may_write(estate: Estate, application: str, directory: str) -> Fact[Any]:
    """Return what a Crowd application may write to a directory, by Crowd's names of operations."""
    return estate.need(f"crowd.applications[{application}].directories[{directory}].allowed_operations")


def may_be_written(estate: Estate, application: str, directory: str) -> Fact[Any]:
    """Return what the directory of Crowd itself lets anybody write; it may be told in two places.

    Raises `MissingFact` when nobody tells, and when several places differ.
    """
    leaf = f"crowd.applications[{application}].directories[{directory}].directory_allowed_operations"
    entries = [f"crowd.directories[{entry.name}].allowed_operations" for entry in crowd_entries(estate, directory)]
    told = [estate.need(name) for name in dict.fromkeys((leaf, *entries)) if estate.has(name)]
    if len({frozenset(fact.value) for fact in told}) > 1:
        places = " and ".join(dict.fromkeys(fact.source for fact in told))
        why = f"what the directory of {directory} in Crowd lets anybody write is told in different ways ({places})"
        raise MissingFact(unknown(leaf, why, "See Crowd > Directories > (the directory) > Permissions."))
    return told[0] if told else estate.need(leaf)


def crowd_entries(estate: Estate, directory: str) -> tuple[CrowdDirectory, ...]:
    """Return the directories of Crowd that a Directory shows, as far as they are known."""
    known: tuple[CrowdDirectory, ...] = ()
    if estate.has("crowd.directories"):
        known = estate.need("crowd.directories").value
    return tuple(entry for entry in known if entry.directory == directory)


def in_crowd(estate: Estate, directory: str) -> str:
    """Return how Crowd's screens call what a Directory shows, or a paraphrase where nobody tells."""
    names = [entry.name for entry in crowd_entries(estate, directory)]
    return names[0] if len(names) == 1 else f"(the directory of {directory})"
