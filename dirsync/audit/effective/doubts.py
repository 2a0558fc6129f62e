"""Why nobody can say: what is open about whom a name means, about a directory, about a group."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dirsync.audit.effective.groups import is_shown
from dirsync.audit.effective.order import EITHER, YES
from dirsync.audit.evidence import sentences, to_be_read
from dirsync.model.facts import Fact, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.effective.accounts import Standing
    from dirsync.audit.effective.nesting import GroupGraph
    from dirsync.audit.effective.order import Layer, Place, View

ONE_HOME = "Give the person one account: remove the other one, or give it another username."


class Cause(StrEnum):
    """What may make Jira count otherwise than dirsync."""

    UNREAD = "unread"
    """A directory was not read whole, and may hold the name or a membership."""
    INACTIVE_ABOVE = "inactive-above"
    """The account on top is deactivated, one below is not."""
    AGGREGATION = "aggregation"
    """Nobody told whether Crowd adds memberships up."""
    NAMESAKES = "namesakes"
    """One Directory has two users of the name."""
    SETTING = "setting"
    """Nobody told whether a user directory is switched on, or whom Crowd hides from it."""
    NESTING = "nesting"
    """The way leads over groups of which nobody documents whether they nest."""
    MASKED = "masked"
    """Another account of the name stands before one that would take a seat."""
    NESTED = "nested"
    """The way leads over nested groups, which count only where nesting is enabled."""
    CORE_INCLUDED = "core-included"
    """Access to Jira Software or Service Management includes Jira Core."""
    ADMINISTRATORS = "administrators"
    """An administrator without access, whom one of Atlassian's pages counts and the others don't."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason why a seat is open, with both readings and the way to know."""

    cause: Cause
    fact: Fact[Any]


def unread_above(place: Place) -> Iterator[Doubt]:
    """Yield one doubt for each directory above that may hold any name."""
    for layer in place.above:
        if not layer.is_whole:
            yield Doubt(Cause.UNREAD, unread_fact(layer))


def unread_fact(layer: Layer) -> Fact[Any]:
    """Return what is missing while a directory is not read whole."""
    reason = layer.snapshot.completeness.reason
    return unknown(
        f"directories[{layer.directory}]",
        f"directory '{layer.directory}' was not read whole ({reason}), and a name that stands there may be another's",
        layer.snapshot.completeness.remedy or to_be_read(layer.directory),
    )


def may_be_off(view: View) -> Iterator[Doubt]:
    """Yield a doubt where nobody told whether a user directory is switched on."""
    if view.is_active == EITHER:
        fact = _of_view(view, "active", f"nobody says whether the user directory '{view.name}' is active")
        yield Doubt(Cause.SETTING, fact)


def may_be_hidden(view: View) -> Doubt:
    """Return the doubt about somebody whom Crowd may hide from the application."""
    why = (
        f"'{view.name}' may show only users who may log in (access-based synchronisation), and it is open whether the "
        "account is one of them"
    )
    return Doubt(Cause.SETTING, _of_view(view, "visible_users", why))


def about_nesting(place: Place, steps: Sequence[tuple[str, str]], certain: GroupGraph) -> Doubt:
    """Return why a way by groups (id, name) of one Directory is not certain: one hidden, nesting off, one masked."""
    view = place.view
    hidden = next((name for group_id, name in steps if not is_shown(place, group_id)), None)
    if hidden:
        why = f"'{view.name}' may show only groups with access (access-based synchronisation), so not '{hidden}'"
        return Doubt(Cause.SETTING, _of_view(view, "visible_groups", why))
    inner, outer = next(
        (child, parent)
        for (child_id, child), (parent_id, parent) in pairwise(steps)
        if child_id not in certain.children[parent_id]
    )
    if False in view.nests:
        why = f"nobody says whether nested groups are enabled in '{view.name}', and '{inner}' is inside '{outer}'"
        return Doubt(Cause.NESTING, _of_view(view, "nested_groups", why))
    return Doubt(Cause.NESTING, _masked_group(place, inner, outer))


def _masked_group(place: Place, inner: str, outer: str) -> Fact[Any]:
    above = next(layer for layer in place.beside if layer.snapshot.group_named(inner))
    return unknown(
        f"nesting[{inner}]",
        f"'{inner}' is inside '{outer}' in {place.layer.directory}, but not in {above.directory}, which "
        f"'{place.view.name}' asks before: by 'Effective memberships with multiple directories' only the first "
        "directory with a group of that name counts, but Jira reads the plain hierarchy and follows it by itself "
        "(CWD-5410)",
        f"Rename the group '{inner}' in one of the directories, or see in Jira (User management > Groups) whether its "
        "members are listed in the licensed group.",
    )


def about_readings(username: str, readings: Sequence[Standing]) -> Iterator[Doubt]:
    """Yield why there are several readings of whom a name means; nothing where there is one."""
    if len(readings) == 1:
        return
    for layer in dict.fromkeys(reading.unseen for reading in readings if reading.unseen):
        yield Doubt(Cause.UNREAD, unread_fact(layer))
    for home in dict.fromkeys(reading.account.layer for reading in readings if reading.account):
        if len(home.named(username)) > 1:
            yield _namesakes(username, home)
    yield from _inactive_above(username, readings)
    for view in dict.fromkeys(reading.view for reading in readings if reading.view):
        yield from may_be_off(view)
        own = [reading for reading in readings if reading.view is view and reading.account]
        if view.may_hide_users and any(_may_be_refused(reading) for reading in own):
            yield may_be_hidden(view)
        if len({reading.account for reading in own}) < len(own):
            why = f"nobody says whether '{view.name}' adds up the memberships of '{username}' over its directories"
            yield Doubt(Cause.AGGREGATION, _of_view(view, "aggregation", why))


def _may_be_refused(reading: Standing) -> bool:
    account = reading.account
    return account is not None and account.layer.may_authenticate(account.user) != YES


def _inactive_above(username: str, readings: Sequence[Standing]) -> Iterator[Doubt]:
    """Yield the contradiction of a deactivated account with the lowest active one; readings come from the top."""
    inactive = [reading.account for reading in readings if reading.account and not reading.is_active]
    last = next((reading for reading in reversed(readings) if reading.account), None)
    if inactive and last and last.account and last.is_active:
        yield Doubt(Cause.INACTIVE_ABOVE, _contradiction(username, inactive[0].layer, last.account.layer))


def _contradiction(username: str, above: Layer, below: Layer) -> Fact[Any]:
    return unknown(
        f"jira.accounts[{username}].directory",
        f"'{username}' is deactivated in {above.directory} and active in {below.directory} below it: by one of "
        "Atlassian's pages the first account decides and nobody gets in ('How to handle users in multiple "
        "directories'), by another Jira takes the first active one ('Health check: duplicate user accounts')",
        ONE_HOME,
    )


def _namesakes(username: str, home: Layer) -> Doubt:
    why = f"{home.directory} has several users called '{username}', and nobody documents which of them Jira takes"
    return Doubt(Cause.NAMESAKES, unknown(f"jira.accounts[{username}].id", why, ONE_HOME))


def _of_view(view: View, what: str, why: str) -> Fact[Any]:
    """Return an open setting of a user directory, with what the facts themselves say is missing.

    Of what Crowd may hide the switch alone is asked for, where that is missing: while it is off nothing is hidden.
    """
    switch = [fact for fact in view.missing if fact.name.endswith(".access_based_sync") and what.startswith("visible_")]
    remedy = sentences(fact.remedy for fact in switch or view.missing)
    fallback = f"Tell it of '{view.name}' under jira.user_directories or crowd.applications in mappings/estate.yaml."
    return unknown(f"jira.user_directories[{view.name}].{what}", why, remedy or fallback)
