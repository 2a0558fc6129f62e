"""Agents who reach no Jira application."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.effective.of_estate import ADMINISTRATORS
from dirsync.audit.evidence import counted, lacking, listed_few, reads_of, rest_on
from dirsync.audit.jira_order import ESTATE, settings_of
from dirsync.audit.licences import JIRA_BEFORE_7, licences
from dirsync.audit.people import people_by_directory
from dirsync.audit.without_access import Reached, Standing
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.people import People
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact

MANY: Final = 500
"""From how many people of one mapping on it is told of the mapping, and no longer of each of them."""
NAMED: Final = 5
"""How many are then told by name."""


class AgentWithoutApplicationAccess:
    """An agent reaches no Jira application, and so either can't work or is no agent.

    Agents work in Jira, and for that they need a group under Application access. Somebody whom an agents mapping takes
    and whom no group leads there is one of two things. Either an agent who can't do their work, and whom somebody will
    put into the nearest group that helps, which is how groups grow that cost more than they should. Or no agent: the
    mapping takes too many people. That costs nothing yet, but the audit then looks at them as agents, and a seat that
    one of them takes by mistake is told by no rule about customers.

    Each is told by name (low) while there are few. From 500 people of one mapping on, the mapping itself is told
    (medium), with their number: it then is the mapping that is wrong, or a group that was never filled.

    An administrator without application access is neither: since Jira 7 that is how it should be (see
    admin-group-takes-seats), and it costs nothing. Who administers is known as far as jira.administrative_groups is.

    A person is a username. Whoever reaches an application by another account of the name, which Jira takes, is not
    without; whoever would reach one, but stands below another account of the name that doesn't, is. If Jira itself
    lists the members of all groups with access, its word decides alone. Else everybody is undecided in a directory that
    was not read whole, or below one that wasn't, or for whose people Jira keeps memberships of its own. Before Jira 7
    the permissions JIRA Users, ADMINISTER and SYSTEM_ADMIN count instead of groups with access.

    It comes about when the agents' group is not among the default groups of the mapping, when a filter takes the whole
    company, or when somebody was taken out of the group and stayed in the source.

    Remedy. If they are agents, put them into the group that grants access: name it in default_groups or target.groups
    of the mapping, or add them under Crowd > Groups > (group) > Members. If they are not, narrow the mapping's base and
    filter, or let another mapping take them.

    Sources: "Manage group access to applications"
    (confluence.atlassian.com/adminjiraserver0906/manage-group-access-to-applications-1217304825.html); "Managing
    multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html). No licence-risk rule has
    this as its own.
    """

    id: ClassVar[str] = "agent-without-application-access"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False  # it is about people who take no seat, and none of them is a customer

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the user, the Mapping where there are many, else the Directory."""
        everybody = people_by_directory(estate, Audience.AGENTS)
        if not everybody:
            yield _finding(Verdict.NOT_APPLICABLE, ESTATE, "No mapping has the audience 'agents'.")
            return
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "Whether agents reach a Jira application can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications:
            message = "Jira has no application, so there is none to reach."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        reached = Reached(estate, known)
        for people in everybody:
            yield from _Answers(people, reached).all()


@dataclass
class _Some:
    """People of one sort: how many, and the first of them."""

    first: list[tuple[User, Standing]] = field(default_factory=list)
    number: int = 0

    def add(self, user: User, standing: Standing) -> None:
        self.number += 1
        if self.number < MANY:
            self.first.append((user, standing))

    @property
    def names(self) -> str:
        return listed_few([user.username for user, _ in self.first[:NAMED]], self.number)


@dataclass
class _Answers:
    """The findings about the agents in one Directory."""

    people: People
    reached: Reached
    having: int = 0
    administering: int = 0
    without: dict[str, _Some] = field(default_factory=dict)
    """By Mapping."""
    undecided: _Some = field(default_factory=_Some)
    doubts: dict[str, Fact[Any]] = field(default_factory=dict)

    def all(self) -> Iterator[Finding]:
        """Yield a failure per agent or Mapping, one unknown for those who can't be judged, and one pass."""
        keeping_open = self.reached.missing(self.people)
        for user in self.people.users():
            if user.active:
                self._sort(user, keeping_open)
        for mapping, some in self.without.items():
            if some.number < MANY:
                yield from (self._fails(user, standing, mapping) for user, standing in some.first)
            else:
                yield self._many(mapping, some)
        unread = list(self._unread())
        if self.undecided.number or unread:
            yield self._undecided(unread)
        if self.having or self.administering or not (self.without or self.undecided.number or unread):
            yield self._passed()

    def _passed(self) -> Finding:
        facts, told = [], [f"{counted(self.having, 'active agent')} {_reach(self.having)} {self._goal}"]
        if self.administering:
            facts = [self.people.estate.need(ADMINISTRATORS)]
            verb = "administers" if self.administering == 1 else "administer"
            told.append(f"{self.administering:,} {verb} Jira without one, which costs nothing")
        finding = self._about_directory(Verdict.PASS, f"{self._directory}: {'; '.join(told)}.")
        return self._resting(replace(finding, count=self.having + self.administering), facts)

    def _sort(self, user: User, keeping_open: tuple[Fact[Any], ...]) -> None:
        standing, doubts = self.reached.judged(self.people, user)
        if standing is Standing.HAS:
            self.having += 1
        elif standing is Standing.ADMINISTERS:
            self.administering += 1
        elif doubts or keeping_open:
            self.undecided.add(user, standing)
            if len(self.doubts) < NAMED:
                self.doubts |= {fact.name: fact for fact in (*doubts, *keeping_open)}
        else:
            self.without.setdefault(self.people.mapping_of(user), _Some()).add(user, standing)

    def _unread(self) -> Iterator[Fact[Any]]:
        try:
            self.people.estate.snapshot(self._directory)
        except MissingFact as missing:
            yield missing.fact

    def _fails(self, user: User, standing: Standing, mapping: str) -> Finding:
        name, group = user.username, "the group that grants access (default_groups or target.groups of the mapping)"
        why = "no group of theirs leads there"
        remedy = f"If '{name}' is an agent, put them into {group}; if not, let the mapping '{mapping}' not take them."
        if standing is Standing.MASKED:
            why = "their groups lead there, but Jira takes another account of that name, which stands before it"
            remedy = (
                f"Remove or rename the other account called '{name}', or move {self._directory} above its directory "
                "(Jira administration > User management > User directories)."
            )
        subject = Subject(SubjectKind.USER, name, user.id, self._directory)
        message = f"The agent '{name}' in {self._directory} does not reach {self._goal}: {why}."
        return self._resting(replace(_finding(Verdict.FAIL, subject, message), mapping=mapping, remedy=remedy))

    def _many(self, mapping: str, some: _Some) -> Finding:
        subject = Subject(SubjectKind.MAPPING, mapping, directory=self._directory)
        message = (
            f"{some.number:,} active agents of the mapping '{mapping}' in {self._directory} do not reach {self._goal}: "
            f"{some.names}."
        )
        finding = replace(
            _finding(Verdict.FAIL, subject, message),
            severity=Severity.MEDIUM,
            mapping=mapping,
            remedy=f"Narrow source.users (base, filter) of the mapping '{mapping}' if they are no agents; else put "
            "them into the group that grants access (its default_groups or target.groups).",
        )
        return self._resting(finding)

    def _undecided(self, unread: list[Fact[Any]]) -> Finding:
        some = self.undecided
        who = f"{counted(some.number, 'active agent')} in {self._directory} ({some.names})"
        if not some.number:
            who = (
                f"other agents in {self._directory}" if self.having or self.without else f"agents in {self._directory}"
            )
        message = f"Whether {who} {_reach(some.number)} {self._goal} can't be said."
        missing = {fact.name: fact for fact in (*self.doubts.values(), *unread)}
        return lacking(self._resting(self._about_directory(Verdict.UNKNOWN, message)), list(missing.values()))

    @property
    def _directory(self) -> str:
        return self.people.directory

    @property
    def _goal(self) -> str:
        keys = [known.key for known in self.reached.licences.applications]
        return "Jira" if keys == [JIRA_BEFORE_7] else "a Jira application"

    def _about_directory(self, verdict: Verdict, message: str) -> Finding:
        subject = Subject(SubjectKind.DIRECTORY, self._directory, directory=self._directory)
        mappings = [population.mapping for population in self.people.populations]
        return replace(_finding(verdict, subject, message), mapping=mappings[0] if len(mappings) == 1 else "")

    def _resting(self, finding: Finding, more: Sequence[Fact[Any]] = ()) -> Finding:
        estate = self.people.estate
        facts = [*self.reached.licences.facts, *settings_of(estate)]
        return rest_on(finding, [*facts, *more], [*reads_of(estate, self._directory), *self._lists()])

    def _lists(self) -> Iterator[Evidence]:
        for fact in self.reached.lists:
            yield fact.evidence(f"{fact.name}: {counted(len(fact.value), 'active member')}")


def _reach(number: int) -> str:
    return "reaches" if number == 1 else "reach"


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = AgentWithoutApplicationAccess
    return Finding(rule.id, verdict, rule.severity, subject, message)
