"""Service projects, asked one after the other on behalf of a rule: every failure, and one answer for all the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from dirsync.audit.evidence import counted, lacking, no_customers, rest_on
from dirsync.audit.jira_order import ESTATE
from dirsync.model.estate import Audience
from dirsync.model.facts import FactState, MissingFact, unknown
from dirsync.model.findings import Confidence, Finding, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from dirsync.audit.rules.interface import Rule
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.products import ProjectRole, ServiceProject

PROJECTS: Final = "jira.service_projects"
NAMED: Final = 3
"""How many projects, and facts about them, are shown; the others are counted."""
CUSTOMER_ROLES: Final = ("Service Desk Customers", "Service Project Customers", "Service Management Customers")
"""What the role of the customers is called from version to version (jira-jsm.md 6; jirakb/838416400.html)."""
TEAM_ROLES: Final = ("Service Desk Team", "Service Project Team", "Service Management Team")
"""Likewise that of the agents."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rule found out about one project, and about what it could not."""

    rests_on: tuple[Fact[Any], ...] = ()
    """What its answer rests on where nothing fails."""
    failures: tuple[Finding, ...] = ()
    missing: tuple[Fact[Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule's question in words."""

    rule: Rule
    whether: str
    """`whether … can't be said`, said of the projects that follow."""
    nothing: str
    """What is true of projects in which nothing fails."""


def judged(asked: Asked, estate: Estate, judge: Callable[[ServiceProject], Judged]) -> Iterator[Finding]:
    """Yield every failure, one unknown for all projects with something missing, one pass for those with neither.

    Projects may be many: those left open, or clear, are told by number, the first of them by key.
    """
    if not estate.population(Audience.CUSTOMERS):
        yield no_customers(asked.rule)
        return
    try:
        projects = estate.need(PROJECTS)
    except MissingFact as missing:
        yield lacking(_about_all(asked, Verdict.UNKNOWN, f"Whether {asked.whether} can't be said."), [missing.fact])
        return
    if not projects.value:
        yield rest_on(_about_all(asked, Verdict.NOT_APPLICABLE, "Jira has no service project."), [projects])
        return
    unclear: dict[str, tuple[Fact[Any], ...]] = {}
    clear: dict[str, tuple[Fact[Any], ...]] = {}
    for project in projects.value:
        answer = _judged(project, judge)
        yield from answer.failures
        if answer.missing:
            unclear[project.key] = answer.missing
        elif not answer.failures:
            clear[project.key] = answer.rests_on
    if unclear:
        yield _left_open(asked, unclear)
    if clear:
        yield _passed(asked, projects, clear)


def _judged(project: ServiceProject, judge: Callable[[ServiceProject], Judged]) -> Judged:
    try:
        return judge(project)
    except MissingFact as missing:
        return Judged(missing=(missing.fact,))


def _left_open(asked: Asked, unclear: dict[str, tuple[Fact[Any], ...]]) -> Finding:
    facts = {fact.name: fact for missing in unclear.values() for fact in missing}
    message = f"Whether {asked.whether} can't be said of {_keys(unclear)}."
    finding = lacking(_about_all(asked, Verdict.UNKNOWN, message), list(islice(facts.values(), NAMED)))
    return replace(finding, missing=tuple(facts))


def _passed(asked: Asked, projects: Fact[Any], clear: dict[str, tuple[Fact[Any], ...]]) -> Finding:
    finding = _about_all(asked, Verdict.PASS, f"{asked.nothing}: {_keys(clear)}.")
    finding = replace(rest_on(finding, [projects]), count=len(clear))
    every = {fact.name: fact for facts in clear.values() for fact in facts}
    for fact in islice(every.values(), NAMED + 1):
        is_of_project = fact.name.startswith(f"{PROJECTS}[")
        shown = counted(len(fact.value), "entry", "entries")
        finding = vouched(finding, fact, shown) if is_of_project else rest_on(finding, [fact])
    is_declared = any(fact.state is FactState.DECLARED for fact in every.values())
    return replace(finding, confidence=Confidence.DECLARED if is_declared else finding.confidence)


def _about_all(asked: Asked, verdict: Verdict, message: str) -> Finding:
    return Finding(asked.rule.id, verdict, asked.rule.severity, ESTATE, message)


def _keys(projects: Collection[str]) -> str:
    """Return `HELP, IT, OPS and 12 more service projects`, or only the names."""
    more = len(projects) - NAMED
    named = ", ".join(islice(projects, NAMED))
    return f"{named} and {counted(more, 'more service project')}" if more > 0 else named


def in_project(project: ServiceProject, *parts: str) -> Subject:
    """Return a project as the subject of a finding about one holder in it; two of them never share an id."""
    return Subject(SubjectKind.PROJECT, project.key, "/".join((project.key, *map(fold, parts))))


def vouched(finding: Finding, fact: Fact[Any], shown: str) -> Finding:
    """Return a finding that rests on a part of a fact, for a role may have thousands of users beside it."""
    evidence = (*finding.evidence, fact.evidence(f"{fact.name}: {shown}"))
    is_declared = fact.state is FactState.DECLARED
    return replace(finding, evidence=evidence, confidence=Confidence.DECLARED if is_declared else finding.confidence)


def groups_told(estate: Estate, leaf: str) -> Iterator[str]:
    """Yield every group that the roles, or the permissions, of the service projects name, as far as they are known."""
    for project in estate.need(PROJECTS).value if estate.has(PROJECTS) else ():
        name = f"{PROJECTS}[{project.key}].{leaf}"
        for told in estate.need(name).value if estate.has(name) else ():
            yield from told.groups


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Return names without those that are one to Jira, as they are first spelt."""
    spelt: dict[str, str] = {}
    for name in names:
        spelt.setdefault(fold(name), name)
    return tuple(spelt.values())


def is_called(name: str, names: Iterable[str]) -> bool:
    """Say whether a role bears one of these names."""
    return fold(name) in {fold(known) for known in names}


def roles_called(
    estate: Estate, project: ServiceProject, names: Sequence[str]
) -> tuple[Fact[Any], tuple[ProjectRole, ...]]:
    """Return the roles of a project that bear one of these names, and the fact that tells them.

    Raises `MissingFact` when nobody tells the roles, and when none is called so: it was given another name.
    """
    fact = estate.need(f"{PROJECTS}[{project.key}].roles")
    found = tuple(role for role in fact.value if is_called(role.name, names))
    if not found:
        raise MissingFact(
            unknown(
                fact.name,
                f"none of the roles that {fact.source} tells of {project.key} is called '{names[0]}', nor what other "
                "versions call it, so it was left out or given another name",
                f"Call it '{names[0]}' again under Jira administration > System > Project roles, or list it where the "
                "roles are declared.",
            )
        )
    return fact, found
