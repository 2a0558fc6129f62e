"""Who of an audience holds a seat, who can't be judged, and what keeps the rest from being cleared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from dirsync.audit.access import AccessPath, Holder, SeatPaths, seen_directories
from dirsync.audit.people import Belonging
from dirsync.audit.shared_names import directories_of, listed_by_jira
from dirsync.audit.unnamed_directories import unnamed
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.facts import Fact, FactState, MissingFact, unknown
from dirsync.model.names import fold
from dirsync.model.products import DirectoryMode, DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from dirsync.audit.people import People
    from dirsync.model.entries import Group, User
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraApplication, JiraDirectory
    from dirsync.model.snapshot import Snapshot

NAMED: Final = 10_000
"""Of more people nobody reads the names; where a group of everybody is opened, a million take a seat at once."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Somebody, or the members of a group, for whom it is open whether they hold a seat, and why."""

    about: User | Group
    fact: Fact[Any]
    people: tuple[str, ...] = ()
    """Ids of the active people concerned."""


@dataclass(frozen=True, slots=True)
class Seats:
    """The answer for one audience in one Directory and one Jira application.

    Who is neither a holder nor in doubt holds no seat, unless there are gaps: then nobody else is cleared.
    """

    application: JiraApplication
    holders: tuple[Holder, ...] = ()
    """By name: the first `NAMED` of them, the nearest to the seat first, and whoever was asked for."""
    held: frozenset[str] = frozenset()
    """Ids of all holders."""
    unnamed: tuple[tuple[Holder, int], ...] = ()
    """The others by what proves it: one of them, and how many there are of the same way and fact."""
    doubts: tuple[Doubt, ...] = ()
    """Those about somebody likewise, and those about a group."""
    unnamed_doubts: int = 0
    doubtful: frozenset[str] = frozenset()
    """Ids of the active people who can't be judged."""
    gaps: tuple[Fact[Any], ...] = ()


def seats_of(
    people: People, application: JiraApplication, paths: SeatPaths, named: AbstractSet[str] = frozenset()
) -> Seats:
    """Work out who of these people holds a seat of one application. Inactive users hold none.

    Those whose folded username is in `named`, or in a waiver, are told by name however many there are.
    """
    asked_for = named | {fold(waiver.user) for waiver in people.estate.waivers if waiver.user}
    gaps = (
        *paths.licences.gaps,
        *memberships_missing(people.estate, people.directory),
        *groups_unread(people.estate, people.directory, _untold(people.estate, application)),
        *_members_refused(people.estate, application),
    )
    snapshot = people.snapshot
    if snapshot is None:
        return Seats(application, gaps=gaps)
    proven, doubts = _Proven(asked_for), _Doubts(asked_for)
    for holder in chain(_members(people, application, paths), _seen_by_jira(people, application, snapshot)):
        why = _why_doubtful(people, holder)
        if why:
            doubts.take(holder.user, why)
        else:
            proven.take(holder)
    doubts.leave_out(proven.ids)
    crossing = tuple(_crossing(people, application, paths, snapshot, proven.ids | doubts.met))
    return Seats(
        application,
        tuple(proven.named.values()),
        frozenset(proven.ids),
        proven.unnamed(),
        (*doubts.named.values(), *crossing),
        len(doubts.others),
        frozenset(chain(doubts.active(), *(doubt.people for doubt in crossing))),
        gaps,
    )


@dataclass
class _Proven:
    """Holders, each once: those who are named, and of the others what proves it."""

    asked_for: AbstractSet[str]
    """Folded usernames."""
    named: dict[str, Holder] = field(default_factory=dict)
    _others: dict[str, tuple[AccessPath, str]] = field(default_factory=dict)
    """Id to the way and the name of the fact."""
    _examples: dict[tuple[AccessPath, str], Holder] = field(default_factory=dict)

    def take(self, holder: Holder) -> None:
        user = holder.user
        if user.id in self.named or user.id in self._others:
            return
        if _is_named(user, self.named, self.asked_for):
            self.named[user.id] = holder
        else:
            proof = holder.way, holder.fact.name if holder.fact else ""
            self._others[user.id] = proof
            self._examples.setdefault(proof, holder)

    @property
    def ids(self) -> AbstractSet[str]:
        return self.named.keys() | self._others.keys()

    def unnamed(self) -> tuple[tuple[Holder, int], ...]:
        return tuple((self._examples[proof], number) for proof, number in Counter(self._others.values()).items())


@dataclass
class _Doubts:
    """People in doubt, each once: those who are named, and of the others whether they are active."""

    asked_for: AbstractSet[str]
    named: dict[str, Doubt] = field(default_factory=dict)
    others: dict[str, bool] = field(default_factory=dict)

    def take(self, user: User, why: Fact[Any]) -> None:
        if user.id in self.named or user.id in self.others:
            return
        if _is_named(user, self.named, self.asked_for):
            self.named[user.id] = Doubt(user, why, _if_active(user))
        else:
            self.others[user.id] = user.active

    @property
    def met(self) -> AbstractSet[str]:
        return self.named.keys() | self.others.keys()

    def leave_out(self, proven: AbstractSet[str]) -> None:
        """Let those go who hold a seat after all."""
        self.named = {user_id: doubt for user_id, doubt in self.named.items() if user_id not in proven}
        self.others = {user_id: is_active for user_id, is_active in self.others.items() if user_id not in proven}

    def active(self) -> Iterator[str]:
        yield from (user_id for doubt in self.named.values() for user_id in doubt.people)
        yield from (user_id for user_id, is_active in self.others.items() if is_active)


def _is_named(user: User, named: Mapping[str, object], asked_for: AbstractSet[str]) -> bool:
    return len(named) < NAMED or fold(user.username) in asked_for


def memberships_missing(estate: Estate, directory: str) -> Iterator[Fact[Any]]:
    """Yield what keeps the memberships in a Directory from being the whole truth."""
    try:
        estate.memberships(directory)
    except MissingFact as missing:
        yield missing.fact
    kind = estate.kinds.get(directory)
    if kind == "jira":
        return
    try:
        is_held_by_jira = estate.jira_holds_memberships(directory)
    except MissingFact as missing:
        # Jira's Crowd directories have no local groups ("Connecting to Crowd", x/tYR6Fw), so where people are
        # read from Crowd neither the mode nor the list of Jira's directories could add a membership.
        if kind != "crowd":
            yield missing.fact
        return
    if is_held_by_jira:
        yield unknown(
            f"directories[{directory}].memberships_in_jira",
            f"Jira keeps memberships of its own for the people of {directory} (local groups, an internal or a "
            "delegating directory), and those were not read",
            _how_to_read_them(estate, directory),
        )
    # As above: a Crowd directory of Jira adds no membership, and people read from Crowd are in no other one.
    elif kind != "crowd" and not any(estate.jira_directories_showing(directory)):
        yield from unnamed(estate, lambda known: _may_hold_memberships(estate, known))


def _how_to_read_them(estate: Estate, directory: str) -> str:
    read = [known for known in estate.jira_directories_showing(directory) if known.held_in in estate.kinds]
    if read:
        return (
            f"Jira calls none of those whom {read[0].held_in} has by a username of {directory}: see which attribute "
            f"'{read[0].name}' takes for usernames in Jira, and name it as attributes.username in the mapping."
        )
    return (
        "Read that user directory from Jira itself: add a directory of kind jira to the settings, with its name as "
        "JIRA_DIRECTORY, and set DIRSYNC_JIRA__DATABASE_URL."
    )


def _may_hold_memberships(estate: Estate, known: JiraDirectory) -> bool:
    if known.type in {DirectoryType.CROWD, DirectoryType.DELEGATING}:
        return known.type is DirectoryType.DELEGATING
    mode = f"jira.user_directories[{known.name}].mode"
    return not estate.has(mode) or estate.need(mode).value == DirectoryMode.READ_ONLY_LOCAL_GROUPS


def _untold(estate: Estate, application: JiraApplication) -> list[str]:
    """Return the groups of which Jira itself did not list the members."""
    return [group for group in application.groups if not estate.has(f"jira.members[{group}]")]


def _members_refused(estate: Estate, application: JiraApplication) -> Iterator[Fact[Any]]:
    """Yield the lists of members that Jira was asked for in vain: what they proved yesterday may still be so."""
    for group in application.groups:
        fact = estate.facts.get(f"jira.members[{group}]")
        if fact and fact.state is FactState.UNKNOWN:
            yield fact


def _members(people: People, application: JiraApplication, paths: SeatPaths) -> Iterator[Holder]:
    for selection in people.selections:
        for holder in paths.holders(application, people.directory, selection):
            if people.belonging(holder.user) is not Belonging.THEIRS:
                yield holder


def _seen_by_jira(people: People, application: JiraApplication, snapshot: Snapshot) -> Iterator[Holder]:
    """Yield the people whose names Jira itself lists in a group of the application."""
    for group in application.groups:
        name = f"jira.members[{group}]"
        if not people.estate.has(name):
            continue
        fact = people.estate.need(name)
        for username in sorted(fact.value):
            for selection in people.selections:
                user = snapshot.user_named(username, selection)
                if user and people.belonging(user) is not Belonging.THEIRS:
                    yield Holder(user, AccessPath((group, application.key)), fact)


def _why_doubtful(people: People, holder: Holder) -> Fact[Any] | None:
    username = holder.user.username
    if people.belonging(holder.user) is Belonging.CONTESTED:
        return unknown(
            f"audience[{username}]",
            f"'{username}' reaches a seat ({holder.path}), but {people.directory} holds both agents and customers, "
            "and the mappings don't tell whose account it is",
            "Give agents and customers a directory each, or take the account out of one of the mappings.",
        )
    why = _may_be_another(people, holder.user) if holder.fact else ""
    if not why:
        return None
    return unknown(
        f"jira.accounts[{username}].directory",
        f"Jira lists '{username}' in '{holder.path.names[1]}', but that name {why}, and Jira doesn't say which account "
        "it means",
        f"Look '{username}' up under Jira administration > User management: the page names the directory.",
    )


def _may_be_another(people: People, user: User) -> str:
    """Say why an account that Jira lists may not be this one, or return an empty string."""
    if not user.active:
        return f"is deactivated in {people.directory}"
    estate = people.estate
    own = {known.directory for known in estate.population(people.audience)}
    shown = {*seen_directories(estate), *(known.directory for known in estate.populations)}
    for directory in sorted(shown - own):
        snapshot = estate.snapshots.get(directory)
        if snapshot and snapshot.user_named(user.username):
            return f"is also the name of an account in {directory}"
        if snapshot is None or not snapshot.completeness.is_complete:
            return f"may also be the name of an account in {directory}, which was not read whole"
    for account in listed_by_jira(estate).get(fold(user.username), ()):
        if account.is_active and own.isdisjoint(directories_of(estate, account)):
            return f"is, as Jira says, also the name of an account in its user directory '{account.directory}'"
    return ""


def _if_active(user: User) -> tuple[str, ...]:
    return (user.id,) if user.active else ()


def _active_members(people: People, snapshot: Snapshot, group_id: str, selection: str) -> Iterator[str]:
    if people.is_one_selection:
        return (user_id for user_id, is_active in snapshot.accounts_in(group_id, selection) if is_active)
    members = snapshot.members(group_id, selection)
    return (user.id for user in members if user.active and people.belonging(user) is not Belonging.THEIRS)


def _crossing(
    people: People, application: JiraApplication, paths: SeatPaths, snapshot: Snapshot, judged: AbstractSet[str]
) -> Iterator[Doubt]:
    for group, fact in paths.crossing_groups(application, people.directory):
        members = {
            user_id
            for selection in people.selections
            for user_id in _active_members(people, snapshot, group.id, selection)
            if user_id not in judged
        }
        if members:
            yield Doubt(group, fact, tuple(sorted(members)))
