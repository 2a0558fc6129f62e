"""No moment of a plan gives a seat that neither its beginning nor its end gives: asked of the audit's engine."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder
from unit.plan.stories import step

from dirsync.audit.after_plan import estate_after, taken_seats
from dirsync.model.estate import Estate
from dirsync.model.plans import Change, Op
from dirsync.plan.order import in_order

SOFTWARE = "jira-software"
GROUPS = ("jira-users", "portal", "staff")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class State:
    """What one directory holds: name to whether they are active; who is in which group; which group in which."""

    people: dict[str, bool] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    nested: set[tuple[str, str]] = field(default_factory=set)


def states(names: str) -> st.SearchStrategy[State]:
    people = st.dictionaries(st.sampled_from(list(names)), st.booleans())
    return st.builds(
        State,
        people,
        st.sets(st.tuples(st.sampled_from(GROUPS), st.sampled_from(list(names)))),
        st.sets(st.tuples(st.sampled_from(GROUPS), st.sampled_from(GROUPS))),
    ).map(_tidy)


def _tidy(state: State) -> State:
    members = {(group, name) for group, name in state.members if name in state.people}
    return State(state.people, members, {(outer, inner) for outer, inner in state.nested if outer != inner})


def told(**directories: State) -> Estate:
    estate = EstateBuilder().customers().agents().application(SOFTWARE, "jira-users").no_crowd()
    for directory, state in directories.items():
        for group in GROUPS:
            estate.group(group, directory)
        for name, is_active in state.people.items():
            estate.user(name, directory, active=is_active)
        for group, name in state.members:
            estate.group(group, directory).holds(name)
        for outer, inner in state.nested:
            estate.group(inner, directory).inside(outer)
    for name, shows in (("Agents", AGENTS), ("Customers", CUSTOMERS)):
        estate.jira_directory(name, shows, application=name, active=True, mode="read-only")
        estate.crowd_application(name, (shows,), default_groups=())
        estate.says(f"crowd.applications[{name}].access_based_sync", value=False)
    return estate.build()


def between(directory: str, before: State, after: State) -> list[Change]:
    """Return all that leads from one state to another."""

    def change(op: Op, user: str = "", **more: object) -> Change:
        user_id = f"id-{user}" if user in before.people else ""
        mapping = "agents" if directory == AGENTS else "customers"
        return Change(op, directory, mapping, user=user, user_id=user_id, **more)

    stay = before.people.keys() & after.people.keys()
    gone = before.people.keys() - after.people.keys()
    changes = [change(Op.REMOVE_USER, name) for name in gone]
    changes += [
        change(Op.CREATE_USER, name, after={"active": after.people[name]}) for name in after.people if name not in stay
    ]
    for name in stay:
        if before.people[name] is not after.people[name]:
            op = Op.REACTIVATE_USER if after.people[name] else Op.DEACTIVATE_USER
            changes.append(change(op, name, after={"active": after.people[name]}))
    changes += [change(Op.ADD_MEMBER, name, group=group) for group, name in after.members - before.members]
    changes += [
        change(Op.REMOVE_MEMBER, name, group=group)
        for group, name in before.members - after.members
        if name not in gone
    ]
    changes += [change(Op.ADD_CHILD_GROUP, group=one, child_group=two) for one, two in after.nested - before.nested]
    changes += [change(Op.REMOVE_CHILD_GROUP, group=one, child_group=two) for one, two in before.nested - after.nested]
    return changes


def holders(estate: Estate) -> set[tuple[str, str]]:
    return {account for accounts in taken_seats(estate).values() for account in accounts}


def insist(start: Estate, changes: list[Change]) -> None:
    ordered = in_order(changes, {"customers"})
    assert sorted(one.id for one in ordered) == sorted(one.id for one in changes)
    either = holders(start) | holders(estate_after(start, ordered))
    for length in range(len(ordered)):
        too_many = {one for one in holders(estate_after(start, ordered[: length + 1])) - either if one[0] == CUSTOMERS}
        assert not too_many, f"of {[step(one) for one in ordered]} number {length} gives {too_many} a seat for a moment"


@QUICK
@given(before=states("abc"), after=states("abc"))
def test_no_beginning_of_a_plan_gives_a_seat_that_neither_its_start_nor_its_end_gives(before, after) -> None:
    insist(told(**{CUSTOMERS: before}), between(CUSTOMERS, before, after))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (State({"a": True}), State({"a": False}, {("jira-users", "a")})),
        (State({"a": False}, {("jira-users", "a")}), State({"a": True})),
        (
            State({"a": True}, {("portal", "a")}),
            State({"a": True}, nested={("jira-users", "portal")}),
        ),
        (
            State({"a": True}, nested={("jira-users", "portal")}),
            State({"a": True}, {("portal", "a")}),
        ),
        (
            State({"a": True}, {("portal", "a")}),
            State({"a": False}, {("portal", "a")}, {("jira-users", "portal")}),
        ),
    ],
    ids=[
        "switched off and put in",
        "switched on and taken out",
        "nested and taken out",
        "freed and put in",
        "both off",
    ],
)
def test_what_only_together_makes_a_seat_never_meets(before: State, after: State) -> None:
    start = told(**{CUSTOMERS: before})
    changes = between(CUSTOMERS, before, after)
    assert holders(start) == holders(estate_after(start, changes)) == set(), "nobody has one before or after"
    insist(start, changes)


@pytest.mark.parametrize("ends", [{}, {"a": False}], ids=["removed", "switched off"])
def test_the_end_of_an_agent_does_not_bring_out_a_customer_who_ends_too(ends: dict[str, bool]) -> None:
    both = State({"a": True}, {("jira-users", "a")})
    start = told(**{CUSTOMERS: both, AGENTS: both})
    assert holders(start) == {(AGENTS, "id-a")}, "Jira shows the first account of a name"
    end = State(ends, {("jira-users", name) for name in ends})
    insist(start, between(AGENTS, both, end) + between(CUSTOMERS, both, end))
