"""Groups that lead to a seat only if groups of one name are one group in all directories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.effective.doubts import Cause
from dirsync.audit.evidence import counted, lacking, listed, rest_on
from dirsync.audit.jira_order import (
    ESTATE,
    access_by_jiras_or_any_order,
    audiences_in,
    directories_in,
    gaps,
    jiras_or_any_order,
    mapping_in,
    reads_in,
    settings_of,
)
from dirsync.audit.licences import licences
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key, fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Place
    from dirsync.audit.effective.ways import Way, Ways
    from dirsync.audit.licences import Licences
    from dirsync.model.entries import User
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication

MEMBERS = "jira.members[{}]"


class NestingCrossesDirectories:
    """Whether a group leads to a seat depends on the nesting of another directory, which nobody documents.

    Jira knows groups by their names alone. Say the customers' directory has a group `portal`, and the agents' directory
    has one of the same name that is inside `jira-users`. If Jira merges the two, every customer in `portal` takes a
    seat, which costs as much as an agent's; if each directory stands for itself, none does. Inside one Crowd
    application it is alike: by Atlassian's page only the first directory with a group of that name counts, but Jira
    reads the plain hierarchy and follows it by itself.

    Atlassian's pages do not settle it, so the answer is unknown and tells both readings, until Jira itself says whom it
    counts. If Jira lists all members of such a group in the group under Application access, and nothing else puts
    them there, the nesting does cross: that fails, and is high where the members are customers. If it lists none of
    them, it does not. What the order of directories is makes no difference here.

    It comes about when two directories are connected that both came with groups such as `users` or `staff`, when groups
    are carried over from one directory into another under their own names, or when a test directory is kept.

    Remedy. Rename the group in one of the directories (Crowd > Groups > (group) > Details, or where the LDAP server
    keeps it), so that the question can't arise. Until then see under Jira administration > User management > Groups
    whether its members are listed in the licensed group.

    Sources: "Group" (confluence.atlassian.com/display/CROWD032/Group); "Nested groups in Crowd"
    (confluence.atlassian.com/x/0NdDDw); "Effective memberships with multiple directories"
    (confluence.atlassian.com/crowd/672530810.html); ticket CWD-5410. Licence-risk rule L-05, over directories.
    """

    id: ClassVar[str] = "nesting-crosses-directories"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group whose members it concerns, else the Jira application."""
        order, unordered = jiras_or_any_order(estate)
        places = list(order.places())
        if not unordered and len(directories_in(place.layer for place in places)) < 2:  # noqa: PLR2004 - one alone
            message = "Jira sees one directory only, so no nesting leads from one into another."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), settings_of(estate))
            return
        try:
            known = licences(estate)
        except MissingFact as missing:
            message = "Whether nesting over several directories leads to a seat can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if not known.applications:
            message = "Jira has no application, so no group leads to a seat."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        effective, _ = access_by_jiras_or_any_order(estate)
        for application in known.applications:
            ways = effective.ways_to(application)
            yield from _Answers(estate, places, known, application, ways, unordered).all()


@dataclass(frozen=True)
class _Answers:
    """The findings about one Jira application."""

    estate: Estate
    places: list[Place]
    licences: Licences
    application: JiraApplication
    ways: Ways
    unordered: tuple[Fact[Any], ...]

    def all(self) -> Iterator[Finding]:
        """Yield an answer per group that crosses, unless Jira clears it, and one for everybody else."""
        cleared: dict[str, Fact[Any]] = {}
        told: set[tuple[str, str]] = set()
        for place in self.places:
            for group_id, way, doubts in self.ways.leading(place):
                why = next((doubt.fact for doubt in doubts if doubt.cause is Cause.NESTING), None)
                key = (directory_key(place.layer.directory), group_id)
                if why is None or key in told:
                    continue
                told.add(key)
                jiras = self._jiras_list(way)
                members = self._with_no_other_way(place, group_id) if jiras else []
                listed_ones = _listed(jiras, members)
                name = self._name_in(place, way)
                if jiras and members and not listed_ones:
                    cleared[name] = jiras
                elif jiras and members and members == listed_ones and not place.layer.may_have_more_memberships:
                    yield self._crosses(place, group_id, (name, *way.path.names[1:]), members, jiras)
                else:
                    yield self._open(place, group_id, name, why)
        yield self._rest(cleared, is_all=len(told) == len(cleared))

    @staticmethod
    def _name_in(place: Place, way: Way) -> str:
        """Return what the Directory itself calls the group; the way may be spelt as another one does."""
        own = place.layer.snapshot.group_named(way.name)
        return own.name if own else way.name

    def _with_no_other_way(self, place: Place, group_id: str) -> list[User]:
        """Return the active members whom nothing else puts into a licensed group, and whose name stands nowhere else.

        Only what Jira says of these tells anything about the nesting.
        """
        layer = place.layer
        others = [each.layer for each in self.places if each.layer is not layer]
        certain = self.ways.certain[layer].names
        return [
            user
            for user in layer.snapshot.members(group_id, layer.selection)
            if user.active
            and not any(group.id in certain for group in layer.snapshot.groups_of(user.id))
            and not any(other.named(user.username) for other in others)
        ]

    def _jiras_list(self, way: Way) -> Fact[Any] | None:
        """Return whom Jira lists in the group that grants the application, if it was asked."""
        names = {fold(group): MEMBERS.format(group) for group in self.application.groups}
        asked = {folded: name for folded, name in names.items() if self.estate.has(name)}
        granting = fold(way.path.names[-2]) if asked else ""
        return self.estate.need(asked[granting]) if granting in asked else None

    def _crosses(
        self, place: Place, group_id: str, names: tuple[str, ...], members: list[User], jiras: Fact[Any]
    ) -> Finding:
        directory = directory_key(place.layer.directory)
        is_customers = Audience.CUSTOMERS in audiences_in(self.estate, place.layer)
        message = (
            f"Jira lists {counted(len(members), 'member')} of '{names[0]}' in {directory} in '{names[-2]}', although "
            f"nothing in {directory} puts them there for certain: the nesting of another directory counts for them, "
            f"and each takes a seat of {self._name}."
        )
        remedy = (
            f"Rename '{names[0]}' in one of the directories that have it (Crowd > Groups > '{names[0]}' > Details, or "
            "in the LDAP server), or take it out of the group around it."
        )
        finding = replace(
            self._finding(Verdict.FAIL, place, group_id, names[0], message),
            severity=Severity.HIGH if is_customers else NestingCrossesDirectories.severity,
            path=names,
            remedy=remedy,
        )
        return rest_on(finding, [*self.licences.facts, jiras], self._reads())

    def _open(self, place: Place, group_id: str, name: str, why: Fact[Any]) -> Finding:
        snapshot = place.layer.snapshot
        active = {user_id for user_id, is_active in snapshot.accounts_in(group_id, place.layer.selection) if is_active}
        message = (
            f"Whether {counted(len(active), 'active member')} of '{name}' in "
            f"{directory_key(place.layer.directory)} reach {self._name} can't be said."
        )
        finding = self._finding(Verdict.UNKNOWN, place, group_id, name, message)
        return lacking(rest_on(finding, self.licences.facts, self._reads()), [why])

    def _rest(self, cleared: dict[str, Fact[Any]], *, is_all: bool) -> Finding:
        """Answer for all other groups, or say what keeps that open."""
        layers = [place.layer for place in self.places]
        missing = (*self.unordered, *self.licences.gaps, *gaps(self.estate, layers, self.application.groups))
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        if missing:
            message = f"Whether {'' if is_all else 'other '}groups reach {self._name} over directories can't be said."
            finding = replace(_finding(Verdict.UNKNOWN, subject, message), application=self.application.key)
            return lacking(rest_on(finding, (), self._reads()), missing)
        because = f", and Jira lists no member of {listed(cleared)} there" if cleared else ""
        message = f"No {'' if is_all else 'other '}group reaches {self._name} by nesting over directories{because}."
        finding = replace(
            _finding(Verdict.PASS, subject, message), application=self.application.key, count=len(self.places)
        )
        facts = [*self.licences.facts, *settings_of(self.estate), *cleared.values()]
        return rest_on(finding, facts, self._reads())

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    def _reads(self) -> tuple[Evidence, ...]:
        return reads_in(self.estate, (place.layer for place in self.places))

    def _finding(self, verdict: Verdict, place: Place, group_id: str, name: str, message: str) -> Finding:
        subject = Subject(SubjectKind.GROUP, name, group_id, directory_key(place.layer.directory))
        mapping = mapping_in(self.estate, place.layer)
        return replace(_finding(verdict, subject, message), application=self.application.key, mapping=mapping)


def _listed(jiras: Fact[Any] | None, members: list[User]) -> list[User]:
    names = {fold(name) for name in jiras.value} if jiras else set()
    return [user for user in members if fold(user.username) in names]


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = NestingCrossesDirectories
    return Finding(rule.id, verdict, rule.severity, subject, message)
