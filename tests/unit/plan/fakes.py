"""What stands where a directory, the store and Crowd would: dictionaries that a test can read and break."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from datetime import UTC, datetime
from itertools import count, groupby
from operator import itemgetter
from typing import Any

from dirsync.errors import Unreachable
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.links import BETWEEN, BareLink, GroupLink, Link, MemberLink, UserLink
from dirsync.model.memory import MemorySpool
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.names import ANY_NAME, NameRule, fold
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.model.snapshot import WHOLE, Completeness
from dirsync.store.journal import Intent, Settled

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here, as by SIGKILL: nothing below the test may handle it."""


@dataclass
class Directory:
    """A directory that a test writes to and a plan reads."""

    name: str
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    """(group id, id of a user or a group)"""
    selections: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """User id to the Mappings that take it; the others take everybody."""
    quarantined: list[Quarantined] = field(default_factory=list)
    reason: str = ""
    exceptions: dict[str, str] = field(default_factory=dict)
    made: int = 0
    usernames: NameRule = ANY_NAME

    def person(self, username: str, user_id: str = "", *, taken_by: Iterable[str] = (), **more: Any) -> str:
        """Put somebody in, or replace whoever has that id; return the id."""
        user_id = user_id or f"id-{username}"
        more.setdefault("email", f"{username}@example.org")
        self.users[user_id] = User(user_id, f"ref-{user_id}", username, **more)
        if taken_by:
            self.selections[user_id] = tuple(taken_by)
        return user_id

    def group(self, name: str, *members: str, group_id: str = "", description: str = "") -> str:
        """Put a group in, with the ids of its members (users or groups); return its id."""
        group_id = group_id or f"gid-{name}"
        self.groups[group_id] = Group(group_id, f"ref-{group_id}", name, description)
        self.members |= {(group_id, member) for member in members}
        return group_id

    def without(self, *ids: str) -> Directory:
        """Take entries out, with their memberships."""
        for one in ids:
            self.users.pop(one, None)
            self.groups.pop(one, None)
            self.members = {pair for pair in self.members if one not in pair}
        return self

    def named(self, username: str) -> User | None:
        return next((user for user in self.users.values() if fold(user.username) == fold(username)), None)

    def members_of(self, name: str) -> set[str]:
        """Return the usernames in a group."""
        ids = {group.id for group in self.groups.values() if fold(group.name) == fold(name)}
        return {self.users[one].username for group_id, one in self.members if group_id in ids and one in self.users}

    def group_named(self, name: str) -> Group | None:
        return next((group for group in self.groups.values() if fold(group.name) == fold(name)), None)

    def snapshot(self, mappings: Iterable[str] = (), shuffled: random.Random | None = None) -> MemorySnapshot:
        """Read it whole (or up to `reason`), for the Mappings that take from it, or as a target."""
        names = tuple(mappings) or (WHOLE,)
        spool = MemorySpool(self.name, {mine: other for mine, other in self.exceptions.items() if mine in names})
        records: list[Callable[[], None]] = []
        for user in self.users.values():
            taking = names if names == (WHOLE,) else self.selections.get(user.id, names)
            records += [lambda user=user, name=name: spool.add_user(user, name) for name in taking]
        for group in self.groups.values():
            records += [lambda group=group, name=name: spool.add_group(group, name) for name in names]
        for group_id, member in self.members:
            records.append(lambda g=group_id, m=member: spool.add_member(g, f"ref-{m}", MemberKind.ANY))
        if shuffled:
            shuffled.shuffle(records)
        for record in records:
            record()
        for entry in self.quarantined:
            spool.quarantine(entry)
        evidence = {"read_at": NOW.isoformat(), "cursor": f"{self.made}"}
        return spool.finish(Completeness(not self.reason, self.reason, **evidence, usernames=self.usernames))


class MemoryLinks:
    """Links in dictionaries, under the keys that the store's tables have."""

    def __init__(self, *links: Link) -> None:
        self.all: dict[tuple[str, ...], Link] = {}
        self.states: dict[tuple[str, str], str] = {}
        self._number = count(1)
        self.record(links)

    @staticmethod
    def _key(link: Link) -> tuple[str, ...]:
        group = "" if isinstance(link, UserLink) else link.group
        source_id = "" if isinstance(link, GroupLink) else link.source_id
        return type(link).__name__, link.directory, link.mapping, group, source_id

    def record(self, links: Iterable[Link]) -> None:
        for link in links:
            self.all[self._key(link)] = link
            self._written(link)

    def forget(self, links: Iterable[Link]) -> None:
        for link in links:
            self.all.pop(self._key(link), None)
            self._written(link)

    def _written(self, link: Link) -> None:
        self.states[link.directory, link.mapping] = f"state-{next(self._number)}"

    def _of(self, kind: type, directory: str, mapping: str = "") -> Iterator[Any]:
        for key in sorted(self.all):
            link = self.all[key]
            if isinstance(link, kind) and link.directory == directory and mapping in {"", link.mapping}:
                yield link

    def user(self, directory: str, mapping: str, source_id: str) -> UserLink | None:
        found = self.all.get(("UserLink", directory, mapping, "", source_id))
        return found if isinstance(found, UserLink) else None

    def known(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[str]:
        return (source_id for source_id in {*source_ids} if self.user(directory, mapping, source_id))

    def owner(self, directory: str, target_id: str) -> UserLink | None:
        found = [
            link
            for link in self.all.values()
            if isinstance(link, UserLink) and (link.directory, link.target_id) == (directory, target_id)
        ]
        return min(found, key=lambda link: (link.mapping, link.source_id), default=None)

    def owners(self, directory: str, target_ids: Collection[str]) -> Iterator[UserLink]:
        return filter(None, (self.owner(directory, target_id) for target_id in target_ids))

    def shared(self, directory: str) -> Iterator[str]:
        numbers = Counter(link.target_id for link in self._of(UserLink, directory))
        return (target_id for target_id, number in numbers.items() if number > 1)

    def users(self, directory: str, mapping: str) -> Iterator[UserLink]:
        return self._of(UserLink, directory, mapping)

    def count_users(self, directory: str, mapping: str) -> int:
        return sum(1 for _ in self.users(directory, mapping))

    def members_by_person(self, directory: str, mapping: str) -> Iterator[tuple[str, str]]:
        return iter(sorted((link.source_id, link.group) for link in self.members(directory, mapping)))

    def bare_users(self, directory: str, mapping: str) -> Iterator[BareLink]:
        return (astuple(link)[2:] for link in self.users(directory, mapping))

    def groups_by_person(self, directory: str, mapping: str) -> Iterator[tuple[str, str]]:
        for person, pairs in groupby(self.members_by_person(directory, mapping), key=itemgetter(0)):
            yield person, BETWEEN.join(group for _, group in pairs)

    def members(self, directory: str, mapping: str) -> Iterator[MemberLink]:
        return self._of(MemberLink, directory, mapping)

    def bare_users_among(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[BareLink]:
        return (link for link in self.bare_users(directory, mapping) if link[0] in source_ids)

    def groups_among(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        return (told for told in self.groups_by_person(directory, mapping) if told[0] in source_ids)

    def state(self, directory: str, mapping: str) -> str:
        return self.states.get((directory, mapping), "")

    def groups(self, directory: str, mapping: str) -> Iterator[GroupLink]:
        return self._of(GroupLink, directory, mapping)


@dataclass
class MemoryJournal:
    """A journal that commits each write at once, or dies at the n-th one, before or after its commit."""

    links: MemoryLinks
    outcomes: dict[tuple[str, int], Outcome | None] = field(default_factory=dict)
    intents: dict[tuple[str, int], Intent] = field(default_factory=dict)
    dies_at: int = 0
    dies_after_commit: bool = False
    writes: int = 0

    def write(self, settled: Sequence[Settled], intents: Sequence[Intent], at: str) -> None:
        assert at, "every write has its time"
        if not settled and not intents:
            return
        self.writes += 1
        dies = bool(self.dies_at) and self.writes >= self.dies_at
        if dies and not (self.dies_after_commit and self.writes == self.dies_at):
            raise Killed
        for one in settled:
            self.outcomes[one.intent.run, one.intent.position] = one.outcome
            self.links.forget(one.forgotten)
            self.links.record(one.recorded)
        for intent in intents:
            assert (intent.run, intent.position) not in self.intents, "an intent is written once"
            self.intents[intent.run, intent.position] = intent
            self.outcomes[intent.run, intent.position] = None
        if dies:
            raise Killed

    def open_intents(self) -> tuple[Intent, ...]:
        return tuple(intent for key, intent in sorted(self.intents.items()) if self.outcomes[key] is None)


@dataclass
class FakeTarget:
    """A Target over a `Directory`, as strict as Crowd: a taken name fails, an id belongs to one account for ever."""

    on: Directory
    refuses: Callable[[Change], bool] = lambda _: False
    dies_at: int = 0
    is_lost_at: int = 0
    acts_before_it_ends: bool = False
    takes_along: MemoryJournal | None = None
    """A journal that can't be written any more once the process is killed here; None: it still can (Ctrl-C)."""
    tried: list[Change] = field(default_factory=list)
    acted: list[Change] = field(default_factory=list)

    @property
    def directory(self) -> str:
        return self.on.name

    def carry_out(self, change: Change) -> Outcome:
        self.tried.append(change)
        number = len(self.tried)
        is_last = number in {self.dies_at, self.is_lost_at}
        if is_last and self.acts_before_it_ends:
            self._act(change)
        if number == self.dies_at:
            if self.takes_along:
                self.takes_along.dies_at, self.takes_along.dies_after_commit = 1, False
            raise Killed
        if self.is_lost_at and number >= self.is_lost_at:
            raise Unreachable("connection reset by 127.0.0.1")
        if self.refuses(change):
            return Outcome(change.id, Result.REFUSED, "not allowed")
        result, target_id = self._act(change)
        return Outcome(change.id, result, "", NOW.isoformat(), target_id)

    def _act(self, change: Change) -> tuple[Result, str]:
        is_person = change.op.value.endswith("_user")
        result, target_id = (self._act_on_person if is_person else self._act_on_group)(change)
        if result is Result.DONE:
            self.acted.append(change)
        return result, target_id

    def _act_on_person(self, change: Change) -> tuple[Result, str]:
        users = self.on.users
        if change.op is Op.CREATE_USER:
            bearer = self.on.named(change.user)
            if bearer is not None:
                is_so = all(getattr(bearer, name) == value for name, value in change.after.items())
                return (Result.ALREADY_SO, bearer.id) if is_so else (Result.FAILED, "")
            self.on.made += 1
            key = f"key-{self.on.made}"
            users[key] = User(key, f"ref-{key}", **change.after)
            return Result.DONE, key
        account = users.get(change.user_id)
        if change.op is Op.REMOVE_USER:
            self.on.without(change.user_id)
            return (Result.DONE if account else Result.ALREADY_SO), ""
        if account is None or fold(account.username) not in {fold(change.user), fold(_new_name(change))}:
            return Result.FAILED, ""
        bearer = self.on.named(_new_name(change))
        if bearer is not None and bearer.id != account.id:
            return Result.FAILED, ""
        changed = account._replace(**change.after)
        users[account.id] = changed
        return (Result.ALREADY_SO if changed == account else Result.DONE), account.id

    def _act_on_group(self, change: Change) -> tuple[Result, str]:
        group = self.on.group_named(change.group)
        if change.op is Op.CREATE_GROUP:
            if group is not None:
                return Result.ALREADY_SO, group.id
            return Result.DONE, self.on.group(**{"name": change.group, **change.after})
        if group is None:
            return Result.FAILED, ""
        if change.op is Op.REMOVE_GROUP:
            self.on.without(group.id)
        elif change.op is Op.UPDATE_GROUP:
            self.on.groups[group.id] = replace(group, **change.after)
        else:
            return self._act_on_membership(change, group), ""
        return Result.DONE, group.id

    def _act_on_membership(self, change: Change, group: Group) -> Result:
        account = self.on.group_named(change.child_group) if change.child_group else self.on.named(change.user)
        if account is None or (change.user_id and account.id != change.user_id):
            return Result.FAILED
        pair = (group.id, account.id)
        is_addition = change.op in {Op.ADD_MEMBER, Op.ADD_CHILD_GROUP}
        if (pair in self.on.members) is is_addition:
            return Result.ALREADY_SO
        (self.on.members.add if is_addition else self.on.members.discard)(pair)
        return Result.DONE


def _new_name(change: Change) -> str:
    return str(change.after.get("username", change.user))
