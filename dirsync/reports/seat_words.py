"""Seats in words: who would take one and by what, what the directories give, what a plan adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.audit.counts import GIVEN_AT_NEXT_LOGIN
from dirsync.audit.rules.seat_count_disagrees_with_jira import CAUSES
from dirsync.reports.wording import counted, in_words, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    Item = Mapping[str, Any]


def risk_words(seats: Item) -> str:
    """Return by which mechanisms customers are at risk; empty where there is none.

    `crowd-directory (3 customers), jira-application (new accounts only)`
    """
    return ", ".join(f"{risk['mechanism']} ({_whom(risk)})" for risk in seats.get("at_risk_by", ()))


def _whom(risk: Item) -> str:
    acts_at_login = risk["mechanism"] in GIVEN_AT_NEXT_LOGIN
    return counted(risk["customers"], "customer") if acts_at_login else "new accounts only"


def span(computed: Item) -> str:
    """Return `115`, or `115 to 118` where something is open."""
    least, most = computed["at_least"], computed["at_most"]
    return number(least) if least == most else f"{number(least)} to {number(most)}"


def computed_words(seats: Item) -> str:
    """Return what the directories give where Jira counts otherwise, with the causes; empty where both agree."""
    computed = seats.get("computed")
    if not computed or (computed["at_least"] == computed["at_most"] and not computed["unexplained"]):
        return ""
    used = "Jira's own count is not known" if seats["used"] is None else f"Jira counts {number(seats['used'])}"
    causes = "; ".join(f"{counted(each['users'], 'user')} {CAUSES[each['cause']]}" for each in computed["causes"])
    return f"{used}, the directories give {span(computed)}{f' ({causes})' if causes else ''}"


def plan_words(name: str, after: Item) -> str:
    """Return what a plan does to the seats of an application, as a sentence; empty where it does nothing.

    `The plan adds 14 agents in Jira Software, 3 over the tier, and frees 2 seats.`
    """
    kinds = (("agents_gaining", "agent"), ("customers_gaining", "customer"), ("others_gaining", "other account"))
    adds = [counted(after[key], noun) for key, noun in kinds if after[key]]
    said = [f"adds {'up to ' if after['may_gain'] else ''}{in_words(adds)} in {name}"] if adds else []
    if after["over_tier"]:
        said.append(f"{number(after['over_tier'])} over the tier")
    if after["freed"]:
        said.append(f"{'and ' if said else ''}frees {counted(after['freed'], 'seat')}{'' if adds else f' of {name}'}")
    return f"The plan {', '.join(said)}." if said else ""
