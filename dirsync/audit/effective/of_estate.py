"""What follows from an Estate's order, worked out once for all rules and counts that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.audit.effective.access import EffectiveAccess
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.seats import administration, count_by
from dirsync.audit.licences import JIRA_BEFORE_7, licences

if TYPE_CHECKING:
    from dirsync.audit.effective.seats import SeatCount
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraApplication

ADMINISTRATORS = "jira.administrative_groups"


def access_in(estate: Estate) -> EffectiveAccess:
    """Return who reaches which of Jira's applications, and its administration.

    Raises `MissingFact` when nobody knows what costs a seat, or in which order Jira's directories stand.
    """
    return estate.once(_access)


def seats_in(estate: Estate) -> tuple[SeatCount, ...]:
    """Return how many seats of each application the directories give. Raises as `access_in`."""
    return estate.once(_seats)


def _access(estate: Estate) -> EffectiveAccess:
    known = licences(estate)
    return EffectiveAccess(order_of_jira(estate), (*known.applications, administrators_of(estate)))


def _seats(estate: Estate) -> tuple[SeatCount, ...]:
    return count_by(access_in(estate), licences(estate).applications, administrators_of(estate))


def administrators_of(estate: Estate) -> JiraApplication:
    """Return the groups that administer Jira, as `count_by` wants them; none where nobody told, nor before Jira 7."""
    known = licences(estate).applications
    is_before_7 = bool(known) and known[0].key == JIRA_BEFORE_7
    is_told = estate.has(ADMINISTRATORS) and not is_before_7
    return administration(estate.need(ADMINISTRATORS).value if is_told else ())
