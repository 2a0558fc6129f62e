"""The part of the document about the seats of a Jira application."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.model.run import ApplicationSeats, ComputedSeats, SeatsAfterPlan
    from dirsync.reports.shape.seats import ReportedAfterPlan, ReportedApplication, ReportedComputed


def reported_seats(seats: ApplicationSeats) -> ReportedApplication:
    """Return the seats of one application."""
    knows_both = seats.seats is not None and seats.used is not None and not seats.is_unlimited
    return {
        "key": seats.key,
        "name": seats.name or seats.key,
        "seats": seats.seats,
        "used": seats.used,
        "remaining": (seats.seats or 0) - (seats.used or 0) if knows_both else None,
        "is_unlimited": seats.is_unlimited,
        "customers_holding": seats.customers_holding,
        "customers_at_risk": seats.customers_at_risk,
        "customers_decided": seats.customers_decided,
        "risk_decided": seats.risk_decided,
        "agents_holding": seats.agents_holding,
        "at_risk_by": [{"mechanism": risk.mechanism.value, "customers": risk.customers} for risk in seats.at_risk_by],
        "computed": _computed(seats.computed) if seats.computed else None,
        "after_plan": _after_plan(seats.after_plan) if seats.after_plan else None,
    }


def _computed(computed: ComputedSeats) -> ReportedComputed:
    return {
        "at_least": computed.at_least,
        "at_most": computed.at_most,
        "causes": [{"cause": cause, "users": users} for cause, users in computed.causes.items()],
        "unexplained": computed.unexplained,
    }


def _after_plan(after: SeatsAfterPlan) -> ReportedAfterPlan:
    return {
        "agents_gaining": after.agents_gaining,
        "customers_gaining": after.customers_gaining,
        "others_gaining": after.others_gaining,
        "may_gain": after.may_gain,
        "freed": after.freed,
        "over_tier": after.over_tier,
    }
