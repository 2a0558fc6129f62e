"""Estates told as stories: `estate.group("a").inside("b")`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from dirsync.audit.audit import audit
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.estate import Audience, Estate, Population
from dirsync.model.facts import Fact, declared, observed, unknown
from dirsync.model.findings import Finding, Verdict
from dirsync.model.memory import MemorySpool
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    DirectoryType,
    JiraApplication,
    JiraDirectory,
)
from dirsync.model.snapshot import WHOLE, Completeness

TODAY = date(2026, 11, 20)
CUSTOMERS, AGENTS = "crowd_customers", "crowd_agents"
READ_AT = "2026-11-20T01:00:00Z"


@dataclass
class _Directory:
    kind: str = "crowd"
    reason: str = ""
    remedy: str = ""
    users: dict[str, tuple[User, tuple[str, ...]]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    members: set[tuple[str, str, MemberKind]] = field(default_factory=set)
    quarantined: list[Quarantined] = field(default_factory=list)
    is_read: bool = True


@dataclass
class GroupStory:
    """A group of one directory, and what is said about it."""

    estate: EstateBuilder
    directory: str
    name: str

    def inside(self, parent: str) -> GroupStory:
        self.estate.group(parent, self.directory)
        self.estate.directories[self.directory].members.add((f"g-{parent}", f"g-{self.name}", MemberKind.GROUP))
        return self

    def holds(self, *usernames: str) -> GroupStory:
        for username in usernames:
            self.estate.directories[self.directory].members.add((f"g-{self.name}", f"u-{username}", MemberKind.USER))
        return self


class EstateBuilder:
    """Collects what a test says and builds the Estate from it, in any order."""

    def __init__(self) -> None:
        self.directories: dict[str, _Directory] = defaultdict(_Directory)
        self.populations: list[Population] = []
        self.facts: dict[str, Fact[Any]] = {}
        self._applications: dict[str, JiraApplication] = {}
        self._jira_directories: list[JiraDirectory] = []

    def customers(self, directory: str = CUSTOMERS, mapping: str = "customers", **more: Any) -> EstateBuilder:
        return self.people(Audience.CUSTOMERS, directory, mapping, **more)

    def agents(self, directory: str = AGENTS, mapping: str = "agents", **more: Any) -> EstateBuilder:
        return self.people(Audience.AGENTS, directory, mapping, **more)

    def people(self, audience: Audience, directory: str, mapping: str, **more: Any) -> EstateBuilder:
        defaults = {"source": "corp", "is_synced": True, "where": f"mappings/{mapping}.yaml:2"}
        self.populations.append(
            Population(mapping=mapping, audience=audience, directory=directory, **{**defaults, **more})
        )
        _ = self.directories[directory]
        return self

    def directory(self, name: str, kind: str = "crowd") -> EstateBuilder:
        self.directories[name].kind = kind
        return self

    def unread(self, name: str) -> EstateBuilder:
        self.directories[name].is_read = False
        return self

    def incomplete(self, name: str, reason: str = "size limit of 500", remedy: str = "Raise it.") -> EstateBuilder:
        self.directories[name].reason, self.directories[name].remedy = reason, remedy
        return self

    def quarantined(self, name: str, *entries: str) -> EstateBuilder:
        self.directories[name].quarantined += [Quarantined(entry, "it has no id") for entry in entries]
        return self

    def user(
        self,
        username: str,
        directory: str = CUSTOMERS,
        in_group: str = "",
        *,
        active: bool = True,
        selections: tuple[str, ...] = (WHOLE,),
    ) -> EstateBuilder:
        user = User(f"id-{username}", f"u-{username}", username, active=active)
        self.directories[directory].users[username] = (user, selections)
        if in_group:
            self.group(in_group, directory).holds(username)
        return self

    def group(self, name: str, directory: str = CUSTOMERS) -> GroupStory:
        self.directories[directory].groups[name] = Group(f"id-g-{name}", f"g-{name}", name)
        return GroupStory(self, directory, name)

    def application(self, key: str, *groups: str, **more: Any) -> EstateBuilder:
        self._applications[key] = JiraApplication(key, groups, **more)
        return self.says("jira.applications", tuple(self._applications.values()))

    def jira_directory(
        self,
        name: str,
        shows: str = "",
        kind: DirectoryType = DirectoryType.CROWD,
        application: str = "",
        **leaves: Any,
    ) -> EstateBuilder:
        self._jira_directories.append(JiraDirectory(name, kind, shows, application))
        for leaf, value in leaves.items():
            self.says(f"jira.user_directories[{name}].{leaf}", value)
        return self.says("jira.user_directories", tuple(self._jira_directories))

    def no_crowd(self) -> EstateBuilder:
        return self.says("crowd.applications", ()).says("crowd.directories", ())

    def crowd_application(self, name: str, shows: tuple[str, ...] | None, **leaves: Any) -> EstateBuilder:
        known = self.facts["crowd.applications"].value if "crowd.applications" in self.facts else ()
        for leaf, value in leaves.items():
            for directory in shows or ():
                self.says(f"crowd.applications[{name}].directories[{directory}].{leaf}", value)
        return self.says("crowd.applications", (*known, CrowdApplication(name, shows)))

    def crowd_directory(self, name: str, shows: str, **leaves: Any) -> EstateBuilder:
        for leaf, value in leaves.items():
            self.says(f"crowd.directories[{name}].{leaf}", value)
        known = self.facts["crowd.directories"].value if "crowd.directories" in self.facts else ()
        return self.says("crowd.directories", (*known, CrowdDirectory(name, None, shows)))

    def says(self, name: str, value: Any) -> EstateBuilder:
        self.facts[name] = observed(name, value, f"GET {name}", READ_AT)
        return self

    def declares(self, name: str, value: Any) -> EstateBuilder:
        self.facts[name] = declared(name, value, "mappings/estate.yaml:3, declared by owner@example.org", READ_AT)
        return self

    def forgets(self, name: str) -> EstateBuilder:
        self.facts[name] = unknown(name, f"no route tells {name}", f"Declare {name}.")
        return self

    def build(self) -> Estate:
        snapshots = {}
        for name, told in self.directories.items():
            if not told.is_read:
                continue
            spool = MemorySpool(name)
            for user, selections in told.users.values():
                for selection in selections:
                    spool.add_user(user, selection)
            for group in told.groups.values():
                spool.add_group(group)
            for parent, member, kind in told.members:
                spool.add_member(f"id-{parent}", member, kind)
            for entry in told.quarantined:
                spool.quarantine(entry)
            server = f"https://{name.replace('_', '-')}.example.org"
            snapshots[name] = spool.finish(
                Completeness(not told.reason, told.reason, told.remedy, server, read_at=READ_AT)
            )
        return Estate(
            snapshots,
            tuple(self.populations),
            dict(self.facts),
            TODAY,
            kinds={name: told.kind for name, told in self.directories.items()},
        )

    def asks(self, rule: Any, *, answers: tuple[Finding, ...] = ()) -> tuple[Finding, ...]:
        return tuple(rule.audit(replace(self.build(), answers=answers)))

    def audited(self, *waivers: Any) -> Any:
        return audit(replace(self.build(), waivers=waivers))


class Counting:
    """A Snapshot that counts the users it has handed out one after another."""

    def __init__(self, snapshot):
        self.snapshot, self.walked = snapshot, 0

    def __getattr__(self, name):
        return getattr(self.snapshot, name)

    def users(self, selection=""):
        for user in self.snapshot.users(selection):
            self.walked += 1
            yield user


def those(findings: Any, verdict: Verdict, **fields: Any) -> list[Finding]:
    """Return the findings of a verdict whose fields have the given values."""
    return [
        finding
        for finding in findings
        if finding.verdict is verdict and all(getattr(finding, name) == value for name, value in fields.items())
    ]


def only(findings: Any, verdict: Verdict, **fields: Any) -> Finding:
    """Return the one finding of a verdict with the given fields."""
    found = those(findings, verdict, **fields)
    assert len(found) == 1, f"{len(found)} of {[(f.verdict, f.subject.name, f.mechanism, f.message) for f in findings]}"
    return found[0]
