"""Everything known of one person, once the accounts are found: the sections of the answer, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.audit.adoption import ABOUT_WAIVERS
from dirsync.audit.in_jira import in_jira
from dirsync.audit.one_account import groups_at_next_login, seats_of_account, shown_to_jira
from dirsync.audit.people import takes
from dirsync.model.estate import Audience
from dirsync.model.explained import Account, AtRisk, Person, Remembered
from dirsync.model.findings import SubjectKind, Verdict
from dirsync.model.names import fold, same
from dirsync.model.plans import Plan
from dirsync.plan.desired import Feed
from dirsync.workflow.explain.groups import groups_reached
from dirsync.workflow.explain.organizations import belongings
from dirsync.workflow.explain.takings import entry_of, takings
from dirsync.workflow.explain.tonight import tonight

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from dirsync.model.estate import Population
    from dirsync.model.explained import Belonging, ExpectedGroup, GroupReached, InJira, SeatAnswer, Taking
    from dirsync.model.findings import Finding
    from dirsync.model.links import Links, UserLink
    from dirsync.model.run import AuditResult
    from dirsync.model.snapshot import Snapshot
    from dirsync.workflow.changing import Changing
    from dirsync.workflow.explain.finding import Found
    from dirsync.workflow.job import Job
    from dirsync.workflow.known import Known

TOLD = frozenset({Verdict.FAIL, Verdict.UNKNOWN})
"""Verdicts that are about one person; passes are counted per Directory."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was made once for all: the audit, the plan, and Jira's organisations where a Mapping carries any."""

    audited: AuditResult
    changing: Changing
    organizations: Snapshot | None = None


class Teller:
    """Tells of one person after the other; audit and plan were made once for all."""

    def __init__(self, job: Job, known: Known, links: Links, judgement: Judgement) -> None:
        self._job = job
        self._snapshots = known.snapshots
        self._estate = known.estate
        self._links = links
        self._findings = judgement.audited.findings
        self._changing = judgement.changing
        self._organizations = judgement.organizations
        self._mappings = job.policy.mappings
        self._customers = {one.name for one in self._mappings if one.content.audience is Audience.CUSTOMERS}
        self._feeds = [Feed(one, known.snapshots[one.source]) for one in self._mappings]
        self._shown = shown_to_jira(known.estate)

    def told(self, accounts: Sequence[Found]) -> Person:
        """Answer every question about the person whose accounts these are."""
        answers = tuple(takings(accounts, self._mappings, self._snapshots))
        remembered = tuple(self._remembered(accounts))
        seats = tuple(self._seats(accounts))
        expected = tuple(self._expected(accounts, answers))
        return Person(
            name=next((one.username for one in accounts if one.username), entry_of(accounts[0])),
            accounts=tuple(self._account(one) for one in accounts),
            takings=answers,
            groups=tuple(self._groups(accounts)),
            seats=seats,
            in_jira=tuple(self._in_jira(accounts)),
            at_risk=tuple(at_risk(seats, expected, self._customers)),
            expected=expected,
            findings=tuple(finding for finding in self._findings if is_about(finding, accounts)),
            remembered=remembered,
            organizations=tuple(self._belongings(accounts, remembered)),
            tonight=tonight(
                accounts, remembered, self._changing.plan or Plan(), self._changing.recorded, self._mappings
            ),
        )

    def _account(self, one: Found) -> Account:
        seen = one.sighting
        return Account(
            directory=one.directory,
            kind=self._job.settings.directories[one.directory].kind,
            is_complete=self._snapshots[one.directory].completeness.is_complete,
            username=one.username,
            email=one.user.email if one.user else seen.email if seen else "",
            id=one.id,
            ref=one.ref,
            entry=entry_of(one),
            active=one.user.active if one.user else seen.active if seen else None,
            disabled_because=seen.disabled_because if seen else "",
            is_read=one.user is not None,
            left_out=one.quarantined.reason if one.quarantined else "",
        )

    def _groups(self, accounts: Sequence[Found]) -> Iterator[GroupReached]:
        for one in accounts:
            if one.user:
                yield from groups_reached(one.user, self._snapshots[one.directory], self._feeds)

    def _seats(self, accounts: Sequence[Found]) -> Iterator[SeatAnswer]:
        for one in accounts:
            if one.user and one.directory in self._shown:
                yield from seats_of_account(self._estate, one.directory, one.user)

    def _in_jira(self, accounts: Sequence[Found]) -> Iterator[InJira]:
        seen = (one.user.username for one in accounts if one.user and one.directory in self._shown)
        for username in {fold(name): name for name in seen}.values():
            yield in_jira(self._estate, username)

    def _expected(self, accounts: Sequence[Found], answers: Sequence[Taking]) -> Iterator[ExpectedGroup]:
        taking = {answer.mapping for answer in answers if answer.is_taken}
        told = {population.directory for population in self._estate.populations if population.mapping in taking}
        for population in self._estate.populations:
            is_carried = population.mapping in taking
            if is_carried or (population.directory not in told and self._holds_one_of(population, accounts)):
                told.add(population.directory)
                memberships = self._memberships(population, accounts)
                yield from groups_at_next_login(self._estate, population, memberships, is_carried=is_carried)

    def _holds_one_of(self, population: Population, accounts: Sequence[Found]) -> bool:
        return any(
            one.user and one.directory == population.directory and takes(self._estate, population, one.user)
            for one in accounts
        )

    def _memberships(self, population: Population, accounts: Sequence[Found]) -> frozenset[str]:
        return frozenset(
            fold(group.name)
            for one in accounts
            if one.user and one.directory == population.directory
            for group in self._snapshots[one.directory].groups_of(one.user.id)
        )

    def _remembered(self, accounts: Sequence[Found]) -> Iterator[Remembered]:
        links = {
            (link.directory, link.mapping, link.source_id): link for one in accounts for link in self._links_of(one)
        }
        for _, link in sorted(links.items()):
            maker = self._job.store.journal.maker_of(link.directory, link.target_id)
            owned = self._links.members(link.directory, link.mapping)
            yield Remembered(
                directory=link.directory,
                mapping=link.mapping,
                username=link.username,
                source_id=link.source_id,
                target_id=link.target_id,
                made_at=maker.at if maker else "",
                made_by=maker.run if maker else "",
                missed=link.missed,
                missed_at=link.missed_at,
                is_deactivated=link.is_deactivated,
                memberships=tuple(member.group for member in owned if member.source_id == link.source_id),
            )

    def _belongings(self, accounts: Sequence[Found], remembered: Sequence[Remembered]) -> Iterator[Belonging]:
        if self._organizations is not None:
            known = self._links, self._changing.recorded
            yield from belongings(accounts, remembered, self._organizations, known, self._mappings)

    def _links_of(self, one: Found) -> Iterator[UserLink]:
        if not one.id:
            return
        candidates = [self._links.owner(one.directory, one.id)]
        candidates += [
            self._links.user(mapping.target, mapping.name, one.id)
            for mapping in self._mappings
            if mapping.target and mapping.source == one.directory
        ]
        yield from (link for link in candidates if link is not None)


def at_risk(
    seats: Sequence[SeatAnswer], expected: Sequence[ExpectedGroup], customers: AbstractSet[str]
) -> Iterator[AtRisk]:
    """Yield the seats that somebody does not hold today and is given with a default group of a customers' Mapping."""
    held = {seat.application for seat in seats if seat.holds}
    for group in expected:
        if group.mapping in customers and group.leads_to and not group.is_member and group.leads_to[-1] not in held:
            yield AtRisk(group.leads_to[-1], group.group, group.mechanism, group.directory, group.when, group.leads_to)


def is_about(finding: Finding, accounts: Sequence[Found]) -> bool:
    """Say whether a finding that needs a decision is about one of the accounts: by id, or by name where it has none."""
    subject = finding.subject
    if subject.kind is not SubjectKind.USER or finding.verdict not in TOLD:
        return False
    has_id = subject.id and finding.rule not in ABOUT_WAIVERS  # theirs is the waiver's, which names somebody
    return any(
        (subject.id == one.id if has_id and one.id else bool(one.username) and same(subject.name, one.username))
        for one in accounts
        if subject.directory in {"", one.directory}
    )
