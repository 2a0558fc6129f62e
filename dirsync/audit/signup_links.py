"""Conditions that Crowd sets between sign-up and an account that can be used, each asked per Crowd application."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from dirsync.audit.evidence import lacking, no_customers, only_some_mappings, rest_on
from dirsync.audit.signup_asked import Asked, about_estate, about_people, asked_about, not_asked, undecided
from dirsync.audit.signup_crowd import Passages, passages
from dirsync.audit.signup_landing import Among, Landings
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from dirsync.audit.rules.interface import Rule
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Evidence, Fact

    Ask: TypeAlias = Callable[[Estate, Population, str], "Link | None"]
    """Asks for one link, given the people and the application's name; None where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Link:
    """One condition, asked of one Crowd application for one Directory."""

    holds: bool | None
    """None while it is not known."""
    message: str
    """Of the answer; where it is not known it may be empty, and the rule's question stands for it."""
    severity: Severity = Severity.CRITICAL
    remedy: str = ""
    facts: tuple[Fact[Any], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Fact[Any], ...] = ()


def answers(rule: Rule, estate: Estate, links: Mapping[str, Ask], question: str) -> Iterator[Finding]:
    """Yield a rule's answers: one per customers Mapping, Crowd application and link.

    The subject is the Crowd application; its id ends in the link's name, so that two links never share a finding.
    `question` is the message where it can't be said, with `{directory}` in it.
    """
    customers = estate.population(Audience.CUSTOMERS)
    if not customers:
        yield no_customers(rule)
        return
    try:
        asked = asked_about(estate)
    except MissingFact as missing:
        where = " or ".join(dict.fromkeys(population.directory for population in customers))
        yield undecided(rule, question.format(directory=where), missing.fact)
        return
    if asked.why_not:
        yield not_asked(rule, asked)
    elif not asked.meant:
        message = (
            "Every customers mapping says 'public_signup: off', so nobody misses an account that Crowd refuses; "
            "public-signup-on-but-unwanted asks about Jira's switch."
        )
        yield asked.resting(about_estate(rule, Verdict.NOT_APPLICABLE, message))
    elif estate.is_partial and not asked.is_wanted:
        where = " or ".join(dict.fromkeys(population.directory for population in asked.meant))
        yield asked.resting(undecided(rule, question.format(directory=where), only_some_mappings()))
    else:
        for population in customers:
            yield from _People(rule, estate, asked, population, question).answers(links)


@dataclass(frozen=True)
class _People:
    """The question for the people of one Mapping."""

    rule: Rule
    estate: Estate
    asked: Asked
    population: Population
    question: str

    def answers(self, links: Mapping[str, Ask]) -> Iterator[Finding]:
        directory = self.population.directory
        if self.population not in self.asked.meant:
            yield self._not_applicable("another customers mapping is the one that wants public sign-up")
            return
        try:
            if self._among_others == {Among.MEANT}:
                yield self._not_applicable("accounts of public sign-up are made among other customers")
                return
            found = passages(self.estate, directory)
        except MissingFact as missing:
            yield self._undecided([missing.fact])
            return
        if found.why_none:
            yield self._not_applicable(found.why_none)
            return
        for name, ask in links.items():
            yield from self._of_link(
                name, {each: ask(self.estate, self.population, each) for each in found.applications}, found
            )
        if found.unsaid:
            yield self._undecided(found.unsaid)

    def _of_link(self, name: str, links: Mapping[str, Link | None], found: Passages) -> Iterator[Finding]:
        """Yield an answer per application; a failure only where whichever Jira uses would fail, and it uses one."""
        elsewhere = self._may_go_elsewhere()
        is_refused = all(link is not None and link.holds is False for link in links.values())
        is_sure = is_refused and not found.may_bypass and not elsewhere
        for application, link in links.items():
            if link is None:
                continue
            subject = Subject(
                SubjectKind.APPLICATION,
                application,
                f"crowd.applications[{application}].{name}",
                self.population.directory,
            )
            if is_sure:
                answer = replace(self._about(Verdict.FAIL, link.message), severity=link.severity, remedy=link.remedy)
            elif link.holds:
                answer = self._about(Verdict.PASS, link.message)
            else:
                missing = link.missing if link.holds is None else (*found.doubts, *elsewhere)
                said = link.message if link.holds is None else self._if_made_here(link) if elsewhere else ""
                answer = lacking(self._about(Verdict.UNKNOWN, said or self._open_question), missing)
                answer = replace(answer, severity=link.severity)
            yield rest_on(self.asked.resting(replace(answer, subject=subject)), link.facts, link.evidence)

    @cached_property
    def _others(self) -> Landings:
        """Where accounts are made, as the other customers see it for whom they are meant as well."""
        directory = self.population.directory
        return Landings(self.estate, tuple(each for each in self.asked.meant if each.directory != directory))

    @cached_property
    def _among_others(self) -> frozenset[Among]:
        """Return among whom accounts are made, by every reading; nobody where there are no other customers.

        Without a list of Jira's user directories it is untold.
        """
        if not self._others.meant:
            return frozenset()
        try:
            return self._others.among
        except MissingFact:
            return frozenset({Among.UNTOLD})

    def _may_go_elsewhere(self) -> tuple[Fact[Any], ...]:
        """Return what would tell whether accounts are made among other customers, so that nobody misses them here."""
        if self._among_others.isdisjoint({Among.MEANT, Among.UNTOLD}):
            return ()
        try:
            return self._others.missing()
        except MissingFact as missing:
            return (missing.fact,)

    def _if_made_here(self, link: Link) -> str:
        return f"{link.message} Whether accounts are made there, or among other customers, can't be said."

    @property
    def _open_question(self) -> str:
        return self.question.format(directory=self.population.directory)

    def _not_applicable(self, why: str) -> Finding:
        return self.asked.resting(self._about(Verdict.NOT_APPLICABLE, f"{self.population.directory}: {why}."))

    def _undecided(self, missing: tuple[Fact[Any], ...] | list[Fact[Any]]) -> Finding:
        return lacking(self.asked.resting(self._about(Verdict.UNKNOWN, self._open_question)), missing)

    def _about(self, verdict: Verdict, message: str) -> Finding:
        return about_people(self.rule, self.population, verdict, message)
