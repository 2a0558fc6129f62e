"""L-19: Crowd adds the memberships of an agent to those of the customer of that name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.crowd import serves_jira
from dirsync.audit.effective.accounts import standings, twins
from dirsync.audit.effective.doubts import about_readings, unread_fact
from dirsync.audit.effective.from_estate import order_of_crowd
from dirsync.audit.effective.groups import Nesting
from dirsync.audit.effective.order import NO
from dirsync.audit.effective.ways import ways_to
from dirsync.audit.evidence import lacking, no_customers, only_some_mappings, rest_on
from dirsync.audit.jira_order import (
    ESTATE,
    audiences_in,
    directories_in,
    mapping_in,
    reads_in,
    user_in,
)
from dirsync.audit.licences import licences
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.accounts import Account, Standing
    from dirsync.audit.effective.order import Order
    from dirsync.audit.effective.ways import Way, Ways
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import CrowdApplication


class AggregationExposesCustomers:
    """Crowd adds an agent's groups to the customer of the same name, and with them the seat.

    A Crowd application that shows several directories has the switch "Aggregate group memberships across directories".
    Off, which is the default, somebody's groups come from the first directory that holds the name. On, Crowd adds up
    the groups of all accounts of that name. A customer whose username an agent bears too then has the agent's groups,
    with their application access, which costs a seat and shows a stranger what agents see. Where the agents' directory
    stands first, whoever logs in is the agent, and has the customer's groups besides.

    Asked are the Crowd applications that Jira uses and that show customers as well as agents. Where the switch is on
    and no name is in both, it passes: nobody is exposed today. Names compare as directories compare them, and a
    deactivated account adds its groups too.

    It comes about when somebody switches aggregation on to keep an old directory's groups during a move, and a customer
    is called like an agent: by sign-up, or because a colleague also asked for a customer's account.

    Remedy. Crowd > Applications > (the application Jira uses) > Options: clear "Aggregate group memberships across
    directories"; or give one of the two another username; or, better, give the customers a Crowd application of their
    own.

    Sources: "Effective memberships with multiple directories"
    (crowd030beta/effective-memberships-with-multiple-directories-907281950.html and confluence.atlassian.com/x/BjH7MQ).
    Licence-risk rule L-19.
    """

    id: ClassVar[str] = "aggregation-exposes-customers"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the customer's account, else the Crowd application."""
        if not estate.population(Audience.CUSTOMERS):
            yield no_customers(self)
            return
        try:
            applications: tuple[CrowdApplication, ...] = estate.need("crowd.applications").value
        except MissingFact as missing:
            message = "Whether Crowd adds up the groups of customers and agents can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        answers = [
            answer for each in applications if serves_jira(estate, each) for answer in _of_application(estate, each)
        ]
        # An account that several applications expose is told once: proven before doubtful.
        told = sorted(answers, key=lambda answer: answer.verdict is not Verdict.FAIL)
        yield from {answer.id: answer for answer in reversed(told)}.values()
        if not answers and estate.is_partial and not estate.population(Audience.AGENTS):
            message = "Whether Crowd adds up the groups of customers and agents can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [only_some_mappings()])
        elif not answers:
            message = "No Crowd application of Jira's shows customers and agents together."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), [estate.need("crowd.applications")])


def _of_application(estate: Estate, application: CrowdApplication) -> Iterator[Finding]:
    """Yield the answers about one Crowd application; none where it surely shows only one audience."""
    is_off = estate.has(_switch(application)) and not estate.need(_switch(application)).value
    subject = Subject(SubjectKind.APPLICATION, application.name, f"crowd.applications[{application.name}]")
    try:
        order = order_of_crowd(estate, application)
    except MissingFact as missing:
        if not is_off:
            message = f"Whether '{application.name}' adds up the groups of customers and agents can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, subject, message), [missing.fact])
        return
    (view,) = order.views
    shown = {audience for layer in view.layers for audience in audiences_in(estate, layer)}
    may_show_both = shown == set(Audience) or (shown and application.unattributed)
    if len(view.layers) > 1 and may_show_both:
        yield from _Answers(estate, application, order, subject).all()


@dataclass(frozen=True)
class _Answers:
    """The findings about one Crowd application that shows both audiences, or may."""

    estate: Estate
    application: CrowdApplication
    order: Order
    subject: Subject

    def all(self) -> Iterator[Finding]:
        """Yield an answer per customer whose groups are added to an agent's, or may be, and one for all others."""
        if self._aggregates == NO:
            message = f"'{self.application.name}' does not add up the groups of one name."
            yield rest_on(_finding(Verdict.PASS, self.subject, message), self._facts)
            return
        told = 0
        for name in twins(self.order):
            readings = standings(self.order, name)
            if added := next((found for each in readings if (found := self._added_up(each))), None):
                is_sure = all(self._added_up(each) for each in readings if not each.unseen)
                yield self._exposed(*added) if is_sure else self._doubtful(added[0], readings)
                told += 1
        yield from self._rest(has_told=told > 0)

    @property
    def _aggregates(self) -> tuple[bool, ...]:
        return self.order.views[0].aggregates

    def _added_up(self, reading: Standing) -> tuple[Account, Account] | None:
        """Return the customer and the agent whose groups one reading adds up, if it does."""
        customer, agent = (self._of(audience, reading) for audience in (Audience.CUSTOMERS, Audience.AGENTS))
        is_added = reading.is_active and customer and agent and customer.layer is not agent.layer
        return (customer, agent) if is_added and customer and agent else None

    def _of(self, audience: Audience, reading: Standing) -> Account | None:
        found = (each for each in reading.counted if audience in audiences_in(self.estate, each.layer))
        return next(found, None)

    def _exposed(self, customer: Account, agent: Account) -> Finding:
        username, name = customer.user.username, self.application.name
        where, other = (directory_key(each.layer.directory) for each in (customer, agent))
        way = self._way_of(agent)
        seat = f", which lead to {way.path.application}" if way else ""
        message = (
            f"'{username}' is a customer in {where} and an agent in {other}, and '{name}' adds up the groups of "
            f"both{seat}."
        )
        finding = replace(
            self._about(Verdict.FAIL, customer, message),
            path=way.path.of(username).names if way else (),
            remedy=f"Crowd > Applications > '{name}' > Options: clear 'Aggregate group memberships across "
            f"directories'. Or give '{username}' another username in {where} or in {other}.",
        )
        return rest_on(finding, self._facts, self._reads)

    def _doubtful(self, customer: Account, readings: tuple[Standing, ...]) -> Finding:
        """Say what keeps open whether the groups of a name are added up: the switch first, if nobody told it."""
        username = customer.user.username
        message = (
            f"Whether '{self.application.name}' adds an agent's groups to the customer '{username}' can't be said."
        )
        missing = self._untold or [doubt.fact for doubt in about_readings(username, readings)]
        return lacking(rest_on(self._about(Verdict.UNKNOWN, customer, message), self._facts, self._reads), missing)

    def _about(self, verdict: Verdict, customer: Account, message: str) -> Finding:
        found = _finding(verdict, user_in(customer.layer, customer.user), message)
        return replace(found, mapping=mapping_in(self.estate, customer.layer))

    def _way_of(self, agent: Account) -> Way | None:
        """Return the shortest way from the agent's groups to a seat, where that is known."""
        found = [way for ways in self._ways if (way := ways.shortest_of(agent))]
        return min(found, key=lambda way: way.rank, default=None)

    @cached_property
    def _ways(self) -> list[Ways]:
        try:
            applications = licences(self.estate).applications
        except MissingFact:
            return []
        nesting = Nesting(self.order, (group for each in applications for group in each.groups))
        return [ways_to(each, nesting) for each in applications]

    def _rest(self, *, has_told: bool) -> Iterator[Finding]:
        other, name = "other " if has_told else "", self.application.name
        layers = self.order.views[0].layers
        missing = [unread_fact(layer) for layer in layers if not layer.is_whole]
        if missing:
            message = f"Whether '{name}' adds up the groups of {other}customers and agents can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, self.subject, message), [*missing, *self._untold])
            return
        where = " and ".join(directories_in(layers))
        message = f"'{name}' shows {where}, and no {other}customer there bears an agent's username."
        users = [layer.snapshot.counts(layer.selection).users for layer in layers]
        yield rest_on(
            replace(_finding(Verdict.PASS, self.subject, message), count=min(users)), self._facts, self._reads
        )

    @property
    def _untold(self) -> list[Fact[Any]]:
        """What is missing of the switch."""
        name = _switch(self.application)
        return [fact for fact in self.order.views[0].missing if fact.name == name]

    @cached_property
    def _facts(self) -> list[Fact[Any]]:
        names = ("crowd.applications", _switch(self.application))
        return [self.estate.need(known) for known in names if self.estate.has(known)]

    @cached_property
    def _reads(self) -> tuple[Evidence, ...]:
        return reads_in(self.estate, self.order.views[0].layers)


def _switch(application: CrowdApplication) -> str:
    return f"crowd.applications[{application.name}].aggregate_memberships"


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = AggregationExposesCustomers
    return Finding(rule.id, verdict, rule.severity, subject, message)
