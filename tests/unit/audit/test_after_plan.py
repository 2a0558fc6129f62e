"""What a plan does to seats: the same engine, asked of what was read with the changes laid over it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.after_plan import estate_after, seats_after, taken_seats, with_plan
from dirsync.audit.effective.of_estate import seats_in
from dirsync.model.plans import Change, Op
from dirsync.model.run import ApplicationSeats, SeatsAfterPlan

KEY = "jira-software"


def estate(**more: Any) -> EstateBuilder:
    told = EstateBuilder().customers().agents().application(KEY, "jira-users", **{"seats": 3, "used": 1, **more})
    told.user("eva", AGENTS, "jira-users").user("ana").user("dan").no_crowd()
    return told


def ordered(told: EstateBuilder) -> EstateBuilder:
    for name, shows in (("Agents", AGENTS), ("Customers", CUSTOMERS)):
        told.jira_directory(name, shows, application=name, active=True, mode="read-only")
        told.crowd_application(name, (shows,), default_groups=())
        told.says(f"crowd.applications[{name}].access_based_sync", value=False)
    return told


def makes(*names: str, directory: str = AGENTS, group: str = "jira-users") -> list[Change]:
    mapping = "agents" if directory == AGENTS else "customers"
    return [
        *(Change(Op.CREATE_USER, directory, mapping, user=name, after={"active": True}) for name in names),
        *(Change(Op.ADD_MEMBER, directory, mapping, user=name, group=group) for name in names),
    ]


def ends(name: str, directory: str = AGENTS) -> Change:
    return Change(Op.DEACTIVATE_USER, directory, "agents", user=name, user_id=f"id-{name}", after={"active": False})


def after(told: EstateBuilder, *changes: Change) -> SeatsAfterPlan:
    (found,) = seats_after(told.build(), changes)
    return found


def test_new_agents_gain_seats_and_those_who_find_none_left_are_over_the_tier():
    found = after(ordered(estate()), *makes("fay", "gil", "hal"))
    assert (found.agents_gaining, found.customers_gaining, found.others_gaining) == (3, 0, 0)
    assert (found.may_gain, found.freed, found.left, found.gaining, found.over_tier) == (0, 0, 2, 3, 1)


def test_a_seat_that_is_freed_comes_too_late_for_those_who_gain_one():
    found = after(ordered(estate(seats=1)), *makes("fay"), ends("eva"))
    assert (found.agents_gaining, found.freed, found.over_tier) == (1, 1, 1)


def test_customers_are_told_apart_and_whoever_is_in_a_directory_of_both_is_neither():
    told = ordered(estate())
    assert after(told, *makes("x", directory=CUSTOMERS)).customers_gaining == 1
    told.agents(CUSTOMERS, mapping="agents too")
    assert after(told, *makes("x", directory=CUSTOMERS)).others_gaining == 1


def test_in_a_directory_of_both_it_is_whose_source_has_somebody_of_that_name():
    told = ordered(estate()).agents(CUSTOMERS, mapping="agents too", source="staff")
    told.user("x", "staff", selections=("agents too",)).user("y", "corp", selections=("customers",))
    found = after(told, *makes("x", "y", directory=CUSTOMERS))
    assert (found.agents_gaining, found.customers_gaining, found.others_gaining) == (1, 1, 0)


def test_whoever_is_in_a_directory_without_being_taken_out_of_it_is_neither():
    told = ordered(EstateBuilder().application(KEY, "jira-users", seats=3, used=1).no_crowd())
    told.customers(CUSTOMERS, source=CUSTOMERS, selection="customers").group("jira-users")
    told.user("x", selections=("customers", "other")).user("y", selections=("other",))
    gaining = [Change(Op.ADD_MEMBER, CUSTOMERS, "customers", user=name, group="jira-users") for name in ("x", "y")]
    found = after(told, *gaining)
    assert (found.agents_gaining, found.customers_gaining, found.others_gaining) == (0, 1, 1)


def test_whoever_is_masked_gains_nothing_where_the_order_is_known():
    joins = Change(Op.ADD_MEMBER, CUSTOMERS, "customers", user="dan", user_id="id-dan", group="jira-users")
    assert after(ordered(estate().user("dan", AGENTS)), joins).gaining == 0
    unplaced = after(estate().user("dan", AGENTS), joins)
    assert (unplaced.gaining, unplaced.may_gain) == (1, 1)


def test_a_second_account_of_somebody_who_has_a_seat_takes_no_other():
    for told in (estate(), ordered(estate())):
        assert after(told, *makes("eva", directory=CUSTOMERS)).gaining == 0


def test_where_nobody_tells_the_order_each_directory_counts_all_the_same():
    found = after(estate(), *makes("fay"), ends("eva"))
    assert (found.agents_gaining, found.may_gain, found.freed) == (1, 0, 1)


def test_where_nobody_tells_the_order_a_seat_that_is_open_may_be_gained():
    found = after(estate().incomplete(AGENTS), *makes("x", directory=CUSTOMERS))
    assert (found.customers_gaining, found.may_gain) == (1, 1)


def test_a_directory_that_no_user_directory_shows_is_counted_too():
    told = estate().jira_directory("Customers", CUSTOMERS, application="Customers", active=True)
    told.crowd_application("Customers", (CUSTOMERS,))
    assert after(told, *makes("fay")).agents_gaining == 1


def test_where_one_directory_has_no_place_an_account_that_seems_masked_may_be_the_one_that_counts():
    told = estate().jira_directory("Agents", AGENTS, active=True, mode="read-only").user("x", AGENTS).user("x")
    told.group("jira-users")
    found = after(told, Change(Op.ADD_MEMBER, CUSTOMERS, "customers", user="x", group="jira-users"))
    assert (found.customers_gaining, found.may_gain) == (1, 1)


def test_below_a_directory_that_was_not_read_whole_nobody_surely_gains():
    told = ordered(estate()).incomplete(AGENTS)
    found = after(told, *makes("x", directory=CUSTOMERS))
    assert (found.customers_gaining, found.may_gain) == (1, 1)


def test_a_seat_that_was_open_and_is_sure_afterwards_is_perhaps_a_new_one():
    told = ordered(estate())
    told.user("pat", AGENTS, active=False).user("pat", CUSTOMERS, "jira-users")
    found = after(told, Change(Op.REMOVE_USER, AGENTS, "agents", user="pat", user_id="id-pat"))
    assert (found.customers_gaining, found.may_gain) == (1, 1)


def test_without_numbers_nobody_is_over_the_tier():
    for more in ({"seats": None}, {"used": None}, {"is_unlimited": True}):
        found = after(ordered(estate(**more)), *makes("fay", "gil", "hal"))
        assert (found.agents_gaining, found.left, found.over_tier) == (3, None, None)


def test_a_tier_that_is_overdrawn_has_no_seat_for_anybody_new_and_blames_no_plan_for_the_rest():
    found = after(ordered(estate(seats=1, used=9)), *makes("fay"))
    assert (found.left, found.over_tier) == (-8, 1)
    assert after(ordered(estate(seats=1, used=9))).over_tier == 0


def test_where_nobody_knows_what_costs_a_seat_nothing_is_said():
    assert seats_after(EstateBuilder().customers().build(), makes("fay")) == ()


def test_core_that_another_application_includes_is_no_second_seat():
    told = ordered(estate()).application("jira-core", "core-users")
    made = [*makes("fay"), *makes("fay", group="core-users")[1:]]
    found = {each.application: each.gaining for each in seats_after(told.build(), made)}
    assert found == {KEY: 1, "jira-core": 0}


def test_each_application_gets_its_own_part():
    seats = ApplicationSeats(KEY, KEY, None, None, False, 0, 0, 0)
    other = ApplicationSeats("jira-core", "jira-core", None, None, False, 0, 0, 0)
    mine = SeatsAfterPlan(KEY, 1)
    assert [each.after_plan for each in with_plan((other, seats), (mine,))] == [None, mine]


NAMES = st.sampled_from(["ana", "dan", "eva", "fay", "gil"])
PLACES = st.sampled_from([AGENTS, CUSTOMERS])


@st.composite
def plans(draw: st.DrawFn) -> list[Change]:
    made: list[Change] = []
    for _ in range(draw(st.integers(0, 4))):
        name, place = draw(NAMES), draw(PLACES)
        exists = (place == AGENTS and name == "eva") or (place == CUSTOMERS and name in {"ana", "dan"})
        about = {"user": name, "user_id": f"id-{name}" if exists else ""}
        if not exists and not any(each.user == name and each.directory == place for each in made):
            made.append(Change(Op.CREATE_USER, place, "m", **about, after={"active": draw(st.booleans())}))
        op = draw(st.sampled_from([Op.ADD_MEMBER, Op.REMOVE_MEMBER, Op.DEACTIVATE_USER, Op.REMOVE_USER]))
        group = draw(st.sampled_from(["jira-users", "portal"])) if "member" in op.value else ""
        made.append(
            Change(op, place, "m", **about, group=group, after={"active": False} if op is Op.DEACTIVATE_USER else {})
        )
    return made


@given(plans(), st.booleans())
@settings(max_examples=80, deadline=None)
def test_what_is_gained_less_what_is_lost_is_the_difference_of_the_counts(changes, is_ordered):
    told = ordered(estate()) if is_ordered else estate()
    before, changed = told.build(), estate_after(told.build(), changes)
    (found,) = seats_after(before, changes)
    now, then = taken_seats(before)[KEY], taken_seats(changed)[KEY]
    assert found.gaining == sum(1 for account in then if then[account] > now.get(account, 0))
    if is_ordered:
        (counted_now,), (counted_then,) = seats_in(before), seats_in(changed)
        assert found.gaining - found.may_gain - found.freed <= counted_then.certain - counted_now.certain
        assert counted_then.possible - counted_now.possible <= found.gaining
