"""What mappings/estate.yaml declares, and the products no longer say; and a declaration past its day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import counted, lacking, rest_on, sayings, told_by_routes
from dirsync.model.facts import DECLARATION, DECLARED_ROUTE, Declaration, Fact, FactState, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate

FILE = Subject(SubjectKind.ESTATE, "mappings/estate.yaml", "estate.yaml")


class DeclarationStale:
    """What mappings/estate.yaml declares is out of date.

    What no API of Jira and Crowd tells is declared in mappings/estate.yaml by somebody who looked. Settings change
    afterwards, and a declaration does not. Where a product or its database tells the same fact, dirsync compares the
    two: names of groups without regard to case, the order of directories as it is, and only what both of them tell.

    It costs money when the audit goes by a line that was true last year: the mode of a directory, its default groups,
    or an application that shows one directory more today.

    - A declared value that a product contradicts fails. The audit used the product's, and the finding shows what each
      route says, with its source.
    - A declaration past its `valid_until` fails. Everything in the file counts as unknown from that day on.
    - A file without `declared: {by, on, valid_until}` can't be dated, so whether it is stale is unknown.

    What only the declaration tells can't be compared; it is counted in the answer.

    Remedy. Look at the setting in the product, correct the line in mappings/estate.yaml or take it out (what the
    product tells need not be declared), and set `on` and `valid_until` anew.

    Sources: "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html), whose
    order and modes no REST API of Jira tells. Licence-risk rules L-18 and S-05, which ask for a declaration.
    """

    id: ClassVar[str] = "declaration-stale"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`."""
        if not estate.has(DECLARATION):
            message = "There is no mappings/estate.yaml, so nothing is declared."
            yield Finding(self.id, Verdict.NOT_APPLICABLE, self.severity, FILE, message)
            return
        stale = [self._contradicted(fact) for _, fact in sorted(estate.facts.items()) if _says_otherwise(fact)]
        yield from stale
        fact: Fact[Declaration | None] = estate.need(DECLARATION)
        if fact.value is None:
            yield self._undated(fact)
        elif fact.value.valid_until < estate.today:
            yield self._expired(fact, fact.value, estate)
        elif not stale:
            yield self._fresh(fact, fact.value, estate)

    def _contradicted(self, fact: Fact[Any]) -> Finding:
        declared = next(other for other in fact.contradicted_by if other.route == DECLARED_ROUTE)
        finding = Finding(
            self.id,
            Verdict.FAIL,
            self.severity,
            Subject(SubjectKind.ESTATE, fact.name, fact.name),
            f"What is declared of {fact.name} is not what is observed: {sayings(fact)}. The audit took the first.",
            remedy=f"Look at the setting, then correct or remove {declared.source.partition(',')[0]}.",
        )
        return rest_on(finding, (), told_by_routes(fact))

    def _undated(self, fact: Fact[Any]) -> Finding:
        finding = Finding(
            self.id, Verdict.UNKNOWN, self.severity, FILE, f"Whether {fact.source} is stale can't be said."
        )
        why = "it names nobody who vouches for it, and no day until which it counts"
        remedy = f"Add 'declared: {{by: …, on: …, valid_until: …}}' to {fact.source}."
        return rest_on(lacking(finding, [unknown(DECLARATION, why, remedy)]), [fact])

    def _expired(self, fact: Fact[Any], said: Declaration, estate: Estate) -> Finding:
        days = counted((estate.today - said.valid_until).days, "day")
        finding = Finding(
            self.id,
            Verdict.FAIL,
            self.severity,
            FILE,
            f"{fact.source}: what {said.by} declared counted until {said.valid_until}, {days} ago. "
            "Everything in the file is unknown since.",
            remedy=f"Have {said.by} check the file and move its valid_until.",
        )
        return rest_on(finding, (), [fact.evidence()])

    def _fresh(self, fact: Fact[Any], said: Declaration, estate: Estate) -> Finding:
        told = [known for name, known in estate.facts.items() if name != DECLARATION]
        confirmed = sum(1 for known in told if any(other.route == DECLARED_ROUTE for other in known.confirmed_by))
        alone = sum(1 for known in told if known.state is FactState.DECLARED and not known.confirmed_by)
        message = (
            f"What {said.by} declared counts until {said.valid_until}: {counted(confirmed, 'declared fact')} "
            f"{'is' if confirmed == 1 else 'are'} what the products say too, {counted(alone, 'other')} told by nobody "
            "else."
        )
        return rest_on(Finding(self.id, Verdict.PASS, self.severity, FILE, message), [fact])


def _says_otherwise(fact: Fact[Any]) -> bool:
    return any(other.route == DECLARED_ROUTE for other in fact.contradicted_by)
