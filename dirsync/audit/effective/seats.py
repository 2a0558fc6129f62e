"""How many seats of each Jira application are taken, and why Jira's own number may be another one."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.audit.effective.access import EffectiveAccess, Hold
from dirsync.audit.effective.doubts import Cause
from dirsync.model.products import JiraApplication

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dirsync.audit.effective.access import Access
    from dirsync.audit.effective.order import Layer, Order
    from dirsync.model.facts import Fact

CORE = "jira-core"
INCLUDES_CORE = frozenset({"jira-software", "jira-servicedesk"})
"""Who has access to one of these has Core's rights without a seat of it. No page of Atlassian's own says so in as many
words: it is the answer of their community leaders, hence a cause of its own."""
ADMINISTRATION = "administration of Jira"


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


class _Met:
    """Accounts that were met, by layer."""

    def __init__(self) -> None:
        self._ids: dict[Layer, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return sum(map(len, self._ids.values()))

    def add(self, access: Access) -> None:
        self._ids[access.layer].add(access.user_id)

    def drop(self, access: Access) -> None:
        self._ids[access.layer].discard(access.user_id)

    def __contains__(self, access: Access) -> bool:
        return access.user_id in self._ids[access.layer]


def count_seats(
    order: Order, applications: Sequence[JiraApplication], administrators: Sequence[str] = ()
) -> tuple[SeatCount, ...]:
    """Count the seats of each application, in their order.

    `administrators` are the groups with an administrative global permission. Since Jira 7 these cost nothing
    ("Managing global permissions", adminjiraserver0917), but the page on licensed users still counts them: who has
    such a permission and no seat is told as a cause. Before Jira 7 the permissions are the application (`licences`),
    and there is nothing to give here.
    """
    administration = JiraApplication(ADMINISTRATION, tuple(administrators))
    effective = EffectiveAccess(order, (*applications, administration))
    tally = _Tally(effective, administration, any(known.key == CORE for known in applications))
    counted = {known.key: tally.count(known) for known in sorted(applications, key=lambda known: known.key == CORE)}
    return tuple(counted[known.key] for known in applications)


class _Tally:
    """Counts one application after the other; Core comes last, as it needs to know who has the others."""

    def __init__(self, effective: EffectiveAccess, administration: JiraApplication, has_core: bool) -> None:  # noqa: FBT001 - asked for by one caller
        self._effective = effective
        self._administration = administration
        self._keeps = has_core
        self._has_core = _Met()
        self._may_have_core = _Met()

    def count(self, application: JiraApplication) -> SeatCount:
        causes: Counter[Cause] = Counter()
        taken = opened = 0
        administrators = self._administrators()
        has_administrators = len(administrators) > 0
        is_core, includes_core = application.key == CORE, self._keeps and application.key in INCLUDES_CORE
        for access in self._effective.accounts(application):
            if has_administrators:
                administrators.drop(access)
            if access.hold is Hold.MASKED:
                causes[Cause.MASKED] += 1
            elif is_core and access in self._has_core:
                causes[Cause.CORE_INCLUDED] += 1
            else:
                is_taken = access.hold is Hold.TAKEN and not (is_core and access in self._may_have_core)
                taken, opened = taken + is_taken, opened + (not is_taken)
                if access.doubts:
                    causes.update({doubt.cause for doubt in access.doubts})
                elif access.way.is_nested:
                    causes[Cause.NESTED] += 1
                if includes_core:
                    (self._has_core if is_taken else self._may_have_core).add(access)
        causes[Cause.ADMINISTRATORS] = len(administrators)
        told = {cause: causes[cause] for cause in Cause if causes[cause]}
        return SeatCount(application, taken, taken + opened, told, self._effective.gaps)

    def _administrators(self) -> _Met:
        found = _Met()
        for access in self._effective.accounts(self._administration) if self._administration.groups else ():
            if access.hold is Hold.TAKEN:
                found.add(access)
        return found
