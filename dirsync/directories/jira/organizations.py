"""Reading the organisations of Jira Service Management, who belongs to them and which service projects serve them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from dirsync.directories.jira.organizations_client import OrganizationsClient
from dirsync.errors import DirectoryUnreadable
from dirsync.model.entries import Group, MemberKind
from dirsync.model.names import fold
from dirsync.model.organizations import project_group
from dirsync.model.snapshot import Completeness, SearchProof

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from dirsync.http import Endpoint
    from dirsync.model.snapshot import Snapshot, Spool


@dataclass(frozen=True, slots=True)
class AskedOfJira:
    """What is read beside all organisations and their people."""

    projects: Collection[str] | None
    """Folded keys of the service projects whose organisations are wanted; None: all that there are."""
    wanted: Callable[[Snapshot], Iterable[tuple[str, str]]]
    """Gets what was read so far and returns (username, Jira's key, if that is known) of those to look up besides."""


def read_organizations(
    endpoint: Endpoint, asked: AskedOfJira, new_spool: Callable[[], Spool], clock: Callable[[], datetime]
) -> Snapshot:
    """Read all organisations; the Snapshot is not complete, and says why, where anything could not be read.

    `new_spool` is called once more than there are accounts to look up, if there are any.
    """
    started = clock()
    with OrganizationsClient(endpoint) as jira:
        proofs: list[SearchProof] = []
        spool, problem = new_spool(), None
        try:
            jira.require_agent()
            proofs += _read(jira, asked.projects, spool)
        except DirectoryUnreadable as error:
            problem = error

        def completeness() -> Completeness:
            return Completeness(
                is_complete=problem is None,
                reason=problem.message if problem else "",
                remedy=problem.remedy if problem else "",
                server=endpoint.url,
                searches=tuple(proofs),
                requests=jira.requests_sent,
                seconds=(clock() - started).total_seconds(),
                read_at=started.astimezone(UTC).isoformat(timespec="seconds"),
            )

        snapshot: Snapshot = spool.finish(completeness())
        if problem is not None:
            return snapshot
        again = new_spool()
        try:
            proofs.append(_look_up(jira, asked.wanted(snapshot), again))
        except DirectoryUnreadable as error:
            problem = error
        _copy(snapshot, again)
        snapshot.close()
        return again.finish(completeness())


def _read(jira: OrganizationsClient, projects: Collection[str] | None, spool: Spool) -> Iterator[SearchProof]:
    sent, organizations, people = jira.requests_sent, 0, 0
    for number, name in jira.organizations():
        organizations += 1
        spool.add_group(Group(number, f"organization {number}", name))
        for user in jira.people_in(number):
            people += 1
            spool.add_user(user)
            spool.add_member(number, user.ref, MemberKind.USER)
    told = "HTTP 200, isLastPage"
    yield SearchProof("organization and organization/…/user", jira.requests_sent - sent, organizations + people, told)
    for desk in jira.desks():
        if projects is not None and fold(desk.key) not in projects:
            continue
        sent, served = jira.requests_sent, 0
        project = project_group(desk.key)
        spool.add_group(project)
        for number in jira.organizations_of(desk):
            served += 1
            spool.add_member(number, project.ref, MemberKind.GROUP)
        yield SearchProof(f"servicedesk/{desk.number}/organization", jira.requests_sent - sent, served, told)


def _look_up(jira: OrganizationsClient, wanted: Iterable[tuple[str, str]], into: Spool) -> SearchProof:
    sent, found = jira.requests_sent, 0
    for username, key in wanted:
        user = jira.account(username, key)
        if user is not None:
            found += 1
            into.add_user(user)
    return SearchProof("user", jira.requests_sent - sent, found, "HTTP 200 or 404")


def _copy(snapshot: Snapshot, into: Spool) -> None:
    """Take over everything, so that accounts in no organisation can stand beside those in one."""
    for user in snapshot.users():
        into.add_user(user)
    for group in snapshot.groups():
        into.add_group(group)
        for member in snapshot.members(group.id):
            into.add_member(group.id, member.ref, MemberKind.USER)
        for child in snapshot.child_groups(group.id):
            into.add_member(group.id, child.ref, MemberKind.GROUP)
