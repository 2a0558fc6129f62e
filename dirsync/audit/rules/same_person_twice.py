"""L-20: one person has two accounts under two usernames."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.access import seen_directories
from dirsync.audit.account_seats import AccountSeats
from dirsync.audit.evidence import counted, lacking, listed_few, reads_of, rest_on, sentences
from dirsync.audit.jira_order import ESTATE
from dirsync.audit.people import takes
from dirsync.audit.shared_addresses import SharedAddresses
from dirsync.model.facts import MissingFact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dirsync.audit.account_seats import HeldSeats
    from dirsync.audit.shared_addresses import Bearer
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact

NAMED = 5
"""How many addresses are told by name where no account of theirs holds a seat; the others are counted."""


class SamePersonTwice:
    """Two accounts with one e-mail address and two usernames are most likely one person, paid for twice.

    A second seat for one person costs as much as the first. Jira tells users apart by username. An agent who is `ana`
    in one directory and `ana@example.org` in another one is two users to it: Jira's own list of duplicates doesn't show
    them, each of the two takes a seat of its own, and what one may see the other may not. When the person leaves, one
    account is switched off and the other one stays.

    It is high if two usernames with the address hold a seat of one Jira application, which is paid twice; medium if one
    holds a seat, for then it is open which of the two is the one to keep. Accounts of which none holds a seat are
    counted per directory, low. Compared are the active accounts of all directories that Jira sees, of agents, customers
    and people in no mapping. Addresses compare without regard to case and to blanks around them; what stands behind a
    `+` counts as part of them.

    No person's own, and left aside, are addresses of a role such as `info@` or `no-reply@` (RFC 2142), those that a
    group has in LDAP, and those that more than five usernames bear.

    It comes about when single sign-on is introduced and makes usernames of its own, when somebody who is an agent signs
    up at the portal, when two companies are put into one Jira, and for technical accounts that bear the address of who
    looks after them.

    Remedy. Ask the person which account is in use, move its groups and requests, and deactivate the other one (Crowd >
    Users > (user), or in the directory that feeds it). Give technical accounts addresses of their own, or accept them
    with a waiver for the user.

    Sources: "Licensing and application access" (adminjiraserver0817/1071815682.html: users are counted by account);
    "Finding duplicate user accounts" (confluence.atlassian.com/jiracore/1079345620.html, which compares usernames
    alone); RFC 2142. Licence-risk rule L-20.
    """

    id: ClassVar[str] = "same-person-twice"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    # it asks who is who; whether customers hold a seat is decided by customer-holds-application-access
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the account with the seat, else the Directory, else the estate."""
        if not estate.populations:
            yield _finding(Verdict.NOT_APPLICABLE, ESTATE, "No mapping names any people.")
            return
        yield from _Answers(estate).all()


@dataclass
class _WithoutSeat:
    """Addresses of one Directory whose accounts are not known to hold a seat."""

    addresses: int = 0
    first: list[str] = field(default_factory=list)
    doubts: dict[str, Fact[Any]] = field(default_factory=dict)


class _Answers:
    """The findings, while the addresses stream past."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        populated = {directory_key(each.directory) for each in estate.populations}
        self._directories = sorted({*seen_directories(estate), *populated})
        read = {name: estate.snapshots[name] for name in self._directories if name in estate.snapshots}
        self._addresses = SharedAddresses(read)
        self._seats = AccountSeats(estate)
        self._reads = {name: reads_of(estate, name) for name in read}

    def all(self) -> Iterator[Finding]:
        """Yield a failure per person with a seat, one per Directory for all others, and what is left to say."""
        without: dict[str, _WithoutSeat] = defaultdict(_WithoutSeat)
        for bearers in self._addresses.each():
            held = [(bearer, self._seats.of(bearer.directory, bearer.user)) for bearer in bearers]
            if any(seats.paths for _, seats in held):
                yield self._with_seat(held)
                continue
            told = without[min(bearer.directory for bearer in bearers)]
            told.addresses += 1
            told.first += [fold(bearers[0].user.email)] if len(told.first) < NAMED else []
            told.doubts |= {fact.name: fact for _, seats in held for fact in seats.doubts}
        for directory, told in sorted(without.items()):
            yield self._without_seat(directory, told)
        missing = list(self._missing())
        if missing:
            message = "Whether more people have two accounts can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), missing)
        else:
            yield self._rest()

    def _with_seat(self, held: Sequence[tuple[Bearer, HeldSeats]]) -> Finding:
        (first, seats), *_ = sorted(
            ((bearer, seats) for bearer, seats in held if seats.paths),
            key=lambda each: (each[0].directory, each[0].user.id),
        )
        by_application: dict[str, set[str]] = defaultdict(set)
        for bearer, known in held:
            for path in known.paths:
                by_application[path.application].add(fold(bearer.user.username))
        twice = [key for key, usernames in by_application.items() if len(usernames) > 1]
        seat = f"'{first.user.username}' holds a seat of {_named(self._seats, by_application)}"
        if twice:
            seat = f"Two of them hold a seat of {_named(self._seats, twice)}, so one person is paid for twice"
        elif len({name for usernames in by_application.values() for name in usernames}) > 1:
            seat = f"Together they hold seats of {_named(self._seats, by_application)}"
        address = fold(first.user.email)
        message = f"{', '.join(self._who(bearer) for bearer, _ in held)} have one e-mail address, {address}. {seat}."
        subject = Subject(SubjectKind.USER, first.user.username, first.user.id, first.directory)
        finding = replace(
            _finding(Verdict.FAIL, subject, message),
            severity=Severity.HIGH if twice else SamePersonTwice.severity,
            mapping=next(self._mappings(first), ""),
            path=seats.paths[0].of(first.user.username).names,
            remedy=f"Ask whoever reads {address} which account is in use, move its groups and requests over and "
            "deactivate the other one (Crowd > Users, or the directory that feeds it). Give a technical account an "
            "address of its own, or accept it with a waiver.",
        )
        directories = dict.fromkeys(bearer.directory for bearer, _ in held)
        return rest_on(finding, self._seats.facts, [read for name in directories for read in self._reads[name]])

    def _without_seat(self, directory: str, told: _WithoutSeat) -> Finding:
        doubts = sentences(fact.why for fact in told.doubts.values())
        seats = f"Whether one of the accounts holds a seat can't be said. {doubts}" if doubts else "None holds a seat."
        has = "1 e-mail address has" if told.addresses == 1 else f"{told.addresses:,} e-mail addresses have"
        finding = replace(
            _finding(
                Verdict.FAIL,
                Subject(SubjectKind.DIRECTORY, directory, directory=directory),
                f"In {directory} {has} accounts of two or more usernames, here or in another directory: "
                f"{listed_few(told.first, told.addresses)}. {seats}",
            ),
            severity=SamePersonTwice.severity if doubts else Severity.LOW,
            remedy="Ask these people which account is in use, and deactivate the other one (Crowd > Users, or the "
            f"directory that feeds it); or accept it with a waiver (directory: {directory}).",
        )
        return rest_on(finding, () if doubts else self._seats.facts, self._reads[directory])

    def _rest(self) -> Finding:
        addresses = self._addresses
        compared = counted(addresses.compared, "e-mail address", "e-mail addresses")
        aside = f"{addresses.left_aside:,} of roles, lists or many people left aside"
        message = f"No other person is seen to have accounts of two usernames: {compared} compared, {aside}."
        finding = replace(_finding(Verdict.PASS, ESTATE, message), count=addresses.compared)
        return rest_on(finding, (), [read for reads in self._reads.values() for read in reads])

    def _missing(self) -> Iterator[Fact[Any]]:
        """Yield what was not read whole, and Directories with people and no address, which compare with nothing."""
        for directory in self._directories:
            try:
                snapshot = self._estate.snapshot(directory)
            except MissingFact as missing:
                yield missing.fact
                continue
            if directory not in self._addresses.directories and any(user.active for user in snapshot.users()):
                yield unknown(
                    f"directories[{directory}].addresses",
                    f"no active account of {directory} has an e-mail address",
                    f"Name the attribute as attributes.email in the mapping that reads {directory}.",
                )

    def _who(self, bearer: Bearer) -> str:
        audiences = {
            each.audience
            for each in self._estate.populations
            if each.directory == bearer.directory and takes(self._estate, each, bearer.user)
        }
        role = f"{audiences.pop().removesuffix('s')} in " if len(audiences) == 1 else ""
        return f"'{bearer.user.username}' ({role}{bearer.directory})"

    def _mappings(self, bearer: Bearer) -> Iterator[str]:
        for each in self._estate.populations:
            if each.directory == bearer.directory and takes(self._estate, each, bearer.user):
                yield each.mapping


def _named(seats: AccountSeats, keys: Iterable[str]) -> str:
    return " and ".join(seats.named(key) for key in sorted(keys))


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(SamePersonTwice.id, verdict, SamePersonTwice.severity, subject, message)
