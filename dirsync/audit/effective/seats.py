"""How many seats of each Jira application are taken, and why Jira's own number may be another one."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from dirsync.audit.effective.access import EffectiveAccess, Hold
from dirsync.audit.effective.doubts import Cause
from dirsync.audit.licences import ADMINISTRATION
from dirsync.model.products import JiraApplication

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.audit.effective.access import Access
    from dirsync.audit.effective.order import Layer, Order
    from dirsync.model.facts import Fact

CORE = "jira-core"
INCLUDES_CORE = frozenset({"jira-software", "jira-servicedesk"})
"""Who has access to one of these has Core's rights without a seat of it. No page of Atlassian's own says so in as many
words: it is the answer of their community leaders, hence a cause of its own."""


@dataclass(frozen=True, slots=True)
class SeatCount:
    """The seats of one Jira application as the directories give them; users count once, whatever groups they have."""

    application: JiraApplication
    certain: int
    """Usernames that take a seat by every reading."""
    possible: int
    """Those that take one by some reading; more only where there are gaps."""
    causes: Mapping[Cause, int]
    """What Jira may see otherwise, with the number of users concerned; none of zero."""
    gaps: tuple[Fact[Any], ...] = ()
    """What keeps everybody else from being cleared."""

    def unexplained(self, used: int) -> int:
        """Return how far Jira's own number is beyond what the open questions allow; 0 where it agrees.

        Jira's number is the truth: what this one does not know are the directories that dirsync was not shown, and
        what changed since Jira last synchronised (every hour unless set otherwise).
        """
        return min(used - self.certain, 0) + max(used - self.possible, 0)


class Take(Enum):
    """What somebody has of one Jira application, as its seats are counted."""

    SURE = auto()
    """A seat, by every reading."""
    OPEN = auto()
    """A seat, by some reading."""
    MASKED = auto()
    """None, as another account of the name stands before."""
    INCLUDED = auto()
    """None, as another application includes Core's rights."""


class Met:
    """Accounts that were met, by layer."""

    def __init__(self) -> None:
        self._ids: dict[Layer, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        """Return how many they are."""
        return sum(map(len, self._ids.values()))

    def __contains__(self, access: Access) -> bool:
        """Say whether an account was met."""
        return access.user_id in self._ids[access.layer]

    def add(self, access: Access) -> None:
        """Meet one."""
        self._ids[access.layer].add(access.user_id)

    def drop(self, access: Access) -> None:
        """Forget one."""
        self._ids[access.layer].discard(access.user_id)


class _Takers:
    """Who takes a seat of which application. Core is asked for last, as it needs to know who has the others."""

    def __init__(self, effective: EffectiveAccess, *, has_core: bool) -> None:
        self._effective = effective
        self._keeps = has_core
        self._has_core = Met()
        self._may_have_core = Met()

    def of(self, application: JiraApplication) -> Iterator[tuple[Access, Take]]:
        is_core, includes_core = application.key == CORE, self._keeps and application.key in INCLUDES_CORE
        for access in self._effective.accounts(application):
            if access.hold is Hold.MASKED:
                yield access, Take.MASKED
            elif is_core and access in self._has_core:
                yield access, Take.INCLUDED
            else:
                is_sure = access.hold is Hold.TAKEN and not (is_core and access in self._may_have_core)
                if includes_core:
                    (self._has_core if is_sure else self._may_have_core).add(access)
                yield access, Take.SURE if is_sure else Take.OPEN


def takers_of(
    effective: EffectiveAccess, applications: Sequence[JiraApplication]
) -> Iterator[tuple[JiraApplication, Iterator[tuple[Access, Take]]]]:
    """Yield each application with every account that has access to it, Core last.

    An application is to be walked through before the next one is taken.
    """
    takers = _Takers(effective, has_core=any(known.key == CORE for known in applications))
    for application in sorted(applications, key=lambda known: known.key == CORE):
        yield application, takers.of(application)


def count_seats(
    order: Order, applications: Sequence[JiraApplication], administrators: Sequence[str] = ()
) -> tuple[SeatCount, ...]:
    """Count the seats of each application, in their order; `administrators` are groups, see `count_by`."""
    asked = administration(administrators)
    return count_by(EffectiveAccess(order, (*applications, asked)), applications, asked)


def administration(groups: Sequence[str]) -> JiraApplication:
    """Return the administrative permissions, held by some groups, as if they were an application."""
    return JiraApplication(ADMINISTRATION, tuple(groups))


def count_by(
    effective: EffectiveAccess, applications: Sequence[JiraApplication], administrators: JiraApplication
) -> tuple[SeatCount, ...]:
    """Count the seats of each application, in their order.

    `administrators` stands for the groups with an administrative global permission. Since Jira 7 these cost nothing
    ("Managing global permissions", adminjiraserver0917), but the page on licensed users still counts them: who has
    such a permission and no seat is told as a cause. Before Jira 7 the permissions are the application (`licences`),
    and there is nothing to give here. `effective` has to know all of them.
    """
    counted = {
        application.key: _count(effective, application, takers, administrators)
        for application, takers in takers_of(effective, applications)
    }
    return tuple(counted[known.key] for known in applications)


_WITHOUT_A_SEAT = {Take.MASKED: Cause.MASKED, Take.INCLUDED: Cause.CORE_INCLUDED}


def _count(
    effective: EffectiveAccess,
    application: JiraApplication,
    takers: Iterator[tuple[Access, Take]],
    administrators: JiraApplication,
) -> SeatCount:
    causes: Counter[Cause] = Counter()
    takes: Counter[Take] = Counter()
    unseated = _administrators(effective, administrators)
    has_administrators = len(unseated) > 0
    for access, take in takers:
        takes[take] += 1
        if has_administrators:
            unseated.drop(access)
        if take in _WITHOUT_A_SEAT:
            causes[_WITHOUT_A_SEAT[take]] += 1
        elif access.doubts:
            causes.update({doubt.cause for doubt in access.doubts})
        elif access.way.is_nested:
            causes[Cause.NESTED] += 1
    causes[Cause.ADMINISTRATORS] = len(unseated)
    told = {cause: causes[cause] for cause in Cause if causes[cause]}
    return SeatCount(application, takes[Take.SURE], takes[Take.SURE] + takes[Take.OPEN], told, effective.gaps)


def _administrators(effective: EffectiveAccess, administrators: JiraApplication) -> Met:
    found = Met()
    for access in effective.accounts(administrators) if administrators.groups else ():
        if access.hold is Hold.TAKEN:
            found.add(access)
    return found
