"""A plan before its guards, told in numbers: `Judged(removals=3, people=20)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from unit.plan.fakes import Directory, MemoryLinks
from unit.plan.stories import CROWD, CUSTOMERS

from dirsync.audit.after_plan import seats_after
from dirsync.mapping.checked import Mapping
from dirsync.mapping.policy import parse_mapping
from dirsync.model.estate import Estate
from dirsync.model.facts import MissingFact, observed, unknown
from dirsync.model.links import UserLink
from dirsync.model.plans import Adoption, Change, Op, Plan, Refusal
from dirsync.model.snapshot import LastRead
from dirsync.plan.desired import Feed
from dirsync.plan.guards import GUARDS, judge
from dirsync.plan.guards.interface import Allowances, GuardContext

AGENTS = CUSTOMERS.replace("name: customers\naudience: customers", "name: agents\naudience: agents")
AGENTS = AGENTS.replace("crowd-customers", "crowd-agents")


def no_reach(group: str, directory: str) -> tuple[str, ...]:
    return ()


def unknown_reach(group: str, directory: str) -> tuple[str, ...]:
    raise MissingFact(unknown("jira.applications", "Jira could not be asked", "Declare it in estate.yaml."))


@dataclass
class Scene:
    """What guards look at. Changes are added one by one; all else has a harmless default."""

    mappings: dict[str, Mapping] = field(default_factory=dict)
    directories: dict[str, Directory] = field(default_factory=dict)
    links: MemoryLinks = field(default_factory=MemoryLinks)
    changes: list[Change] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    last_reads: dict[str, LastRead] = field(default_factory=dict)
    reach: Callable[[str, str], tuple[str, ...]] = no_reach
    applications: dict[str, str] = field(default_factory=dict)
    unappliable: dict[str, str] = field(default_factory=dict)
    adopted: list[UserLink] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)

    def mapping(self, text: str = CUSTOMERS, **guards: Any) -> Scene:
        limits = "".join(f"  {name}: {value}\n" for name, value in guards.items())
        mapping = parse_mapping(text + (f"guards:\n{limits}" if limits else ""), "mappings/scene.yaml")
        self.mappings[mapping.name] = mapping
        return self

    def directory(self, name: str = CROWD) -> Directory:
        return self.directories.setdefault(name, Directory(name))

    def manages(self, number: int, mapping: str = "customers", directory: str = CROWD) -> Scene:
        """Let dirsync have made so many accounts before: key-0, key-1, …"""
        self.links.record(UserLink(directory, mapping, f"id-{one}", f"key-{one}", f"p{one}") for one in range(number))
        for one in range(number):
            self.directory(directory).person(f"p{one}", f"key-{one}")
        return self

    def says(self, name: str, value: Any) -> Scene:
        self.facts[name] = observed(name, value, f"GET {name}", "2026-11-20T01:00:00Z")
        return self

    def plans(self, op: Op, numbers: Iterable[int] = (0,), mapping: str = "customers", **fields: Any) -> Scene:
        """Add one Change for each number, on the account of that number."""
        for number in numbers:
            about = {"directory": CROWD, "user": f"p{number}", "user_id": f"key-{number}", "source_id": f"id-{number}"}
            if op is Op.CREATE_USER:
                about["user_id"] = ""
                fields.setdefault("after", {"active": True})
            self.changes.append(Change(op=op, mapping=mapping, **{**about, **fields}))
        return self

    def adopts(self, number: int, mapping: str = "customers") -> Scene:
        """Let the plan take over so many accounts that are there."""
        for one in range(number):
            key = self.directory().person(f"old{one}", f"old-{one}")
            self.adoptions.append(Adoption(CROWD, mapping, f"old{one}", key, f"id-old-{one}"))
        return self

    def context(self, **allowances: int) -> GuardContext:
        feeds: dict[str, list[Feed]] = {}
        for mapping in self.mappings.values():
            source = self.directory(mapping.source).snapshot([mapping.name])
            feeds.setdefault(mapping.target, []).append(Feed(mapping, source))
        plan = Plan(tuple(self.changes), unappliable=self.unappliable, adopted=tuple(self.adoptions))
        targets = {name: self.directory(name).snapshot() for name in {*feeds, *(c.directory for c in self.changes)}}
        estate = Estate(
            snapshots=targets,
            populations=tuple(mapping.population() for mapping in self.mappings.values()),
            facts=self.facts,
            kinds=dict.fromkeys(targets, "crowd"),
        )
        return GuardContext(
            plan=plan,
            feeds={name: tuple(each) for name, each in feeds.items()},
            targets=targets,
            limits={mapping.name: mapping.content.guards for mapping in self.mappings.values()},
            audiences={mapping.name: mapping.content.audience for mapping in self.mappings.values()},
            links=self.links,
            last_reads=self.last_reads,
            estate=estate,
            reach=self.reach,
            applications=self.applications,
            allowances=Allowances(**allowances),
            recorded=tuple(self.adopted),
            seats=seats_after(estate, plan.appliable),
        )

    def judged(self, guard: str, **allowances: int) -> list[Refusal]:
        [one] = [one for one in GUARDS if one.name == guard]
        return list(one.judge(self.context(**allowances)))

    def refusals(self, guard: str, **allowances: int) -> list[str]:
        """Return what one guard says against the plan."""
        return [refusal.message for refusal in self.judged(guard, **allowances) if refusal.refused]

    def judge(self, **allowances: int) -> tuple[Refusal, ...]:
        return judge(self.context(**allowances))
