"""Who reaches which Jira application, by which path.

Worked out from the licensed groups downwards, level by level with a visited set, so that cycles end and the first
path found is the shortest. Only groups that reach a seat are held, never the users of a Directory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dirsync.audit.licences import Licences, licences
from dirsync.model.facts import Fact, MissingFact, unknown
from dirsync.model.names import directory_key, fold
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.model.entries import Group, User
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraApplication
    from dirsync.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class AccessPath:
    """[user >] group > … > Jira application: the proof that a seat is reached. The last name is the key."""

    names: tuple[str, ...]

    @property
    def application(self) -> str:
        """Key of the Jira application it ends in."""
        return self.names[-1]

    @property
    def is_nested(self) -> bool:
        """Say whether a group inside another one is part of it, so that it rests on a Directory's Snapshot."""
        return len(self.names) > 2  # noqa: PLR2004 - a direct grant is one group and the application

    def of(self, username: str) -> AccessPath:
        """Return the same path, walked by a member of its first group."""
        return AccessPath((username, *self.names))

    def __str__(self) -> str:
        """Join the names the way reports show a path."""
        return " > ".join(self.names)


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who is proven to hold a seat, with the shortest path."""

    user: User
    path: AccessPath
    fact: Fact[Any] | None = None
    """Jira's own word, where that proved it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a group leads: proven paths, shortest first (one per Jira application), and what keeps others open."""

    paths: tuple[AccessPath, ...] = ()
    doubts: tuple[Fact[Any], ...] = ()


@dataclass(frozen=True)
class _Climb:
    """The groups of one Directory from which one application is reached, nearest first."""

    application: str
    names: dict[str, str] = field(default_factory=dict)
    """Group id to name."""
    above: dict[str, str] = field(default_factory=dict)
    """Group id to the id of the next group on its shortest path; empty for a licensed group."""
    by_name: dict[str, str] = field(default_factory=dict)
    """Folded name to the id of the nearest group of that name."""

    def path(self, group_id: str) -> AccessPath:
        names: list[str] = []
        while group_id:
            names.append(self.names[group_id])
            group_id = self.above[group_id]
        return AccessPath((*names, self.application))


def _climb(snapshot: Snapshot | None, application: JiraApplication) -> _Climb:
    climb = _Climb(application.key)
    if snapshot is None:
        return climb
    licensed = {fold(name) for name in application.groups}
    level = {group.id: (group, "") for group in snapshot.groups() if fold(group.name) in licensed}
    while level:
        below: dict[str, tuple[Group, str]] = {}
        for group, above in sorted(level.values(), key=lambda step: (fold(step[0].name), step[0].id)):
            climb.names[group.id] = group.name
            climb.above[group.id] = above
            climb.by_name.setdefault(fold(group.name), group.id)
            for child in snapshot.child_groups(group.id):
                if child.id not in level and child.id not in climb.names:
                    below.setdefault(child.id, (child, group.id))
        level = below
    return climb


@dataclass(frozen=True, slots=True)
class _Crossing:
    """One step of a path that changes Directory: `name` is inside `above` in `directory`."""

    name: str
    above: str
    directory: str


class SeatPaths:
    """Every way to a seat, worked out once per Directory and Jira application."""

    def __init__(self, estate: Estate) -> None:
        """Raise `MissingFact` when nobody knows which groups cost a seat."""
        self.licences: Licences = licences(estate)
        self._estate = estate
        self._climbs: dict[tuple[str, str], _Climb] = {}
        self._amalgamated: dict[str, Mapping[str, _Crossing]] = {}

    def of_group(self, name: str, directory: str) -> Reach:
        """Return where the group of that name leads its members of a Directory, there or not.

        A group that an application lists, or that was seen nested in one, is proven, whatever else is missing.
        """
        paths: list[AccessPath] = []
        doubts: list[Fact[Any]] = list(self.licences.gaps)
        for application in self.licences.applications:
            path = self._proven(name, directory, application)
            if path:
                paths.append(path)
            else:
                doubts += self._doubts(name, directory, application)
        return Reach(tuple(sorted(paths, key=lambda path: (len(path.names), path.names))), tuple(doubts))

    def holders(self, application: JiraApplication, directory: str, selection: str = WHOLE) -> Iterator[Holder]:
        """Yield the active users of a Directory who are in a group of the application, each once, nearest first.

        What was read of an incomplete Directory proves as much as it shows; nobody else is thereby cleared.
        """
        snapshot = self._estate.snapshots.get(directory_key(directory))
        if snapshot is None:
            return
        climb = self._climbed(application, directory)
        seen: set[str] = set()
        for group_id in climb.names:
            path: AccessPath | None = None
            for user in snapshot.members(group_id, selection):
                if user.active and user.id not in seen:
                    seen.add(user.id)
                    path = path or climb.path(group_id)
                    yield Holder(user, path.of(user.username))

    def crossing_groups(self, application: JiraApplication, directory: str) -> Iterator[tuple[Group, Fact[Any]]]:
        """Yield the groups of a Directory that would reach the application only through another Directory."""
        snapshot = self._estate.snapshots.get(directory_key(directory))
        if snapshot is None:
            return
        proven = self._climbed(application, directory).by_name
        for folded in sorted(self._merged(application)):
            group = None if folded in proven else snapshot.group_named(folded)
            if group:
                yield group, self._crossing_doubt(group.name, directory, application)

    def _climbed(self, application: JiraApplication, directory: str) -> _Climb:
        key = (application.key, directory_key(directory))
        if key not in self._climbs:
            self._climbs[key] = _climb(self._estate.snapshots.get(key[1]), application)
        return self._climbs[key]

    def _proven(self, name: str, directory: str, application: JiraApplication) -> AccessPath | None:
        if fold(name) in {fold(licensed) for licensed in application.groups}:
            return AccessPath((name, application.key))
        climb = self._climbed(application, directory)
        group_id = climb.by_name.get(fold(name))
        return climb.path(group_id) if group_id else None

    def _doubts(self, name: str, directory: str, application: JiraApplication) -> Iterator[Fact[Any]]:
        if fold(name) in self._merged(application):
            yield self._crossing_doubt(name, directory, application)
        try:
            self._estate.memberships(directory)
        except MissingFact as missing:
            yield missing.fact

    def _merged(self, application: JiraApplication) -> Mapping[str, _Crossing]:
        """Return every name that leads to the application if groups of one name are one group everywhere."""
        if application.key not in self._amalgamated:
            self._amalgamated[application.key] = self._merge(application)
        return self._amalgamated[application.key]

    def _merge(self, application: JiraApplication) -> Mapping[str, _Crossing]:
        directories = seen_directories(self._estate)
        steps: dict[str, _Crossing] = {}
        level = {fold(name): _Crossing(name, "", "") for name in application.groups}
        while level:
            steps |= level
            below: dict[str, _Crossing] = {}
            for folded in sorted(level):
                for directory in directories:
                    snapshot = self._estate.snapshots[directory]
                    parent = snapshot.group_named(folded)
                    for child in snapshot.child_groups(parent.id) if parent else ():
                        if fold(child.name) not in steps:
                            below.setdefault(fold(child.name), _Crossing(child.name, folded, directory))
            level = below
        return steps

    def _crossing_doubt(self, name: str, directory: str, application: JiraApplication) -> Fact[Any]:
        merged = self._merged(application)
        step, hops = merged[fold(name)], list[str]()
        while step.above:
            hops.append(f"'{step.name}' is inside '{merged[step.above].name}' in {step.directory}")
            step = merged[step.above]
        return unknown(
            f"nesting[{name}]",
            f"in {directory} nothing puts '{name}' inside a group of {application.key}, but {' and '.join(hops)}: "
            f"if groups of one name are merged over directories it grants {application.key}, if each directory "
            "stands for itself it does not",
            f"Rename the group '{name}' in one of the directories, so that the question can't arise; or see in Jira "
            "(User management > Groups) whether its members are listed in the licensed group.",
        )


def seen_directories(estate: Estate) -> tuple[str, ...]:
    """Return the Directories that were read and whose people Jira sees, by key; a mere source is not among them."""
    seen = {population.directory for population in estate.populations}
    seen |= {name for name, kind in estate.kinds.items() if kind == "jira"}
    if estate.has("jira.user_directories"):
        for shown in estate.jira_directories():
            seen |= {shown.directory, *estate.crowd_application_shows(shown.crowd_application)}
    return tuple(sorted({directory_key(name) for name in seen} & estate.snapshots.keys()))


def reach(estate: Estate, group_name: str, directory: str) -> AccessPath | None:
    """Return the shortest path from a group to any Jira application, or None when there is provably none.

    Nesting counts as far as the Directory's own Snapshot shows it. Raises `MissingFact` when no path is proven
    and something keeps the question open: what costs a seat is unknown, the Directory was not read whole, or
    only another Directory nests a group of that name (both readings are in the fact's `why`).
    """
    found = SeatPaths(estate).of_group(group_name, directory)
    if found.paths:
        return found.paths[0]
    if found.doubts:
        raise MissingFact(found.doubts[0])
    return None


def holders(estate: Estate, application: JiraApplication, directory: str, selection: str = WHOLE) -> Iterator[Holder]:
    """Yield the active users of a Directory who hold a seat of one application; see `SeatPaths.holders`."""
    return SeatPaths(estate).holders(application, directory, selection)
