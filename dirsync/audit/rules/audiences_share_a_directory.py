"""L-26: agents and customers in one directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.crowd import serves_jira
from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import lacking, listed, mapping_says, only_some_mappings, rest_on
from dirsync.audit.signup import Wish, doors_to, unresolved, wish_for
from dirsync.model.estate import Audience
from dirsync.model.facts import Fact, MissingFact, unknown
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.estate import Estate, Population
    from dirsync.model.products import CrowdApplication, JiraDirectory


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
    each, one for agents and one for customers, are the recommended set-up. So are two user directories of Jira that
    each read a part of one LDAP tree, if both are declared with their `mapping`.

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
        if estate.is_partial and not all(estate.population(audience) for audience in Audience):
            whole = Subject(SubjectKind.ESTATE, "estate")
            message = "Whether agents and customers share a directory can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, whole, message), [only_some_mappings()])
            return
        if not all(estate.population(audience) for audience in Audience):
            why = "The mappings name only one audience, or none, so there is nothing to share."
            yield _finding(Verdict.NOT_APPLICABLE, Subject(SubjectKind.ESTATE, "estate"), why)
            return
        places = list(_shared_places(estate))
        involved = {people.directory for place in places for people in place.people}
        for place in places:
            yield _failed(estate, place)
        for directory in sorted({population.directory for population in estate.populations} - involved):
            yield _apart(estate, directory)


@dataclass(frozen=True, slots=True)
class _Place:
    """Somewhere people are seen."""

    subject: Subject
    what: str
    people: tuple[Population, ...]
    facts: tuple[Fact[Any], ...] = ()


def _shared_places(estate: Estate) -> Iterator[_Place]:
    """Yield each place where people of both audiences are, the most specific first, nothing twice."""
    told: set[tuple[Population, ...]] = set()
    for place in (*_directories(estate), *_jira_directories(estate), *_crowd_applications(estate)):
        if place.people not in told and _are_both(place.people):
            told.add(place.people)
            yield place


def _directories(estate: Estate) -> Iterator[_Place]:
    for directory in sorted({population.directory for population in estate.populations}):
        if not _is_split_by_jira(estate, directory):
            subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
            yield _Place(subject, f"The directory {directory}", _people_in(estate, [directory]))


def _is_split_by_jira(estate: Estate, directory: str) -> bool:
    """Say whether Jira sees each Mapping's part of a Directory in a user directory that is declared for it."""
    if not estate.has("jira.user_directories"):
        return False
    named = {known.mapping for known in estate.jira_directories()}
    people = _people_in(estate, [directory])
    return all(part.selection != WHOLE and part.mapping in named for part in people) and not any(
        _are_both([part for part in _seen_in(estate, known) if part in people]) for known in estate.jira_directories()
    )


def _seen_in(estate: Estate, known: JiraDirectory) -> tuple[Population, ...]:
    return tuple(
        people for people in estate.populations if known in estate.jira_directories_showing(people.directory, people)
    )


def _people_in(estate: Estate, directories: Iterable[str]) -> tuple[Population, ...]:
    keys = set(directories)
    return tuple(people for people in estate.populations if people.directory in keys)


def _are_both(people: Iterable[Population]) -> bool:
    return len({population.audience for population in people}) > 1


def _jira_directories(estate: Estate) -> Iterator[_Place]:
    if not estate.has("jira.user_directories"):
        return
    for known in estate.jira_directories():
        facts = [estate.need(name) for name in ("jira.user_directories", "crowd.applications") if estate.has(name)]
        # In no Directory, and with an id of its own: a Directory may have the same name.
        subject = Subject(SubjectKind.DIRECTORY, known.name, f"jira.user_directories[{known.name}]")
        yield _Place(subject, f"Jira's user directory '{known.name}'", _seen_in(estate, known), tuple(facts))


def _crowd_applications(estate: Estate) -> Iterator[_Place]:
    """Yield Crowd applications, unless Jira's list of directories tells which of them Jira uses and what it sees."""
    if not estate.has("crowd.applications") or estate.has("jira.user_directories"):
        return
    fact = estate.need("crowd.applications")
    for application in (known for known in fact.value if serves_jira(estate, known)):
        subject = Subject(SubjectKind.APPLICATION, application.name)
        people = _people_in(estate, application.directories or ())
        yield _Place(subject, f"The Crowd application '{application.name}'", people, (fact,))


def _failed(estate: Estate, place: _Place) -> Finding:
    sharing = place.people
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
    facts = [estate.need(name) for name in ("jira.user_directories", "crowd.applications") if estate.has(name)]
    audiences = estate.audiences_of(directory)
    if len(audiences) > 1:
        message = (
            f"{directory} holds both audiences, and Jira sees each mapping's people in a user directory of their own."
        )
    else:
        others = listed(sorted({people.directory for people in estate.populations} - {directory}))
        message = f"{directory} holds {next(iter(audiences))} only, apart from {others}."
    return rest_on(_finding(Verdict.PASS, subject, message), facts)


def _unseen(estate: Estate, directory: str) -> Iterator[Fact[Any]]:
    """Yield what is missing to say that no product shows a Directory together with the other audience's."""
    if estate.has("jira.user_directories"):
        yield from unresolved(estate)
        return
    applications: tuple[CrowdApplication, ...] = ()
    if estate.kinds.get(directory) == "crowd" and estate.has("crowd.applications"):
        listed_ones: tuple[CrowdApplication, ...] = estate.need("crowd.applications").value
        applications = tuple(known for known in listed_ones if serves_jira(estate, known))
    is_shown = any(directory in (known.directories or ()) for known in applications)
    if not is_shown or any(known.directories is None or known.unattributed for known in applications):
        yield unknown(
            "jira.user_directories",
            "nobody says which user directories Jira has, and what each of them shows",
            "Declare jira.user_directories in mappings/estate.yaml.",
        )


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(AudiencesShareADirectory.id, verdict, AudiencesShareADirectory.severity, subject, message)
