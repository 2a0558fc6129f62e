"""What the targets must hold, and what must never happen to them: worked out from the sources' history alone.

It knows nothing of how dirsync plans. It keeps for each mapping who was there and since when they are not, and holds
that against what it finds. Whatever is not as promised is a difference, in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from integration.soak.estate import Estate
from integration.soak.held import Account, Held

HAND = "hand"
"""How the mail of everybody begins whom somebody has made in a target by hand."""

FULL_EVERY_NIGHTS = 8
"""So long a read may build on the last one (FULL_EVERY), and the night in which it no longer does."""


@dataclass(frozen=True)
class Promise:
    """What a mapping promises of those who are no longer in its source."""

    kind: str
    missing: str
    after: int
    ends_groups: bool


@dataclass
class Absence:
    """How often somebody may have been found missing, and how often they were for sure."""

    possible: int = 0
    sure: int = 0
    unsure_nights: int = 0
    """So many nights nobody need hear of it."""


@dataclass
class Watch:
    """Watches one target, which one mapping feeds."""

    promise: Promise
    present: set[str] = field(default_factory=set)
    """Keys of those whom the mapping takes, or took at some moment of this night."""
    ever: set[str] = field(default_factory=set)
    """Keys of everybody it ever took."""
    absent: dict[str, Absence] = field(default_factory=dict)
    called: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Who was ever called into which group."""
    locked: set[str] = field(default_factory=set)
    """Keys of those who are, or were at some moment of this night, disabled in the source."""
    by_hand: set[tuple[str, str]] = field(default_factory=set)
    """Memberships (group, id of the account) that somebody else made."""
    excused: set[str] = field(default_factory=set)
    """Ids of accounts that somebody has deleted by hand this night."""
    before: Held = field(default_factory=lambda: Held({}))

    def look(self, estate: Estate) -> None:
        """Note how the source is at this moment; called before a night, and after everything that happens in it."""
        here = estate.here(self.promise.kind)
        self.present |= here.keys()
        self.ever |= here.keys()
        self.locked |= {one.key for one in here.values() if not one.active}
        for group, members in estate.called_for(self.promise.kind).items():
            self.called[group] |= members

    def begin(self, estate: Estate, held: Held) -> None:
        """Begin a night with what the target holds."""
        self.before, self.present, self.locked, self.excused = held, set(), set(), set()
        self.look(estate)

    def end(self, estate: Estate, held: Held, *, is_read: bool, is_sure: bool) -> Iterator[str]:
        """Yield what happened in the night that must not happen.

        `is_read`: its read may have counted who is missing; `is_sure`: it was, and is known to have ended well.
        """
        here = estate.here(self.promise.kind).keys()
        for key in self.ever - here:
            absence = self.absent.setdefault(key, Absence())
            absence.possible += is_read
            absence.sure += is_sure and key not in self.present and not absence.unsure_nights
            absence.unsure_nights = max(absence.unsure_nights - 1, 0)
            if key in self.present:
                absence.sure = 0
        for key in here:
            if is_sure:
                self.absent.pop(key, None)
            elif key in self.absent:
                self.absent[key].sure = 0
        yield from self._of_accounts(held)
        yield from self._of_memberships(held)

    def source_has_forgotten(self) -> None:
        """Take it that a source that was killed may tell nobody who was deleted, until everything is read again."""
        for absence in self.absent.values():
            absence.sure, absence.unsure_nights = 0, FULL_EVERY_NIGHTS

    def _of_accounts(self, held: Held) -> Iterator[str]:
        people = [key_of(one) for one in held.accounts.values()]
        for key in sorted({key for key in people if key != HAND and people.count(key) > 1}):
            yield f"{key} has two accounts"
        for number, account in held.accounts.items():
            if key_of(account) not in {HAND, *self.ever}:
                yield f"{account} is of nobody whom this mapping ever took"
            if number not in self.before.accounts and key_of(account) == HAND:
                yield f"{account} was made by nobody"
        for number, account in self.before.accounts.items():
            now = held.accounts.get(number)
            if key_of(account) == HAND:
                if now != account:
                    yield f"{account}, made by hand, is {now}"
            elif now is None and number not in self.excused:
                yield from self._wrongly_ended(account, "remove")
            elif now is not None and account.active and not now.active and key_of(account) not in self.locked:
                yield from self._wrongly_ended(account, "deactivate")

    def _wrongly_ended(self, account: Account, how: str) -> Iterator[str]:
        absence = self.absent.get(key_of(account), Absence())
        if self.promise.missing != how:
            yield f"{account}: {how}, where the mapping says {self.promise.missing}"
        elif absence.possible < self.promise.after:
            yield f"{account}: {how} after at most {absence.possible} reads without them, {self.promise.after} are due"

    def _of_memberships(self, held: Held) -> Iterator[str]:
        for group, number in sorted(self.by_hand):
            if number not in held.accounts:
                continue  # of somebody whose account ended, which is judged above
            if number not in held.groups.get(group, ()):
                yield f"{held.accounts[number].name}, put into {group} by hand, is no longer in it"
        for group, members in held.groups.items():
            for number in members:
                account = held.accounts[number]
                is_called = key_of(account) in self.called.get(group, ())
                if not is_called and (group, number) not in self.by_hand:
                    yield f"{account.name} is in {group}, where nobody ever called them"

    def differences(self, estate: Estate, held: Held) -> Iterator[str]:
        """Yield how the target is not what the source says, after a night that nothing disturbed."""
        everybody = estate.here(self.promise.kind)
        accounts = {key_of(one): (number, one) for number, one in held.accounts.items() if key_of(one) != HAND}
        # an account that is deactivated and stays keeps its name; who is to bear it waits until somebody renames it
        kept = {one.name for key, (_, one) in accounts.items() if key not in everybody}
        here = {key: person for key, person in everybody.items() if person.name not in kept}
        for key, person in here.items():
            shown = tuple(accounts[key][1]) if key in accounts else None
            if shown != person.shown:
                yield f"{person.shown} is {shown}"
        for key in self.ever - everybody.keys():
            _, account = accounts.get(key, ("", None))
            is_over = account is None or (self.promise.missing == "deactivate" and not account.active)
            if not is_over and self.absent[key].sure >= self.promise.after:
                yield f"{account} has been missing for {self.absent[key].sure} reads"
        yield from self._groups_differ(
            estate, held, here.keys(), {key: number for key, (number, _) in accounts.items()}
        )

    def _groups_differ(self, estate: Estate, held: Held, here: Iterable[str], ids: dict[str, str]) -> Iterator[str]:
        present = {ids[key] for key in here if key in ids}
        wanted = estate.called_for(self.promise.kind)
        for group, members in wanted.items():
            expected = {ids[key] for key in members if key in ids} & present
            found = held.groups.get(group, frozenset()) & present
            by_hand = {number for name, number in self.by_hand if name == group}
            if found - by_hand != expected - by_hand or expected - found:
                names = {number: one.name for number, one in held.accounts.items()}
                missing, too_many = ({names[one] for one in some} for some in (expected - found, found - expected))
                yield f"{group} lacks {missing or 'nobody'} and holds {too_many - by_hand or 'nobody'} too many"
        for group in held.groups.keys() & self.called.keys() - wanted.keys():
            held_lately = held.groups[group] | self.before.groups.get(group, frozenset())
            if self.promise.ends_groups and held_lately <= present - {one for _, one in self.by_hand}:
                yield f"{group} is still there"


def key_of(account: Account) -> str:
    """Return whose account it is, by the mail address, which begins with what never changes."""
    return account.mail.partition("@")[0].partition(".")[0]
