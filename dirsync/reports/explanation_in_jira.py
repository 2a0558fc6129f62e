"""The section of `dirsync explain USER` on what Jira makes of a username: whose account counts, and for which seats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dirsync.reports.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Item = Mapping[str, Any]
    Line = tuple[int, str]

_STANDINGS = {
    "counts": "this account counts",
    "may-count": "this account may count",
    "adds": "another account counts, and Crowd adds the memberships of this one",
    "masked": "masked: an account of that name stands before it",
    "hidden": "Crowd does not show it to Jira",
    "unread": "not read whole, so an account of that name may stand here",
}


def in_jira_lines(person: Item) -> Iterator[Line]:
    """Yield the lines, each with how far it is indented."""
    for view in person["in_jira"]:
        yield from _places(view)
        if view["why"]:
            yield 0, f"which account '{view['username']}' means can't be said. {sentence(view['why'])}"
            yield from _way(view)
        for seat in view["seats"]:
            yield from _seat(seat)
    for risk in person["at_risk"]:
        yield 0, f"AT RISK of a seat of {risk['application']}: '{risk['group']}' is given {risk['when']}"
        yield 2, " > ".join(risk["path"])


def _places(view: Item) -> Iterator[Line]:
    for place in view["places"]:
        is_off = ", DISABLED" if place["active"] is False else ""
        where = f"{place['number']}. {place['user_directory']} ({place['directory']})"
        yield 0, f"{where}: {view['username']}{is_off}: {_STANDINGS[place['standing']]}"
    if not view["places"] and not view["why"]:
        yield 0, f"no user directory of Jira shows '{view['username']}'"


def _seat(seat: Item) -> Iterator[Line]:
    name, path = seat["name"] or "every Jira application", " > ".join(seat["path"])
    if seat["takes"] == "yes":
        yield 0, f"{name}: takes a seat, by the account in {seat['directory']}"
    elif seat["takes"] == "masked":
        yield 0, f"{name}: no seat, only because the account in {seat['directory']} is masked; by its groups it would"
    elif seat["takes"] == "no":
        yield 0, f"{name}: no seat"
    else:
        yield 0, f"{name}: can't be said. {sentence(seat['why'])}"
    if path:
        yield 2, path
    yield from _way(seat)


def _way(open_question: Item) -> Iterator[Line]:
    if open_question["remedy"]:
        yield 2, f"cheapest way to know: {open_question['remedy']}"
