"""S-10: mail from people without an account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import counted, lacking, listed_few, mapping_says, no_customers, rest_on
from dirsync.audit.signup import (
    GLOBAL,
    SWITCH,
    Door,
    doors_above,
    doors_to,
    first_other_door,
    meant_for_signup,
    project_switches,
    unresolved,
)
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.model.estate import Estate, Population

NAMED = 5
"""How many of the projects that take such mail a message names."""


class UnregisteredMailIsDropped:
    """Mail from people without an account is not processed, or makes their account in the wrong place.

    A service project with an e-mail channel turns mail into requests. Mail from an address that no account has is
    processed only if public sign-up is on, both Jira's global switch and the project's own: then the mail itself makes
    the account. Otherwise it is dropped, and the sender is not told. Nobody sees it, because the requests are simply
    not there.

    It costs money where people help themselves: agents make the accounts by hand, from the user management instead of
    the portal, and those accounts get the default applications, each with a seat.

    Where the mapping says nothing about sign-up and Jira's switch is off, that is often meant so; the finding is low
    and asks for the decision to be written down. `public_signup: off` says that such mail is meant to be dropped.

    If Jira can't make accounts in the customers' directory, the cause is told by public-signup-needs-read-write, with
    its proofs. This rule tells what it does to mail: it is dropped, or the sender's account lands in another directory.

    Remedy. Turn sign-up on in Jira administration > Applications > Jira Service Management > Configuration > Public
    signup, and for the project in Project settings > Customer permissions. If strangers shall not write in, put
    `public_signup: off` into the mapping, and tell people on the web page that shows the address. A project that only
    known people may write to is waived by name (`project: KEY`).

    Sources: "Managing customers" (confluence.atlassian.com/display/SERVICEDESK021/Managing+customers: mail of unknown
    senders with sign-up on and off); "Managing customers in Jira Service Management"; "Configuring public signup"
    (confluence.atlassian.com/display/SERVICEDESK020/Configuring+public+signup); "Managing multiple directories"
    (adminjiraserver0917/managing-multiple-directories-1431246040.html). Licence-risk rule S-10.
    """

    id: ClassVar[str] = "unregistered-mail-is-dropped"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is a customers mapping, or a service project."""
        customers = estate.population(Audience.CUSTOMERS)
        meant = meant_for_signup(estate)
        if not customers:
            yield no_customers(self)
        elif not meant:
            message = "Mail of unknown senders is meant to be dropped: no customers mapping wants public sign-up."
            answer = _finding(Verdict.NOT_APPLICABLE, Subject(SubjectKind.ESTATE, "estate"), message)
            said = [mapping_says(population, "public_signup = off") for population in customers]
            yield rest_on(answer, (), said)
        for population in meant:
            yield _Mail(estate, population, meant).answer()
        if meant and estate.has(GLOBAL) and estate.need(GLOBAL).value:
            yield from _projects(estate, is_wanted=bool(meant[0].public_signup))


@dataclass(frozen=True)
class _Mail:
    """The question for the people of one mapping."""

    estate: Estate
    population: Population
    meant: tuple[Population, ...]
    """All for whom sign-up may make accounts: mail makes one account, in one place."""

    def answer(self) -> Finding:
        try:
            switch = self.estate.need(GLOBAL)
            if not switch.value:
                return self._switched_off(switch)
            return self._about(doors_to(self.estate, self._directory), switch)
        except MissingFact as missing:
            return self._undecided([missing.fact])

    def _about(self, doors: Sequence[Door], switch: Fact[Any]) -> Finding:
        open_door = next((known for known in doors if known.is_open), None)
        if open_door:
            return self._open(open_door, switch)
        elsewhere = self._any_open_door()
        if elsewhere:
            where = elsewhere.jira_directory.name
            message = f"{self._directory}: mail of unknown senders makes accounts of other customers, in '{where}'."
            return self._resting(self._finding(Verdict.NOT_APPLICABLE, message), switch, [elsewhere])
        missing = [fact for known in doors if known.is_open is None for fact in known.missing]
        missing += unresolved(self.estate) if not doors else ()
        return self._undecided(missing) if missing else self._shut(doors, switch)

    def _open(self, open_door: Door, switch: Fact[Any]) -> Finding:
        """Answer where Jira may write to the directory: it does so only if no other one stands before it in order."""
        for above in doors_above(self.estate, open_door):
            if above.is_open is None:
                return self._undecided(above.missing)
            if above.is_open and above.jira_directory.name not in self._meant_doors():
                return self._shut([open_door], switch, instead=above)
        name = open_door.jira_directory.name
        message = f"Mail of unknown senders can make accounts in {self._directory} (Jira's '{name}')."
        return self._resting(self._finding(Verdict.PASS, message), switch, [open_door])

    def _meant_doors(self) -> set[str]:
        return {known.jira_directory.name for other in self.meant for known in doors_to(self.estate, other.directory)}

    def _any_open_door(self) -> Door | None:
        doors = (known for other in self.meant for known in doors_to(self.estate, other.directory))
        return next((known for known in doors if known.is_open), None)

    def _switched_off(self, switch: Fact[Any]) -> Finding:
        name, is_wanted = self.population.mapping, self.population.public_signup
        why = (
            f"the mapping '{name}' wants it" if is_wanted else f"the mapping '{name}' doesn't say whether that is meant"
        )
        message = f"Mail of unknown senders is dropped: public sign-up is off in Jira, and {why}."
        on = f"turn it on under {SWITCH}"
        off = f"write 'public_signup: off' in the mapping '{name}'"
        finding = replace(
            self._finding(Verdict.FAIL, message),
            severity=Severity.MEDIUM if is_wanted else Severity.LOW,
            remedy=f"If mail of strangers shall become requests, {on}; if not, {off}.",
        )
        return self._resting(finding, switch, [])

    def _shut(self, doors: Sequence[Door], switch: Fact[Any], instead: Door | None = None) -> Finding:
        other = instead or first_other_door(self.estate, self._directory)
        becomes = f"is dropped, as far as is known: Jira can make no account in {self._directory}"
        if other:
            where = other.jira_directory.name
            becomes = f"makes accounts in '{where}' instead of {self._directory}, as far as is known"
        finding = replace(
            self._finding(Verdict.FAIL, f"Mail of unknown senders {becomes}."),
            remedy=f"{self._mend(instead)}; or turn sign-up off under {SWITCH} and in the "
            f"mapping '{self.population.mapping}'.",
        )
        finding = self._resting(finding, switch, [*doors, *([other] if other else [])])
        return finding if doors else rest_on(finding, [self.estate.need("jira.user_directories")])

    def _mend(self, instead: Door | None) -> str:
        if instead is None:
            return f"Let Jira write to the directory of {self._directory}, as public-signup-needs-read-write says"
        name = instead.jira_directory.name
        return f"Make Jira's '{name}' Read Only, or move the customers' user directory above it"

    def _undecided(self, missing: Sequence[Fact[Any]]) -> Finding:
        message = f"Whether mail of unknown senders can make accounts in {self._directory} can't be said."
        return lacking(self._finding(Verdict.UNKNOWN, message), missing)

    def _resting(self, finding: Finding, switch: Fact[Any], doors: Sequence[Door]) -> Finding:
        wish = "wanted" if self.population.public_signup else "not said"
        said = mapping_says(self.population, f"public_signup = {wish}")
        facts = [switch, *(fact for known in doors for fact in known.facts)]
        return rest_on(replace(finding, evidence=(said,)), facts)

    @property
    def _directory(self) -> str:
        return self.population.directory

    def _finding(self, verdict: Verdict, message: str) -> Finding:
        name = self.population.mapping
        subject = Subject(SubjectKind.MAPPING, name, directory=self._directory)
        return replace(_finding(verdict, subject, message), mapping=name)


def _projects(estate: Estate, *, is_wanted: bool) -> Iterator[Finding]:
    """Yield one failure per service project whose own switch is off, and one answer for the others."""
    switches, switch = project_switches(estate), estate.need(GLOBAL)
    for key, fact in switches.off().items():
        message = f"{key} drops mail of unknown senders: its own switch for sign-up is off, while Jira's is on."
        finding = replace(
            _finding(Verdict.FAIL, Subject(SubjectKind.PROJECT, key), message),
            severity=Severity.MEDIUM if is_wanted else Severity.LOW,
            remedy=f"Project settings of {key} > Customer permissions: let anyone e-mail or raise a request. If only "
            f"known people may write to it, waive this with 'project: {key}'.",
        )
        yield rest_on(finding, [switch, fact])
    everything = Subject(SubjectKind.ESTATE, "estate")
    if switches.missing:
        message = "Whether every service project processes mail of unknown senders can't be said."
        yield lacking(_finding(Verdict.UNKNOWN, everything, message), switches.missing)
    if on := switches.on():
        what = counted(len(on), "service project takes", "service projects take")
        message = f"{what} mail of unknown senders: {listed_few(list(on)[:NAMED], len(on))}."
        yield rest_on(replace(_finding(Verdict.PASS, everything, message), count=len(on)), [switch, *on.values()])


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = UnregisteredMailIsDropped
    return Finding(rule.id, verdict, rule.severity, subject, message)
