"""The shape of the seats of one Jira application: used, computed, at risk, and after the plan."""

from __future__ import annotations

from typing import NotRequired

# pydantic resolves the annotations of this module, so they are imported for real
from dirsync.reports.shape.vocabulary import CauseWord, Count, Described, MechanismWord


class ReportedRisk(Described):
    """What one mechanism would do to customers by its default groups."""

    mechanism: MechanismWord
    customers: Count
    """Active customers without a seat who would be given one at the next login, or when they are carried over. 0 where
    only accounts that are still to be made get it."""


class ReportedCause(Described):
    """One reason why Jira may count other seats than the directories give."""

    cause: CauseWord
    users: Count


class ReportedComputed(Described):
    """The seats that the directories give, in Jira's order and with their groups."""

    at_least: Count
    """Usernames that take a seat by every reading of what is not known."""
    at_most: Count
    """Usernames that take one by some reading."""
    causes: list[ReportedCause]
    """Why Jira may count otherwise, by name."""
    unexplained: int | None
    """How far `used` is above `at_most`, or below `at_least` (then negative); null where `used` is not told."""


class ReportedAfterPlan(Described):
    """What the changes of the plan that may be made do to the seats of this application."""

    agents_gaining: Count
    customers_gaining: Count
    others_gaining: Count
    """People of no mapping, or of mappings for both audiences."""
    may_gain: Count
    """How many of all those take a seat by some reading only of what is not known."""
    freed: Count
    """Seats that are taken before the plan and no longer after it."""
    over_tier: int | None
    """How many of those who gain a seat find none left; null where there is no limit, or nobody told. Seats that the
    same plan frees come too late: access is given before it is taken away."""


class ReportedApplication(Described):
    """The seats of one Jira application."""

    key: str
    """As Jira calls it: jira-software, jira-servicedesk, jira-core."""
    name: str
    seats: int | None
    """What the licence allows; null when unlimited or not told."""
    used: int | None
    """As Jira itself counts; null when not told."""
    remaining: int | None
    """May be negative. Null when unlimited or not told."""
    is_unlimited: bool
    customers_holding: Count
    """Customers who hold a seat: at least so many when `customers_decided` is false."""
    customers_at_risk: Count
    """Active customers without a seat whom a default group would give one at the next login or sign-up."""
    customers_decided: bool
    risk_decided: bool
    """False when it can't be said of some default group whether it gives a seat."""
    agents_holding: Count
    at_risk_by: NotRequired[list[ReportedRisk]]
    """Every mechanism that would give customers a seat. Somebody may be counted under several."""
    computed: NotRequired[ReportedComputed | None]
    """Null where nobody told in which order Jira's user directories stand."""
    after_plan: NotRequired[ReportedAfterPlan | None]
    """Null where nothing was planned."""
