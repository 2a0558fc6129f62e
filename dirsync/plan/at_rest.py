"""Who needs nothing tonight, told from bare rows: of nearly everybody, nothing is ever made.

Whoever is at rest here would be asked about by the rest of the plan in vain: no Change, no obstacle and no link would
follow. So it is only ever said of those of whom this is certain; whoever is left is planned in full, and a plan is the
same with this module and without it (`tests/unit/plan/test_at_rest.py` holds both side by side).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.model.links import BETWEEN
from dirsync.model.names import fold, nfc
from dirsync.plan.accounts import LONGEST_NAME
from dirsync.plan.desired import desired_attributes
from dirsync.plan.people import as_user

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dirsync.model.links import BareLink
    from dirsync.model.snapshot import BareUser, Snapshot
    from dirsync.plan.accounts import Accounts
    from dirsync.plan.desired import Feed
    from dirsync.plan.feed_groups import FeedGroups

ID: Final = 0
USERNAME: Final = 2
DISPLAY_NAME: Final = 6
ACTIVE: Final = 7
BEYOND: Final = 8
MARK: Final = 9
"""Where a `BareUser` has what; an account shows what is from the username on and not beyond."""
REMEMBERED = 10_000
"""Verdicts on the groups of somebody that are kept: most people are in the same few, and memory must not grow."""

Marks = tuple[str | None, str, str | None]
"""The groups of somebody in the source, in the store and on the target."""


class AtRest:
    """Answers for one target, about people whom one Mapping takes and no other one took."""

    def __init__(
        self, target: Snapshot, accounts: Accounts, groups: Iterable[FeedGroups], shared: Collection[str]
    ) -> None:
        self._target = target
        self._accounts = accounts
        self._shared = shared
        self._groups = {one.feed.name: one for one in groups}
        self._judged: dict[str, dict[Marks, bool]] = {name: {} for name in self._groups}

    def among(
        self, feed: Feed, taken: Iterable[BareUser], links: Sequence[BareLink], inside: Mapping[str, str]
    ) -> set[str]:
        """Return the ids of those who need nothing.

        `taken` are people of the feed; `links` and `inside` (source id to the names of groups) are all that the store
        knows of them and of others.
        """
        if not links:
            return set()
        people = {user[ID]: user for user in taken}
        accounts = {one[ID]: one for one in self._target.bare_users_among([link[1] for link in links])}
        alike: dict[str, BareUser] = {}
        made: dict[str, BareUser] = {}
        for source_id, target_id, username, missed, missed_at, is_deactivated in links:
            user, account = people.get(source_id), accounts.get(target_id)
            if user is None or account is None:
                continue
            is_known = username == account[USERNAME] and not (missed or missed_at or (is_deactivated and user[ACTIVE]))
            marks = user[MARK], inside.get(source_id, ""), account[MARK]
            if not is_known or target_id in self._shared or not self._are_in_their_groups(feed, marks):
                continue
            if user[USERNAME:BEYOND] == account[USERNAME:BEYOND]:
                alike[source_id] = user
            elif _is_made_so(user, account):
                made[source_id] = user
        found = made | _plain(alike)
        return {*found} - self._doubtful(feed, found)

    def _are_in_their_groups(self, feed: Feed, marks: Marks) -> bool:
        """Say whether somebody is in the groups that the feed calls for, and the store knows just these."""
        judged = self._judged[feed.name]
        verdict = judged.get(marks)
        if verdict is None:
            if len(judged) >= REMEMBERED:
                judged.clear()
            verdict = judged[marks] = self._judge(feed, marks)
        return verdict

    def _judge(self, feed: Feed, marks: Marks) -> bool:
        in_source, known, on_target = marks
        groups = self._groups[feed.name]
        wanted = groups.calls_for(feed.source.groups_marked(in_source))
        there = self._target.groups_marked(on_target)
        return known == BETWEEN.join(sorted(wanted)) and all(groups.ids_there[folded] in there for folded in wanted)

    def _doubtful(self, feed: Feed, found: Mapping[str, BareUser]) -> set[str]:
        """Return whose name others have too, so that it has to be asked for whom it stands."""
        names = self._accounts.names_in_doubt(feed, [user[USERNAME] for user in found.values()])
        return {source_id for source_id, user in found.items() if names and fold(user[USERNAME]) in names}


def _plain(people: dict[str, BareUser]) -> dict[str, BareUser]:
    """Return those of whom an account shows just what the source does: nothing is stripped, made up or refused."""
    texts = [text for user in people.values() for text in user[USERNAME:ACTIVE]]
    # asked of all at once, since nearly always all are; of one after the other it takes several times as long
    if texts == list(map(str.strip, texts)) and all(map(_is_whole, people.values())):
        return people
    return {one: user for one, user in people.items() if _is_whole(user) and _is_stripped(user)}


def _is_whole(user: BareUser) -> bool:
    return bool(user[DISPLAY_NAME]) and len(user[USERNAME]) <= LONGEST_NAME


def _is_stripped(user: BareUser) -> bool:
    texts = user[USERNAME:ACTIVE]
    return texts == tuple(map(str.strip, texts))


def _is_made_so(user: BareUser, account: BareUser) -> bool:
    """Say whether an account shows what is made of somebody, such as a display name where the source has none."""
    name = user[USERNAME]
    if name != account[USERNAME] or name != name.strip() or len(name) > LONGEST_NAME:
        return False
    wanted, shown = desired_attributes(as_user(user)), as_user(account)
    return all(nfc(str(getattr(shown, field))) == str(value) for field, value in wanted.items())
