"""A plan as people read it: by target, and within a target by what happens to whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.model.plans import Op
from dirsync.reports.wording import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    Item = Mapping[str, Any]

_PHRASES: Mapping[str, tuple[str, str, str]] = {
    Op.CREATE_USER: ("create", "user", "users"),
    Op.UPDATE_USER: ("update", "user", "users"),
    Op.RENAME_USER: ("rename", "user", "users"),
    Op.DEACTIVATE_USER: ("deactivate", "user", "users"),
    Op.REACTIVATE_USER: ("reactivate", "user", "users"),
    Op.REMOVE_USER: ("remove", "user", "users"),
    Op.CREATE_GROUP: ("create", "group", "groups"),
    Op.UPDATE_GROUP: ("update", "group", "groups"),
    Op.RENAME_GROUP: ("rename", "group", "groups"),
    Op.REMOVE_GROUP: ("remove", "group", "groups"),
    Op.ADD_MEMBER: ("add", "member to", "members to"),
    Op.REMOVE_MEMBER: ("take", "member out of", "members out of"),
    Op.ADD_CHILD_GROUP: ("nest", "group in", "groups in"),
    Op.REMOVE_CHILD_GROUP: ("take", "nested group out of", "nested groups out of"),
    Op.CREATE_ORGANIZATION: ("create", "organisation", "organisations"),
    Op.LINK_ORGANIZATION: ("link", "service project to organisation", "service projects to organisation"),
    Op.ADD_TO_ORGANIZATION: ("add", "customer to organisation", "customers to organisation"),
    Op.REMOVE_FROM_ORGANIZATION: ("take", "customer out of organisation", "customers out of organisation"),
    Op.UNLINK_ORGANIZATION: ("unlink", "service project from organisation", "service projects from organisation"),
    Op.REMOVE_ORGANIZATION: ("remove", "organisation", "organisations"),
}
_TAKING_AWAY = frozenset(
    {
        *(Op.DEACTIVATE_USER, Op.REMOVE_USER, Op.REMOVE_GROUP, Op.REMOVE_MEMBER, Op.REMOVE_CHILD_GROUP),
        *(Op.REMOVE_FROM_ORGANIZATION, Op.UNLINK_ORGANIZATION, Op.REMOVE_ORGANIZATION),
    }
)
_BY_GROUP = frozenset(
    {
        *(Op.ADD_MEMBER, Op.REMOVE_MEMBER, Op.ADD_CHILD_GROUP, Op.REMOVE_CHILD_GROUP),
        *(Op.ADD_TO_ORGANIZATION, Op.REMOVE_FROM_ORGANIZATION, Op.LINK_ORGANIZATION, Op.UNLINK_ORGANIZATION),
    }
)
_PREPOSITIONS: Mapping[str, str] = {
    Op.ADD_MEMBER: "to",
    Op.ADD_CHILD_GROUP: "in",
    Op.ADD_TO_ORGANIZATION: "to organisation",
    Op.REMOVE_FROM_ORGANIZATION: "out of organisation",
    Op.LINK_ORGANIZATION: "to organisation",
    Op.UNLINK_ORGANIZATION: "from organisation",
}
"""What stands between who and what; left out: out of."""
_OUTCOME_WORDS = {
    "done": "done",
    "already_so": "already so",
    "refused": "refused by the target",
    "failed": "failed",
    "not_tried": "not tried",
    "planned": "written down for somebody else to carry out",
}


@dataclass(frozen=True)
class Step:
    """Changes of one kind on one target; memberships also of one group."""

    op: str
    group: str
    """Only for memberships: the group they are in."""
    changes: tuple[Item, ...]

    @property
    def title(self) -> str:
        """`Create 10 users`; for memberships `Add 4 members to`, after which the group's name belongs."""
        action, singular, plural = _PHRASES[self.op]
        return f"{action.capitalize()} {counted(len(self.changes), singular, plural)}"

    @property
    def takes_away(self) -> bool:
        """Say whether somebody loses something by it."""
        return self.op in _TAKING_AWAY

    @property
    def names(self) -> list[str]:
        """Who or what is changed; renames as `old -> new`."""
        return [change_name(change) for change in self.changes]


@dataclass(frozen=True)
class TargetPlan:
    """What happens to one target."""

    directory: str
    steps: tuple[Step, ...]
    unappliable: str
    """Why nothing may be written there; empty when the changes may be applied."""

    @property
    def count(self) -> int:
        """How many changes there are."""
        return sum(len(step.changes) for step in self.steps)


def by_target(plan: Item) -> tuple[TargetPlan, ...]:
    """Group a document's plan, targets by name, steps in the order in which they happen first."""
    steps: defaultdict[str, dict[tuple[str, str], list[Item]]] = defaultdict(dict)
    for change in plan["changes"]:
        key = (change["op"], change["group"] if change["op"] in _BY_GROUP else "")
        steps[change["directory"]].setdefault(key, []).append(change)
    for directory in plan["unappliable"]:
        steps.setdefault(directory, {})
    return tuple(
        TargetPlan(
            directory,
            tuple(Step(op, group, tuple(changes)) for (op, group), changes in own.items()),
            plan["unappliable"].get(directory, ""),
        )
        for directory, own in sorted(steps.items())
    )


def change_name(change: Item) -> str:
    """Return whom or what a change is about; a rename as `old -> new`."""
    if change["op"] == Op.RENAME_USER:
        return f"{change['before'].get('username', change['user'])} -> {change['after'].get('username', '')}"
    if change["op"] == Op.RENAME_GROUP:
        return f"{change['before'].get('name', change['group'])} -> {change['after'].get('name', '')}"
    served_by = change["after"].get("service_project") or change["before"].get("service_project")
    return str(served_by or change["child_group"] or change["user"] or change["group"])


def is_told_by_name(change: Item) -> bool:
    """Say whether `change_name` already tells all that the change does: a rename that touches nothing else."""
    touched = {*change["before"], *change["after"]}
    return (change["op"] == Op.RENAME_USER and touched == {"username"}) or (
        change["op"] == Op.RENAME_GROUP and touched == {"name"}
    )


def change_phrase(change: Item) -> str:
    """Return one change in words: `add ana to portal-customers`."""
    action, singular, _ = _PHRASES[change["op"]]
    if change["op"] not in _BY_GROUP:
        return f"{action} {singular} {change_name(change)}"
    return f"{action} {change_name(change)} {_PREPOSITIONS.get(change['op'], 'out of')} {change['group']}"


def outcome_counts(document: Item) -> list[tuple[str, int]]:
    """Count what became of the changes, in words, in a fixed order, without zeros."""
    counts = Counter(outcome["outcome"] for outcome in document["outcomes"])
    return [(words, counts[outcome]) for outcome, words in _OUTCOME_WORDS.items() if counts[outcome]]


def missed_changes(document: Item) -> list[tuple[Item, Item | None]]:
    """Return the outcomes of changes that did not succeed, each with its change where the plan holds it."""
    changes = {change["id"]: change for change in document["plan"]["changes"]}
    return [
        (outcome, changes.get(outcome["change"]))
        for outcome in document["outcomes"]
        if outcome["outcome"] not in {"done", "already_so", "planned"}
    ]


@dataclass(frozen=True)
class TakenOver:
    """Accounts of one target that were there before dirsync and that a mapping takes over."""

    directory: str
    mapping: str
    accounts: int
    names: tuple[str, ...]
    """Of all of them, or of the first thousand."""


def taken_over(plan: Item) -> tuple[TakenOver, ...]:
    """Return what a plan takes over, by target and mapping; reports of earlier versions list every account."""
    named: dict[tuple[str, str], list[str]] = {}
    for one in plan.get("adopted", ()):
        named.setdefault((one["directory"], one["mapping"]), []).append(one["user"])
    accounts = {(one["directory"], one["mapping"]): one["accounts"] for one in plan.get("adopted_counts", ())}
    return tuple(
        TakenOver(*place, accounts.get(place, len(names)), tuple(names)) for place, names in sorted(named.items())
    )
