"""The shape of what would be changed, and of what became of it."""

from __future__ import annotations

from typing import NotRequired

from dirsync.reports.shape.vocabulary import AgreementWord, CountByAgreement, Described, OpWord, ResultWord


class ReportedChange(Described):
    """One reversible step on one target. Names are the target's."""

    id: str
    """Over what it does: the same step planned again has the same id."""
    op: OpWord
    directory: str
    """The target."""
    mapping: str
    user: str
    user_id: str
    """The immutable id in the target; empty before it exists."""
    group: str
    group_id: str
    """As `user_id`."""
    child_group: str
    """Of `add_child_group` and `remove_child_group`: the group that is nested in `group`."""
    before: dict[str, str | bool]
    """The attributes it touches, as they are."""
    after: dict[str, str | bool]
    """The attributes it touches, as they will be."""
    reason: str
    source_id: str
    """The immutable id of the person or group in the Directory the mapping reads."""


class ReportedAdoption(Described):
    """An account that was on the target before dirsync, and that is its own once the plan is applied."""

    directory: str
    """The target."""
    mapping: str
    user: str
    user_id: str
    """The immutable id in the target."""
    source_id: str
    """The immutable id of the person in the Directory the mapping reads."""


class ReportedGuard(Described):
    """What a guard said about the plan. One refusal stops everything before the first write."""

    guard: str
    refused: bool
    message: str
    """Its sum, and the way out."""
    mapping: str
    directory: str


class ReportedObstacle(Described):
    """Somebody or something the plan leaves out, by name."""

    directory: str
    mapping: str
    name: str
    reason: str


class ReportedClaim(Described):
    """One mapping that takes one account."""

    mapping: str
    directory: str
    """The target."""
    source: str
    """The Directory the account is read from."""
    user: str
    """Its username there."""
    user_id: str
    """Its immutable id there."""
    answers: bool
    """Whether this mapping, and no other one, says what the person's account on the target is like."""


class ReportedConflict(Described):
    """Accounts that look like one person and that several mappings take, intended or not. The findings judge that."""

    by: list[AgreementWord]
    """All they agree by, the strongest first: one account of one Directory, one username, one e-mail address."""
    name: str
    """The username; the address where they agree by that alone."""
    claims: list[ReportedClaim]
    """By target, then in the order in which the mappings win."""
    in_jira: str
    """The target whose account Jira goes by; empty where there is one target, where no order decides, or it is not
    known which comes first."""
    wins: str
    """Who wins."""
    flips: str
    """What another order of the mappings, or of Jira's user directories, would change; empty where nothing would."""


class ReportedAdoptionCount(Described):
    """How many accounts of one directory a mapping takes over."""

    directory: str
    mapping: str
    accounts: int
    digest: str
    """Over all of them: another one means that somebody else is taken over."""


class ReportedPlan(Described):
    """Everything that would be changed, in an order in which every prefix is safe."""

    digest: str | None
    """Over all changes in order; null when the run planned nothing at all."""
    base: dict[str, str]
    """Directory to the server's own mark of the state the plan was made from; evidence, not part of the digest."""
    changes: list[ReportedChange]
    adopted: NotRequired[list[ReportedAdoption]]
    """Part of the digest; by directory, mapping and name, the first 1,000 of each mapping in a directory. A plan file
    (`dirsync plan --out`) lists all. Absent in runs of versions that did not tell."""
    adopted_counts: NotRequired[list[ReportedAdoptionCount]]
    """How many there are, none left out. Absent in runs of versions that did not tell."""
    guards: list[ReportedGuard]
    obstacles: list[ReportedObstacle]
    conflicts: NotRequired[list[ReportedConflict]]
    """Of each strongest agreement all, up to 10,000. Absent in runs of versions that did not tell."""
    conflict_counts: NotRequired[CountByAgreement]
    """How many there are by their strongest agreement, none left out."""
    unappliable: dict[str, str]
    """Target to the reason why nothing may be written to it, as what feeds it was not read whole."""


class ReportedOutcome(Described):
    """What became of one change."""

    change: str
    """The change's id."""
    outcome: ResultWord
    message: str
    at: str
    target_id: str
    """The immutable id the target gave to what was created."""
