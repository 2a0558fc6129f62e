"""Accounts that Jira sees and no mapping names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from dirsync.audit.access import seen_directories
from dirsync.audit.default_group_question import seat_paths
from dirsync.audit.evidence import counted, lacking, listed, mapping_says, reads_of, rest_on
from dirsync.audit.outside import cleared_by_jira, mapped_whole, outside
from dirsync.audit.seats import memberships_missing
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.facts import Fact, MissingFact, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.audit.access import SeatPaths
    from dirsync.audit.outside import Outside
    from dirsync.model.estate import Estate
    from dirsync.model.products import JiraDirectory

DIRECTORIES = "jira.user_directories"
HELD_BY_JIRA = frozenset({DirectoryType.INTERNAL, DirectoryType.DELEGATING})


class PeopleOutsideEveryMapping:
    """Accounts that Jira sees are in no mapping, so that nobody says whether they are agents or customers.

    The audit judges the people of the mappings. An account beside them is neither agent nor customer: no rule about
    customers asks for it, and no mapping will ever change or remove it. Forgotten technical accounts, accounts made
    by hand in Jira's internal directory and leftovers of an old connection live there. Each one that is in a group
    under Application access costs a seat as well, and nobody looks at it; then the finding is high, otherwise medium.

    Counted are the accounts of every directory in which Jira or Crowd sees people: those the mappings write to or
    audit, those that jira.user_directories in mappings/estate.yaml names, and those read from Jira itself. In a
    directory that a mapping writes to nobody is outside: whoever is there belongs to that mapping's audience, made by
    hand or by sign-up or not. Where mappings only take a part (a base, a filter), the rest was not read, so the entry
    in jira.user_directories vouches that dirsync is shown what Jira sees.

    A user directory of Jira whose people nobody shows to dirsync is unknown, and so is everything beside the known
    directories while nobody lists Jira's.

    Remedy. Write a mapping for them: without a target it only audits. Or remove or deactivate the accounts in their
    directory, under Jira administration > User management for those that Jira holds. Technical accounts that are to
    stay are accepted with a waiver that names the directory. For the unknown ones, name the directory or the mapping
    under jira.user_directories.

    Sources: "Licensing and application access" (adminjiraserver0817/licensing-and-application-access-1071815682.html);
    "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html).
    Licence-risk rule L-01, asked for those whom no mapping names.
    """

    id: ClassVar[str] = "people-outside-every-mapping"
    severity: ClassVar[Severity] = Severity.MEDIUM
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is a Directory, a user directory of Jira that nobody reads, or the estate."""
        if not estate.populations:
            yield _finding(Verdict.NOT_APPLICABLE, _ESTATE, "No mapping names any people.")
            return
        known = seat_paths(estate)
        paths = None if isinstance(known, Fact) else known
        judged = sorted({*seen_directories(estate), *(population.directory for population in estate.populations)})
        open_questions: list[tuple[str, Fact[Any]]] = []
        for directory in judged:
            found = outside(estate, directory, paths)
            yield from _answers(estate, directory, found, paths)
            if found.users and isinstance(known, Fact):
                open_questions = [("Which of the accounts outside hold a seat can't be said.", known)]
        try:
            yield from _unshown(estate, judged)
        except MissingFact as missing:
            elsewhere = f"Whom Jira sees beside the people in {listed(judged)} can't be said."
            open_questions.append((elsewhere, missing.fact))
        if open_questions:
            finding = _finding(Verdict.UNKNOWN, _ESTATE, " ".join(what for what, _ in open_questions))
            yield lacking(finding, [fact for _, fact in open_questions])


_ESTATE = Subject(SubjectKind.ESTATE, "estate")


def _answers(estate: Estate, directory: str, found: Outside, paths: SeatPaths | None) -> Iterator[Finding]:
    """Yield what is true of one Directory; where a seat question stays open, also one unknown per application."""
    if found.users:
        yield _told(estate, directory, found, paths)
        yield from _undecided_seats(estate, directory, found, paths)
        return
    subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
    whole = mapped_whole(estate, directory)
    if whole:
        message = f"{directory}: whoever is in it belongs to a mapping ({listed(each.mapping for each in whole)})."
        finding = replace(_finding(Verdict.PASS, subject, message), count=_size(estate, directory))
        said = [mapping_says(each, f"target: {directory}") for each in whole]
        yield rest_on(finding, (), [*said, *reads_of(estate, directory)])
        return
    message = f"Whether {directory} holds accounts that are in no mapping can't be said."
    try:
        estate.snapshot(directory)
        vouched = [estate.need(DIRECTORIES)] if _is_read_in_part(estate, directory) else []
    except MissingFact as missing:
        yield lacking(_finding(Verdict.UNKNOWN, subject, message), [missing.fact])
        return
    finding = _finding(Verdict.PASS, subject, f"{directory}: every account is in a mapping.")
    yield rest_on(replace(finding, count=_size(estate, directory)), vouched, reads_of(estate, directory))


def _told(estate: Estate, directory: str, found: Outside, paths: SeatPaths | None) -> Finding:
    snapshot, holder = estate.snapshots[directory], found.first_holder
    more = found.users - len(found.names)
    names = f"{listed(found.names)}{f' and {more:,} more' if more else ''}"
    at_least = "" if snapshot.completeness.is_complete else "at least "
    with_seat = f", {found.holding:,} of them with a paid seat" if found.holding else ""
    shown = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
    finding = replace(
        _finding(
            Verdict.FAIL, shown, f"In {directory} {at_least}{_are(found.users)} in no mapping{with_seat}: {names}."
        ),
        severity=Severity.HIGH if holder else PeopleOutsideEveryMapping.severity,
        path=holder.path.names if holder else (),
        remedy=f"Write a mapping that takes them out of {directory} (without a target it only audits), or remove or "
        f"deactivate them there. Accept those that are to stay with a waiver (directory: {directory}).",
    )
    facts = paths.licences.facts if paths and holder else ()
    return rest_on(finding, facts, reads_of(estate, directory))


def _are(users: int) -> str:
    return f"{counted(users, 'account')} {'is' if users == 1 else 'are'}"


def _undecided_seats(estate: Estate, directory: str, found: Outside, paths: SeatPaths | None) -> Iterator[Finding]:
    if not paths or found.holding == found.active:
        return
    missing = (*paths.licences.gaps, *memberships_missing(estate, directory))
    subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
    others = "others of the" if found.holding else "the"
    for application in paths.licences.applications:
        open_groups = [group for group in application.groups if not cleared_by_jira(estate, directory, group)]
        gaps = (*missing, *groups_unread(estate, directory, open_groups))
        if not gaps:
            continue
        name = paths.licences.named(application.key)
        message = f"Whether {others} accounts of {directory} in no mapping hold a seat of {name} can't be said."
        yield lacking(replace(_finding(Verdict.UNKNOWN, subject, message), application=application.key), gaps)


def _unshown(estate: Estate, judged: Sequence[str]) -> Iterator[Finding]:
    """Yield the user directories of Jira of which no Directory shows the people; raise when nobody lists them."""
    for known in estate.jira_directories():
        missing = list(_not_shown(estate, known, judged))
        if missing and _is_active(estate, known):
            # In no Directory, and with an id of its own: a Directory may have the same name.
            subject = Subject(SubjectKind.DIRECTORY, known.name, f"{DIRECTORIES}[{known.name}]")
            message = f"Jira's user directory '{known.name}' is not read, so nobody there was judged."
            yield lacking(_finding(Verdict.UNKNOWN, subject, message), missing)


def _not_shown(estate: Estate, known: JiraDirectory, judged: Sequence[str]) -> Iterator[Fact[Any]]:
    shown = {*([known.directory] if known.directory else []), *estate.crowd_application_shows(known.crowd_application)}
    for directory in sorted(shown - set(judged)):
        try:
            estate.snapshot(directory)
        except MissingFact as missing:
            remedy = f"Write a mapping that reads {directory}: only what a mapping reads or writes is read at all."
            yield replace(missing.fact, remedy=missing.fact.remedy or remedy)
    if not shown:
        held = " Only a directory of kind jira can show what Jira holds itself." if known.type in HELD_BY_JIRA else ""
        yield unknown(
            f"{DIRECTORIES}[{known.name}].directory",
            "nobody says which directory shows its people",
            f"Name the directory or the mapping that shows '{known.name}' under {DIRECTORIES} in mappings/estate.yaml, "
            f"or write 'active: false' there if Jira doesn't use it.{held}",
        )


def _is_active(estate: Estate, known: JiraDirectory) -> bool:
    active = f"{DIRECTORIES}[{known.name}].active"
    return not estate.has(active) or bool(estate.need(active).value)


def _is_read_in_part(estate: Estate, directory: str) -> bool:
    """Say whether mappings are all that is read of a Directory, and each of them takes only a part of it."""
    readers = [population for population in estate.populations if population.source == directory]
    return bool(readers) and all(population.taken for population in readers)


def _size(estate: Estate, directory: str) -> int:
    snapshot = estate.snapshots.get(directory)
    return snapshot.counts().users if snapshot else 0


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    return Finding(PeopleOutsideEveryMapping.id, verdict, PeopleOutsideEveryMapping.severity, subject, message)
