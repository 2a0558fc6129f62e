"""L-16: a seat that only the order of directories holds back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.effective.access import Hold
from dirsync.audit.effective.accounts import standings
from dirsync.audit.effective.doubts import Cause
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.of_estate import access_in
from dirsync.audit.evidence import counted, lacking, rest_on
from dirsync.audit.jira_order import ESTATE, directories_in, gaps, mapping_in, reads_in, settings_of, user_in
from dirsync.audit.licences import licences
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.access import Access, EffectiveAccess
    from dirsync.audit.effective.order import Layer, Order
    from dirsync.audit.licences import Licences
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication

TOLD_ELSEWHERE = frozenset({Cause.NESTING, Cause.UNREAD})
"""Nesting has a rule of its own; a directory that was not read is told once, not for each account."""


class MaskedSeat:
    """An account takes no seat only because another one of its name stands before it.

    To Jira accounts of one name are one user: the first directory that holds the name decides, and memberships come
    from it alone. An account further down may well be in a group under Application access; it costs nothing as long as
    the one above it does not reach that group. Whoever then moves a directory, switches one off or removes the account
    on top takes a seat for it, for money that nobody planned. It is found by nobody who looks at today's seats.

    Where the account on top is deactivated, Atlassian's pages contradict each other: by one it decides and nobody gets
    in, by another Jira takes the first active account. The answer is then unknown and tells both readings, and so it is
    where nobody told whether Crowd adds up the memberships of one name, or which of two namesakes of one directory
    counts.

    It comes about when people are moved from one directory into another and the old account keeps its groups, when
    somebody who was an agent becomes a customer, or when a customer signs up under an agent's username.

    Remedy. Remove the account below from the first group of the path (Crowd > Groups > (group) > Members), or remove
    the account, before anybody changes the order under Jira administration > User management > User directories. A
    name that stands in both audiences is the rule username-in-both-audiences as well.

    Sources: "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html);
    "Effective memberships with multiple directories" (confluence.atlassian.com/crowd/672530810.html); "Health check:
    duplicate user accounts" (confluence.atlassian.com/jirakb/1063554355.html); "How to handle users in multiple
    directories" (Jira's knowledge base). Licence-risk rule L-16.
    """

    id: ClassVar[str] = "masked-seat"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the account below, else the Jira application."""
        try:
            order = order_of_jira(estate)
            layers = [place.layer for place in order.places()]
            known = licences(estate) if len(layers) > 1 else None
        except MissingFact as missing:
            message = "Whether an account hides a seat from Jira can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if known is None:
            message = "Jira sees one directory only, so no account stands before another one."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), settings_of(estate))
            return
        if not known.applications:
            message = "Jira has no application, so there is no seat to hide."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        effective = access_in(estate)
        shared = len(effective.shared_names)
        for application in known.applications:
            yield from _Answers(estate, order, layers, known, application, shared).all(effective)


@dataclass(frozen=True)
class _Answers:
    """The findings about one Jira application."""

    estate: Estate
    order: Order
    layers: list[Layer]
    licences: Licences
    application: JiraApplication
    shared: int
    """How many usernames several accounts bear."""

    def all(self, effective: EffectiveAccess) -> Iterator[Finding]:
        """Yield a failure per masked account, an unknown per doubtful one, and one answer for all others."""
        reads, told = reads_in(self.estate, self.layers), 0
        for access in effective.accounts(self.application):
            why = [doubt.fact for doubt in access.doubts if doubt.cause not in TOLD_ELSEWHERE]
            is_asked = access.hold is Hold.MASKED or why
            user = access.layer.snapshot.user(access.user_id) if is_asked else None
            if user and access.hold is Hold.MASKED:
                yield self._masked(access, user, reads)
                told += 1
            elif user and self._has_twins(user):
                yield self._doubtful(access, user, why, reads)
                told += 1
        yield self._rest(reads, has_told=told > 0)

    def _has_twins(self, user: User) -> bool:
        return sum(len(layer.named(user.username)) for layer in self.layers) > 1

    def _masked(self, access: Access, user: User, reads: tuple[Evidence, ...]) -> Finding:
        directory, group = directory_key(access.layer.directory), access.way.name
        accounts = (reading.account for reading in standings(self.order, user.username))
        before = ", ".join(directories_in(account.layer for account in accounts if account))
        message = (
            f"'{user.username}' in {directory} takes no seat of {self._name} only because the account of that name in "
            f"{before} stands before it; by its own groups it would."
        )
        finding = replace(
            self._about(Verdict.FAIL, access, user, message),
            path=access.way.path.of(user.username).names,
            remedy=f"Remove '{user.username}' from '{group}' in {directory} (Crowd > Groups > '{group}' > Members), or "
            f"remove that account, before anybody moves, switches off or empties {before}.",
        )
        return rest_on(finding, self._facts, reads)

    def _doubtful(self, access: Access, user: User, why: list[Fact[Any]], reads: tuple[Evidence, ...]) -> Finding:
        message = f"Which account of the name '{user.username}' counts for a seat of {self._name} can't be said."
        return lacking(rest_on(self._about(Verdict.UNKNOWN, access, user, message), self._facts, reads), why)

    def _rest(self, reads: tuple[Evidence, ...], *, has_told: bool) -> Finding:
        other = "other " if has_told else ""
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        missing = (*self.licences.gaps, *gaps(self.estate, self.layers, self.application.groups))
        if missing:
            message = f"Whether {other}accounts hide a seat of {self._name} can't be said."
            finding = replace(_finding(Verdict.UNKNOWN, subject, message), application=self.application.key)
            return lacking(rest_on(finding, (), reads), missing)
        names = counted(self.shared, "username")
        message = f"{names} in several accounts, and no {other}account hides a seat of {self._name}."
        finding = replace(_finding(Verdict.PASS, subject, message), application=self.application.key, count=self.shared)
        return rest_on(finding, self._facts, reads)

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    @property
    def _facts(self) -> list[Fact[Any]]:
        return [*self.licences.facts, *settings_of(self.estate)]

    def _about(self, verdict: Verdict, access: Access, user: User, message: str) -> Finding:
        mapping = mapping_in(self.estate, access.layer)
        found = _finding(verdict, user_in(access.layer, user), message)
        return replace(found, application=self.application.key, mapping=mapping)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(MaskedSeat.id, verdict, MaskedSeat.severity, subject, message)
