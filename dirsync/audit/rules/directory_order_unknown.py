"""L-18: nobody tells in which order Jira asks its directories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.effective.doubts import may_be_off
from dirsync.audit.effective.from_estate import order_of_jira
from dirsync.audit.evidence import lacking, listed, mapping_says, only_some_mappings, rest_on
from dirsync.audit.jira_order import ESTATE, directories_in, nowhere, settings_of, without_a_place
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Order
    from dirsync.model.estate import Estate

SILENCED = (
    "masked-seat",
    "customers-directory-above-agents",
    "seat-count-disagrees-with-jira",
    "inactive-user-still-licensed",
)
"""The rules that go by the order."""


class DirectoryOrderUnknown:
    """Nobody tells in which order Jira asks its user directories, so rules that go by it keep silent.

    Where two directories hold one username, the first one in Jira's order decides who that is and which groups count.
    Jira tells the order by no REST call: it shows it on a page, and its database has it. As long as nobody declares
    it, which of two accounts takes a seat, what moving a directory would cost, and whether Jira's own count of seats
    agrees are questions without an answer.

    It fails where the list of Jira's user directories is missing, and for each directory of a mapping that the list
    does not place. It is unknown where nobody says whether a listed one is switched on. As it only tells of what is not
    known, it is for information.

    Remedy. Declare jira.user_directories in mappings/estate.yaml, in the order of Jira administration > User management
    > User directories, each with the mapping or the directory that shows its people; or set DIRSYNC_JIRA__DATABASE_URL.
    Where one Crowd application shows several directories, theirs is the order of Crowd > Applications > (application)
    > Directories & groups.

    Sources: "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html);
    "Specifying the directory order for an application" (confluence.atlassian.com/crowd050/1130369492.html).
    Licence-risk rule L-18.
    """

    id: ClassVar[str] = "directory-order-unknown"
    severity: ClassVar[Severity] = Severity.INFO
    since: ClassVar[str] = "0.1"
    decides_seats: ClassVar[bool] = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the estate, a Directory without a place, or a user directory of Jira."""
        directories = sorted({people.directory for people in estate.populations})
        if len(directories) < 2 and estate.is_partial:  # noqa: PLR2004 - one needs no order
            message = "Whether the directories of all mappings have a place in Jira's order can't be said."
            yield lacking(_finding(Verdict.UNKNOWN, ESTATE, message), [only_some_mappings()])
            return
        if len(directories) < 2:  # noqa: PLR2004 - one needs no order
            message = "The people of the mappings are in one directory, or in none, so there is nothing to order."
            yield _finding(Verdict.NOT_APPLICABLE, ESTATE, message)
            return
        try:
            order = order_of_jira(estate)
        except MissingFact as missing:
            message = (
                f"Nobody tells in which order Jira asks {listed(directories)}, so {', '.join(SILENCED)} can't be "
                f"answered: {missing.fact.why}."
            )
            said = [mapping_says(each, f"{each.audience} are in {each.directory}") for each in estate.populations]
            remedy = (
                "Declare jira.user_directories in mappings/estate.yaml, in the order of Jira administration > User "
                "management > User directories; or set DIRSYNC_JIRA__DATABASE_URL."
            )
            yield rest_on(replace(_finding(Verdict.FAIL, ESTATE, message), remedy=remedy), (), said)
            return
        yield from _placed(estate, order, directories)


def _placed(estate: Estate, order: Order, directories: list[str]) -> Iterator[Finding]:
    """Yield a failure per Directory without a place, and one answer for the order of the others."""
    unplaced = [directory for directory in directories if nowhere(order, directory)]
    facts = settings_of(estate)
    for directory in unplaced:
        fact = without_a_place(directory)
        subject = Subject(SubjectKind.DIRECTORY, directory, directory=directory)
        message = f"{fact.why[0].upper()}{fact.why[1:]}."
        yield rest_on(replace(_finding(Verdict.FAIL, subject, message), remedy=fact.remedy), facts)
    open_views = [view for view in order.views if any(may_be_off(view))]
    for view in open_views:
        subject = Subject(SubjectKind.DIRECTORY, view.name, f"jira.user_directories[{view.name}]")
        message = f"Whether '{view.name}' has a place in Jira's order can't be said."
        missing = [doubt.fact for doubt in may_be_off(view)]
        yield lacking(rest_on(_finding(Verdict.UNKNOWN, subject, message), facts), missing)
    if not unplaced and not open_views:
        asked = directories_in(place.layer for place in order.places())
        message = f"Jira asks {', then '.join(asked) or 'no directory, as all are switched off'}."
        yield rest_on(replace(_finding(Verdict.PASS, ESTATE, message), count=len(directories)), facts)


def _finding(verdict: Verdict, subject: Subject, message: str) -> Finding:
    rule = DirectoryOrderUnknown
    return Finding(rule.id, verdict, rule.severity, subject, message)
