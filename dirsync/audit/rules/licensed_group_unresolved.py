"""L-12: groups that grant access and are nowhere, or twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.evidence import counted, lacking, listed, rest_on
from dirsync.audit.jira_order import (
    ESTATE,
    directories_in,
    gaps,
    jiras_or_any_order,
    nowhere,
    reads_in,
    without_a_place,
)
from dirsync.audit.licences import JIRA_BEFORE_7, licences
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.effective.order import Layer, Order
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication


class LicensedGroupUnresolved:
    """A group that grants application access is in no directory, or several are one group to Jira.

    Jira keeps the groups under Application access by name, and does not look whether there is such a group. One that is
    nowhere costs nothing today. But whoever makes a group of that name, in any directory that Jira sees, hands out
    seats: a project manager in Crowd, an administrator of Active Directory, a mapping that carries groups over. Nobody
    who does so has to know what the name means to Jira.

    To Jira names of groups differ neither by case nor by the number of spaces. Two groups of one directory that differ
    by nothing else are one to Jira, and which of them it takes is not documented; so are two spellings in one
    application's list. Whoever is removed from the one may keep the seat by the other.

    A group is found if one of the directories that Jira sees holds it, read whole or not, or if Jira itself lists
    members of it. It is missing only if all of Jira's active user directories were read whole, with all their groups;
    else the answer is unknown, and tells what was not read. A group of a source that Jira does not see does not count.
    Case alone, between Jira's list and a directory, is nothing: some releases keep the list in small letters. Before
    Jira 7 the groups are those of the permissions that cost a seat.

    It comes about when a group is renamed or removed in its directory, when a user directory is taken out of Jira, or
    when two trees of one LDAP server hold a group of the same name.

    Remedy. Jira administration > Applications > Application access > (application): remove the group that is not there.
    If it is meant to be there, make it in the agents' directory alone. Rename one of two groups that differ only by
    case.

    Sources: "Manage group access to applications"
    (confluence.atlassian.com/adminjiraserver0906/manage-group-access-to-applications-1217304825.html); "How to identify
    group usage in Jira" (jirakb/how-to-identify-group-usage-in-jira-441221524.html); Jira's REST API, applicationrole
    (groups) and group/member. Licence-risk rule L-12.
    """

    id: ClassVar[str] = "licensed-group-unresolved"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False  # a user directory that nobody can read would leave it open for ever

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group, else the Jira application."""
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "Whether the groups with application access are there can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications:
            message = "Jira has no application, so no group grants access to one."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        order, missing_order = jiras_or_any_order(estate)
        layers = [place.layer for place in order.places()]
        wanted = {fold(name) for each in known.applications for name in each.groups}
        found = _Found(layers, wanted)
        unseen = (*missing_order, *_unplaced(estate, order))
        for application in known.applications:
            yield from _Answers(estate, known, application, found, unseen).all()


def _unplaced(estate: Estate, order: Order) -> Iterator[Fact[Any]]:
    """Yield what is missing of the people's Directories that Jira is not known to see: the group may stand there."""
    for directory in sorted({people.directory for people in estate.populations}):
        if nowhere(order, directory):
            yield without_a_place(directory)


class _Found:
    """The groups of these names in the Directories that Jira sees; no others are held."""

    def __init__(self, layers: Sequence[Layer], wanted: set[str]) -> None:
        self.layers = layers
        self._names: dict[str, dict[str, list[str]]] = defaultdict(dict)
        for layer in {directory_key(layer.directory): layer for layer in layers}.values():
            for group in layer.snapshot.groups():
                if fold(group.name) in wanted:
                    self._names[fold(group.name)].setdefault(directory_key(layer.directory), []).append(group.name)

    def holds(self, group: str) -> bool:
        """Say whether one of the Directories has it."""
        return fold(group) in self._names

    def alike(self, group: str) -> Iterator[tuple[str, list[str]]]:
        """Yield each Directory that has several groups which are this one to Jira, and what it calls them."""
        for directory, names in sorted(self._names.get(fold(group), {}).items()):
            if len(names) > 1:
                yield directory, names


@dataclass(frozen=True)
class _Answers:
    """The findings about one Jira application."""

    estate: Estate
    licences: Licences
    application: JiraApplication
    found: _Found
    missing: tuple[Fact[Any], ...]
    """What keeps Jira from being known to see no other Directory."""

    def all(self) -> Iterator[Finding]:
        """Yield a failure per group that is nowhere or twice, one unknown for those that can't be found, and a pass."""
        sound, open_groups = 0, []
        for spellings in self._each_once():
            group = spellings[0]
            several = list(self._several(spellings))
            if several:
                yield self._ambiguous(group, several)
            elif self.found.holds(group) or self._members_by_jira(spellings):
                sound += 1
            elif self._unread(group):
                open_groups.append(group)
            else:
                yield self._nowhere(group)
        if open_groups:
            yield self._undecided(open_groups)
        if self.licences.gaps:
            message = f"Which other groups grant access to {self._name} can't be said."
            yield lacking(
                self._about(Verdict.UNKNOWN, message, Subject(SubjectKind.ESTATE, "estate")), self.licences.gaps
            )
        if sound or not self.application.groups:
            yield self._passed(sound)

    def _each_once(self) -> list[list[str]]:
        """Return the groups of the application, with all spellings of each."""
        spellings: dict[str, list[str]] = {}
        for group in self.application.groups:
            spellings.setdefault(fold(group), []).append(group)
        return list(spellings.values())

    def _several(self, spellings: Sequence[str]) -> Iterator[str]:
        if len(spellings) > 1:
            yield f"Jira's list has {listed(spellings)}"
        for directory, names in self.found.alike(spellings[0]):
            yield f"{directory} has {listed(names)}"

    def _members_by_jira(self, spellings: Sequence[str]) -> list[Fact[Any]]:
        """Return Jira's own lists of members; an empty one may be of a group that isn't there."""
        names = [f"jira.members[{spelling}]" for spelling in spellings]
        return [fact for name in names if self.estate.has(name) and (fact := self.estate.need(name)).value]

    def _unread(self, *groups: str) -> list[Fact[Any]]:
        """Return what keeps a group that was not met from being nowhere."""
        return [*self.missing, *gaps(self.estate, self.found.layers, groups)]

    def _ambiguous(self, group: str, several: Sequence[str]) -> Finding:
        finding = replace(
            self._about_group(
                group, f"'{group}' grants access to {self._name}, and {'; '.join(several)}: to Jira they are one group."
            ),
            remedy=f"Rename or remove one of them, so that one group is '{group}'; {self._screen}.",
        )
        return rest_on(finding, self.licences.facts, self._reads)

    def _nowhere(self, group: str) -> Finding:
        soon = next(self._makers(group), "")
        where = ", ".join(directories_in(self.found.layers)) or "none of its user directories is active"
        finding = replace(
            self._about_group(
                group,
                f"'{group}' grants access to {self._name}, and no directory that Jira sees has a group of that name "
                f"({where}): whoever makes one hands out seats.{soon}",
            ),
            remedy=f"Remove '{group}' there ({self._screen}), or make the group in the agents' directory alone.",
        )
        return rest_on(finding, [*self.licences.facts, self.estate.need("jira.user_directories")], self._reads)

    def _makers(self, group: str) -> Iterator[str]:
        """Yield as further sentences which mappings of agents make the group, or may; others may not (promise 3)."""
        for people in self.estate.population(Audience.AGENTS):
            source = self.estate.snapshots.get(people.source)
            if people.is_synced and fold(group) in {fold(name) for name in people.default_groups}:
                yield f" The mapping '{people.mapping}' makes it at the next sync."
            elif people.is_synced and source and source.group_named(group):
                yield f" The mapping '{people.mapping}' may carry it over from {people.source}."

    def _undecided(self, groups: Sequence[str]) -> Finding:
        is_there = "is" if len(groups) == 1 else "are"
        message = f"Whether {listed(groups)} {is_there} in a directory that Jira sees can't be said."
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        finding = self._about(Verdict.UNKNOWN, message, subject)
        return lacking(rest_on(finding, self.licences.facts, self._reads), self._unread(*groups))

    def _passed(self, sound: int) -> Finding:
        message = f"{counted(sound, 'group')} with access to {self._name} found, each once."
        if not self.application.groups:
            message = f"No group grants access to {self._name}."
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        passed = replace(self._about(Verdict.PASS, message, subject), count=sound)
        told = [fact for spellings in self._each_once() for fact in self._members_by_jira(spellings)]
        return rest_on(passed, [*self.licences.facts, *told], self._reads)

    @property
    def _screen(self) -> str:
        if self.application.key == JIRA_BEFORE_7:
            return "Jira administration > System > Global permissions"
        return f"Jira administration > Applications > Application access > {self._name}"

    @property
    def _reads(self) -> tuple[Evidence, ...]:
        return reads_in(self.estate, self.found.layers)

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    def _about_group(self, group: str, message: str) -> Finding:
        # it is nowhere, or in two places: nothing but the name stays the same
        return self._about(Verdict.FAIL, message, Subject(SubjectKind.GROUP, group, fold(group)))

    def _about(self, verdict: Verdict, message: str, subject: Subject) -> Finding:
        return replace(_finding(verdict, subject, message), application=self.application.key)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(LicensedGroupUnresolved.id, verdict, LicensedGroupUnresolved.severity, subject, message)
