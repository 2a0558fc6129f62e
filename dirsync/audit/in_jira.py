"""What Jira makes of one username: which of its accounts counts, as the user directories stand, and which seats."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dirsync.audit.effective.access import EffectiveAccess, Hold
from dirsync.audit.effective.accounts import standings
from dirsync.audit.effective.doubts import about_readings
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.evidence import sentences
from dirsync.audit.licences import licences
from dirsync.model.explained import EffectiveSeat, InJira, PlaceInJira, Standing, Takes
from dirsync.model.facts import MissingFact
from dirsync.model.names import directory_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.effective.accounts import Standing as Reading
    from dirsync.audit.effective.order import Order, Place
    from dirsync.audit.licences import Licences
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraApplication

TAKES: Final = {Hold.TAKEN: Takes.YES, Hold.OPEN: Takes.OPEN, Hold.MASKED: Takes.MASKED}


def in_jira(estate: Estate, username: str) -> InJira:
    """Return the accounts of a username in Jira's order, and the seats that it takes by them.

    `places` is empty where Jira shows nobody of that name; `why` and `remedy` then say what is missing, if anything is.
    """
    try:
        order = order_of_jira(estate)
    except MissingFact as missing:
        return InJira(username, why=missing.fact.why, remedy=missing.fact.remedy)
    readings = standings(order, username)
    told = InJira(username, tuple(_places(order, username, readings)))
    doubts = list(about_readings(username, readings))
    told = replace(
        told,
        why=sentences(doubt.fact.why for doubt in doubts),
        remedy=sentences(doubt.fact.remedy for doubt in doubts),
    )
    try:
        known = licences(estate)
    except MissingFact as missing:
        seat = EffectiveSeat("", "", Takes.OPEN, why=sentences([missing.fact.why]), remedy=missing.fact.remedy)
        return replace(told, seats=(seat,))
    effective = EffectiveAccess(order, known.applications)
    return replace(told, seats=tuple(_seats(effective, known, username)))


def _places(order: Order, username: str, readings: Sequence[Reading]) -> Iterator[PlaceInJira]:
    for number, place in enumerate(order.places(), 1):
        directory = directory_key(place.layer.directory)
        if not place.layer.is_whole and not place.layer.named(username):
            yield PlaceInJira(number, place.view.name, directory, "", None, Standing.UNREAD)
        for user in place.layer.named(username):
            standing = _standing(place, user, readings)
            yield PlaceInJira(number, place.view.name, directory, user.id, user.active, standing)


def _standing(place: Place, user: User, readings: Sequence[Reading]) -> Standing:
    def is_it(account: object) -> bool:
        return getattr(account, "layer", None) is place.layer and getattr(account, "user", None) == user

    decides = [is_it(reading.account) for reading in readings]
    if all(decides):
        return Standing.COUNTS
    if any(decides):
        return Standing.MAY_COUNT
    if any(is_it(account) for reading in readings for account in reading.counted):
        return Standing.ADDS
    is_below = any(reading.account and reading.account.layer in place.above for reading in readings)
    namesakes = any(reading.account and reading.account.layer is place.layer for reading in readings)
    return Standing.MASKED if is_below or namesakes else Standing.HIDDEN


def _seats(effective: EffectiveAccess, known: Licences, username: str) -> Iterator[EffectiveSeat]:
    for application in known.applications:
        yield _seat(effective, known, application, username)


def _seat(effective: EffectiveAccess, known: Licences, application: JiraApplication, username: str) -> EffectiveSeat:
    none = EffectiveSeat(application.key, known.named(application.key), Takes.NO)
    found = sorted(effective.of(username, application), key=lambda access: access.hold.value)
    if not found:
        gaps = (*known.gaps, *effective.gaps)
        if not gaps:
            return none
        why, remedy = sentences(fact.why for fact in gaps), sentences(fact.remedy for fact in gaps)
        return replace(none, takes=Takes.OPEN, why=why, remedy=remedy)
    access = found[0]
    return replace(
        none,
        takes=TAKES[access.hold],
        directory=directory_key(access.layer.directory),
        path=access.way.path.of(username).names,
        why=sentences(doubt.fact.why for doubt in access.doubts),
        remedy=sentences(doubt.fact.remedy for doubt in access.doubts),
    )
