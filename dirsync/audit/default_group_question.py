"""What the default groups of customers give them: one question, asked by one rule for each thing they must not get."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dirsync.audit.access import SeatPaths
from dirsync.audit.default_groups import DefaultGroup, Given, default_groups
from dirsync.audit.evidence import counted, lacking, listed, reads_of, rest_on
from dirsync.audit.unread_groups import grants_unread
from dirsync.model.facts import Fact, MissingFact
from dirsync.model.findings import Finding, Mechanism, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from dirsync.audit.access import AccessPath
    from dirsync.audit.licences import Licences
    from dirsync.audit.rules.interface import Rule
    from dirsync.model.estate import Estate, Population

CLEAR_IT = {
    Mechanism.JIRA_APPLICATION: "Jira administration > Applications > Application access: clear the default "
    "application, or make a group without access its default",
    Mechanism.JIRA_USERS_PERMISSION: "Jira administration > System > Global permissions: revoke JIRA Users from "
    "'{group}', or keep customers from being created by Jira",
    Mechanism.CROWD_DIRECTORY: "Crowd > Directories > (the directory of {directory}) > Options > Default groups: "
    "remove '{group}'; what a product needs goes into the default groups of its own application",
    Mechanism.CROWD_APPLICATION: "Crowd > Applications > (the application Jira uses) > Directories & groups > Default "
    "groups of {directory}: remove '{group}'",
    Mechanism.JIRA_LDAP_DIRECTORY: "Jira administration > User management > User directories > (the directory of "
    "{directory}) > Edit > Default Group Memberships: remove '{group}'",
    Mechanism.MAPPING: "Remove '{group}' from default_groups of the mapping '{mapping}'",
}


@dataclass(frozen=True, slots=True)
class Prize:
    """What customers must not get, in words."""

    noun: str
    """As the end of `gives customers …`."""
    won: str
    """As the end of `everybody …`."""
    nothing: str
    """As the end of a list of groups that don't give it."""
    is_application: bool = True
    """Whether the path to it ends in the key of a Jira application."""


A_SEAT = Prize("a seat", "takes a seat", "no seat")


@dataclass(frozen=True, slots=True)
class Gain:
    """What a path gives to those who walk it, in words."""

    verb: str
    """`grants access to Jira Software`, `holds JIRA Users`."""
    revoke: str
    """How to take it from the last group of the path."""


@dataclass(frozen=True)
class DefaultGroupQuestion:
    """One mechanism, asked for the people of one Mapping on behalf of one rule."""

    rule: Rule
    estate: Estate
    population: Population
    mechanism: Mechanism
    paths: SeatPaths | Fact[Any]
    """Or what is missing to know them."""
    gain: Callable[[AccessPath, Licences], Gain]
    prize: Prize = A_SEAT

    def answers(self) -> Iterator[Finding]:
        """Yield a Finding per group that reaches a seat or may, and one for all that don't."""
        given = default_groups(self.estate, self.population, self.mechanism)
        if given.not_applicable:
            yield rest_on(self.not_applicable(given.not_applicable), given.facts)
            return
        harmless: list[DefaultGroup] = []
        for group in given.groups:
            findings = list(self._judge(group))
            yield from findings
            if not findings:
                harmless.append(group)
        if given.missing:
            directory = self.population.directory
            message = f"Which default groups the customers in {directory} get by {self.mechanism} can't be said."
            yield lacking(self._about_directory(Verdict.UNKNOWN, message), given.missing)
        if harmless or not (given.groups or given.missing):
            yield self._passed(given, harmless)

    def not_applicable(self, why: str) -> Finding:
        """Return the answer that the mechanism is nothing to ask about, with the reason as the end of a sentence."""
        message = f"{self.population.directory}, {self.mechanism}: {why}."
        return self._about_directory(Verdict.NOT_APPLICABLE, message)

    def _judge(self, group: DefaultGroup) -> Iterator[Finding]:
        """Yield nothing for a group that provably doesn't give it."""
        if isinstance(self.paths, Fact):
            yield self._undecided(group, (self.paths,))
            return
        reach = self.paths.of_group(group.name, self.population.directory)
        for path in reach.paths:
            if group.doubt:
                finding = self._along(path, self._undecided(group, (group.doubt,)))
                yield rest_on(finding, self.paths.licences.facts)
            else:
                yield self._failed(group, path, self.paths.licences)
        if not reach.paths and (doubts := (*reach.doubts, *self._unread(group.name))):
            yield self._undecided(group, doubts)

    def _unread(self, group: str) -> tuple[Fact[Any], ...]:
        if isinstance(self.paths, Fact):
            return ()
        granting = (name for known in self.paths.licences.applications for name in known.groups)
        return tuple(grants_unread(self.estate, self.population.directory, group, granting))

    def _along(self, path: AccessPath, finding: Finding) -> Finding:
        application = path.application if self.prize.is_application else ""
        return replace(finding, path=path.names, application=application)

    def _failed(self, group: DefaultGroup, path: AccessPath, licences: Licences) -> Finding:
        population, gain = self.population, self.gain(path, licences)
        nested = f" through {listed(path.names[1:-1])}" if path.is_nested else ""
        clear = CLEAR_IT[self.mechanism].format(
            group=group.name, directory=population.directory, mapping=population.mapping
        )
        finding = replace(
            self._along(path, self._about_group(group, Verdict.FAIL)),
            message=f"'{group.name}' is a default group of the customers in {population.directory} ({self.mechanism}) "
            f"and {gain.verb}{nested}: everybody {self.prize.won} {group.how}.",
            remedy=f"{clear}. Or {gain.revoke}.",
        )
        nesting = reads_of(self.estate, population.directory) if path.is_nested else ()
        return rest_on(finding, (*group.facts, *licences.facts), (*group.evidence, *nesting))

    def _undecided(self, group: DefaultGroup, missing: Sequence[Fact[Any]]) -> Finding:
        given = f"gives customers {self.prize.noun}"
        message = f"Whether the default group '{group.name}' ({self.mechanism}) {given} can't be said."
        finding = replace(self._about_group(group, Verdict.UNKNOWN), message=message)
        return lacking(rest_on(finding, group.facts, group.evidence), missing)

    def _passed(self, given: Given, harmless: Sequence[DefaultGroup]) -> Finding:
        directory = self.population.directory
        if not harmless:
            message = f"{directory}, {self.mechanism}: customers get no default group."
            return rest_on(self._about_directory(Verdict.PASS, message), given.facts, given.evidence)
        names = listed(group.name for group in harmless)
        message = (
            f"{directory}, {self.mechanism}: {counted(len(harmless), 'default group')} ({names}), {self.prize.nothing}."
        )
        finding = replace(self._about_directory(Verdict.PASS, message), count=len(harmless))
        licence_facts = () if isinstance(self.paths, Fact) else self.paths.licences.facts
        evidence = (*given.evidence, *reads_of(self.estate, directory))
        return rest_on(finding, (*given.facts, *licence_facts), evidence)

    def _about_group(self, group: DefaultGroup, verdict: Verdict) -> Finding:
        directory = self.population.directory
        # a default group is named, not pointed to: the name is what stays the same, read or not, there yet or not
        subject = Subject(SubjectKind.GROUP, group.name, fold(group.name), directory)
        return replace(self._about_directory(verdict, ""), subject=subject)

    def _about_directory(self, verdict: Verdict, message: str) -> Finding:
        directory = self.population.directory
        subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
        return Finding(
            self.rule.id,
            verdict,
            self.rule.severity,
            subject,
            message,
            mapping=self.population.mapping,
            mechanism=self.mechanism,
        )


def seat_paths(estate: Estate) -> SeatPaths | Fact[Any]:
    """Return the ways to a seat, or the fact that is missing to know them."""
    try:
        return estate.once(SeatPaths)
    except MissingFact as missing:
        return missing.fact
