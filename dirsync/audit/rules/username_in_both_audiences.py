"""L-15 and L-17: one username among the agents and among the customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import lacking, mapping_says, no_customers, only_some_mappings, reads_of, rest_on
from dirsync.audit.people import people_by_directory
from dirsync.audit.shared_names import DUPLICATES, listed_by_jira, names_jira_lists, place, shared_names, size
from dirsync.audit.taken_twice import sources_of_both, taken_twice
from dirsync.model.estate import Audience
from dirsync.model.facts import Evidence, Fact, MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dirsync.audit.people import People
    from dirsync.audit.shared_names import Listed, SharedName
    from dirsync.audit.taken_twice import TakenTwice
    from dirsync.model.estate import Estate

ALONE = "No mapping has the audience 'agents'."
TOGETHER = "Agents and customers are seen in one directory only; audiences-share-a-directory asks about that."
APART = (
    "Give one of the two another username, or remove the account that isn't needed. Where dirsync feeds both, let only "
    "one mapping take the account (source.users.filter, or except_mapping)."
)


class UsernameInBothAudiences:
    """A customer and an agent bear one username, and Jira takes only one of the two accounts.

    To Jira two accounts of one name are one user. The account in the first directory of its order decides, and group
    memberships come from that directory alone. If the customers' directory comes first, the agent of that name loses
    application access; if the agents' comes first, whoever signs in as the customer is an agent, and the customer's
    account is masked. Either way, moving or disabling a directory swaps the two, and a licence may cost or save a seat
    that nobody planned.

    It comes about when somebody who is an agent also signs up at the portal, when a customer is hired, when two
    companies are put into one Jira, or when the filters of two mappings overlap. Upper and lower case make no
    difference, nor do the two ways in which Unicode writes an accent. Two accounts of which both are deactivated are
    left alone, and so is a deactivated one that Jira is known to see below the active one: that is how Jira itself
    counts duplicates.

    Where a directory was not read whole, Jira's own list of duplicate users proves a name too (Jira 8.19 and later).
    Its order is known only from jira.user_directories in mappings/estate.yaml, which no REST API tells.

    One account that mappings of both audiences take out of one directory is told as well, before it is carried over
    twice. Agents and customers in one directory are a question of their own: audiences-share-a-directory.

    Remedy. Give one of the two another username, or remove the account that isn't needed: under Crowd > Users >
    (user), or in the directory that feeds it. If dirsync feeds both, let only one mapping take the account, by its
    filter or with except_mapping. Change the order of directories only after looking at who gains and loses by it.

    Sources: "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html);
    "Finding duplicate user accounts"
    (confluence.atlassian.com/jiracore/finding-duplicate-user-accounts-1079345620.html). Licence-risk rules L-15 and
    L-17.
    """

    id: ClassVar[str] = "username-in-both-audiences"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the customer's account, else a pair of directories, or a source of both."""
        customers, agents = (
            people_by_directory(estate, audience) for audience in (Audience.CUSTOMERS, Audience.AGENTS)
        )
        if not customers:
            yield no_customers(self)
            return
        sources = sources_of_both(estate)
        pairs = [(people, [other for other in agents if other.directory != people.directory]) for people in customers]
        listed = listed_by_jira(estate)
        for people, rivals in pairs:
            yield from _Pairs(estate, people, rivals, listed).answers()
        for source in sources:
            yield from _out_of(estate, source)
        if not sources and not any(rivals for _, rivals in pairs):
            if estate.is_partial and not agents:
                message = "Whether customers and agents share usernames can't be said."
                undecided = _finding(Verdict.UNKNOWN, Subject(SubjectKind.ESTATE, "estate"), message)
                yield lacking(undecided, [only_some_mappings()])
                return
            why = "No mapping has the audience 'agents'."
            if agents:
                why = (
                    "Agents and customers are seen in one directory only; audiences-share-a-directory asks about that."
                )
            yield _finding(Verdict.NOT_APPLICABLE, Subject(SubjectKind.ESTATE, "estate"), why)


@dataclass(frozen=True)
class _Pairs:
    """The customers in one Directory, beside the agents in each other one."""

    estate: Estate
    customers: People
    agents: Sequence[People]
    listed: Listed

    @cached_property
    def reads(self) -> Mapping[str, tuple[Evidence, ...]]:
        """The read of each Directory: counting is dear, and every account that is told carries it."""
        directories = (self.customers.directory, *(agents.directory for agents in self.agents))
        return {directory: reads_of(self.estate, directory) for directory in directories}

    def answers(self) -> Iterator[Finding]:
        """Yield a failure per customer account, and one answer for each pair of Directories without any."""
        met: set[str] = set()
        by_jira = names_jira_lists(self.listed, self.customers, self.agents)
        for shared in chain(shared_names(self.customers, self.agents), by_jira):
            met |= set(shared.agents)
            yield self._failed(shared)
        for agents in self.agents:
            missing = list(_unread(self.estate, self.customers.directory, agents.directory))
            if missing or agents.directory not in met:
                yield self._rest(agents, missing)

    def _rest(self, agents: People, missing: Sequence[Fact[Any]]) -> Finding:
        """Answer for a pair of Directories: nobody is in both, or what keeps that open."""
        directories = (self.customers.directory, agents.directory)
        subject = Subject(SubjectKind.DIRECTORY, " and ".join(directories), directory=self.customers.directory)
        reads = [read for directory in directories for read in self.reads[directory]]
        if missing:
            message = f"Whether customers in {directories[0]} and agents in {directories[1]} share names can't be said."
            return lacking(rest_on(_finding(Verdict.UNKNOWN, subject, message), (), reads), missing)
        compared = min(size(self.customers), size(agents))
        message = f"No username of the customers in {directories[0]} is one of the agents in {directories[1]}."
        return rest_on(replace(_finding(Verdict.PASS, subject, message), count=compared), (), reads)

    def _failed(self, shared: SharedName) -> Finding:
        directory, customer = self.customers.directory, shared.customer
        subject = Subject(SubjectKind.USER, shared.username, customer.id if customer else "", directory)
        told = [
            f"{where} (deactivated)" if where in shared.deactivated else where for where in (directory, *shared.agents)
        ]
        message = (
            f"'{shared.username}' is a customer in {told[0]} and an agent in {' and '.join(told[1:])}. "
            f"{self._which_wins(shared)}"
        )
        finding = replace(
            _finding(Verdict.FAIL, subject, message),
            mapping=self.customers.mapping_of(customer) if customer else "",
            remedy=APART,
        )
        facts = [self.estate.need(name) for name in ("jira.user_directories",) if self.estate.has(name)]
        reads = [read for where in (directory, *shared.agents) for read in self.reads[where]]
        return rest_on(finding, facts, [*self._jira_lists(shared.username), *reads])

    def _which_wins(self, shared: SharedName) -> str:
        directories = (self.customers.directory, *shared.agents)
        places = {directory: place(self.estate, directory) for directory in directories}
        known = {directory: where for directory, where in places.items() if where is not None}
        rule = "the first directory in its order decides, and memberships come from it alone"
        unplaced = ", ".join(directory for directory in places if directory not in known)
        if unplaced:
            return f"Jira takes one of them: {rule}. Nobody told where {unplaced} stands there (jira.user_directories)."
        first = min(known, key=lambda directory: known[directory])
        if first == self.customers.directory:
            return f"Jira takes the account in {first}, since {rule}: the agent is masked and loses access."
        return f"Jira takes the account in {first}, since {rule}: the customer's account is masked."

    def _jira_lists(self, username: str) -> Iterator[Evidence]:
        """Yield what Jira's own list of duplicate users says of a name."""
        accounts = self.listed.get(fold(username), ())
        if accounts:
            shown = ", ".join(
                f"{known.directory} ({'active' if known.is_active else 'inactive'})" for known in accounts
            )
            yield self.estate.need(DUPLICATES).evidence(f"{DUPLICATES}: {username} in {shown}")


def _out_of(estate: Estate, source: str) -> Iterator[Finding]:
    """Yield a failure per account that both audiences take out of a source, or one answer for all of it."""
    subject = Subject(SubjectKind.DIRECTORY, source, directory=source)
    reads = reads_of(estate, source)
    has_failed = False
    try:
        for twice in taken_twice(estate, source):
            has_failed = True
            yield _taken(source, twice, reads)
    except MissingFact as missing:
        message = f"Whether mappings of both audiences take the same account out of {source} can't be said."
        yield lacking(_finding(Verdict.UNKNOWN, subject, message), [missing.fact])
        return
    if not has_failed:
        message = f"No account of {source} is taken by mappings of both audiences."
        finding = replace(_finding(Verdict.PASS, subject, message), count=estate.snapshots[source].counts().users)
        yield rest_on(finding, (), reads)


def _taken(source: str, twice: TakenTwice, reads: Sequence[Evidence]) -> Finding:
    customers, agents, name = twice.customers, twice.agents, twice.user.username
    places = f"in {customers.directory} and in {agents.directory}"
    so = f"it is meant to stand {places}, and in Jira only one of the two counts"
    if customers.directory == agents.directory:
        so = "nobody can say whether it is an agent's or a customer's"
    message = (
        f"'{name}' is taken out of {source} by '{customers.mapping}' (customers) and '{agents.mapping}' (agents): {so}."
    )
    finding = replace(
        _finding(Verdict.FAIL, Subject(SubjectKind.USER, name, twice.user.id, source), message),
        mapping=customers.mapping,
        remedy=f"Let only one of the two mappings take '{name}': narrow the filter of one, or write 'except_mapping: "
        f"{agents.mapping}' in '{customers.mapping}'.",
    )
    said = [mapping_says(each, f"takes {each.taken or 'everybody'} out of {source}") for each in (customers, agents)]
    return rest_on(finding, (), [*said, *reads])


def _unread(estate: Estate, *directories: str) -> Iterator[Fact[Any]]:
    for directory in directories:
        try:
            estate.snapshot(directory)
        except MissingFact as missing:
            yield missing.fact


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(UsernameInBothAudiences.id, verdict, UsernameInBothAudiences.severity, subject, message)
