import pytest
from unit.plan.guarding import AGENTS, Scene
from unit.plan.stories import CROWD, CUSTOMERS

from dirsync.model.links import UserLink
from dirsync.model.plans import Op
from dirsync.model.snapshot import LastRead

TO_AGENTS = {"mapping": "agents", "directory": "crowd_agents"}


@pytest.fixture
def scene() -> Scene:
    return Scene().mapping()


# removals


@pytest.mark.parametrize("op", [Op.REMOVE_USER, Op.DEACTIVATE_USER])
@pytest.mark.parametrize(("number", "refused"), [(50, False), (51, True)])
def test_more_removals_than_the_number_are_refused(scene: Scene, op: Op, number: int, *, refused: bool) -> None:
    scene.manages(1000).plans(op, range(number))
    assert bool(scene.refusals("removals")) is refused


def test_removals_and_deactivations_add_up(scene: Scene) -> None:
    scene.manages(1000).plans(Op.REMOVE_USER, range(26)).plans(Op.DEACTIVATE_USER, range(26, 51))
    [message] = scene.refusals("removals")
    assert message == (
        "Plan for 'customers' removes or deactivates 51 of 1,000 people, 5.1%; the mapping allows 50 and 10%"
        " (guards.max_removals, guards.max_removal_share). If that is right, run again with --allow-removals 51."
    )


@pytest.mark.parametrize(
    ("people", "number", "refused"),
    [(20, 2, False), (20, 3, True), (100, 10, False), (100, 11, True), (19, 19, False), (19, 2, False), (20, 20, True)],
)
def test_the_share_refuses_above_itself_and_only_from_twenty_people_up(
    scene: Scene, people: int, number: int, *, refused: bool
) -> None:
    scene.manages(people).plans(Op.REMOVE_USER, range(number))
    assert bool(scene.refusals("removals")) is refused


def test_on_a_first_run_the_accounts_adopted_tonight_are_the_people_the_share_is_taken_of(scene: Scene) -> None:
    scene.adopted = [UserLink(CROWD, "customers", f"id-{one}", f"key-{one}", f"p{one}") for one in range(20)]
    assert scene.refusals("removals") == []
    scene.plans(Op.DEACTIVATE_USER, range(3))
    assert "3 of 20 people, 15.0%" in scene.refusals("removals")[0]


def test_an_account_that_is_known_and_seen_again_is_one_person(scene: Scene) -> None:
    scene.manages(19)
    scene.adopted = [
        UserLink(CROWD, "customers", "id-1", "key-1", "renamed"),
        UserLink(CROWD, "partners", "id-99", "key-99", "x"),
    ]
    assert "of 19 people" in scene.judged("removals")[0].message


def test_a_mapping_may_allow_more_or_nothing_at_all() -> None:
    strict = Scene().mapping(max_removals=0).plans(Op.REMOVE_USER)
    assert strict.refusals("removals")
    generous = Scene().mapping(max_removal_share=1.0).manages(20).plans(Op.REMOVE_USER, range(20))
    assert generous.refusals("removals") == []


def test_each_mapping_is_counted_by_itself(scene: Scene) -> None:
    scene.mapping(AGENTS).manages(15).manages(15, "agents", "crowd_agents")
    scene.plans(Op.REMOVE_USER, range(2)).plans(Op.REMOVE_USER, range(2), **TO_AGENTS)
    assert [refusal.mapping for refusal in scene.judged("removals")] == ["agents", "customers"]
    assert scene.refusals("removals") == []


def test_what_may_not_be_written_is_not_counted(scene: Scene) -> None:
    scene.plans(Op.REMOVE_USER, range(60))
    scene.unappliable = {CROWD: "not read whole"}
    assert scene.refusals("removals") == []


# allowances: the admin says the number


@pytest.mark.parametrize(
    ("guard", "allowance", "op"),
    [
        ("removals", "removals", Op.REMOVE_USER),
        ("creations", "creations", Op.CREATE_USER),
        ("member-removals", "member_removals", Op.REMOVE_MEMBER),
    ],
)
@pytest.mark.parametrize(("allowed", "refused"), [(6, True), (7, False), (8, False), (0, True)])
def test_a_guard_gives_way_to_the_expected_number_and_to_no_smaller_one(
    guard: str, allowance: str, op: Op, allowed: int, *, refused: bool
) -> None:
    scene = Scene().mapping(max_removals=5, max_creations=5, max_member_removals=5).plans(op, range(7), group="portal")
    assert bool(scene.refusals(guard, **{allowance: allowed})) is refused


def test_an_allowance_is_for_its_own_guard_only() -> None:
    scene = Scene().mapping(max_removals=0).plans(Op.REMOVE_USER)
    assert scene.refusals("removals", creations=100, member_removals=100)


def test_an_allowance_below_the_limit_does_not_tighten_it(scene: Scene) -> None:
    scene.manages(1000).plans(Op.REMOVE_USER, range(10))
    assert scene.refusals("removals", removals=1) == []


# creations


@pytest.mark.parametrize(("number", "refused"), [(500, False), (501, True)])
def test_more_new_accounts_than_the_number_are_refused(scene: Scene, number: int, *, refused: bool) -> None:
    scene.plans(Op.CREATE_USER, range(number))
    assert bool(scene.refusals("creations")) is refused


def test_a_first_run_is_told_how_to_go_on(scene: Scene) -> None:
    scene.plans(Op.CREATE_USER, range(1501))
    [message] = scene.refusals("creations")
    assert message == (
        "Plan for 'customers' creates 1,501 accounts; the mapping allows 500 (guards.max_creations). If that is right,"
        " for example on a first run, run again with --allow-creations 1501."
    )


# accounts taken over


@pytest.mark.parametrize(("number", "refused"), [(20, False), (21, True)])
def test_more_adopted_accounts_than_the_number_are_refused(scene: Scene, number: int, *, refused: bool) -> None:
    assert bool(scene.adopts(number).refusals("adoptions")) is refused


@pytest.mark.parametrize(("allowed", "refused"), [(2, True), (3, False), (4, False)])
def test_adoption_needs_the_expected_number(allowed: int, *, refused: bool) -> None:
    scene = Scene().mapping(max_adoptions=2).adopts(3)
    assert bool(scene.refusals("adoptions", adoptions=allowed)) is refused
    assert scene.refusals("adoptions", creations=9, removals=9, member_removals=9)


def test_adoption_is_told_with_its_sum_and_the_way_out() -> None:
    [message] = Scene().mapping(max_adoptions=2).adopts(3).refusals("adoptions")
    assert message.startswith("Plan for 'customers' adopts 3 accounts that dirsync did not make; the mapping allows 2")
    assert message.endswith("run again with --adopt 3.")
    [answer] = Scene().mapping(max_adoptions=3).adopts(3).judged("adoptions")
    assert "--adopt" not in answer.message


def test_adoption_is_counted_for_each_mapping_and_where_it_may_be_written(scene: Scene) -> None:
    scene.mapping(AGENTS).adopts(15).adopts(15, "agents")
    assert scene.refusals("adoptions") == []
    scene.adopts(15)
    assert [one.mapping for one in scene.judged("adoptions") if one.refused] == ["customers"]
    scene.unappliable = {CROWD: "not read whole"}
    assert scene.refusals("adoptions") == []


# a first run


def strangers(scene: Scene, number: int) -> Scene:
    for one in range(number):
        scene.directory().person(f"stranger{one}", f"stranger-{one}")
    return scene


@pytest.mark.parametrize(
    ("there", "creations", "adoptions", "refused"),
    [(20, 20, 0, True), (19, 20, 0, False), (20, 19, 0, False), (20, 20, 19, True), (20, 20, 20, False)],
)
def test_a_first_run_that_matches_hardly_anybody_in_a_full_target_is_refused(
    scene: Scene, there: int, creations: int, adoptions: int, *, refused: bool
) -> None:
    strangers(scene.adopts(adoptions), there - adoptions).plans(Op.CREATE_USER, range(creations))
    assert bool(scene.refusals("first-run")) is refused


def test_a_first_run_tells_its_sum_and_gives_way_to_the_expected_number(scene: Scene) -> None:
    strangers(scene, 25).plans(Op.CREATE_USER, range(30))
    [message] = scene.refusals("first-run")
    assert "crowd_customers holds 25 accounts that dirsync did not make" in message
    assert "adopts 0 of them and creates 30 more" in message
    assert message.endswith("--allow-creations 30.")
    assert scene.refusals("first-run", creations=29)
    assert scene.refusals("first-run", creations=30, adoptions=0) == []
    scene.unappliable = {CROWD: "not read whole"}
    assert scene.judged("first-run") == []


def test_whoever_manages_somebody_already_is_on_no_first_run(scene: Scene) -> None:
    strangers(scene.manages(1), 25).plans(Op.CREATE_USER, range(30))
    assert scene.judged("first-run") == []


def test_what_another_mapping_manages_in_the_target_is_no_stranger(scene: Scene) -> None:
    scene.mapping(CUSTOMERS.replace("name: customers", "name: partners"))
    strangers(scene.manages(25, "partners"), 19).plans(Op.CREATE_USER, range(30))
    assert scene.judged("first-run") == []


# memberships


@pytest.mark.parametrize(("number", "refused"), [(50, False), (51, True)])
def test_more_ended_memberships_than_the_number_are_refused(scene: Scene, number: int, *, refused: bool) -> None:
    scene.plans(Op.REMOVE_MEMBER, range(number), group="portal")
    assert bool(scene.refusals("member-removals")) is refused


def test_the_groups_that_lose_most_are_named_first(scene: Scene) -> None:
    for size in range(1, 8):
        scene.plans(Op.REMOVE_MEMBER, range(size * 3), group=f"g{size}")
    [message] = scene.refusals("member-removals")
    assert "ends 84 memberships; the mapping allows 50" in message
    assert "21 in 'g7', 18 in 'g6', 15 in 'g5', 12 in 'g4', 9 in 'g3' and 2 more groups." in message
    assert message.endswith("--allow-member-removals 84.")


def test_five_groups_are_all_named(scene: Scene) -> None:
    for size in range(1, 6):
        scene.plans(Op.REMOVE_MEMBER, range(size * 10), group=f"g{size}")
    assert "20 in 'g2', 10 in 'g1'. If that is right" in scene.refusals("member-removals")[0]


def test_child_groups_taken_out_count_as_memberships() -> None:
    scene = Scene().mapping(max_member_removals=0).plans(Op.REMOVE_CHILD_GROUP, group="portal")
    assert "1 in 'portal'." in scene.refusals("member-removals")[0]


# a directory that shrank


@pytest.mark.parametrize(
    ("before", "now", "refused"),
    [(100, 90, False), (100, 89, True), (20, 18, False), (20, 17, True), (19, 0, False), (100, 150, False)],
)
def test_a_source_that_lost_more_than_the_share_is_suspect_itself(
    scene: Scene, before: int, now: int, *, refused: bool
) -> None:
    scene.last_reads = {"corp": LastRead(users=before)}
    for one in range(now):
        scene.directory("corp").person(f"p{one}")
    assert bool(scene.refusals("shrunk-directory")) is refused


def test_a_shrunk_source_is_let_through_by_the_number_that_is_gone(scene: Scene) -> None:
    scene.last_reads = {"corp": LastRead(users=40)}
    scene.directory("corp").person("ana")
    [message] = scene.refusals("shrunk-directory", removals=38)
    assert message == (
        "corp held 40 people at the last complete read and holds 1 now, 97.5% fewer; mapping 'customers' allows 10%"
        " (guards.max_removal_share). Check the bind account's rights, the base and the filter. If the people really"
        " are gone, run again with --allow-removals 39."
    )
    assert scene.refusals("shrunk-directory", removals=39) == []


@pytest.mark.parametrize(("customers", "agents", "strictest"), [(0.2, 0.5, "customers"), (0.5, 0.2, "agents")])
def test_a_source_of_several_mappings_is_judged_once_by_the_strictest(
    customers: float, agents: float, strictest: str
) -> None:
    scene = Scene().mapping(CUSTOMERS, max_removal_share=customers).mapping(AGENTS, max_removal_share=agents)
    scene.last_reads = {"corp": LastRead(users=100)}
    for one in range(75):
        scene.directory("corp").person(f"p{one}")
    [refusal] = scene.judged("shrunk-directory")
    assert (refusal.refused, refusal.mapping, refusal.directory) == (True, strictest, "corp")


def test_a_source_read_for_the_first_time_can_not_have_shrunk(scene: Scene) -> None:
    assert scene.judged("shrunk-directory") == []


def test_a_source_that_feeds_nothing_that_may_be_written_is_not_judged(scene: Scene) -> None:
    scene.last_reads = {"corp": LastRead(users=100)}
    scene.unappliable = {CROWD: "corp, which feeds it, was not read whole"}
    assert scene.judged("shrunk-directory") == []


# moves from customers to agents


@pytest.fixture
def two_audiences() -> Scene:
    return Scene().mapping(CUSTOMERS).mapping(AGENTS, max_removals=2).manages(10)


@pytest.mark.parametrize(("number", "refused"), [(2, False), (3, True)])
def test_customers_who_become_agents_are_counted(two_audiences: Scene, number: int, *, refused: bool) -> None:
    two_audiences.plans(Op.CREATE_USER, range(number), **TO_AGENTS)
    assert bool(two_audiences.refusals("moves-to-agents")) is refused


def test_a_move_is_let_through_by_its_number(two_audiences: Scene) -> None:
    two_audiences.plans(Op.CREATE_USER, range(3), **TO_AGENTS)
    assert two_audiences.refusals("moves-to-agents", removals=2)[0].endswith("run again with --allow-removals 3.")
    assert two_audiences.refusals("moves-to-agents", removals=3) == []


def test_new_agents_who_were_no_customers_are_no_moves(two_audiences: Scene) -> None:
    two_audiences.plans(Op.CREATE_USER, range(10, 20), **TO_AGENTS)
    assert two_audiences.refusals("moves-to-agents") == []


def test_equal_ids_of_another_source_are_no_moves() -> None:
    scene = Scene().mapping(CUSTOMERS).mapping(AGENTS.replace("directory: corp", "directory: hr"), max_removals=0)
    scene.manages(10).plans(Op.CREATE_USER, range(3), **TO_AGENTS)
    assert scene.refusals("moves-to-agents") == []


def test_where_both_audiences_share_a_target_the_agents_groups_tell_the_move() -> None:
    """There nobody is created: the account that is there is put into the agents' group."""
    agents = AGENTS.replace("crowd-agents", "crowd-customers")
    scene = Scene().mapping(CUSTOMERS).mapping(agents, max_removals=2).manages(10)
    scene.plans(Op.ADD_MEMBER, range(3), "agents", group="jsm-agents")
    scene.plans(Op.ADD_MEMBER, range(3), "agents", group="all-agents")
    assert "makes agents of 3 people" in scene.refusals("moves-to-agents")[0]


def test_an_agent_of_long_standing_who_is_a_customer_too_does_not_move_again(two_audiences: Scene) -> None:
    two_audiences.manages(10, "agents", "crowd_agents")
    two_audiences.plans(Op.ADD_MEMBER, range(10), group="more", **TO_AGENTS)
    assert two_audiences.refusals("moves-to-agents") == []
