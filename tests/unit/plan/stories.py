"""Nights of a sync told as stories: who is in which source, what a target holds, what the plan makes of it.

Directories are mutable dictionaries. The target behind `Story.sync` acts on them as Crowd does on its own:
names are unique, ids are given once and stay over a rename.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from unit.plan.fakes import NOW, Directory, FakeTarget, MemoryJournal, MemoryLinks

from dirsync.apply.apply import Applying
from dirsync.apply.settle import settle
from dirsync.apply.workers import Crew
from dirsync.mapping.checked import Mapping
from dirsync.mapping.policy import parse_mapping
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.plans import Change, Op, Outcome, Plan, Result
from dirsync.plan.desired import Feed
from dirsync.plan.plan import Planned, make_plan

CROWD = "crowd_customers"
TAKING = {Op.REMOVE_USER, Op.REMOVE_MEMBER, Op.REMOVE_GROUP, Op.REMOVE_CHILD_GROUP}
ENDING = TAKING | {Op.DEACTIVATE_USER}

CUSTOMERS = """
version: 1
name: customers
audience: customers
source: {directory: corp, groups: {nested: true}}
target: {directory: crowd-customers, groups: {"portal-*": "portal-*"}}
"""


@dataclass
class Story:
    """Sources, targets and Mappings, over several nights. One source `corp` and one target unless told otherwise."""

    mappings: dict[str, Mapping] = field(default_factory=dict)
    directories: dict[str, Directory] = field(default_factory=dict)
    links: MemoryLinks = field(default_factory=MemoryLinks)
    now: datetime = NOW
    nights: int = 0

    def __post_init__(self) -> None:
        self.journal = MemoryJournal(self.links)

    @property
    def corp(self) -> Directory:
        return self.directory("corp")

    @property
    def crowd(self) -> Directory:
        return self.directory(CROWD)

    def directory(self, name: str) -> Directory:
        return self.directories.setdefault(name, Directory(name))

    def mapping(self, text: str = CUSTOMERS, **target: Any) -> Story:
        """Take a mapping from its text; keywords are set under `target`."""
        mapping = parse_mapping(text, "mappings/story.yaml")
        if target:
            destination = mapping.content.target.model_copy(update=target)
            mapping = replace(mapping, content=mapping.content.model_copy(update={"target": destination}))
        self.mappings[mapping.name] = mapping
        source = self.directory(mapping.source)
        if mapping.content.source.users.except_mapping:
            source.exceptions[mapping.name] = mapping.content.source.users.except_mapping
        self.directory(mapping.target)
        return self

    def feeds(self, shuffled: random.Random | None = None) -> dict[str, list[Feed]]:
        taking: dict[str, list[str]] = {}
        for mapping in self.mappings.values():
            taking.setdefault(mapping.source, []).append(mapping.name)
        snapshots = {name: self.directory(name).snapshot(names, shuffled) for name, names in taking.items()}
        feeds: dict[str, list[Feed]] = {}
        for name in sorted(self.mappings):
            mapping = self.mappings[name]
            feeds.setdefault(mapping.target, []).append(Feed(mapping, snapshots[mapping.source]))
        return feeds

    def targets(self) -> dict[str, MemorySnapshot]:
        return {mapping.target: self.directory(mapping.target).snapshot() for mapping in self.mappings.values()}

    def planned(self, shuffled: random.Random | None = None) -> Planned:
        targets = {name: self.directory(name).snapshot(shuffled=shuffled) for name in self.targets()}
        return make_plan(self.feeds(shuffled), targets, self.links, self.now)

    def plan(self) -> Plan:
        return self.planned().plan

    def sync(self, **targets: FakeTarget) -> list[Outcome]:
        """Do one night's work: settle, plan, remember what reading told, apply."""
        self.nights += 1
        run, at = f"run-{self.nights:03}", self.now.isoformat()
        self.journal.write(settle(self.journal.open_intents(), self.targets(), self.links, at), (), at)
        planned = self.planned()
        self.links.forget(planned.forgotten)
        self.links.record(planned.recorded)
        self.last_target = {name: targets.get(name) or FakeTarget(self.directory(name)) for name in self.targets()}
        applying = Applying(
            run=run,
            crews={name: Crew([target]) for name, target in self.last_target.items()},
            journal=self.journal,
            clock=lambda: at,
            should_stop=lambda: False,
            progress=lambda *_: None,
        )
        try:
            return applying.carry_out(planned.plan.appliable)
        finally:
            self.now += timedelta(hours=24)

    def nightly(self, nights: int = 1) -> Story:
        """Sync for some nights and insist that everything planned was carried out."""
        for _ in range(nights):
            outcomes = self.sync()
            assert all(outcome.result in {Result.DONE, Result.ALREADY_SO} for outcome in outcomes), outcomes
        return self


def steps(plan: Plan) -> list[str]:
    """Return a plan as a reader would tell it: `rename_user ana > anna`, `add_member ana > portal-users`."""
    return [step(change) for change in plan.changes]


def step(change: Change) -> str:
    told = [f"{change.op}", change.user or change.group]
    if change.op is Op.RENAME_USER:
        told += [">", str(change.after["username"])]
    elif change.user and change.group:
        told += [">", change.group]
    return " ".join(told)


def obstacles(plan: Plan) -> dict[str, str]:
    """Return what a plan leaves out: name to reason."""
    return {obstacle.name: obstacle.reason for obstacle in plan.obstacles}
