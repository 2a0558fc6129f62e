"""The shape of `dirsync.explanation/1`, what `dirsync explain USER --json` prints.

`mappings/explanation.schema.json` is generated from it. Within /1 fields are only added, those as `NotRequired`.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from dirsync.model.explained import Standing, Takes

# pydantic resolves the annotations of this module, so they are imported for real
from dirsync.reports.shape.findings import ReportedFinding  # noqa: TC001 - as above
from dirsync.reports.shape.plan import (  # noqa: TC001 - as above
    ReportedChange,
    ReportedConflict,
    ReportedGuard,
    ReportedObstacle,
)
from dirsync.reports.shape.vocabulary import AudienceWord, Count, Described, MechanismWord, one_of

StandingWord = Annotated[str, one_of(Standing)]
TakesWord = Annotated[str, one_of(Takes)]


class ExplainedDirectory(Described):
    """How the read of one directory went."""

    name: str
    kind: str
    complete: bool
    """False: what is missing below may all the same be there."""
    reason: str
    remedy: str
    users: Count
    groups: Count


class ExplainedAccount(Described):
    """One account, as a directory shows it."""

    directory: str
    kind: str
    is_complete: bool
    username: str
    email: str
    id: str
    """The immutable one."""
    ref: str
    """What memberships of the same directory call it."""
    entry: str
    """What an admin finds it by: its DN as written, else its username."""
    active: bool | None
    disabled_because: str
    is_read: bool
    """False: no mapping takes it from there; a look beyond them found it."""
    left_out: str
    """Why nobody judged it; empty when somebody did."""


class ExplainedTaking(Described):
    """Whether a mapping takes an account of its source (or none, when `entry` is empty), and why not."""

    mapping: str
    audience: AudienceWord
    directory: str
    target: str
    entry: str
    is_taken: bool | None
    why: str


class ExplainedCarried(Described):
    """What a group of a source is called on a target."""

    mapping: str
    directory: str
    group: str


class ExplainedGroup(Described):
    """A group that an account is in, by itself or through the groups between."""

    directory: str
    path: list[str]
    carried: list[ExplainedCarried]
    is_direct: bool


class ExplainedSeat(Described):
    """Whether one account holds a seat of one Jira application, by its own directory alone."""

    directory: str
    username: str
    application: str
    name: str
    holds: bool | None
    path: list[str]
    why: str
    remedy: str


class ExplainedPlace(Described):
    """One account of a username, where it stands in the order in which Jira asks."""

    number: Annotated[int, Field(ge=1)]
    user_directory: str
    """As Jira calls it."""
    directory: str
    id: str
    active: bool | None
    standing: StandingWord


class ExplainedEffectiveSeat(Described):
    """Whether a username takes a seat of one Jira application, as all directories stand together."""

    application: str
    """Empty where nobody knows which applications there are."""
    name: str
    takes: TakesWord
    """`masked`: no, but by the groups of an account below the one that counts it would."""
    directory: str
    path: list[str]
    why: str
    remedy: str


class ExplainedInJira(Described):
    """What Jira makes of one username."""

    username: str
    places: list[ExplainedPlace]
    seats: list[ExplainedEffectiveSeat]
    why: str
    """What keeps open which account counts, or what the order is; empty where nothing does."""
    remedy: str


class ExplainedRisk(Described):
    """A seat that a customer does not take today, and would as soon as a default group is given."""

    application: str
    group: str
    mechanism: MechanismWord
    directory: str
    when: str
    path: list[str]


class ExplainedDefaultGroup(Described):
    """A default group that somebody is given, or (without `group`) what keeps that unknown."""

    mapping: str
    directory: str
    mechanism: MechanismWord
    group: str
    when: str
    leads_to: list[str]
    is_member: bool
    doubt: str
    remedy: str


class ExplainedMemory(Described):
    """What the store knows of an account on a target."""

    directory: str
    mapping: str
    username: str
    source_id: str
    target_id: str
    made_at: str
    """Empty when dirsync adopted the account."""
    made_by: str
    missed: Count
    missed_at: str
    is_deactivated: bool
    memberships: list[str]


class ExplainedBelonging(Described):
    """An organisation of Jira Service Management that somebody is in, whoever put them there."""

    organization: str
    id: str
    username: str
    """What Jira calls the account that is in it."""
    mappings: list[str]
    """Those that put it in or found it there; empty: somebody else's doing, which dirsync leaves."""


class ExplainedLink(Described):
    """An account that was there before dirsync and counts as its own from tonight on."""

    directory: str
    mapping: str
    source_id: str
    target_id: str
    username: str
    missed: Count
    missed_at: str
    is_deactivated: bool


class ExplainedMissing(Described):
    """Somebody whom the source no longer shows."""

    directory: str
    mapping: str
    username: str
    times: Count
    needed: Count
    then: str


class ExplainedTonight(Described):
    """What a `sync` now would do about somebody."""

    changes: list[ReportedChange]
    obstacles: list[ReportedObstacle]
    adopted: list[ExplainedLink]
    missing: list[ExplainedMissing]
    unappliable: dict[str, str]
    conflicts: NotRequired[list[ReportedConflict]]


class ExplainedPerson(Described):
    """Accounts that stand for one person as far as names and links tell, and everything known of them."""

    name: str
    accounts: list[ExplainedAccount]
    takings: list[ExplainedTaking]
    groups: list[ExplainedGroup]
    seats: list[ExplainedSeat]
    in_jira: NotRequired[list[ExplainedInJira]]
    at_risk: NotRequired[list[ExplainedRisk]]
    expected: list[ExplainedDefaultGroup]
    findings: list[ReportedFinding]
    remembered: list[ExplainedMemory]
    organizations: NotRequired[list[ExplainedBelonging]]
    tonight: ExplainedTonight


class ExplanationDocument(TypedDict):
    """Everybody who is called `asked`, and everything known of them."""

    schema: Literal["dirsync.explanation/1"]
    asked: str
    directories: list[ExplainedDirectory]
    looked: dict[str, list[str]]
    troubles: list[str]
    without_groups: list[str]
    guards: list[ReportedGuard]
    people: list[ExplainedPerson]
