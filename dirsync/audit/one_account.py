"""What the audit knows of one account: its seats, and the groups it would be given."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dirsync.audit.access import SeatPaths, seen_directories
from dirsync.audit.counts import GIVEN_AT_NEXT_LOGIN
from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import sentences
from dirsync.audit.people import people_by_directory, takes
from dirsync.audit.seats import memberships_missing, seats_of
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.entries import User
from dirsync.model.estate import Audience
from dirsync.model.explained import ExpectedGroup, SeatAnswer
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Mechanism
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.people import People
    from dirsync.audit.seats import Seats
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraApplication

INACTIVE = "An account that is not active takes no seat."


def shown_to_jira(estate: Estate) -> frozenset[str]:
    """Return the Directories in which a seat can be held: those Jira sees, and those the Mappings say it does."""
    return frozenset(
        {*seen_directories(estate), *(directory_key(population.directory) for population in estate.populations)}
    )


def seats_of_account(estate: Estate, directory: str, user: User) -> Iterator[SeatAnswer]:
    """Yield for each Jira application whether the account holds a seat of it, and by which path.

    `holds` is None where that can't be said; `why` and `remedy` then tell what is missing. One such answer without
    an application stands for all when nobody knows which groups cost a seat.
    """
    try:
        paths = estate.once(SeatPaths)
    except MissingFact as missing:
        fact = missing.fact
        yield SeatAnswer(directory, user.username, "", "", None, why=fact.why, remedy=fact.remedy)
        return
    for application in paths.licences.applications:
        yield _seat(estate, paths, application, directory, user)


def _seat(estate: Estate, paths: SeatPaths, application: JiraApplication, directory: str, user: User) -> SeatAnswer:
    none = SeatAnswer(directory, user.username, application.key, paths.licences.named(application.key), holds=False)
    audiences = [
        seats_of(people, application, paths, {fold(user.username)}) for people in _naming(estate, directory, user)
    ]
    holders = [holder for seats in audiences for holder in seats.holders]
    open_questions = [fact for seats in audiences for fact in (*_doubts(seats, user), *seats.gaps)]
    if not audiences:
        holders = list(paths.holders(application, directory))
        unread = groups_unread(estate, directory, application.groups)
        open_questions = [*paths.licences.gaps, *memberships_missing(estate, directory), *unread]
    path = next((holder.path for holder in holders if holder.user.id == user.id), None)
    if path:
        return replace(none, holds=True, path=path.names)
    if open_questions:
        why = sentences(fact.why for fact in open_questions)
        return replace(none, holds=None, why=why, remedy=sentences(fact.remedy for fact in open_questions))
    return none if user.active else replace(none, why=INACTIVE)


def _doubts(seats: Seats, user: User) -> Iterator[Fact[Any]]:
    for doubt in seats.doubts:
        is_about_them = isinstance(doubt.about, User) and doubt.about.id == user.id
        if is_about_them or user.id in doubt.people:
            yield doubt.fact


def _naming(estate: Estate, directory: str, user: User) -> Iterator[People]:
    """Yield the audiences that an account may be of."""
    for audience in Audience:
        for people in people_by_directory(estate, audience):
            is_named = any(takes(estate, population, user) for population in people.populations)
            if people.directory == directory and is_named:
                yield people


def groups_at_next_login(
    estate: Estate, population: Population, memberships: frozenset[str], *, is_carried: bool
) -> Iterator[ExpectedGroup]:
    """Yield the default groups that one of these people gets at a login or when carried over, and what is unknown.

    `memberships` are the folded names of the groups the account is in already; `is_carried` says that the Mapping
    takes the person from its source, without which its own default groups are nobody's. The mechanisms that act
    only when Jira itself creates an account are left out.
    """
    paths: SeatPaths | None = None
    with suppress(MissingFact):
        paths = estate.once(SeatPaths)
    acting = GIVEN_AT_NEXT_LOGIN if is_carried else GIVEN_AT_NEXT_LOGIN - {Mechanism.MAPPING}
    for mechanism in (one for one in Mechanism if one in acting):
        given = default_groups(estate, population, mechanism)
        for group in given.groups:
            reach = paths.of_group(group.name, population.directory) if paths else None
            doubts = reach.doubts if reach and not reach.paths else ()
            yield ExpectedGroup(
                population.mapping,
                population.directory,
                mechanism,
                group.name,
                group.how,
                reach.paths[0].names if reach and reach.paths else (),
                fold(group.name) in memberships,
                sentences(fact.why for fact in doubts) or ("" if paths else "Nobody knows which groups cost a seat."),
                sentences(fact.remedy for fact in doubts),
            )
        for fact in given.missing:
            yield ExpectedGroup(
                population.mapping, population.directory, mechanism, "", doubt=fact.why, remedy=fact.remedy
            )
