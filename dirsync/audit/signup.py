"""Whether public sign-up is wanted for some people, and where Jira would put those who sign up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, FactState, MissingFact, unknown
from dirsync.model.products import DirectoryMode, DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate, Population
    from dirsync.model.products import JiraDirectory

GLOBAL = "jira.public_signup.global"
PROJECTS = "jira.public_signup.projects"
SWITCH = "Jira administration > Applications > Jira Service Management > Configuration > Public signup"
"""Where Jira's global switch is."""
SERVICE_MANAGEMENT = "jira-servicedesk"
"""The Jira application whose setting public sign-up is; so a waiver can name what Jira's global switch is about."""


class Wish(Enum):
    """Whether public sign-up is meant to make accounts for the people of a Mapping."""

    WANTED = "wanted"
    IN_FORCE = "in force"
    """No mapping asks for it, but Jira's global switch is on."""
    OFF = "off"
    ELSEWHERE = "elsewhere"
    """Another customers Mapping wants it, so that accounts are meant to be made there."""
    UNSAID = "unsaid"


def wish_for(estate: Estate, population: Population) -> Wish:
    """Say whether sign-up is wanted for a population: its Mapping's word first, then Jira's switch."""
    if population.public_signup:
        return Wish.WANTED
    if any(other.public_signup for other in estate.population(Audience.CUSTOMERS)):
        return Wish.ELSEWHERE
    if estate.has(GLOBAL):
        return Wish.IN_FORCE if estate.need(GLOBAL).value else Wish.OFF
    return Wish.UNSAID if population.public_signup is None else Wish.OFF


def meant_for_signup(estate: Estate) -> tuple[Population, ...]:
    """Return the customers for whom sign-up may make accounts: those who want it, else those who leave it open."""
    customers = estate.population(Audience.CUSTOMERS)
    wanting = tuple(population for population in customers if population.public_signup)
    return wanting or tuple(population for population in customers if population.public_signup is None)


@dataclass(frozen=True, slots=True)
class ProjectSwitches:
    """Which service projects let people sign up. They count only where Jira's global switch is on."""

    known: dict[str, Fact[bool]]
    """By project key, in the order of the keys."""
    missing: tuple[Fact[Any], ...]

    def on(self) -> dict[str, Fact[bool]]:
        """Return the projects that do, by key."""
        return {key: fact for key, fact in self.known.items() if fact.value}

    def off(self) -> dict[str, Fact[bool]]:
        """Return the projects that don't, by key."""
        return {key: fact for key, fact in self.known.items() if not fact.value}


def project_switches(estate: Estate) -> ProjectSwitches:
    """Return what is known of each project: its own fact before what one about all projects says."""
    known: dict[str, Fact[bool]] = {}
    missing: dict[str, Fact[Any]] = {}
    if estate.has(PROJECTS):
        told = estate.need(PROJECTS)
        known = {key: replace(told, name=f"{PROJECTS}[{key}]", value=is_on) for key, is_on in told.value.items()}
    for name, fact in estate.facts.items():
        if name.startswith(f"{PROJECTS}["):
            key = name.removeprefix(f"{PROJECTS}[").removesuffix("]")
            if fact.state is not FactState.UNKNOWN:
                known[key] = fact
            elif key not in known:
                missing[key] = fact
    if not known and not missing:
        try:
            estate.need(PROJECTS)
        except MissingFact as lack:
            missing[""] = lack.fact
    return ProjectSwitches(dict(sorted(known.items())), tuple(fact for _, fact in sorted(missing.items())))


@dataclass(frozen=True, slots=True)
class Door:
    """One of Jira's user directories: whether Jira can make accounts in it. None: not known."""

    jira_directory: JiraDirectory
    mode: Fact[Any] | None
    active: Fact[Any] | None
    missing: tuple[Fact[Any], ...] = ()

    @property
    def is_open(self) -> bool | None:
        """Say whether Jira can make accounts there: it must be active, and its mode Read/Write.

        With local groups Jira may write groups and memberships, never users ("Connecting to an LDAP directory",
        x/noR6Fw).
        """
        is_active = None if self.active is None else bool(self.active.value)
        is_writable = None if self.mode is None else self.mode.value == DirectoryMode.READ_WRITE
        if is_active is False or is_writable is False:
            return False
        return True if is_active and is_writable else None

    @property
    def facts(self) -> tuple[Fact[Any], ...]:
        """What is known of it."""
        return tuple(fact for fact in (self.mode, self.active) if fact)

    @property
    def why_shut(self) -> str:
        """Say what keeps Jira from making accounts there; only for one that is not open."""
        if self.active and not self.active.value:
            return f"'{self.jira_directory.name}' is not active"
        return f"'{self.jira_directory.name}' is {self.mode.value}" if self.mode else ""


def door(estate: Estate, jira_directory: JiraDirectory) -> Door:
    """Return what is known about whether Jira can make accounts in one of its user directories."""
    known: dict[str, Fact[Any]] = {}
    missing: list[Fact[Any]] = []
    for leaf in ("mode", "active"):
        try:
            known[leaf] = estate.need(f"jira.user_directories[{jira_directory.name}].{leaf}")
        except MissingFact as lack:
            missing.append(lack.fact)
    return Door(jira_directory, known.get("mode"), known.get("active"), tuple(missing))


def doors_to(estate: Estate, directory: str) -> tuple[Door, ...]:
    """Return the Jira user directories that show a Directory; raise `MissingFact` when nobody lists them."""
    return tuple(door(estate, shown) for shown in estate.jira_directories_showing(directory))


def doors_above(estate: Estate, known: Door) -> Iterator[Door]:
    """Yield the doors that come before one in Jira's order: Jira writes to the first that is open."""
    for jira_directory in estate.jira_directories():
        if jira_directory.name == known.jira_directory.name:
            return
        yield door(estate, jira_directory)


def first_other_door(estate: Estate, directory: str) -> Door | None:
    """Return where accounts would land instead: the first of the other directories that Jira can write to.

    Jira writes to the first directory it may write to, and offers no choice ("Managing multiple directories").
    """
    shown = {known.name for known in estate.jira_directories_showing(directory)}
    others = (door(estate, known) for known in estate.jira_directories() if known.name not in shown)
    return next((known for known in others if known.is_open), None)


def landing(estate: Estate) -> Door | None:
    """Return where Jira makes the accounts of sign-up, or None where nobody can say; raise `MissingFact` likewise."""
    doors = (door(estate, known) for known in estate.jira_directories())
    first = next((known for known in doors if known.is_open is not False), None)
    return first if first and first.is_open else None


def unresolved(estate: Estate) -> Iterator[Fact[Any]]:
    """Yield what is missing to say which people each of Jira's user directories shows.

    Jira's internal directory is its own store: it never shows people whom dirsync reads elsewhere.
    """
    for known in estate.jira_directories():
        if known.type is DirectoryType.INTERNAL:
            continue
        if _may_be_anybodys(estate, known):
            yield unknown(
                f"jira.user_directories[{known.name}].directory",
                f"nobody says whose people Jira's user directory '{known.name}' shows, although {known.directory} "
                "reads them out of Jira",
                f"Write a mapping that reads {known.directory}, or name the mapping or the directory that has the same "
                f"people as '{known.name}' under jira.user_directories in mappings/estate.yaml.",
            )
        elif not known.directory and not estate.crowd_application_is_resolved(known.crowd_application):
            yield unknown(
                f"jira.user_directories[{known.name}].directory",
                f"nobody says whose people Jira's user directory '{known.name}' shows",
                f"Name the directory or the mapping of '{known.name}' under jira.user_directories in "
                "mappings/estate.yaml.",
            )


def _may_be_anybodys(estate: Estate, known: JiraDirectory) -> bool:
    """Say whether Jira's copy of other people's directory was read, and for no Mapping: it may be any Directory."""
    return (
        estate.kinds.get(known.directory) == "jira"
        and not any(known.directory in {people.directory, people.source} for people in estate.populations)
        and not estate.crowd_application_is_resolved(known.crowd_application)
    )
