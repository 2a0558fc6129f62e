"""Customers whom Crowd does not let into Jira."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.admission import among, authorised, shut_out
from dirsync.audit.crowd import serves_jira, showing, why_not_shown
from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import counted, lacking, listed, listed_few, no_customers, reads_of, rest_on
from dirsync.audit.people import people_by_directory
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact, unknown
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.people import People
    from dirsync.model.entries import Group
    from dirsync.model.estate import Estate
    from dirsync.model.snapshot import Snapshot

NAMED = 5
"""How many of the people who can't log in a message names; the rest are counted."""


class CustomersCannotAuthenticate:
    """Customers can't log in: they are in none of the groups that Crowd lets in.

    For each directory of a Crowd application, Crowd authenticates either all users ("Allow all to authenticate") or
    only members of the groups authorised there. Customers often belong to no group at all, because groups are what
    costs seats. Then nobody lets them in: Jira shows their accounts, the portal refuses their passwords, and the
    service team hears of it by telephone. If no group is authorised, or none of those named exists in the directory,
    nobody of that directory can log in.

    It costs money the moment somebody mends it in the wrong way: by putting the customers into a group that is
    authorised already, such as the agents' one, which also grants a seat.

    Members of groups inside an authorised group count, as far as that directory itself nests them. Default groups that
    Crowd gives at a login are not counted: whether Crowd gives them before or after it decides whom to let in is not
    documented. Where such a default group is one of the authorised ones, the answer is therefore unknown.

    Remedy. Crowd > Applications > (the application) > Directories & groups > (the customers' directory): turn on "Allow
    all to authenticate"; it gives no access to a Jira application and costs no seat. Or authorise a group there that
    all customers are in and that grants nothing, such as the default group of the customers mapping.

    Sources: "Managing customers in Jira Service Management" (if customers belong to no group, let all users of the
    directory authenticate); ApplicationDirectoryMapping in Crowd's Java API (with allow-all the authorised groups
    are ignored); "Effective memberships with multiple directories" (crowd030beta/907281950.html). No licence-risk rule
    has this as its own.
    """

    id: ClassVar[str] = "customers-cannot-authenticate"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Crowd application; its directory is that of the customers."""
        everybody = people_by_directory(estate, Audience.CUSTOMERS)
        if not everybody:
            yield no_customers(self)
        for people in everybody:
            yield from _for_directory(people)


def _for_directory(people: People) -> Iterator[Finding]:
    """Yield one answer per Crowd application that shows these people, and one for what is not known of the others."""
    estate, directory = people.estate, people.directory
    subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
    if estate.kinds.get(directory) == "jira":
        message = f"{directory}: Jira holds this directory itself, so Crowd is not asked who may log in."
        yield _finding(people, Verdict.NOT_APPLICABLE, subject, message)
        return
    unsaid: tuple[Fact[Any], ...]
    try:
        found = showing(estate, directory)
        unsaid = found.unsaid
        for application in (known for known in found.applications if serves_jira(estate, known)):
            yield _Admission(people, application.name).answer()
        if not found.applications and not unsaid:
            message = f"{directory}: {why_not_shown(estate, directory)}."
            answer = _finding(people, Verdict.NOT_APPLICABLE, subject, message)
            yield rest_on(answer, [estate.need("crowd.applications")])
    except MissingFact as missing:
        unsaid = (missing.fact,)
    if unsaid:
        message = f"Whether Crowd lets the customers in {directory} log in can't be said."
        yield lacking(_finding(people, Verdict.UNKNOWN, subject, message), unsaid)


@dataclass(frozen=True)
class _Admission:
    """The question for one Crowd application and the people of one of its directories."""

    people: People
    application: str

    def answer(self) -> Finding:
        estate = self.people.estate
        try:
            everybody = estate.need(f"{self._leaf}.allow_all_to_authenticate")
            if everybody.value:
                message = f"'{self.application}' lets all users of {self.people.directory} authenticate."
                return self._passed(message, [everybody])
            groups = estate.need(f"{self._leaf}.authorised_groups")
            if not groups.value:
                message = f"'{self.application}' has no authorised group for {self.people.directory}"
                return self._nobody(message, [everybody, groups])
            return self._by_groups(estate.memberships(self.people.directory), [everybody, groups])
        except MissingFact as missing:
            return self._undecided(missing.fact, ())

    def _by_groups(self, snapshot: Snapshot, facts: Sequence[Fact[Any]]) -> Finding:
        names, directory, estate = facts[-1].value, self.people.directory, self.people.estate
        groups = authorised(snapshot, names)
        if not groups:
            message = f"none of the groups authorised for {directory} is there ({listed(names)})"
            return self._nobody(f"'{self.application}': {message}", facts)
        outside = shut_out(self.people, snapshot, groups)
        first = [user.username for user in islice(outside, NAMED)]
        if not first:
            return self._passed(f"'{self.application}' lets members of {listed(names)} authenticate.", facts)
        number = len(first) + sum(1 for _ in outside)
        if given := self._given_at_login(groups):
            tried = f"{self._leaf}.default_groups_first"
            if not estate.has(tried):
                return self._undecided(self._doubt(number, given), facts)
            facts = [*facts, estate.need(tried)]
            if estate.need(tried).value:
                message = f"'{self.application}' lets members of {listed(names)} authenticate, and gives"
                return self._passed(f"{message} {listed(given)} before it asks.", facts)
        message = (
            f"'{self.application}' does not let {counted(number, 'active customer')} of {directory} authenticate: "
            f"{listed_few(first, number)} {'is' if number == 1 else 'are'} in no authorised group ({listed(names)})."
        )
        return self._failed(message, facts)

    @property
    def _leaf(self) -> str:
        return f"crowd.applications[{self.application}].directories[{self.people.directory}]"

    def _given_at_login(self, groups: dict[str, Group]) -> list[str]:
        """Return the authorised groups that Crowd itself gives as default groups, as far as that is known."""
        estate, leaf = self.people.estate, f"{self._leaf}.default_groups"
        names = list(estate.need(leaf).value) if estate.has(leaf) else []
        by_directory = default_groups(estate, self.people.populations[0], Mechanism.CROWD_DIRECTORY)
        return among(groups.values(), [*names, *(group.name for group in by_directory.groups)])

    def _doubt(self, number: int, given: Sequence[str]) -> Fact[None]:
        return unknown(
            f"{self._leaf}.default_groups_first",
            f"{counted(number, 'active customer')} would get {listed(given)} at their login, and nobody documents "
            "whether Crowd gives default groups before or after it decides whom to let in",
            f"Log in at the portal as a customer who is not in {listed(given)} yet, and write what you saw as "
            "'default_groups_first: true' (or false) beside that directory under crowd.applications in "
            "mappings/estate.yaml; or turn on 'Allow all to authenticate'.",
        )

    def _nobody(self, why: str, facts: Sequence[Fact[Any]]) -> Finding:
        active = self.people.active
        return self._failed(f"{why}, so nobody there can log in: {counted(active, 'active customer')}.", facts)

    def _failed(self, message: str, facts: Sequence[Fact[Any]]) -> Finding:
        groups = dict.fromkeys(name for population in self.people.populations for name in population.default_groups)
        group = f"the customers' default group ({listed(groups)})" if groups else "a group that all customers are in"
        finding = replace(
            self._finding(Verdict.FAIL, message),
            remedy=f"Crowd > Applications > {self.application} > Directories & groups > (the directory of "
            f"{self.people.directory}): turn on 'Allow all to authenticate', or authorise {group}; never one that "
            "grants access to a Jira application.",
        )
        return self._resting(finding, facts)

    def _passed(self, message: str, facts: Sequence[Fact[Any]]) -> Finding:
        active = self.people.active
        return self._resting(replace(self._finding(Verdict.PASS, message), count=active), facts)

    def _undecided(self, missing: Fact[None], facts: Sequence[Fact[Any]]) -> Finding:
        message = f"Whether '{self.application}' lets the customers in {self.people.directory} log in can't be said."
        return lacking(self._resting(self._finding(Verdict.UNKNOWN, message), facts), [missing])

    def _resting(self, finding: Finding, facts: Sequence[Fact[Any]]) -> Finding:
        return rest_on(finding, facts, reads_of(self.people.estate, self.people.directory))

    def _finding(self, verdict: Verdict, message: str) -> Finding:
        subject = Subject(SubjectKind.APPLICATION, self.application, directory=self.people.directory)
        return _finding(self.people, verdict, subject, message)


def _finding(people: People, verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = CustomersCannotAuthenticate
    mapping = people.populations[0].mapping if len(people.populations) == 1 else ""
    return Finding(rule.id, verdict, rule.severity, subject, message, mapping=mapping)
