"""What a Plan does to the seats of each Jira application: who takes one afterwards, asked of the same engine.

It is asked twice, of what was read and of that with the Changes laid over it. Held are the accounts that take a seat.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dirsync.audit.access import seen_directories
from dirsync.audit.effective.access import EffectiveAccess
from dirsync.audit.effective.order import Layer, Order, View
from dirsync.audit.effective.seats import Take, takers_of
from dirsync.audit.jira_order import jiras_or_any_order
from dirsync.audit.licences import licences
from dirsync.audit.people import feeds, takes
from dirsync.audit.seats import memberships_missing
from dirsync.model.changed import ChangedSnapshot
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.names import directory_key
from dirsync.model.run import SeatsAfterPlan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dirsync.model.estate import Estate
    from dirsync.model.plans import Change
    from dirsync.model.products import JiraApplication
    from dirsync.model.run import ApplicationSeats

Account = tuple[str, str]
"""Key of its Directory, and its id there."""


def seats_after(estate: Estate, changes: Iterable[Change]) -> tuple[SeatsAfterPlan, ...]:
    """Return what some Changes do to the seats of each Jira application; nothing where nobody knows what costs one.

    Where nobody tells in which order Jira's directories stand, whoever may be masked counts as taking a seat: a Plan is
    better refused than applied in error.
    """
    try:
        applications = licences(estate).applications
    except MissingFact:
        return ()
    made = tuple(changes)
    changed = estate_after(estate, made)
    before = taken_seats(estate) if made else {}
    after = taken_seats(changed) if made else {}
    return tuple(_Difference(changed, known, before, after).seats() for known in applications)


def estate_after(estate: Estate, changes: Iterable[Change]) -> Estate:
    """Return an Estate as some Changes would leave it."""
    by_directory: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_directory[directory_key(change.directory)].append(change)
    snapshots = {
        name: ChangedSnapshot(snapshot, by_directory[name]) if name in by_directory else snapshot
        for name, snapshot in estate.snapshots.items()
    }
    return replace(estate, snapshots=snapshots)


_SURE, _OPEN = 2, 1
"""How far somebody takes a seat: by every reading, by some. 0 is not at all."""
Taken = dict[str, dict[Account, int]]
"""Key of a Jira application to the accounts that take a seat of it, or may."""


def taken_seats(estate: Estate) -> Taken:
    """Return who takes a seat of which Jira application; raises `MissingFact` when nobody knows what costs one."""
    applications = licences(estate).applications
    order, is_sure = _order(estate)
    counted = {Take.SURE, Take.OPEN} if is_sure else {Take.SURE, Take.OPEN, Take.MASKED}
    return {
        application.key: {
            (directory_key(access.layer.directory), access.user_id): _SURE if take is Take.SURE else _OPEN
            for access, take in takers
            if take in counted
        }
        for application, takers in takers_of(EffectiveAccess(order, applications), applications)
    }


def _order(estate: Estate) -> tuple[Order, bool]:
    """Return Jira's order and whether it is known of every Directory; those without a place come last."""
    order, missing = jiras_or_any_order(estate)
    placed = {directory_key(layer.directory) for view in order.views for layer in view.layers}
    others = tuple(
        View(key, (Layer(key, estate.snapshots[key], missing=tuple(memberships_missing(estate, key))),))
        for key in seen_directories(estate)
        if key not in placed
    )
    return Order((*order.views, *others)), not missing and not others


@dataclass(frozen=True)
class _Difference:
    """What becomes of the seats of one Jira application."""

    estate: Estate
    """After the Changes."""
    application: JiraApplication
    before: Taken
    after: Taken

    def seats(self) -> SeatsAfterPlan:
        """Count who gains and who loses one."""
        before, after = (taken.get(self.application.key, {}) for taken in (self.before, self.after))
        gaining = {account: take - before.get(account, 0) for account, take in after.items()}
        gaining = {account: gain for account, gain in gaining.items() if gain > 0}
        whose = Counter(map(self._audience, gaining))
        known = self.application
        has_numbers = not known.is_unlimited and known.seats is not None and known.used is not None
        return SeatsAfterPlan(
            known.key,
            whose[Audience.AGENTS],
            whose[Audience.CUSTOMERS],
            whose[None],
            may_gain=sum(gain < _SURE for gain in gaining.values()),
            freed=sum(take == _SURE and account not in after for account, take in before.items()),
            left=(known.seats or 0) - (known.used or 0) if has_numbers else None,
        )

    def _audience(self, account: Account) -> Audience | None:
        """Return whose an account is; of two audiences that of the Mapping whose source has somebody of that name."""
        directory, user_id = account
        user = self.estate.snapshots[directory].user(user_id)
        named = [each for each in self.estate.populations if each.directory == directory]
        named = [each for each in named if user and takes(self.estate, each, user)]
        audiences = {each.audience for each in named}
        if user and len(audiences) > 1:
            audiences = {each.audience for each in named if feeds(self.estate, each, user.username)}
        return audiences.pop() if len(audiences) == 1 else None


def with_plan(
    applications: Iterable[ApplicationSeats], after: Iterable[SeatsAfterPlan]
) -> tuple[ApplicationSeats, ...]:
    """Return the seats of each Jira application with what a Plan does to them."""
    found: Mapping[str, SeatsAfterPlan] = {each.application: each for each in after}
    return tuple(replace(each, after_plan=found.get(each.key)) for each in applications)
