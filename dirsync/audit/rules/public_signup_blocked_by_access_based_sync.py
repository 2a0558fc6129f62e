"""Crowd applications that hide, or don't let in, accounts that were just made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from dirsync.audit.admission import among, authorised
from dirsync.audit.default_groups import default_groups
from dirsync.audit.evidence import listed, reads_of
from dirsync.audit.signup_crowd import in_crowd
from dirsync.audit.signup_links import Link, answers
from dirsync.audit.unread_groups import groups_unread
from dirsync.model.facts import Fact, MissingFact, unknown
from dirsync.model.findings import Mechanism, Severity
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dirsync.model.estate import Estate, Population
    from dirsync.model.findings import Finding


FIRST: Final = "default_groups_first"
"""End of the name of the fact that only a trial tells."""


class PublicSignupBlockedByAccessBasedSync:
    """Whoever signs up is shut out: Crowd shows or lets in only members of authorised groups.

    A Crowd application can be limited to those who have access to it, in two ways. Access-based synchronisation shows
    it only such users, and then Crowd lets it make none at all, in either of its two settings: sign-up fails. That is
    critical. And with "Allow all to authenticate" off for a directory, only members of the groups authorised there can
    log in. An account that was just made is in no group, so its owner has signed up and can't log in. That is high.

    It costs money the moment somebody mends it in the wrong way: by authorising a group for it that also grants access
    to a Jira application, such as the agents' one.

    It comes about when access-based synchronisation is turned on to make Jira's synchronisation quicker, or when access
    is limited to groups for the agents' sake, in an application that customers use too.

    Default groups are given when somebody authenticates, not when the account is made. Whether Crowd gives them before
    or after it decides whom to let in is not documented. So where a default group is one of the authorised ones, or
    inside one, the answer is unknown, with both readings, until somebody has tried and declared it
    (`default_groups_first` beside the directory under crowd.applications in mappings/estate.yaml).

    Remedy. Crowd > Applications > (the application of Jira) > Directories & groups: turn access-based synchronisation
    off, and turn on "Allow all to authenticate" for the customers' directory. It gives no access to a Jira application
    and costs no seat.

    Sources: "Syncing users based on their access rights" (confluence.atlassian.com/security/1409289226.html: with
    either setting the application can't create users); ApplicationDirectoryMapping in Crowd's Java API (with allow-all
    the authorised groups are ignored); "Managing customers in Jira Service Management" (if customers belong to no
    group, let all users of the directory authenticate); DefaultGroupMembershipResolver in Crowd's Java API (groups of
    the user who is authenticating). No licence-risk rule has this as its own.
    """

    id: ClassVar[str] = "public-signup-blocked-by-access-based-sync"
    severity: ClassVar[Severity] = Severity.CRITICAL
    since: ClassVar[str] = "0.1"
    # Asked only where sign-up is wanted or on. What it needs stands on one screen of Crowd's. Where it is open whether
    # a default group comes in time, one trial and one declared line settle it.
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Crowd application, once for each way; its directory is the customers'."""
        links = {"access_based_sync": _shows, "authentication": _lets_in}
        yield from answers(self, estate, links, "Whether whoever signs up in {directory} is shut out can't be said.")


def _shows(estate: Estate, population: Population, application: str) -> Link:
    """Ask whether Crowd lets the application make users at all."""
    try:
        switch = estate.need(f"crowd.applications[{application}].access_based_sync")
    except MissingFact as missing:
        return Link(None, "", missing=(missing.fact,))
    if not switch.value:
        message = f"Access-based synchronisation is off for '{application}', so Crowd shows it new accounts."
        return Link(True, message, facts=(switch,))
    message = (
        f"Access-based synchronisation is on for '{application}', so Crowd lets it make no users: nobody can sign "
        f"up in {population.directory}."
    )
    remedy = (
        f"Crowd > Applications > {application} > Directories & groups > Access-based synchronization: turn it off, or "
        "give the customers a Crowd application of their own without it."
    )
    return Link(False, message, remedy=remedy, facts=(switch,))


def _lets_in(estate: Estate, population: Population, application: str) -> Link:
    """Ask whether somebody in no group can log in."""
    directory = population.directory
    leaf = f"crowd.applications[{application}].directories[{directory}]"
    try:
        everybody = estate.need(f"{leaf}.allow_all_to_authenticate")
        if everybody.value:
            message = f"'{application}' lets all users of {directory} authenticate, new ones too."
            return Link(True, message, facts=(everybody,))
        groups = estate.need(f"{leaf}.authorised_groups")
    except MissingFact as missing:
        return Link(None, "", Severity.HIGH, missing=(missing.fact,))
    facts: tuple[Fact[Any], ...] = (everybody, groups)
    given = _GivenAtLogin(estate, population, application)
    doubts = given.doubts(groups.value) if groups.value else ()
    tried = f"{leaf}.{FIRST}"
    if given.admitting and estate.has(tried):
        facts = (*facts, estate.need(tried))
        if estate.need(tried).value:
            message = (
                f"'{application}' lets only members of {listed(groups.value)} authenticate, and whoever signs up in "
                f"{directory} gets {listed(given.admitting)} before that is asked."
            )
            return Link(True, message, facts=(*facts, *given.facts))
    elif doubts:
        return Link(None, "", Severity.HIGH, facts=(*facts, *given.facts), missing=doubts)
    only = f"only members of {listed(groups.value)}" if groups.value else "nobody"
    message = (
        f"'{application}' lets {only} of {directory} authenticate, and an account that was just made is in no group: "
        "whoever signs up can't log in."
    )
    remedy = (
        f"Crowd > Applications > {application} > Directories & groups > {in_crowd(estate, directory)}: turn on 'Allow "
        "all to authenticate'; it grants no access to a Jira application."
    )
    evidence = reads_of(estate, directory) if given.names else ()
    return Link(False, message, Severity.HIGH, remedy, (*facts, *given.facts), evidence)


class _GivenAtLogin:
    """The default groups that Crowd gives at a login, and whether they may let their members in."""

    def __init__(self, estate: Estate, population: Population, application: str) -> None:
        self.estate, self.directory = estate, population.directory
        self.facts: list[Fact[Any]] = []
        self.missing: list[Fact[Any]] = []
        self.names: list[str] = []
        self.admitting: list[str] = []
        """Those that are authorised, or inside a group that is; known once `doubts` were asked for."""
        self._leaf = f"crowd.applications[{application}].directories[{self.directory}]"
        try:
            own = estate.need(f"{self._leaf}.default_groups")
            self.facts.append(own)
            self.names += own.value
        except MissingFact as missing:
            self.missing.append(missing.fact)
        by_directory = default_groups(estate, population, Mechanism.CROWD_DIRECTORY)
        self.facts += by_directory.facts
        self.missing += by_directory.missing
        self.names += [group.name for group in by_directory.groups]

    def doubts(self, authorised_names: Sequence[str]) -> tuple[Fact[Any], ...]:
        """Return what keeps open whether a default group lets somebody in who is in no other."""
        named = {fold(name) for name in authorised_names}
        found = [name for name in self.names if fold(name) in named]
        unread: list[Fact[Any]] = []
        if self.names and not found:
            try:
                inside = authorised(self.estate.memberships(self.directory), authorised_names)
                found = among(inside.values(), self.names)
                unread += groups_unread(self.estate, self.directory, [*authorised_names, *self.names])
            except MissingFact as missing:
                unread.append(missing.fact)
        self.admitting = list(dict.fromkeys(found))
        if found:
            return (self._undocumented(),)
        return (*self.missing, *unread)

    def _undocumented(self) -> Fact[None]:
        given = listed(self.admitting)
        return unknown(
            f"{self._leaf}.{FIRST}",
            f"whoever signs up gets {given} at the first login, which is authorised, and nobody documents whether "
            "Crowd gives default groups before or after it decides whom to let in: if before, they get in; if after, "
            "they don't",
            "Sign up once at the portal and log in, and write what you saw as 'default_groups_first: true' (or false) "
            "beside that directory under crowd.applications in mappings/estate.yaml; or turn on 'Allow all to "
            "authenticate' in Crowd.",
        )
