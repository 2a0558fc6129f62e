"""The audit as a table of contents: every rule asked, every waiver matched, everything counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.audit.counts import Census
from dirsync.audit.pages import title
from dirsync.audit.rules import ASKED_LAST, RULES
from dirsync.audit.summed_up import summed_up
from dirsync.audit.waiver_index import InForce
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, RuleState, Subject, SubjectKind, Verdict
from dirsync.model.names import fold
from dirsync.model.run import AuditResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.rules.interface import Rule
    from dirsync.model.estate import Estate

STATES = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)
"""A rule's state is the first of these that one of its findings has."""
TOLD = 3
"""How many reasons the line about a rule's state gives; the findings have all of them."""


def audit(estate: Estate, rules: Sequence[Rule] = RULES) -> AuditResult:
    """Ask every rule and count. The order of findings depends on nothing but what they say.

    The rules of `ASKED_LAST` come last, whatever their place in `rules`, since they look at the other answers.
    """
    findings: list[Finding] = []
    states: dict[str, RuleState] = {}
    waivers = InForce(estate.waivers, estate.today)
    for rule in sorted(rules, key=_turn):
        asked = replace(estate, answers=tuple(findings)) if _turn(rule) else estate
        answers = sorted(summed_up(waivers.applied_to(answer) for answer in _answers(rule, asked)), key=_order)
        states[rule.id] = _state(rule, answers)
        findings += answers
    census = Census(estate)
    unmapped, unmapped_holding = census.unmapped()
    return AuditResult(
        findings=tuple(findings),
        rules=tuple(states[rule.id] for rule in rules),
        audiences=census.audiences(),
        unmapped_users=unmapped,
        unmapped_holding=unmapped_holding,
        applications=census.applications(findings),
    )


def _turn(rule: Rule) -> int:
    """Return 0 for a rule that looks at the estate only, else its place among those that look at answers."""
    return ASKED_LAST.index(rule.id) + 1 if rule.id in ASKED_LAST else 0


def _answers(rule: Rule, estate: Estate) -> Iterator[Finding]:
    """Yield a rule's findings; a missing fact that the rule did not expect leaves the rest of it undecided."""
    try:
        yield from rule.audit(estate)
    except MissingFact as missing:
        subject = Subject(SubjectKind.ESTATE, "estate")
        fact = missing.fact
        yield Finding(
            rule.id, Verdict.UNKNOWN, rule.severity, subject, fact.why, remedy=fact.remedy, missing=(fact.name,)
        )


def _order(finding: Finding) -> tuple[int | str, ...]:
    """Sort what needs a decision first, then by severity and name."""
    subject = finding.subject
    return (
        STATES.index(finding.verdict),
        -finding.severity.rank,
        subject.directory,
        subject.kind,
        fold(subject.name),
        subject.id,
        finding.application,
        finding.mechanism or "",
        finding.mapping,
        finding.message,
    )


def _state(rule: Rule, answers: Sequence[Finding]) -> RuleState:
    state = next((verdict for verdict in STATES if any(answer.verdict is verdict for answer in answers)), STATES[-1])
    return RuleState(rule.id, title(rule), state, _why(state, answers), rule.decides_seats)


def _why(state: Verdict, answers: Sequence[Finding]) -> str:
    """Say in a line what the state rests on: how many failed and how many of those are waived, or what is missing."""
    if state is Verdict.PASS:
        return ""
    deciding = [answer for answer in answers if answer.verdict is state]
    if state is Verdict.FAIL:
        accepted = sum(answer.waiver is not None for answer in deciding)
        undecided = sum(answer.verdict is Verdict.UNKNOWN for answer in answers)
        parts = [f"{len(deciding):,} failing"]
        parts += [f"{accepted:,} of them waived"] if accepted else []
        parts += [f"{undecided:,} undecided"] if undecided else []
        return ", ".join(parts)
    reasons = list(dict.fromkeys(answer.message for answer in deciding))
    more = [f"And {len(reasons) - TOLD:,} more."] if len(reasons) > TOLD else []
    return " ".join([*reasons[:TOLD], *more])
