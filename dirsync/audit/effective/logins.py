"""Which groups a login gives: default groups are added when somebody authenticates, not when they are created."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.audit.effective.accounts import standings
from dirsync.audit.effective.order import NO
from dirsync.model.findings import Mechanism
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.accounts import Account, Standing
    from dirsync.audit.effective.order import Layer, Order, View

MOMENTS = {
    Mechanism.CROWD_APPLICATION: "at the first login to that Crowd application",
    Mechanism.CROWD_DIRECTORY: "at the first login to any product that uses the Crowd directory",
    Mechanism.JIRA_LDAP_DIRECTORY: "at the first login to Jira",
}
"""When each gives its groups. Crowd's application: [AUTO]. Its directory notes on the user that it has given them
(AUTO_GROUPS_ADDED in Crowd's Java API), so whoever is taken out later is not put back; the same is assumed of Jira."""


@dataclass(frozen=True, slots=True)
class Gift:
    """A group that a login gives."""

    group: str
    mechanism: Mechanism

    @property
    def moment(self) -> str:
        """When it is given, as the end of a sentence."""
        return MOMENTS[self.mechanism]


@dataclass(frozen=True, slots=True)
class Gifts:
    """What the next login of a username gives, sorted by mechanism and name."""

    certain: tuple[Gift, ...] = ()
    """By every reading."""
    possible: tuple[Gift, ...] = ()
    """Beside those, by some reading."""
    untold: tuple[Mechanism, ...] = ()
    """Mechanisms of which nobody told what they give here."""


def given_at_login(order: Order, username: str) -> Gifts:
    """Return which default groups a username gets when it logs in, whether or not it has them already.

    They are those of the directory in which the account stands that authenticates, the first one of the name: a
    masked twin's are not given, and aggregation does not matter [ORDER-C, AUTO]. Who is inactive, or not let in, does
    not get as far. Whether Crowd gives default groups before it asks who is let in is not documented: who would be
    let in by one of them alone gets them possibly.
    """
    readings = [_by(reading) for reading in standings(order, username)]
    certain = set[Gift].intersection(*(_first(sure) for sure, _, _ in readings))
    possible = set[Gift]().union(*(_first((*sure, *maybe)) for sure, maybe, _ in readings)) - certain
    untold = {mechanism for _, _, missing in readings for mechanism in missing}
    return Gifts(_sorted(certain), _sorted(possible), tuple(each for each in Mechanism if each in untold))


Given = tuple[tuple[Gift, ...], tuple[Gift, ...], tuple[Mechanism, ...]]
"""What is surely given, what may be, and the mechanisms nobody told of."""


def _by(reading: Standing) -> Given:
    view, account = reading.view, reading.account
    if view is None or account is None or not account.user.active:
        return (), (), ()
    told = dict(_told(view, account.layer))
    gifts = tuple(Gift(group, mechanism) for mechanism, groups in told.items() for group in groups or ())
    untold = tuple(mechanism for mechanism, groups in told.items() if groups is None)
    lets_in = account.layer.may_authenticate(account.user)
    if False not in lets_in:
        return gifts, (), untold
    if lets_in == NO and not _lets_itself_in(account, gifts):
        return (), (), ()
    return (), gifts, untold


def _told(view: View, layer: Layer) -> Iterator[tuple[Mechanism, tuple[str, ...] | None]]:
    yield Mechanism.CROWD_APPLICATION, layer.default_groups
    yield Mechanism.CROWD_DIRECTORY, layer.directory_default_groups
    yield Mechanism.JIRA_LDAP_DIRECTORY, view.default_groups


def _lets_itself_in(account: Account, gifts: tuple[Gift, ...]) -> bool:
    """Say whether one of the groups is among those whose members are let in."""
    layer = account.layer
    given = (
        layer.snapshot.group_named(gift.group) for gift in gifts if gift.mechanism is not Mechanism.JIRA_LDAP_DIRECTORY
    )
    return any(group and layer.authorised_ids and group.id in layer.authorised_ids for group in given)


def _first(gifts: tuple[Gift, ...]) -> set[Gift]:
    """Return the gifts, each once however its group's name is spelt."""
    return set({(gift.mechanism, fold(gift.group)): gift for gift in reversed(gifts)}.values())


def _sorted(gifts: set[Gift]) -> tuple[Gift, ...]:
    return tuple(sorted(gifts, key=lambda gift: (gift.mechanism, fold(gift.group), gift.group)))
