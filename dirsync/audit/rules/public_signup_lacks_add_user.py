"""S-03, S-04 and S-11: Crowd does not let Jira make, or change, the accounts of those who sign up."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from dirsync.audit.evidence import sentences
from dirsync.audit.signup_crowd import in_crowd, may_be_written, may_write
from dirsync.audit.signup_links import Link, answers
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.estate import Estate, Population
    from dirsync.model.findings import Finding

ADD_USER, MODIFY_USER = "CREATE_USER", "UPDATE_USER"
"""Crowd's words for its permissions Add User and Modify User (OperationType in Crowd's Java API)."""


class PublicSignupLacksAddUser:
    """Public sign-up can't work: Crowd does not let Jira add users to the customers' directory.

    Read/Write in Jira is only half of it. Crowd itself asks twice: the directory must allow Add User to anybody at
    all, and the Crowd application as which Jira logs in must be allowed it for that directory. A permission that is off
    for the directory overrides the application's, which then is not even shown. Where either is off, Crowd refuses the
    new account, and whoever signs up at the portal, or writes to the service project from an unknown address, gets
    none.

    It costs money in the mending: as nobody can sign up, agents make accounts by hand from the user management, with
    the default applications and a seat each.

    It comes about because a new directory mapping is made for reading, or because permissions were taken away while
    Jira was Read Only. The answer is the same whatever Jira's own mode is, so that both can be mended at once.

    Modify User decides whether customers can change their password and their profile. Without it accounts are made and
    can't be looked after; that is told apart, as low.

    Remedy. Crowd > Directories > (the customers' directory) > Permissions: tick Add User and Modify User. Then Crowd >
    Applications > (the application of Jira) > Permissions > (the customers' directory): the same. Not for the agents'
    directory, nor for applications that only read.

    Sources: "Specifying directory permissions" (confluence.atlassian.com/x/1o01E); "Specifying an application's
    directory permissions" (crowd061/1483964822.html); "Example of Directory Permissions"
    (confluence.atlassian.com/display/CROWD027/Example+of+Directory+Permissions), which is this very case. That Modify
    User covers the password is inferred. Licence-risk rules S-03, S-04 and S-11.
    """

    id: ClassVar[str] = "public-signup-lacks-add-user"
    severity: ClassVar[Severity] = Severity.CRITICAL
    since: ClassVar[str] = "0.1"
    # Asked only where sign-up is wanted or on; both permissions stand on Crowd's own screens and can be declared.
    decides_seats: ClassVar[bool] = True

    def audit(self, estate: Estate) -> Iterator[Finding]:
        """See `Rule`. The subject is the Crowd application, once for each permission; its directory the customers'."""
        links = {ADD_USER: _may_add, MODIFY_USER: _may_modify}
        yield from answers(self, estate, links, "Whether Crowd lets Jira add users to {directory} can't be said.")


def _may_add(estate: Estate, population: Population, application: str) -> Link:
    return _permission(estate, population, application, ADD_USER)


def _may_modify(estate: Estate, population: Population, application: str) -> Link | None:
    link = _permission(estate, population, application, MODIFY_USER)
    # What keeps both permissions open is told once, of the one that matters more.
    return None if link.holds is None and _may_add(estate, population, application).holds is None else link


def _permission(estate: Estate, population: Population, application: str, operation: str) -> Link:
    """Ask for a permission on both levels; one that is off is proof, whatever the other one is."""
    directory = population.directory
    facts, missing, off, remedies = [], [], [], []
    shown, called = in_crowd(estate, directory), "Add User" if operation == ADD_USER else "Modify User"
    levels = (
        (may_be_written, "in the directory itself", f"Crowd > Directories > {shown} > Permissions"),
        (may_write, "for the application", f"Crowd > Applications > {application} > Permissions > {shown}"),
    )
    for level, where, screen in levels:
        try:
            fact = level(estate, application, directory)
        except MissingFact as lack:
            missing.append(lack.fact)
            continue
        facts.append(fact)
        if operation not in fact.value:
            off.append(where)
            remedies.append(f"{screen}: tick {called}")
    does = "add users to" if operation == ADD_USER else "change users in"
    severity = Severity.CRITICAL if operation == ADD_USER else Severity.LOW
    if off:
        so = "nobody can sign up there" if operation == ADD_USER else "customers can't change their password or profile"
        why = f"{called} is off {' and '.join(off)}"
        message = f"Crowd doesn't let '{application}' {does} {directory}, so {so}: {why}."
        return Link(False, message, severity, sentences(remedies), tuple(facts))
    if missing:
        message = f"Whether Crowd lets '{application}' {does} {directory} can't be said."
        return Link(None, message, severity, facts=tuple(facts), missing=tuple(missing))
    message = f"Crowd lets '{application}' {does} {directory}, for the application and in the directory itself."
    return Link(True, message, severity, facts=tuple(facts))
