"""Nights of customers and organisations: a source, a Crowd, and a Jira that synchronises by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from unit.plan.fakes import Directory, Killed
from unit.plan.stories import CROWD, Story

from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.names import fold
from dirsync.model.organizations import ORGANIZATIONS, as_group_change, project_group
from dirsync.model.plans import Change, Op, Outcome, Plan, Result

CUSTOMERS = """
version: 1
name: {name}
audience: customers
source: {{directory: {source}}}
target: {{directory: crowd-customers, missing: {people}, missing_after: 1, organizations: {organizations}}}
"""
PLAIN = "{attribute: o, service_projects: [HELP]}"
REMOVING = "{attribute: o, service_projects: [HELP], missing: remove}"


@dataclass
class JiraTarget:
    """A Target that does to organisations what Jira does: ids are given once, names are anybody's."""

    on: Directory
    dies_at: int = 0
    dies_after_acting: bool = False
    asked: int = 0
    done: list[Change] = field(default_factory=list)
    directory: str = ORGANIZATIONS

    def carry_out(self, change: Change) -> Outcome:
        self.asked += 1
        if self.asked == self.dies_at and not self.dies_after_acting:
            raise Killed
        result, made = self._act(as_group_change(change))
        if self.asked == self.dies_at:
            raise Killed
        self.done.append(change)
        return Outcome(change.id, result, target_id=made)

    def _act(self, change: Change) -> tuple[Result, str]:
        bearers = [one.id for one in self.on.groups.values() if fold(one.name) == fold(change.group)]
        if change.op is Op.CREATE_GROUP:
            self.on.made += 1
            return Result.DONE, self.on.group(change.group, group_id=str(self.on.made))
        number = change.group_id or (bearers[0] if len(bearers) == 1 else "")
        if number not in self.on.groups:
            return Result.FAILED, ""
        if change.op is Op.REMOVE_GROUP:
            self.on.without(number)
            return Result.DONE, ""
        pair = number, change.user_id or change.child_group
        if change.op in {Op.ADD_MEMBER, Op.ADD_CHILD_GROUP}:
            self.on.members.add(pair)
        else:
            self.on.members.discard(pair)
        return Result.DONE, ""


@dataclass
class OrganizationStory(Story):
    """A Story with organisations. Whoever is in Crowd in the evening is in Jira the next night."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.serve("HELP")

    @property
    def jira(self) -> Directory:
        return self.directory(ORGANIZATIONS)

    def serve(self, *keys: str) -> None:
        for key in keys:
            group = project_group(key)
            self.jira.group(group.name, group_id=group.id)

    def carrying(
        self, organizations: str = PLAIN, name: str = "customers", source: str = "corp", people: str = "deactivate"
    ) -> OrganizationStory:
        text = CUSTOMERS.format(name=name, source=source, people=people, organizations=organizations)
        self.mapping(text)
        return self

    def belong(self, **organizations: str) -> OrganizationStory:
        """Put people into the source, each with an organisation; None takes somebody out."""
        for name, organization in organizations.items():
            if organization is None:
                self.corp.without(f"id-{name}")
            else:
                self.corp.person(name, organization=organization)
        return self

    def make(self, name: str, *members: str, serves: tuple[str, ...] = ()) -> str:
        """Let somebody make an organisation by hand; return its id."""
        self.jira.made += 1
        number = str(self.jira.made)
        keys = [self.known_to_jira(member) for member in members]
        projects = [project_group(key).id for key in serves]
        for key in projects:
            self.jira.members.add((number, key))
        return self.jira.group(name, *keys, group_id=number)

    def known_to_jira(self, name: str, **more: Any) -> str:
        """Let Jira know an account that is in no Crowd."""
        return self.jira.person(name, f"KEY-{name}", **more)

    def synchronise(self) -> None:
        """Let Jira take over what Crowd holds."""
        there = {f"KEY-{user_id}" for user_id in self.crowd.users}
        self.jira.without(*(key for key in self.jira.users if key.startswith("KEY-key-") and key not in there))
        for user in self.crowd.users.values():
            key = f"KEY-{user.id}"
            self.jira.users[key] = user._replace(id=key, ref=f"ref-{key}")

    def targets(self) -> dict[str, MemorySnapshot]:
        return {**super().targets(), ORGANIZATIONS: self.jira.snapshot()}

    def sync(self, **targets: Any) -> list[Outcome]:
        try:
            return super().sync(**{ORGANIZATIONS: JiraTarget(self.jira), **targets})
        finally:
            self.synchronise()

    def inside(self, name: str) -> set[str]:
        """Return the usernames in all organisations of a name."""
        return self.jira.members_of(name)

    def served(self, name: str) -> set[str]:
        ids = {group.id for group in self.jira.groups.values() if fold(group.name) == fold(name)}
        return {inner for number, inner in self.jira.members if number in ids and inner in self.jira.groups}


def organization_steps(plan: Plan) -> list[str]:
    """Return what a plan does to organisations, as a reader would tell it."""
    return [
        " ".join(filter(None, (one.op, one.user or {**one.before, **one.after}.get("service_project", ""), one.group)))
        for one in plan.changes
        if one.directory == ORGANIZATIONS
    ]


__all__ = ["CROWD", "PLAIN", "REMOVING", "JiraTarget", "OrganizationStory", "organization_steps"]
