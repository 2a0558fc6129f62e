"""Who reaches which Jira application, by which path.

Each Directory by itself: which of several accounts of one name counts is asked in `effective`. Only groups that are
nested or reach a seat are held, never the users of a Directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.audit.effective.nesting import NO_GROUPS, climb, crossing_doubt, graph_of, merge
from dirsync.audit.licences import Licences, licences
from dirsync.model.facts import Fact, MissingFact
from dirsync.model.names import directory_key, fold
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.nesting import Climb, GroupGraph, Merged
    from dirsync.model.entries import Group, User
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraApplication


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
    way: AccessPath
    """From the first group on: all members of that group share it, and it may be long."""
    fact: Fact[Any] | None = None
    """Jira's own word, where that proved it."""

    @property
    def path(self) -> AccessPath:
        """The whole proof, from the user on."""
        return self.way.of(self.user.username)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a group leads: proven paths, shortest first (one per Jira application), and what keeps others open."""

    paths: tuple[AccessPath, ...] = ()
    doubts: tuple[Fact[Any], ...] = ()


class SeatPaths:
    """Every way to a seat, worked out once per Directory and Jira application."""

    def __init__(self, estate: Estate, known: Licences | None = None) -> None:
        """`known` may ask for something else that groups grant, such as administration, in the shape of seats.

        Without it, raises `MissingFact` when nobody knows which groups cost a seat.
        """
        self.licences: Licences = known or licences(estate)
        self._estate = estate
        self._licensed = {fold(name) for known in self.licences.applications for name in known.groups}
        self._graphs: dict[str, GroupGraph] = {}
        self._climbs: dict[tuple[str, str], Climb] = {}
        self._amalgamated: dict[str, Merged] = {}

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
        climbed = self._climbed(application, directory)
        group_ids = list(climbed.names)
        ways: dict[str, AccessPath] = {}
        for user, number in snapshot.members_of_any(group_ids, selection):
            if user.active:
                group_id = group_ids[number]
                way = ways.get(group_id) or ways.setdefault(group_id, AccessPath(climbed.path(group_id)))
                yield Holder(user, way)

    def crossing_groups(self, application: JiraApplication, directory: str) -> Iterator[tuple[Group, Fact[Any]]]:
        """Yield the groups of a Directory that would reach the application only through another Directory."""
        snapshot = self._estate.snapshots.get(directory_key(directory))
        if snapshot is None:
            return
        proven, merged = self._climbed(application, directory).by_name, self._merged(application)
        for folded in sorted(merged.climb.names):
            group = None if folded in proven else snapshot.group_named(folded)
            if group:
                yield group, crossing_doubt(group.name, directory, merged)

    def _graph(self, directory: str) -> GroupGraph:
        if directory not in self._graphs:
            snapshot = self._estate.snapshots.get(directory)
            self._graphs[directory] = graph_of(directory, snapshot, self._licensed) if snapshot else NO_GROUPS
        return self._graphs[directory]

    def _climbed(self, application: JiraApplication, directory: str) -> Climb:
        key = (application.key, directory_key(directory))
        if key not in self._climbs:
            self._climbs[key] = climb(self._graph(key[1]), application.key, application.groups)
        return self._climbs[key]

    def _proven(self, name: str, directory: str, application: JiraApplication) -> AccessPath | None:
        if fold(name) in {fold(licensed) for licensed in application.groups}:
            return AccessPath((name, application.key))
        climbed = self._climbed(application, directory)
        group_id = climbed.by_name.get(fold(name))
        return AccessPath(climbed.path(group_id)) if group_id else None

    def _doubts(self, name: str, directory: str, application: JiraApplication) -> Iterator[Fact[Any]]:
        if fold(name) in self._merged(application).climb.names:
            yield crossing_doubt(name, directory, self._merged(application))
        try:
            self._estate.memberships(directory)
        except MissingFact as missing:
            yield missing.fact

    def _merged(self, application: JiraApplication) -> Merged:
        """Return every name that leads to the application if groups of one name are one group everywhere."""
        if application.key not in self._amalgamated:
            graphs = [self._graph(directory) for directory in seen_directories(self._estate)]
            self._amalgamated[application.key] = merge(graphs, application.key, application.groups)
        return self._amalgamated[application.key]


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
    found = estate.once(SeatPaths).of_group(group_name, directory)
    if found.paths:
        return found.paths[0]
    if found.doubts:
        raise MissingFact(found.doubts[0])
    return None


def holders(estate: Estate, application: JiraApplication, directory: str, selection: str = WHOLE) -> Iterator[Holder]:
    """Yield the active users of a Directory who hold a seat of one application; see `SeatPaths.holders`."""
    return estate.once(SeatPaths).holders(application, directory, selection)
