"""L-07: administrators whose group has application access."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.administration import Administration, administration
from dirsync.audit.admission import authorised
from dirsync.audit.evidence import counted, lacking, listed, rest_on
from dirsync.audit.jira_order import ESTATE, access_by_jiras_or_any_order, gaps, reads_in
from dirsync.audit.licences import JIRA_BEFORE_7, licences
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer, Place
    from dirsync.audit.effective.ways import Ways
    from dirsync.audit.licences import Licences
    from dirsync.model.estate import Estate
    from dirsync.model.facts import Evidence, Fact
    from dirsync.model.products import JiraApplication

CLAIM: Final = (
    "since Jira 7 that costs nothing, although 'Get list of licensed users in Jira server' (jirakb/278695452) still "
    "counts administrators"
)
"""The one page that says otherwise; "Managing global permissions" and Atlassian's staff (qaq-p/767400) don't."""


class AdminGroupTakesSeats:
    """A group that administers Jira has application access, so every administrator takes a seat.

    Since Jira 7 administering Jira costs nothing by itself: an administrator can always log in and reach the
    administration, and takes a seat only through a group under Application access. Jira's installation puts
    jira-administrators there for each application that is licensed, so out of the box every administrator costs a seat
    of each, service accounts and the backup administrator included. Whoever also works on issues needs one; the others
    don't.

    An administrators' group without application access costs nothing, and this rule says so for each. One page of
    Atlassian's claims otherwise: "Get list of licensed users in Jira server" tells that the permissions Jira
    Administrators and Jira System Administrators count as well. That was so before Jira 7. "Managing global
    permissions", and Atlassian's staff where somebody asked for the last seat of a small licence, tell that it isn't
    any more. Jira's own count is what is paid, and seat-count-disagrees-with-jira compares it.

    Found are groups that are listed under Application access, and groups inside one that is. Before Jira 7 every
    administrator takes a seat whatever the groups are, and this rule does not apply.

    Remedy. Jira administration > Applications > Application access > (application): remove the administrators' group,
    and put those administrators who work on issues into the application's own group. First log in as an administrator
    without application access in another browser, so that nobody is shut out by a mistake.

    Sources: "Licensing and application access" (adminjiraserver0817/licensing-and-application-access-1071815682.html);
    "Managing global permissions" (adminjiraserver0917/managing-global-permissions-1431246137.html);
    community.atlassian.com, qaq-p/767400; and the page that claims otherwise, "Get list of licensed users in Jira
    server" (confluence.atlassian.com/jirakb/get-list-of-licensed-users-in-jira-server-278695452.html).
    Licence-risk rule L-07.
    """

    id: ClassVar[str] = "admin-group-takes-seats"
    severity: ClassVar[Severity] = Severity.LOW
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False  # advice about administrators; whether customers reach a seat is told apart

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the group, else the Jira application."""
        try:
            known = licences(estate)
            is_before_7 = bool(known.applications) and known.applications[0].key == JIRA_BEFORE_7
            administrators = administration(estate) if known.applications and not is_before_7 else None
        except MissingFact as missing:
            message = "Whether administrators take seats through their group can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [missing.fact])
            return
        if administrators is None:
            message = "Jira has no application, so there is no seat to take."
            if is_before_7:
                message = "Before Jira 7.0 every administrator takes a seat, by whatever group."
            yield rest_on(_finding(Verdict.NOT_APPLICABLE, ESTATE, message), known.facts)
            return
        effective, missing_order = access_by_jiras_or_any_order(estate)
        places = list(effective.order.places())
        for application in known.applications:
            ways = effective.ways_to(application)
            yield from _Answers(estate, places, known, administrators, application, ways).all(missing_order)


@dataclass(frozen=True, slots=True)
class _Lead:
    """An administrators' group that leads to an application, or may."""

    group: str
    path: tuple[str, ...]
    doubt: Fact[Any] | None = None


@dataclass(frozen=True)
class _Answers:
    """The findings about one Jira application."""

    estate: Estate
    places: list[Place]
    licences: Licences
    administrators: Administration
    application: JiraApplication
    ways: Ways

    def all(self, missing: tuple[Fact[Any], ...]) -> Iterator[Finding]:
        """Yield a failure per group that takes seats, an unknown per doubtful one, and one answer for all others."""
        told: set[str] = set()
        certain_first = sorted((*self._listed(), *self._nested()), key=lambda lead: lead.doubt is not None)
        for lead in certain_first:
            if fold(lead.group) not in told:
                told.add(fold(lead.group))
                yield self._doubtful(lead.group, lead.doubt) if lead.doubt else self._failed(lead)
        yield from self._rest(missing, told)

    def _listed(self) -> Iterator[_Lead]:
        own = {fold(name) for name in self.application.groups}
        for group in self.administrators.groups:
            if fold(group) in own:
                yield _Lead(group, (group, self.application.key))

    def _nested(self) -> Iterator[_Lead]:
        names = {fold(group) for group in self.administrators.groups}
        for place in self.places:
            for _, way, doubts in self.ways.leading(place):
                if fold(way.name) in names:
                    yield _Lead(way.name, way.path.names, doubts[0].fact if doubts else None)

    def _failed(self, lead: _Lead) -> Finding:
        group, outer = lead.group, lead.path[1:-1]
        inside = f", inside {listed(outer)}," if outer else ""
        number, told_by = self._members(group)
        today = "" if number is None else f": {counted(number, 'active account')} in it today"
        out_of = f"'{outer[0]}'" if outer else f"the access to {self._name}"
        finding = replace(
            self._about_group(Verdict.FAIL, group),
            message=f"'{group}' administers Jira and{inside} grants access to {self._name}, so every administrator in "
            f"it takes a seat{today}.",
            path=lead.path,
            remedy=f"Take '{group}' out of {out_of} (Jira administration > Applications > Application access), and put "
            "those administrators who need a seat into the application's own group. Try the login of an administrator "
            "without access first.",
        )
        return rest_on(finding, [*self._facts, *told_by], self._reads)

    def _members(self, group: str) -> tuple[int | None, list[Fact[Any]]]:
        """Count who is in it, as Jira itself says, else as the directories do; None where no directory has it."""
        for spelling in self.application.groups:
            name = f"jira.members[{spelling}]"
            if fold(spelling) == fold(group) and self.estate.has(name):
                fact = self.estate.need(name)
                return len(fact.value), [fact]
        inner = [(place.layer, authorised(place.layer.snapshot, [group])) for place in self.places]
        if not any(groups for _, groups in inner):
            return None, []
        active = {
            (layer.directory, user_id)
            for layer, groups in inner
            for user_id, is_active, _ in layer.snapshot.accounts_in_any(list(groups), layer.selection)
            if is_active
        }
        return len(active), []

    def _doubtful(self, group: str, doubt: Fact[Any]) -> Finding:
        message = f"Whether '{group}', which administers Jira, grants access to {self._name} can't be said."
        finding = replace(self._about_group(Verdict.UNKNOWN, group), message=message)
        return lacking(rest_on(finding, self._facts, self._reads), [doubt])

    def _rest(self, missing: tuple[Fact[Any], ...], told: set[str]) -> Iterator[Finding]:
        others = [group for group in self.administrators.groups if fold(group) not in told]
        other = "other " if told else ""
        subject = Subject(SubjectKind.APPLICATION, self.application.key)
        open_questions = [*self.administrators.gaps]
        if others:
            asked = (*others, *self.application.groups)
            open_questions += [*missing, *gaps(self.estate, self._layers, asked)]
        if open_questions:
            message = f"Whether {other}groups of administrators grant access to {self._name} can't be said."
            finding = replace(_finding(Verdict.UNKNOWN, subject, message), application=self.application.key)
            yield lacking(rest_on(finding, self._facts, self._reads), open_questions)
        elif others or not told:
            message = f"No group of administrators grants access to {self._name}."
            if others:
                verb = "administers" if len(others) == 1 else "administer"
                message = f"{listed(others)} {verb} Jira without access to {self._name}: {CLAIM}."
            passed = replace(_finding(Verdict.PASS, subject, message), application=self.application.key)
            yield rest_on(replace(passed, count=len(others)), self._facts, self._reads)

    @property
    def _layers(self) -> list[Layer]:
        return [place.layer for place in self.places]

    @property
    def _facts(self) -> list[Fact[Any]]:
        return [*self.licences.facts, *self.administrators.facts]

    @property
    def _reads(self) -> tuple[Evidence, ...]:
        return reads_in(self.estate, self._layers)

    @property
    def _name(self) -> str:
        return self.licences.named(self.application.key)

    def _about_group(self, verdict: Verdict, group: str) -> Finding:
        # named, not pointed to: it may stand in several directories, and in none that is read
        subject = Subject(SubjectKind.GROUP, group, fold(group))
        return replace(_finding(verdict, subject, ""), application=self.application.key)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(AdminGroupTakesSeats.id, verdict, AdminGroupTakesSeats.severity, subject, message)
