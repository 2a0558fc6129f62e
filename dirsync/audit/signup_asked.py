"""Whether there is anything to ask about public sign-up at all, for whom, and what says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dirsync.audit.evidence import lacking, mapping_says, rest_on
from dirsync.audit.signup import GLOBAL
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Finding, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from dirsync.audit.rules.interface import Rule
    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Evidence, Fact

WANTED = "public_signup = wanted"
"""How evidence shows that a Mapping asks for sign-up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom accounts of sign-up are meant, or why nobody asks."""

    meant: tuple[Population, ...] = ()
    """Those whose Mapping wants it; where none does and Jira's switch is on, those whose Mapping leaves it open."""
    is_on: bool | None = None
    """Jira's global switch; None where nobody told."""
    facts: tuple[Fact[Any], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    why_not: str = ""
    """Why sign-up concerns nobody, as a sentence; it is then neither wanted nor on. Empty where it does."""

    @property
    def is_wanted(self) -> bool:
        """Say whether a Mapping asks for it."""
        return any(population.public_signup for population in self.meant)

    def resting(self, finding: Finding) -> Finding:
        """Return a finding with what says that sign-up is wanted or on."""
        return rest_on(finding, self.facts, self.evidence)


def asked_about(estate: Estate) -> Asked:
    """Say for whom sign-up is meant. Raises `MissingFact` while neither a customers Mapping nor Jira says it.

    Where every Mapping says `off` and Jira's switch is on, it is meant for nobody and there all the same.
    """
    customers = estate.population(Audience.CUSTOMERS)
    wanting = tuple(population for population in customers if population.public_signup)
    silent = tuple(population for population in customers if population.public_signup is None)
    switch = estate.need(GLOBAL) if estate.has(GLOBAL) else None
    is_on = None if switch is None else bool(switch.value)
    facts = () if switch is None else (switch,)
    if wanting:
        said = tuple(mapping_says(population, WANTED) for population in wanting)
        return Asked(wanting, is_on, evidence=said)
    if is_on:
        return Asked(silent, is_on, facts)
    if switch is None and silent:
        raise MissingFact(_unsaid(estate, silent))
    why = "Public sign-up is off in Jira" if switch is not None else "Every customers mapping says 'public_signup: off'"
    return Asked((), is_on, facts, why_not=f"{why}, and no customers mapping wants it.")


def _unsaid(estate: Estate, silent: tuple[Population, ...]) -> Fact[None]:
    """Return the switch that nobody told, with the cheapest remedy: a line in a Mapping needs no rights in Jira."""
    told = estate.facts.get(GLOBAL)
    why = told.why if told else "nobody says whether public sign-up is on or wanted"
    names = ", ".join(f"'{population.mapping}'" for population in silent)
    remedy = f"Write 'public_signup: wanted' or 'public_signup: off' in the mapping {names}."
    return unknown(GLOBAL, why, remedy)


ESTATE = Subject(SubjectKind.ESTATE, "estate")


def about_estate(rule: Rule, verdict: Verdict, message: str) -> Finding:
    """Return a rule's answer about sign-up as a whole."""
    return Finding(rule.id, verdict, rule.severity, ESTATE, message)


def undecided(rule: Rule, message: str, missing: Fact[Any]) -> Finding:
    """Return a rule's answer that it can't be said, with the one fact that keeps it open."""
    return lacking(about_estate(rule, Verdict.UNKNOWN, message), [missing])


def not_asked(rule: Rule, asked: Asked) -> Finding:
    """Return a rule's answer that nobody wants sign-up, and that it is not on."""
    return asked.resting(about_estate(rule, Verdict.NOT_APPLICABLE, asked.why_not))


def about_people(rule: Rule, population: Population, verdict: Verdict, message: str) -> Finding:
    """Return a rule's answer about the Directory in which the products see the people of a Mapping."""
    directory = population.directory
    subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
    return replace(about_estate(rule, verdict, message), subject=subject, mapping=population.mapping)
