"""L-17: the customers' directory is asked before the agents'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.effective.accounts import twins
from dirsync.audit.effective.doubts import may_be_off
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.effective.order import YES, Order, View
from dirsync.audit.evidence import counted, lacking, listed_few, mapping_says, no_customers, only_some_mappings, rest_on
from dirsync.audit.jira_order import (
    ESTATE,
    audiences_in,
    directories_in,
    nowhere,
    people_in,
    reads_in,
    settings_of,
    without_a_place,
)
from dirsync.audit.signup import GLOBAL, Wish, wish_for
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.effective.order import Layer, Place
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Fact

NAMED = 3
"""How many shared usernames a message names."""


class CustomersDirectoryAboveAgents:
    """The customers' directory is asked before the agents', so a customer can take an agent's place.

    To Jira accounts of one name are one user, and the first directory that holds the name decides. With the customers
    on top, an agent whose username a customer bears too is masked: they lose their application access, and whoever
    holds the customer's account is taken for them wherever Jira goes by the username, in permissions, projects and
    filters. The seat that is paid for is of no use, and mending it in a hurry, by moving a directory, is how customers
    come to cost seats.

    It is high where a name is in both directories today, and where sign-up is wanted or on, even with no shared name
    yet: then strangers choose the usernames. Otherwise it is medium. How Crowd orders the directories of one
    application counts in the same way.

    It comes about because a directory that is added in Jira goes to the end of the list and was moved up so that
    sign-up writes into it, or because the agents' directory was connected later.

    Remedy. Jira administration > User management > User directories: move the agents' directory above the customers'
    with the arrows; inside one Crowd application, Crowd > Applications > (application) > Directories & groups. Look
    first at who changes by it: username-in-both-audiences and masked-seat tell. Jira makes new accounts in the first
    directory it may write to, so leave the agents' directory Read Only.

    Sources: "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html);
    "Specifying the directory order for an application" (confluence.atlassian.com/crowd050/1130369492.html).
    Licence-risk rule L-17.
    """

    id: ClassVar[str] = "customers-directory-above-agents"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the customers' Directory."""
        customers, agents = (
            sorted({people.directory for people in estate.population(audience)})
            for audience in (Audience.CUSTOMERS, Audience.AGENTS)
        )
        if not customers:
            yield no_customers(self)
            return
        if not agents and not estate.is_partial:
            yield _finding(Verdict.NOT_APPLICABLE, ESTATE, "No mapping has the audience 'agents'.")
            return
        try:
            order = order_of_jira(estate)
            lack = None if agents else only_some_mappings()
        except MissingFact as missing:
            order, lack = Order(()), missing.fact
        if lack:
            message = "Whether customers stand above agents in Jira's order can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [lack])
            return
        for directory in customers:
            yield _Answer(estate, order, directory, agents).finding()


@dataclass(frozen=True)
class _Answer:
    """The answer about one Directory of customers."""

    estate: Estate
    order: Order
    directory: str
    agents: Sequence[str]

    def finding(self) -> Finding:
        """Return a failure where agents surely stand below, else what keeps that open, or that none do."""
        if self._own is None and not nowhere(self.order, self.directory):
            message = f"Jira shows {self.directory} in no user directory that is switched on."
            return rest_on(self._answer(Verdict.NOT_APPLICABLE, message), settings_of(self.estate))
        sure = [place for place in self._agents_below if self._is_on(place)]
        if sure:
            return self._above(sure)
        missing = list(self._missing())
        if missing:
            message = f"Whether {self.directory} stands above agents in Jira's order can't be said."
            return lacking(self._answer(Verdict.UNKNOWN, message), missing)
        message = f"No directory of agents stands below {self.directory} in Jira's order."
        return rest_on(self._answer(Verdict.PASS, message), settings_of(self.estate))

    @cached_property
    def _places(self) -> list[Place]:
        """Where each Directory, or each part of one, is met first."""
        found: dict[tuple[str, str], Place] = {}
        for place in self.order.places():
            found.setdefault((directory_key(place.layer.directory), place.layer.selection), place)
        return list(found.values())

    @cached_property
    def _own(self) -> Place | None:
        return next((place for place in self._places if self._shows(place, Audience.CUSTOMERS)), None)

    def _shows(self, place: Place, audience: Audience) -> bool:
        is_here = directory_key(place.layer.directory) == self.directory
        return is_here and audience in audiences_in(self.estate, place.layer)

    @cached_property
    def _agents_below(self) -> list[Place]:
        own = self._own
        below = self._places[self._places.index(own) + 1 :] if own else []
        return [place for place in below if Audience.AGENTS in audiences_in(self.estate, place.layer)]

    def _is_on(self, place: Place) -> bool:
        return self._own is not None and self._own.view.is_active == place.view.is_active == YES

    def _missing(self) -> Iterator[Fact[Any]]:
        for directory in (self.directory, *self.agents):
            if nowhere(self.order, directory):
                yield without_a_place(directory)
        for place in (self._own, *self._agents_below) if self._own and self._agents_below else ():
            yield from (doubt.fact for doubt in may_be_off(place.view))

    def _above(self, below: list[Place]) -> Finding:
        names = sorted({name for place in below for name in self._shared_with(place.layer)})
        signups = list(self._signups())
        others = " and ".join(directories_in(place.layer for place in below))
        bear = "is a username" if len(names) == 1 else "are usernames"
        shared = f" {listed_few(names[:NAMED], len(names))} {bear} in both." if names else ""
        strangers = " Sign-up lets strangers choose the usernames of customers." if signups else ""
        message = f"{self.directory} holds customers and stands above the agents' {others}.{shared}{strangers}"
        finding = replace(
            self._answer(Verdict.FAIL, message),
            severity=Severity.HIGH if names or signups else Severity.MEDIUM,
            remedy=" ".join(self._mended(below, names, is_signup_on=bool(signups))),
        )
        facts = [*settings_of(self.estate), *self._switches(signups)]
        said = [mapping_says(people, f"{people.audience} are in {people.directory}") for people in self._people(below)]
        layers = [place.layer for place in (self._own, *below) if place]
        return rest_on(finding, facts, [*said, *reads_in(self.estate, layers)])

    def _mended(self, below: list[Place], names: list[str], *, is_signup_on: bool) -> Iterator[str]:
        """Yield what to do about each Directory below; one that Jira can always write to must stay where it is."""
        first, fixed = self._first(names), [place for place in below if is_signup_on and self._is_internal(place)]
        if movable := [place for place in below if place not in fixed]:
            others = " and ".join(directories_in(place.layer for place in movable))
            yield (
                f"Move {others} above {self.directory}: {self._screen(movable)}. {first}Keep {others} Read Only, since "
                "Jira makes new accounts in the first directory that it may write to."
            )
        if fixed:
            others = " and ".join(directories_in(place.layer for place in fixed))
            yield (
                f"{'' if movable else first}Give the agents in {others} accounts in a directory above {self.directory} "
                f"instead, and deactivate those in {others}. Leave {others} where it is: Jira can always write to its "
                "internal directory, so above the customers it would get the accounts of sign-up."
            )

    def _is_internal(self, place: Place) -> bool:
        return any(
            known.name == place.view.name and known.type is DirectoryType.INTERNAL
            for known in self.estate.jira_directories()
        )

    def _screen(self, below: list[Place]) -> str:
        view = self._own.view if self._own else None
        if any(place.view is view for place in below):
            return f"Crowd > Applications > (the application of Jira's '{below[0].view.name}') > Directories & groups"
        return "Jira administration > User management > User directories"

    @staticmethod
    def _first(names: list[str]) -> str:
        return f"Give {counted(len(names), 'customer')} another username first. " if names else ""

    def _people(self, below: list[Place]) -> list[Population]:
        layers = [place.layer for place in (self._own, *below) if place]
        return list(dict.fromkeys(people for layer in layers for people in people_in(self.estate, layer)))

    def _shared_with(self, lower: Layer) -> Iterator[str]:
        """Yield the usernames that the customers above share with active accounts of the agents' Directory."""
        upper = self._own.layer if self._own else lower
        for name in twins(Order((View("customers", (upper,)), View("agents", (lower,))))):
            if upper.named(name) and any(user.active for user in lower.named(name)):
                yield name

    def _signups(self) -> Iterator[Population]:
        for people in self.estate.population(Audience.CUSTOMERS):
            is_on = wish_for(self.estate, people) in {Wish.WANTED, Wish.IN_FORCE}
            if people.directory == self.directory and is_on:
                yield people

    def _switches(self, signups: list[Population]) -> list[Fact[Any]]:
        return [self.estate.need(GLOBAL)] if signups and self.estate.has(GLOBAL) else []

    def _answer(self, verdict: Verdict, message: str) -> Finding:
        return _finding(verdict, Subject(SubjectKind.DIRECTORY, self.directory, directory=self.directory), message)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = CustomersDirectoryAboveAgents
    return Finding(rule.id, verdict, rule.severity, subject, message)
