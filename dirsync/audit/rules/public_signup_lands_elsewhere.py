"""S-02 and S-09: accounts of public sign-up are made in a directory that is not the customers'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import lacking, listed, no_customers, only_some_mappings, rest_on
from dirsync.audit.jira_order import people_in
from dirsync.audit.signup import SWITCH
from dirsync.audit.signup_asked import Asked, about_estate, asked_about, not_asked, undecided
from dirsync.audit.signup_landing import Among, Landings
from dirsync.audit.signup_seat import AT_SIGNUP, first_seat
from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.names import directory_key
from dirsync.model.products import DirectoryType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.audit.effective.order import Layer, View
    from dirsync.model.estate import Estate

OPEN_QUESTION = "Whether accounts of public sign-up are made among the customers can't be said."


class PublicSignupLandsElsewhere:
    """Accounts of public sign-up are made in a directory that is not the customers'.

    Jira makes every new account in the first active user directory, in its own order, whose mode is Read/Write, and
    offers no choice. If that is a Crowd application with several directories, Crowd makes it in the first one, in the
    application's order, that lets the application add users. Whichever stands first gets the customers: the agents'
    directory, or Jira's internal one, where no mapping looks for them.

    It costs money where the directory has a default group that grants access to a Jira application, as the agents'
    often has: each customer then takes a seat at the first login. Where that is proven the finding shows the path. It
    costs work everywhere: an account can't be moved to another directory, and what is set for customers holds for
    nobody there.

    It comes about when somebody makes a directory Read/Write for the agents' sake and forgets that it stands above the
    customers', or adds the customers' directory last. If Jira sends sign-up to a user directory without customers and
    Crowd refuses it there, Jira is not known to go on to the next one, so sign-up fails; that is told here too. Sign-up
    that makes no account at all is told by public-signup-needs-read-write and public-signup-lacks-add-user.

    Remedy. Make every user directory above the customers' Read Only (Jira administration > User management > User
    directories). Jira's internal directory belongs below the customers'. The agents' directory stays above them:
    customers-directory-above-agents says why. Inside a Crowd application, clear Add User for the directories above the
    customers' (Crowd > Applications > (the application) > Permissions), or give the customers an application of their
    own.

    Sources: "Managing multiple directories" (adminjiraserver0917/managing-multiple-directories-1431246040.html); how
    Crowd works with several directories (confluence.atlassian.com/x/2om7Jw); "Example of Directory Permissions"
    (confluence.atlassian.com/display/CROWD027/Example+of+Directory+Permissions). That Jira does not go on where Crowd
    refuses is inferred. Licence-risk rules S-02 and S-09.
    """

    id: ClassVar[str] = "public-signup-lands-elsewhere"
    severity: ClassVar[Severity] = Severity.HIGH
    since: ClassVar[str] = "0.1"
    # Asked only where sign-up is wanted or on, and then a wrong place may cost a seat per account. Order and modes are
    # on one page of Jira's, which anybody who may set up sign-up can open and declare.
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is where the accounts are made: a user directory of Jira, or a Directory in Crowd."""
        customers = estate.population(Audience.CUSTOMERS)
        if not customers:
            yield no_customers(self)
            return
        try:
            asked = asked_about(estate)
            if asked.why_not:
                yield not_asked(self, asked)
                return
            # Where every mapping says `off` and Jira's switch is on, any customers' directory is a right place.
            yield _Question(estate, asked, Landings(estate, asked.meant or customers)).answer()
        except MissingFact as missing:
            yield undecided(self, OPEN_QUESTION, missing.fact)


@dataclass(frozen=True)
class _Question:
    """Where the accounts of sign-up are made, asked once for all of Jira."""

    estate: Estate
    asked: Asked
    landings: Landings

    def answer(self) -> Finding:
        among = self.landings.among
        if among == {Among.NOBODY}:
            return self._resting(about_estate(_RULE, Verdict.NOT_APPLICABLE, self._nobody()))
        if among <= {Among.MEANT, Among.NOBODY}:
            return self._passed()
        if among == {Among.OTHERS} and not self.estate.is_partial:
            return self._failed()
        missing = (only_some_mappings(),) if among == {Among.OTHERS} else self.landings.missing()
        return lacking(self._resting(about_estate(_RULE, Verdict.UNKNOWN, OPEN_QUESTION)), missing)

    def _nobody(self) -> str:
        view = self.landings.last_view
        if view is None:
            return "Jira may make accounts in none of its user directories; public-signup-needs-read-write tells more."
        return (
            f"Jira sends sign-up to '{view.name}', which shows the customers, but Crowd makes no accounts there; "
            "public-signup-lacks-add-user and public-signup-blocked-by-access-based-sync tell more."
        )

    def _passed(self) -> Finding:
        where = dict.fromkeys(directory_key(layer.directory) for _, layer in self.landings.made(Among.MEANT) if layer)
        views = listed(dict.fromkeys(view.name for view, _ in self.landings.made(Among.MEANT)))
        first = next(iter(where))
        message = f"Accounts of public sign-up are made in {' or '.join(where)} (Jira's {views}), and nowhere else."
        subject = Subject(SubjectKind.DIRECTORY, first, directory=first)
        return self._resting(replace(about_estate(_RULE, Verdict.PASS, message), subject=subject))

    def _failed(self) -> Finding:
        places = self.landings.made(Among.OTHERS)
        meant = dict.fromkeys(population.directory for population in self.landings.meant)
        said = dict.fromkeys(self._place(view, layer) for view, layer in places)
        message = f"Accounts of public sign-up are made {' or '.join(said)}, not among the customers in "
        subject, remedy = self._mended(*places[0])
        if not self.asked.meant:
            remedy = f"Turn sign-up off under {SWITCH}, as the mappings say. If it is wanted after all: {remedy}"
        finding = replace(
            about_estate(_RULE, Verdict.FAIL, f"{message}{' or '.join(meant)}."), subject=subject, remedy=remedy
        )
        finding = self._resting(finding)
        return self._weighed(finding, places[0][1]) if len(places) == 1 else finding

    def _place(self, view: View, layer: Layer | None) -> str:
        if layer is None:
            return f"nowhere (Jira sends them to its user directory '{view.name}', where Crowd refuses them)"
        audiences = sorted({population.audience for population in people_in(self.estate, layer)})
        whose = f"with {' and '.join(audiences)}" if audiences else "that no mapping is about"
        if self.landings.shows_meant(view):
            return f"in {directory_key(layer.directory)}, a directory {whose} (behind Jira's '{view.name}')"
        return f"in Jira's user directory '{view.name}', one {whose}"

    def _mended(self, view: View, layer: Layer | None) -> tuple[Subject, str]:
        """Return what has to change, as the subject, and how: Crowd's order if the user directory is the right one."""
        known = self.landings.jira_directory(view)
        if layer and self.landings.shows_meant(view):
            directory = directory_key(layer.directory)
            remedy = (
                f"Crowd > Applications > {known.crowd_application} > Permissions > (the directory of {directory}): "
                "clear Add User. Or give the customers a Crowd application of their own."
            )
            return Subject(SubjectKind.DIRECTORY, directory, directory=directory), remedy
        theirs = dict.fromkeys(
            shown.name
            for population in self.landings.meant
            for shown in self.estate.jira_directories_showing(population.directory, population)
        )
        above = (
            f"move {listed(theirs)} (which must be Read/Write) above it" if theirs else "add the customers' above it"
        )
        change = above if known.type is DirectoryType.INTERNAL else f"set its permission to Read Only, or {above}"
        remedy = (
            f"Jira administration > User management > User directories > {view.name}: {change}. See "
            "customers-directory-above-agents before you move anything."
        )
        # In no Directory, and with an id of its own: a Directory may have the same name.
        return Subject(SubjectKind.DIRECTORY, view.name, f"jira.user_directories[{view.name}]"), remedy

    def _weighed(self, finding: Finding, layer: Layer | None) -> Finding:
        """Add the seat that an account made there is proven to take."""
        seat = first_seat(self.estate, people_in(self.estate, layer), AT_SIGNUP) if layer else None
        if seat is None:
            return finding
        message = f"{finding.message} Each of them takes a seat there."
        return rest_on(replace(finding, message=message, path=seat.path), seat.facts, seat.evidence)

    def _resting(self, finding: Finding) -> Finding:
        return rest_on(self.asked.resting(finding), self.landings.facts())


_RULE = PublicSignupLandsElsewhere()
