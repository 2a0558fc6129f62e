"""Q-01 and Q-02: what could not be read, and which rules that silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import (
    counted,
    lacking,
    mapping_says,
    read_of,
    reads_of,
    rest_on,
    sayings,
    told_by_routes,
)
from dirsync.model.facts import DECLARED_ROUTE, Fact, MissingFact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate, Population
    from dirsync.model.snapshot import Snapshot

SHOWN = 5
"""How many left-out entries a message names; all of them are in the report's list of directories."""


class AuditIncomplete:
    """Something could not be read or is not known, so that rules kept silent.

    A rule that lacks something answers "unknown", never "pass". This rule collects why: directories that were not
    read whole, entries that had to be left out because acting on them would be a guess, and settings of Jira and
    Crowd that nobody told. For each it names the rules that were silenced and the cheapest way to know.

    It costs money when a clean report is believed that looked at half of the directory: the customers who hold a seat
    may be in the other half.

    A mapping that takes nobody, although its source was read whole, fails too: "0 customers hold a seat" would be true
    of it and mean nothing. Mostly its base or its filter fits nobody, or another mapping that it excepts takes them
    all. If the directory really is empty so far, accept the finding with a waiver that names the mapping.

    Two routes that contradict each other, such as Jira's REST API and its database, fail as well: one of them is not
    what it is taken for, or was read at another time, and every answer that rests on the fact may be wrong. The
    finding shows what each route said; the audit used the first. What a declaration says otherwise than the products
    is the rule `declaration-stale`.

    Usual causes: a size limit or a time limit of the LDAP server, an account without the right to read, a Crowd
    application that does not list this host under Remote addresses, missing rights in Jira (Jira administration >
    System > Global permissions: Jira administrators may read application access; only system administrators see user
    directories), an application of Jira that is installed and not licensed; or no declaration in
    mappings/estate.yaml of what no API tells, such as the mode of a user directory.

    Remedy. What the finding says; `dirsync doctor` checks connections and rights one by one.

    Sources: "Managing global permissions" (adminjiraserver0917/managing-global-permissions-1431246137.html); Jira's
    REST API, applicationrole (404 where an application is not licensed). Licence-risk rules Q-01 and Q-02.
    """

    id: ClassVar[str] = "audit-incomplete"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. Runs last: it looks at the answers of the others."""
        subject = Subject(SubjectKind.ESTATE, "estate")
        if not estate.populations:
            yield Finding(self.id, Verdict.NOT_APPLICABLE, self.severity, subject, "No mapping names any people.")
            return
        found = [
            *self._directories(estate),
            *self._empty_mappings(estate),
            *self._contradictions(estate),
            *self._facts(estate, subject),
        ]
        yield from found
        if not found:
            reads = reads_of(estate, *sorted(_expected(estate)))
            how_many = counted(len(reads), "directory", "directories")
            decided = f"{how_many} read whole, and every rule could be decided."
            yield rest_on(Finding(self.id, Verdict.PASS, self.severity, subject, decided), (), reads)

    def _directories(self, estate: Estate) -> Iterator[Finding]:
        for directory in sorted(_expected(estate)):
            subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
            try:
                snapshot = estate.snapshot(directory)
            except MissingFact as missing:
                yield self._unread(estate, subject, missing.fact)
                continue
            if snapshot.quarantined:
                yield self._left_out(estate, subject, snapshot)

    def _left_out(self, estate: Estate, subject: Subject, snapshot: Snapshot) -> Finding:
        count, directory = len(snapshot.quarantined), subject.name
        named = [f"{left.entry}: {left.reason}" for left in snapshot.quarantined[:SHOWN]]
        named += [f"and {count - SHOWN:,} more"] if count > SHOWN else []
        fact = unknown(
            f"directories[{directory}].quarantined",
            "; ".join(named),
            f"Mend these entries in {directory}; they are judged as soon as they can be told apart.",
        )
        what = counted(count, "entry", "entries")
        message = f"{what} of {directory} had to be left out, so nobody judged them."
        finding = Finding(self.id, Verdict.UNKNOWN, self.severity, subject, message)
        return lacking(rest_on(finding, (), reads_of(estate, directory)), [fact])

    def _unread(self, estate: Estate, subject: Subject, fact: Fact[None]) -> Finding:
        silenced = sorted({answer.rule for answer in estate.answers if fact.name in answer.missing})
        what = f"{fact.why[0].upper()}{fact.why[1:]}.".replace("..", ".")
        silent = f"It silenced {', '.join(silenced)}." if silenced else "No answer depended on it."
        remedy = fact.remedy or f"Run 'dirsync doctor' to see why {subject.name} can't be read."
        finding = Finding(self.id, Verdict.FAIL, self.severity, subject, f"{what} {silent}", remedy=remedy)
        return rest_on(finding, (), reads_of(estate, subject.name))

    def _empty_mappings(self, estate: Estate) -> Iterator[Finding]:
        """Yield a failure for each mapping that takes nobody out of a source that was read whole.

        It fails instead of being unknown so that a waiver can accept it: no declaration says "empty so far".
        """
        for population in estate.populations:
            source = estate.snapshots.get(population.source)
            if source and source.completeness.is_complete and not source.counts(population.mapping).users:
                yield self._takes_nobody(population, source)

    def _takes_nobody(self, population: Population, source: Snapshot) -> Finding:
        mapping, others = population.mapping, source.counts().users
        gave = f"It gave {counted(others, 'user')} to others" if others else "It gave no user to any other either"
        left_out = f", and {counted(len(source.quarantined), 'entry', 'entries')} had to be left out"
        so = f"the audit judges none of its {population.audience}"
        if population.is_synced:
            so = f"nobody is carried over to {population.directory}, and only who is there already is judged"
        message = (
            f"The mapping '{mapping}' ({population.where}) takes nobody: {population.source} was read whole, and no "
            f"user was found there{f' {population.taken}' if population.taken else ''}. "
            f"{gave}{left_out if source.quarantined else ''}. So {so}."
        )
        remedy = (
            "Ask 'dirsync explain NAME' about somebody who should be in it, and mend source.users in "
            f"{population.where}. If nobody is meant to be there, remove the mapping, or accept that for now with a "
            f"waiver (rule: {self.id}, mapping: {mapping})."
        )
        subject = Subject(SubjectKind.MAPPING, mapping, directory=population.source)
        finding = Finding(self.id, Verdict.FAIL, self.severity, subject, message, mapping=mapping, remedy=remedy)
        return rest_on(
            finding, (), [mapping_says(population, f"takes {population.taken or 'everybody'}"), read_of(source)]
        )

    def _contradictions(self, estate: Estate) -> Iterator[Finding]:
        for name, fact in sorted(estate.facts.items()):
            if all(other.route == DECLARED_ROUTE for other in fact.contradicted_by):
                continue
            finding = Finding(
                self.id,
                Verdict.FAIL,
                self.severity,
                Subject(SubjectKind.ESTATE, name, name),
                f"The products contradict each other about {name}: {sayings(fact)}. The audit took the first.",
                remedy="See in the product itself which is right. Check that URL and DATABASE_URL in the settings name "
                "the same product, and that the database is not a copy of another day.",
            )
            yield rest_on(finding, (), told_by_routes(fact))

    def _facts(self, estate: Estate, subject: Subject) -> Iterator[Finding]:
        """Yield one answer for all rules that lacked facts other than the directories above."""
        unread = {f"directories[{directory}]" for directory in _expected(estate)}
        silenced: dict[str, dict[str, str]] = {}
        for answer in estate.answers:
            lacked = [name for name in answer.missing if name not in unread]
            if answer.verdict is Verdict.UNKNOWN and (lacked or not answer.missing):
                silenced.setdefault(answer.rule, {}).update(dict.fromkeys(lacked or [answer.message], answer.remedy))
        if not silenced:
            return
        by_rule = [f"{rule}: {', '.join(sorted(lacked))}" for rule, lacked in sorted(silenced.items())]
        remedies = sorted({remedy for lacked in silenced.values() for remedy in lacked.values() if remedy})
        yield Finding(
            self.id,
            Verdict.UNKNOWN,
            self.severity,
            subject,
            f"{counted(len(silenced), 'rule')} could not be decided everywhere. {'; '.join(by_rule)}.",
            remedy=" ".join(remedies),
            missing=tuple(sorted({name for lacked in silenced.values() for name in lacked})),
        )


def _expected(estate: Estate) -> set[str]:
    """Return the keys of the Directories the Mappings need, and of those that were read besides."""
    needed = {name for population in estate.populations for name in (population.source, population.directory)}
    return needed | set(estate.snapshots)
