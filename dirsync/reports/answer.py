"""The answer: the few sentences every report begins with, composed from the Run and nothing else.

What limits the answer stands before it (a directory not read whole, a refused plan), then the seats, then what else
fails, then what was changed; the parenthesis at the end says what the numbers leave out or take on trust.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.model.estate import Audience
from dirsync.model.facts import FactState
from dirsync.model.findings import Severity, SubjectKind, Verdict
from dirsync.model.names import fold
from dirsync.model.plans import Result
from dirsync.model.run import Mode
from dirsync.reports.seat_words import plan_words
from dirsync.reports.seats import reported_seats
from dirsync.reports.wording import a_few, counted, in_words, number, sentence, verb, without_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.findings import Finding
    from dirsync.model.run import Run

HOLDS_A_SEAT = "customer-holds-application-access"
DEFAULT_GROUP_GIVES_ONE = (
    "customer-default-group-grants-application-access",
    "customer-default-group-has-jira-users-permission",
)
"""The second one speaks before Jira 7, the first one since then."""
INCOMPLETE = "audit-incomplete"

# The wording of Fact.source for declared facts (dirsync.model.facts): "file:line, declared by NAME until DATE".
_DECLARED_BY = re.compile(r"declared by (?P<who>.+?)(?: on | until |,|$)")


@dataclass(frozen=True)
class Answer:
    """The answer in its parts, so that a page can set them apart; as text it is one paragraph."""

    limits: tuple[str, ...]
    """What the statement does not cover or what stopped the run: sentences, often none."""
    statement: str
    """Who holds a paid seat, or why that can't be said."""
    further: tuple[str, ...]
    """What else fails, what could not be decided, what was or would be changed: sentences."""
    aside: tuple[str, ...]
    """What the numbers leave out or take on trust: phrases."""

    def __str__(self) -> str:
        """Return the paragraph."""
        aside = (f"({'; '.join(self.aside)})",) if self.aside else ()
        return " ".join([*self.limits, self.statement, *self.further, *aside])


def answer(run: Run) -> Answer:
    """Compose the answer. It never claims what the audit could not decide."""
    return Answer(
        limits=(*_incomplete(run), *_without_people(run), *_refused(run)),
        statement=_seats(run),
        further=(*_other_failures(run), *_changes(run)),
        aside=tuple(_aside(run)),
    )


def _incomplete(run: Run) -> Iterator[str]:
    for read in run.directories:
        if not read.completeness.is_complete:
            reason = without_name(read.completeness.reason.strip().rstrip("."), read.name)
            yield sentence(f"Directory {read.name} was not read whole{f': {reason}' if reason else ''}")


def _without_people(run: Run) -> Iterator[str]:
    mappings = [finding.subject for finding in run.audit.findings if _takes_nobody(finding)]
    for mapping in mappings:
        yield f"The mapping '{mapping.name}' takes nobody out of {mapping.directory}, which was read whole."


def _takes_nobody(finding: Finding) -> bool:
    """Say whether a finding is that a Mapping maps nobody, which nobody has accepted."""
    return finding.rule == INCOMPLETE and finding.subject.kind is SubjectKind.MAPPING and finding.is_open_failure


def _refused(run: Run) -> Iterator[str]:
    guards = list(dict.fromkeys(refusal.guard for refusal in run.refusals if refusal.refused))
    if guards:
        who = f"The guard {guards[0]}" if len(guards) == 1 else f"{len(guards)} guards ({in_words(guards)})"
        yield f"{who} refused the plan: nothing was changed."


def _seats(run: Run) -> str:
    if any(people.audience is Audience.CUSTOMERS for people in run.audit.audiences):
        return sentence("; ".join([*_holding(run), *_default_groups(run)]))
    if any(not read.completeness.is_complete for read in run.directories):
        return "It can't be said whether customers hold a paid seat: they could not be read."
    return "Whether customers hold a paid seat was not asked: no mapping has the audience customers."


def _holding(run: Run) -> Iterator[str]:
    people = [people for people in run.audit.audiences if people.audience is Audience.CUSTOMERS]
    users = sum(each.users for each in people)
    holding = sum(each.holding for each in people)
    everybody = counted(users, "customer")
    why = _why_undecided(run, HOLDS_A_SEAT)
    if why is None:
        if users == 0:
            mappings = {each.mapping for each in people}
            is_doubtful = any(_takes_nobody(each) and each.mapping in mappings for each in run.audit.findings)
            yield "no customer was found who could hold a paid seat" if is_doubtful else "there are no customers yet"
        else:
            yield f"{number(holding)} of {everybody} {verb(1 if users == 1 else holding, 'holds', 'hold')} a paid seat"
        return
    undecided = sum(each.active - each.judged for each in people)
    reason = f": {why}" if why else ""
    if holding:
        others = f"{number(undecided)} more" if 0 < undecided <= users - holding else "the others"
        yield (
            f"at least {number(holding)} of {everybody} {verb(holding, 'holds', 'hold')} a paid seat; "
            f"for {others} it can't be said{reason}"
        )
    elif 0 < undecided < users:
        yield (
            f"it can't be said whether {number(undecided)} of {everybody} "
            f"{verb(undecided, 'holds', 'hold')} a paid seat{reason}"
        )
    else:
        yield f"it can't be said whether any {f'of {everybody}' if users else 'customer'} holds a paid seat{reason}"


def _default_groups(run: Run) -> Iterator[str]:
    groups = {
        (finding.subject.directory, fold(finding.subject.name))
        for finding in run.audit.findings
        if finding.rule in DEFAULT_GROUP_GIVES_ONE and finding.is_open_failure
    }
    if groups:
        yield f"{counted(len(groups), 'default group')} would give one to every new customer"
    why = _why_undecided(run, *DEFAULT_GROUP_GIVES_ONE)
    if why is not None:
        what = "any other default group" if groups else "a default group"
        yield f"it can't be said whether {what} would give one to new customers{f': {why}' if why else ''}"


def _why_undecided(run: Run, *rules: str) -> str | None:
    """Return why one of some rules could not be decided (may be empty), or None when all could."""
    state = next((state for state in run.audit.rules if state.rule in rules and state.state is Verdict.UNKNOWN), None)
    undecided = [
        finding for finding in run.audit.findings if finding.rule in rules and finding.verdict is Verdict.UNKNOWN
    ]
    if not undecided and state is None:
        return None
    missing = list(dict.fromkeys(name for finding in undecided for name in finding.missing))
    if missing:
        return f"{a_few(missing, 2)} {verb(len(missing), 'is', 'are')} not known"
    why = state.why if state and state.why else next((finding.message for finding in undecided), "")
    return why.strip().rstrip(".")


def _other_failures(run: Run) -> Iterator[str]:
    told_above = {HOLDS_A_SEAT, *DEFAULT_GROUP_GIVES_ONE}
    failing = [
        finding
        for finding in run.audit.findings
        if finding.is_open_failure and finding.rule not in told_above and not _takes_nobody(finding)
    ]
    if failing:
        yield f"{counted(len(failing), 'other finding')} {verb(len(failing), 'fails', 'fail')}, {_worst(failing)}."
    undecided = [
        state.rule
        for state in run.audit.rules
        if state.decides_seats and state.rule not in told_above and state.state is Verdict.UNKNOWN
    ]
    if undecided:
        rules = verb(len(undecided), "rule", "rules")
        yield f"The {rules} {a_few(undecided, at_most=2)} could not be decided."


def _worst(failing: list[Finding]) -> str:
    severity = max((finding.severity for finding in failing), key=lambda severity: severity.rank)
    several = sum(finding.severity is severity for finding in failing)
    if several == len(failing):
        return f"{verb(several, 'of', 'all of')} severity {severity.value}"
    if severity in {Severity.CRITICAL, Severity.HIGH}:
        return f"{number(several)} of them {severity.value}"
    return f"none above {severity.value}"


def _changes(run: Run) -> Iterator[str]:
    if run.plan is None:
        return
    if run.outcomes:
        yield from _carried_out(run)
    elif not any(refusal.refused for refusal in run.refusals):
        planned = len(run.plan.appliable)
        if planned:
            yield f"{counted(planned, 'change')} {_fate(run.mode, planned)}."
        elif not run.plan.unappliable:
            yield "Nothing to change."
    yield from _seats_after(run)
    for directory in sorted(run.plan.unappliable):
        waiting = sum(change.directory == directory for change in run.plan.changes)
        held = f": {counted(waiting, 'change')} {verb(waiting, 'waits', 'wait')}" if waiting else ""
        yield f"Nothing may be written to {directory}{held}."


def _seats_after(run: Run) -> Iterator[str]:
    for seats in sorted(map(reported_seats, run.audit.applications), key=lambda seats: seats["key"]):
        if (after := seats["after_plan"]) and (said := plan_words(seats["name"], after)):
            yield said


def _fate(mode: Mode, planned: int) -> str:
    if mode is Mode.REHEARSAL:
        return "would be made"
    if mode in {Mode.PLAN, Mode.UNDO_PLAN}:
        return f"{verb(planned, 'is', 'are')} pending"
    return f"{verb(planned, 'was', 'were')} planned and not made"


def _carried_out(run: Run) -> Iterator[str]:
    results = [outcome.result for outcome in run.outcomes]
    settled = results.count(Result.DONE) + results.count(Result.ALREADY_SO)
    missed = [
        f"{number(count)} {words}"
        for result, words in (
            (Result.FAILED, "failed"),
            (Result.REFUSED, f"{verb(results.count(Result.REFUSED), 'was', 'were')} refused by the target"),
            (Result.NOT_TRIED, f"{verb(results.count(Result.NOT_TRIED), 'was', 'were')} not tried"),
        )
        if (count := results.count(result))
    ]
    if run.mode is Mode.REHEARSAL:
        yield f"{counted(settled, 'change')} would be made."
    elif missed:
        yield f"Applied {number(settled)} of {counted(len(results), 'change')}; {in_words(missed)}."
    else:
        already = results.count(Result.ALREADY_SO)
        beforehand = f" ({number(already)} found done already)" if already else ""
        if settled or not results.count(Result.PLANNED):
            yield f"Applied {counted(settled, 'change')}{beforehand}."
    if planned := results.count(Result.PLANNED):
        was = verb(planned, "was", "were")
        yield f"{counted(planned, 'change')} {was} written down for somebody else to carry out."


def _aside(run: Run) -> list[str]:
    aside = []
    if run.audit.unmapped_users:
        holding = run.audit.unmapped_holding
        seats = f", {number(holding)} of them with a paid seat" if holding else ""
        aside.append(f"{counted(run.audit.unmapped_users, 'account')} in no mapping{seats}")
    declared = [fact for fact in run.facts if fact.state is FactState.DECLARED]
    if declared:
        people = sorted({found["who"] for fact in declared if (found := _DECLARED_BY.search(fact.source))})
        who = a_few(people, at_most=2) or "the mappings' authors"
        aside.append(f"{counted(len(declared), 'fact')} declared by {who}")
    waived = sum(finding.verdict is Verdict.FAIL and finding.waiver is not None for finding in run.audit.findings)
    if waived:
        aside.append(f"{counted(waived, 'finding')} waived")
    return aside
