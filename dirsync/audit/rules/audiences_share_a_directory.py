"""L-26: agents and customers in one directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import lacking, listed, mapping_says, rest_on
from dirsync.audit.signup import Wish, doors_to, unresolved, wish_for
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact, unknown
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.estate import Estate, Population
    from dirsync.model.products import CrowdApplication


class AudiencesShareADirectory:
    """Agents and customers share a directory, so that what is set for the ones holds for the others.

    It costs money when agents and customers are given the same. Default groups, the mode (Read Only or Read/Write)
    and the permission to add users belong to a directory or to a Crowd application in it. Where both audiences share
    one, a default group that gives agents their seat gives one to every customer too, and the Read/Write that sign-up
    needs lets Jira change agents. One Crowd application is one user directory in Jira with one mode, so it counts as
    shared even if Crowd keeps the two audiences apart behind it.

    It is only untidy (low) until somebody sets a default group by any of the six mechanisms, or sign-up writes into
    the shared directory; then it is high.

    What counts is where the products see people. Two mappings that read one LDAP tree and feed a Crowd directory
    each, one for agents and one for customers, are the recommended set-up.

    Remedy. In Crowd, add a directory for customers (Crowd > Directories > Add directory) and an application for it
    (Crowd > Applications > Add application > Directories & groups), connect it in Jira under Jira administration >
    User management > User directories > Add directory > Atlassian Crowd, and let the customers mapping feed it.

    Sources: "Managing customers in Jira Service Management"; "How to prevent Jira administrators from modifying
    certain groups in Crowd directory" (confluence.atlassian.com/jirakb/829063832.html); "Example of Directory
    Permissions" (confluence.atlassian.com/display/CROWD027/Example+of+Directory+Permissions). Licence-risk rule L-26.
    """

    id: ClassVar[str] = "audiences-share-a-directory"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is a Directory, a user directory of Jira, or a Crowd application."""
        if not all(estate.population(audience) for audience in Audience):
            why = "The mappings name only one audience, or none, so there is nothing to share."
            yield _finding(Verdict.NOT_APPLICABLE, Subject(SubjectKind.ESTATE, "estate"), why)
            return
        places = list(_shared_places(estate))
        involved = {directory for place in places for directory in place.directories}
        for place in places:
            yield _failed(estate, place)
        for directory in sorted({population.directory for population in estate.populations} - involved):
            yield _apart(estate, directory)


@dataclass(frozen=True, slots=True)
class _Place:
    """Somewhere both audiences are seen."""

    subject: Subject
    what: str
    directories: tuple[str, ...]
    facts: tuple[Fact[Any], ...] = ()


def _shared_places(estate: Estate) -> Iterator[_Place]:
    """Yield each place where both audiences are, the most specific first, nothing twice."""
    told: set[tuple[str, ...]] = set()
    for place in (*_directories(estate), *_jira_directories(estate), *_crowd_applications(estate)):
        if place.directories not in told:
            told.add(place.directories)
            yield place


def _directories(estate: Estate) -> Iterator[_Place]:
    for directory in sorted({population.directory for population in estate.populations}):
        if len(estate.audiences_of(directory)) > 1:
            subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
            yield _Place(subject, f"The directory {directory}", (directory,))


def _jira_directories(estate: Estate) -> Iterator[_Place]:
    if not estate.has("jira.user_directories"):
        return
    for known in estate.jira_directories():
        through_crowd = estate.crowd_application_shows(known.crowd_application)
        directories = _with_both(estate, [*([known.directory] if known.directory else []), *through_crowd])
        if directories:
            facts = [estate.need(name) for name in ("jira.user_directories", "crowd.applications") if estate.has(name)]
            subject = Subject(SubjectKind.DIRECTORY, known.name, directory=known.name)
            yield _Place(subject, f"Jira's user directory '{known.name}'", directories, tuple(facts))


def _crowd_applications(estate: Estate) -> Iterator[_Place]:
    """Yield Crowd applications, unless Jira's list of directories tells which of them Jira uses and what it sees."""
    if not estate.has("crowd.applications") or estate.has("jira.user_directories"):
        return
    fact = estate.need("crowd.applications")
    for application in fact.value:
        directories = _with_both(estate, application.directories or ())
        if directories:
            subject = Subject(SubjectKind.APPLICATION, application.name)
            yield _Place(subject, f"The Crowd application '{application.name}'", directories, (fact,))


def _with_both(estate: Estate, directories: Iterable[str]) -> tuple[str, ...]:
    """Return the Directories if people of both audiences are in them, else nothing."""
    keys = tuple(sorted(set(directories)))
    audiences = frozenset[Audience]().union(*(estate.audiences_of(key) for key in keys))
    return keys if len(audiences) > 1 else ()


def _failed(estate: Estate, place: _Place) -> Finding:
    sharing = [population for population in estate.populations if population.directory in place.directories]
    mappings = [
        f"{audience} ({', '.join(population.mapping for population in sharing if population.audience is audience)})"
        for audience in Audience
    ]
    worse = [*_default_groups_in(estate, sharing), *_signup_into(estate, sharing)]
    because = "; ".join(why for why, _ in worse) or "no default group and no sign-up is known there, yet"
    message = f"{place.what} holds {' and '.join(mappings)}: {because}."
    remedy = (
        "Give the customers a Crowd directory and a Crowd application of their own (Crowd > Directories, Crowd > "
        "Applications), add it to Jira's user directories, and let the customers mapping feed it."
    )
    finding = replace(
        _finding(Verdict.FAIL, place.subject, message), severity=Severity.HIGH if worse else Severity.LOW, remedy=remedy
    )
    said = [mapping_says(population, f"{population.audience} are in {population.directory}") for population in sharing]
    facts = [fact for _, known in worse for fact in known]
    return rest_on(finding, [*place.facts, *facts], said)


def _default_groups_in(estate: Estate, sharing: Iterable[Population]) -> Iterator[tuple[str, tuple[Fact[Any], ...]]]:
    """Yield each default group that is certainly given to somebody there; what is unknown does not make it worse."""
    told: set[tuple[str, Mechanism]] = set()
    for population in sharing:
        for mechanism in Mechanism:
            for group in default_groups(estate, population, mechanism).groups:
                if group.doubt is None and (group.name, mechanism) not in told:
                    told.add((group.name, mechanism))
                    yield f"'{group.name}' is a default group ({mechanism})", group.facts


def _signup_into(estate: Estate, sharing: Iterable[Population]) -> Iterator[tuple[str, tuple[Fact[Any], ...]]]:
    for population in sharing:
        is_wanted = wish_for(estate, population) in {Wish.WANTED, Wish.IN_FORCE}
        if population.audience is not Audience.CUSTOMERS or not is_wanted:
            continue
        try:
            doors = [known for known in doors_to(estate, population.directory) if known.is_open]
        except MissingFact:
            return
        for known in doors:
            yield f"sign-up writes into it (Jira's '{known.jira_directory.name}')", known.facts


def _apart(estate: Estate, directory: str) -> Finding:
    """Say that a Directory is not shared, or what keeps that open."""
    subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
    missing = list(_unseen(estate, directory))
    if missing:
        message = f"Whether Jira sees {directory} together with the other audience can't be said."
        return lacking(_finding(Verdict.UNKNOWN, subject, message), missing)
    audience = next(iter(estate.audiences_of(directory)))
    others = listed(sorted({people.directory for people in estate.populations} - {directory}))
    facts = [estate.need(name) for name in ("jira.user_directories", "crowd.applications") if estate.has(name)]
    return rest_on(_finding(Verdict.PASS, subject, f"{directory} holds {audience} only, apart from {others}."), facts)


def _unseen(estate: Estate, directory: str) -> Iterator[Fact[Any]]:
    """Yield what is missing to say that no product shows a Directory together with the other audience's."""
    if estate.has("jira.user_directories"):
        yield from unresolved(estate)
        return
    applications: tuple[CrowdApplication, ...] = ()
    if estate.kinds.get(directory) == "crowd" and estate.has("crowd.applications"):
        applications = estate.need("crowd.applications").value
    is_shown = any(directory in (known.directories or ()) for known in applications)
    if not is_shown or any(known.directories is None for known in applications):
        yield unknown(
            "jira.user_directories",
            "nobody says which user directories Jira has, and what each of them shows",
            "Declare jira.user_directories in mappings/estate.yaml.",
        )


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(AudiencesShareADirectory.id, verdict, AudiencesShareADirectory.severity, subject, message)
