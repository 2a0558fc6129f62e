"""Customers that are no person but a mailing list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import counted, lacking, no_customers, reads_of, rest_on
from dirsync.audit.people import people_by_directory
from dirsync.audit.role_addresses import role_in, with_roles_or
from dirsync.model.estate import Audience
from dirsync.model.facts import Evidence, MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.audit.people import People
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Fact
    from dirsync.model.snapshot import Snapshot


class MailingListAsCustomer:
    """A mailing list or shared mailbox is a customer, which Jira does not support.

    A customer is one person with one address. Behind a list are many: nobody can log in, since a password mail goes to
    all of them; Jira's answers go to everybody on the list; and a member who answers writes from an address of their
    own, which is not the customer's, so the answer becomes a stranger's new request or is dropped.

    It costs money when the account is put into groups like a person, and takes a seat that nobody uses; otherwise it
    costs the service team time.

    An account whose address is that of a group in one of the directories that were read is proven to be a list (LDAP
    groups and LDIF; Crowd keeps no addresses of groups). An account with a mailbox name of RFC 2142 such as
    `support@`, with `-request@` or `-owner@`, or with `no-reply@`, only looks like one. Several accounts with one
    address are not told here.

    Remedy. Give each person behind the list an account, and put them into an organisation in Jira Service Management
    (Customers > Organisations), which shares requests among them; then deactivate the list's account. If the mailbox
    has one reader who works with the portal, waive the finding for that user.

    Sources: "Managing customers in Jira Service Management" (mailing lists don't work as customers); RFC 2142, "Mailbox
    Names for Common Services, Roles and Functions". No licence-risk rule has this as its own.
    """

    id: ClassVar[str] = "mailing-list-as-customer"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the user. Holds the groups that have an address, and no user."""
        everybody = people_by_directory(estate, Audience.CUSTOMERS)
        if not everybody:
            yield no_customers(self)
            return
        lists = _lists(estate)
        missing = list(_unread(estate))
        for people in everybody:
            yield from _Addresses(people, lists).answers(missing)


@dataclass(frozen=True, slots=True)
class _List:
    """A group with an address."""

    group: str
    directory: str
    evidence: Evidence


def _lists(estate: Estate) -> dict[str, _List]:
    """Return the groups that have an address, by folded address; of several with one address the first."""
    found: dict[str, _List] = {}
    for directory, snapshot in sorted(estate.snapshots.items()):
        for group in snapshot.groups():
            if group.email:
                value = f"{directory}: the group '{group.name}' has the address {group.email}"
                found.setdefault(fold(group.email), _List(group.name, directory, _seen(snapshot, value)))
    return found


def _seen(snapshot: Snapshot, value: str) -> Evidence:
    return Evidence(snapshot.completeness.server or snapshot.directory, snapshot.completeness.read_at, value)


def _unread(estate: Estate) -> Iterator[Fact[None]]:
    """Yield what was not read whole: customers, or groups whose addresses might be theirs."""
    customers = {place for known in estate.population(Audience.CUSTOMERS) for place in (known.source, known.directory)}
    for directory in sorted(customers | set(estate.snapshots)):
        try:
            estate.snapshot(directory)
        except MissingFact as missing:
            yield missing.fact


@dataclass(frozen=True)
class _Addresses:
    """The customers in one Directory, one at a time."""

    people: People
    lists: Mapping[str, _List]

    def answers(self, missing: list[Fact[None]]) -> Iterator[Finding]:
        """Yield a failure per list, and one answer for everybody else."""
        others = self.people.active
        for user in self.people.users_at(with_roles_or(self.lists)):
            others -= 1
            yield self._judged(user)
        directory = self.people.directory
        subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
        if missing:
            message = f"Whether other customers in {directory} are mailing lists can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, subject, message), missing)
        else:
            compared = f"{counted(len(self.lists), 'group has an address', 'groups have an address')}"
            who = f"{counted(others, 'active customer')} in {directory}"
            message = f"No address of a role or of a group among {who} ({compared})."
            passed = replace(_finding(Verdict.PASS, subject, message), count=others)
            yield rest_on(passed, (), reads_of(self.people.estate, directory))

    def _judged(self, user: User) -> Finding:
        known = self.lists.get(fold(user.email))
        if known:
            what = f"is a mailing list: its address is that of the group '{known.group}' in {known.directory}"
            return self._failed(user, what, known.evidence)
        mark, why = role_in(user.email)
        what = f"looks like a mailing list or shared mailbox: its address has '{mark}' ({why})"
        # nobody has declared anything: that the address looks so was seen, and more isn't said
        return self._failed(user, what)

    def _failed(self, user: User, what: str, *evidence: Evidence) -> Finding:
        directory = self.people.directory
        subject = Subject(SubjectKind.USER, user.username, user.id, directory)
        finding = replace(
            _finding(Verdict.FAIL, subject, f"The customer '{user.username}' {what}."),
            mapping=self.people.mapping_of(user),
            remedy=f"Give each person behind it an account, share their requests through an organisation, and "
            f"deactivate '{user.username}'; or waive this for the user.",
        )
        snapshot = self.people.snapshot
        shown = [_seen(snapshot, f"{directory}: '{user.username}' has the address {user.email}")] if snapshot else []
        return rest_on(finding, (), [*shown, *evidence])


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = MailingListAsCustomer
    return Finding(rule.id, verdict, rule.severity, subject, message)
