"""The Estate: all that is known in one run. Rules ask it; it never asks anybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from dirsync.model.facts import Fact, FactState, MissingFact, unknown
from dirsync.model.names import directory_key, same
from dirsync.model.products import CrowdApplication, DirectoryType, JiraApplication, JiraDirectory
from dirsync.model.snapshot import WHOLE, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dirsync.model.findings import Finding
    from dirsync.model.waivers import Waiver

T = TypeVar("T")
NAMED = 3
"""How many entries that were left out are told by name; the others are counted."""


class Audience(StrEnum):
    """Who the people of a Mapping are."""

    AGENTS = "agents"
    CUSTOMERS = "customers"


@dataclass(frozen=True, slots=True)
class Population:
    """The people of one Mapping, where the products see them.

    With a target that is the target Directory, whole: accounts made there by hand or by sign-up are of the
    Mapping's audience too. Without one it is what the Mapping takes from its source.
    """

    mapping: str
    audience: Audience
    source: str
    """Key of the Directory the Mapping reads."""
    directory: str
    """Key of the Directory in which Jira or Crowd sees these people."""
    selection: str = WHOLE
    """Which records of that Directory's Snapshot they are."""
    is_synced: bool = False
    """True when the Mapping has a target, so that `directory` is it."""
    default_groups: tuple[str, ...] = ()
    """The Mapping's own default groups."""
    public_signup: bool | None = None
    """What the Mapping says it wants; None when it leaves that open."""
    where: str = ""
    """`file:line` of the Mapping, for evidence."""
    taken: str = ""
    """Which people of its source the Mapping takes, in words: base, filter, exception; empty when it takes them all."""

    def is_beside(self, mapping: str) -> bool:
        """Say whether what shows the people of a Mapping ("" for none) shows another part of the Directory than these.

        Never of a target, which is seen whole.
        """
        return self.selection != WHOLE and mapping not in {"", self.mapping}


@dataclass(frozen=True)
class Estate:
    """Everything one run knows: snapshots, facts, who belongs to which audience."""

    snapshots: Mapping[str, Snapshot] = field(default_factory=dict)
    """By Directory key (`directory_key`)."""
    populations: tuple[Population, ...] = ()
    facts: Mapping[str, Fact[Any]] = field(default_factory=dict)
    today: date = date.min
    waivers: tuple[Waiver, ...] = ()
    """What named people have accepted, expired or not."""
    is_partial: bool = False
    """True when only some of the Mappings were asked for (`--only`): what is not found here may be elsewhere."""
    answers: tuple[Finding, ...] = ()
    """What the rules before this one found; only those that are asked last look."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Directory key to its kind: ldap, crowd, ldif, jira."""
    without_groups: frozenset[str] = frozenset()
    """Keys of Directories of which no Mapping reads the groups, so that nothing says who is in which."""
    groups_in_part: frozenset[str] = frozenset()
    """Keys of Directories of which only some groups are read: one that was not met there may exist all the same."""

    parts: Mapping[str, tuple[Snapshot, ...]] = field(default_factory=dict)
    """Directory key to the reads that its Snapshot was put together of, where Jira itself holds memberships of its
    people: the Directory's own first, then those out of Jira."""

    _worked_out: dict[Callable[[Estate], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def once(self, work: Callable[[Estate], T]) -> T:
        """Return what a function makes of this Estate, made once for all who ask.

        An Estate that `dataclasses.replace` makes of this one starts with nothing, so that no answer outlives the
        facts it rests on. What the function raises is not kept.
        """
        if work not in self._worked_out:
            self._worked_out[work] = work(self)
        return cast("T", self._worked_out[work])

    def need(self, name: str) -> Fact[Any]:
        """Return a known fact; raise `MissingFact` when it is unknown, which leaves only the question at hand open."""
        fact = self.facts.get(name)
        if fact is None:
            raise MissingFact(unknown(name, f"nothing says what {name} is", f"Declare {name} in mappings/estate.yaml."))
        if fact.state is FactState.UNKNOWN:
            raise MissingFact(fact)
        return fact

    def has(self, name: str) -> bool:
        """Say whether a fact is known."""
        fact = self.facts.get(name)
        return fact is not None and fact.state is not FactState.UNKNOWN

    def population(self, audience: Audience) -> tuple[Population, ...]:
        """Return the populations of one audience, in the order of their Mappings."""
        return tuple(people for people in self.populations if people.audience is audience)

    def audiences_of(self, directory: str) -> frozenset[Audience]:
        """Return whose people the products see in a Directory."""
        return frozenset(people.audience for people in self.populations if people.directory == directory)

    def snapshot(self, directory: str) -> Snapshot:
        """Return a Directory's complete Snapshot; raise `MissingFact` when it was not read, or not whole."""
        name = f"directories[{directory}]"
        snapshot = self.snapshots.get(directory_key(directory))
        if snapshot is None:
            raise MissingFact(unknown(name, f"directory '{directory}' was not read"))
        if not snapshot.completeness.is_complete:
            reason = snapshot.completeness.reason
            raise MissingFact(
                unknown(
                    name,
                    f"directory '{directory}' was not read whole: {reason}",
                    snapshot.completeness.remedy,
                )
            )
        return snapshot

    def memberships(self, directory: str) -> Snapshot:
        """Return a complete Snapshot that holds the groups too, none of them left out.

        Raises `MissingFact` when nobody asked for the groups, when what Jira holds of them was not read whole, and when
        entries of groups are quarantined: who is in those is then not known.
        """
        if directory_key(directory) in self.without_groups:
            why = f"no mapping reads the groups of directory '{directory}', so nothing says who is in which"
            remedy = "Add source.groups.base to the mapping that reads it."
            raise MissingFact(unknown(f"directories[{directory}].groups", why, remedy))
        snapshot = self.snapshot(directory)
        for part in self.parts.get(directory_key(directory), ()):
            if not part.completeness.is_complete:
                why = f"what Jira itself holds of '{directory}' was not read whole: {part.completeness.reason}"
                raise MissingFact(unknown(f"directories[{part.directory}]", why, part.completeness.remedy))
        left_out = [entry.entry for entry in snapshot.quarantined if entry.is_group]
        if left_out:
            more = f" and {len(left_out) - NAMED:,} more" if len(left_out) > NAMED else ""
            entries = "1 group entry" if len(left_out) == 1 else f"{len(left_out):,} group entries"
            why = (
                f"{entries} of directory '{directory}' had to be left out ({'; '.join(left_out[:NAMED])}{more}), so "
                "who is in which group is not wholly known"
            )
            remedy = f"Mend those entries in {directory}."
            raise MissingFact(unknown(f"directories[{directory}].quarantined_groups", why, remedy))
        return snapshot

    def jira_directories(self) -> tuple[JiraDirectory, ...]:
        """Return Jira's user directories in order; raise `MissingFact` when nobody told."""
        directories: tuple[JiraDirectory, ...] = self.need("jira.user_directories").value
        return directories

    def jira_directories_showing(self, directory: str, people: Population | None = None) -> Iterator[JiraDirectory]:
        """Yield Jira's user directories in which the people of a Directory appear; of `people`, where only they matter.

        Directly, or through the Crowd application that Jira's directory names.
        """
        for jira_directory in self.jira_directories():
            is_shown = bool(jira_directory.directory) and same(jira_directory.directory, directory)
            if people and people.is_beside(jira_directory.mapping):
                is_shown = False
            if is_shown or directory in self.crowd_application_shows(jira_directory.crowd_application):
                yield jira_directory

    def crowd_application_shows(self, application: str) -> tuple[str, ...]:
        """Return the Directories a Crowd application shows, as far as that is known."""
        if not application or not self.has("crowd.applications"):
            return ()
        crowd_applications: tuple[CrowdApplication, ...] = self.need("crowd.applications").value
        return next((known.directories or () for known in crowd_applications if same(known.name, application)), ())

    def crowd_application_is_resolved(self, application: str) -> bool:
        """Say whether it is known of everything a Crowd application shows in which Directory that is."""
        if not self.crowd_application_shows(application):
            return False
        crowd_applications: tuple[CrowdApplication, ...] = self.need("crowd.applications").value
        return not any(known.unattributed for known in crowd_applications if same(known.name, application))

    def applications(self) -> tuple[JiraApplication, ...]:
        """Return Jira's applications; raise `MissingFact` when nobody told."""
        applications: tuple[JiraApplication, ...] = self.need("jira.applications").value
        return applications

    def jira_holds_memberships(self, directory: str) -> bool:
        """Say whether Jira keeps memberships of its own for people of a Directory that were not read (design, 5).

        True for local groups, internal and delegating directories: what Crowd or LDAP says is then not the
        whole truth. Raises `MissingFact` when the mode is unknown.
        """
        for jira_directory in self.jira_directories_showing(directory):
            if jira_directory.held_in and directory_key(directory) in self.parts:
                continue
            if jira_directory.type in {DirectoryType.INTERNAL, DirectoryType.DELEGATING}:
                return True
            mode = self.need(f"jira.user_directories[{jira_directory.name}].mode").value
            if mode == "read-only-local-groups":
                return True
        return False
