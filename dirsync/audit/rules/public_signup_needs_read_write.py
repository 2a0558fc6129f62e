"""S-01 and S-05: public sign-up without a directory that Jira can write to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import lacking, mapping_says, no_customers, rest_on
from dirsync.audit.signup import GLOBAL, Door, Wish, doors_to, first_other_door, unresolved, wish_for
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.model.estate import Estate, Population
    from dirsync.model.facts import Fact


class PublicSignupNeedsReadWrite:
    """Public sign-up can't work: Jira may not write to the customers' directory.

    Somebody who signs up at the portal, or writes to the service project from an unknown address, gets an account.
    Jira makes it in the first active user directory it may write to. If the customers' directory is Read Only (or
    Read Only, with Local Groups, which covers groups but no users) or inactive, sign-up fails; or the account lands
    in another directory that is writable, among the agents or in Jira's internal directory, with the default groups
    that hold there, and may so cost a seat.

    No REST API of Jira tells the mode. dirsync takes it from Jira's database or from mappings/estate.yaml; without
    either the answer is unknown, never a guess.

    Read/Write in Jira is necessary and not sufficient: Crowd must allow Add User too, in the application and in the
    directory.

    Remedy. Jira administration > User management > User directories > (the customers' directory) > Edit: set the
    permission to Read/Write, and enable the directory. Then see that no directory above it is writable. If sign-up is
    not wanted, turn it off under Jira administration > Applications > Jira Service Management > Configuration >
    Public signup, and write `public_signup: off` in the mapping.

    Sources: "Managing customers in Jira Service Management"; "Connecting to Crowd or another Jira application for user
    management" (confluence.atlassian.com/x/tYR6Fw); "Connecting to an LDAP directory"
    (confluence.atlassian.com/x/noR6Fw); "Managing multiple directories"
    (adminjiraserver0917/managing-multiple-directories-1431246040.html); "Configuring public signup"
    (confluence.atlassian.com/display/SERVICEDESK020/Configuring+public+signup). Licence-risk rules S-01 and S-05.
    """

    id: ClassVar[str] = "public-signup-needs-read-write"
    severity: ClassVar[Severity] = Severity.CRITICAL
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Directory in which the products see the customers."""
        populations = estate.population(Audience.CUSTOMERS)
        if not populations:
            yield no_customers(self)
        for population in populations:
            yield _Question(estate, population).answer()


@dataclass(frozen=True)
class _Question:
    """The question for the people of one Mapping."""

    estate: Estate
    population: Population

    def answer(self) -> Finding:
        wish, directory = wish_for(self.estate, self.population), self.population.directory
        if wish is Wish.ELSEWHERE:
            return self._finding(
                Verdict.NOT_APPLICABLE, f"{directory}: another customers mapping is the one that wants public sign-up."
            )
        if wish is Wish.OFF:
            return self._finding(Verdict.NOT_APPLICABLE, f"{directory}: public sign-up is not wanted.")
        try:
            if wish is Wish.UNSAID:
                self.estate.need(GLOBAL)
            return self._about(doors_to(self.estate, directory), wish)
        except MissingFact as missing:
            message = f"Whether public sign-up can make accounts in {directory} can't be said."
            finding = self._finding(Verdict.UNKNOWN, message)
            if wish is Wish.UNSAID:
                cheapest = "Write 'public_signup: wanted' or 'public_signup: off' in the mapping"
                finding = replace(finding, remedy=f"{cheapest} '{self.population.mapping}'.")
            return lacking(finding, [missing.fact])

    def _about(self, doors: Sequence[Door], wish: Wish) -> Finding:
        open_door = next((known for known in doors if known.is_open), None)
        missing = [fact for known in doors if known.is_open is None for fact in known.missing]
        if not doors:
            missing = list(unresolved(self.estate))
        if open_door:
            return self._passed(open_door, wish)
        others = self._doors_to_other_customers() if wish is Wish.IN_FORCE else []
        if any(known.is_open for known in others):
            message = "accounts of public sign-up land in another customers directory, and no mapping wants them here"
            return self._finding(Verdict.NOT_APPLICABLE, f"{self.population.directory}: {message}.")
        missing += [fact for known in others if known.is_open is None for fact in known.missing]
        if missing:
            return self._undecided(missing, wish)
        return self._failed(doors, wish)

    def _doors_to_other_customers(self) -> list[Door]:
        return [
            known
            for other in self.estate.population(Audience.CUSTOMERS)
            if other.directory != self.population.directory
            for known in doors_to(self.estate, other.directory)
        ]

    def _passed(self, known: Door, wish: Wish) -> Finding:
        name = known.jira_directory.name
        message = f"{self.population.directory}: Jira may make accounts in its user directory '{name}' (Read/Write)."
        return self._with_wish(self._finding(Verdict.PASS, message), wish, [known])

    def _undecided(self, missing: Sequence[Fact[Any]], wish: Wish) -> Finding:
        message = f"Whether public sign-up can make accounts in {self.population.directory} can't be said."
        return lacking(self._with_wish(self._finding(Verdict.UNKNOWN, message), wish, []), missing)

    def _failed(self, doors: Sequence[Door], wish: Wish) -> Finding:
        directory = self.population.directory
        shut = [known.why_shut for known in doors] or [f"no user directory of Jira shows {directory}"]
        other = first_other_door(self.estate, directory)
        lands = f"they land in '{other.jira_directory.name}' instead" if other else "sign-up fails"
        message = (
            f"Public sign-up is {wish.value}, but Jira can't make accounts in {directory}: {', '.join(shut)}. "
            f"As far as is known, {lands}."
        )
        where = doors[0].jira_directory.name if doors else f"add one that shows {directory}"
        remedy = (
            f"Jira administration > User management > User directories > {where}: it must be active, with the "
            "permission Read/Write. Or turn public sign-up off, in Jira and in the mapping."
        )
        shown = [self.estate.need("jira.user_directories")] if not doors else []
        finding = replace(self._finding(Verdict.FAIL, message), remedy=remedy)
        return rest_on(self._with_wish(finding, wish, [*doors, *([other] if other else [])]), shown)

    def _with_wish(self, finding: Finding, wish: Wish, doors: Sequence[Door]) -> Finding:
        """Add what says that sign-up is wanted, and what is known of Jira's user directories."""
        facts = [fact for known in doors for fact in known.facts]
        if wish is Wish.IN_FORCE:
            return rest_on(finding, [self.estate.need(GLOBAL), *facts])
        return rest_on(replace(finding, evidence=(mapping_says(self.population, "public_signup = wanted"),)), facts)

    def _finding(self, verdict: Verdict, message: str) -> Finding:
        rule, directory = PublicSignupNeedsReadWrite, self.population.directory
        subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
        return Finding(rule.id, verdict, rule.severity, subject, message, mapping=self.population.mapping)
