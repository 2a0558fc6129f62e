import pytest
from unit.plan.guarding import AGENTS, Scene, unknown_reach
from unit.plan.stories import CROWD, CUSTOMERS

from dirsync.model.plans import Op
from dirsync.model.products import CrowdApplication, CrowdDirectory, DirectoryType, JiraApplication

TO_AGENTS = {"mapping": "agents", "directory": "crowd_agents"}
PARTNERS = CUSTOMERS.replace("name: customers", "name: partners")


@pytest.fixture
def scene() -> Scene:
    return Scene().mapping()


def test_a_harmless_plan_is_refused_by_nobody_and_each_guard_says_its_sum(scene: Scene) -> None:
    scene.manages(30).plans(Op.ADD_MEMBER, range(3), group="portal")
    judged = scene.judge()
    assert not any(refusal.refused for refusal in judged)
    assert {refusal.guard for refusal in judged} == {
        "customers-never-gain-access", "removals", "member-removals", "protected", "creations", "adoptions",
    }  # fmt: skip


def test_those_that_refuse_come_first() -> None:
    scene = Scene().mapping(max_creations=0).plans(Op.CREATE_USER)
    judged = scene.judge()
    assert [refusal.guard for refusal in judged if refusal.refused] == ["creations"]
    assert judged[0].refused


# never create the risk


def test_customers_are_never_put_into_a_group_that_reaches_a_seat(scene: Scene) -> None:
    scene.reach = lambda group, _: (group, "jira-users", "jira-software") if group == "portal" else ()
    scene.plans(Op.ADD_MEMBER, range(2), group="portal").plans(Op.ADD_MEMBER, group="harmless")
    [message] = scene.refusals("customers-never-gain-access")
    assert message == (
        "Plan for 'customers' puts 2 customers into 'portal' in crowd_customers, which would give each of them access:"
        " portal > jira-users > jira-software. Take the group out of the mapping's default_groups or target.groups, or"
        " take the access from it."
    )


def test_where_nobody_can_say_what_a_group_gives_it_is_refused_with_the_way_to_know(scene: Scene) -> None:
    scene.reach = unknown_reach
    scene.plans(Op.ADD_MEMBER, group="portal")
    [message] = scene.refusals("customers-never-gain-access")
    assert "puts 1 customer into 'portal'" in message
    assert message.endswith("Jira could not be asked. Declare it in estate.yaml.")


def test_no_number_lets_customers_into_a_seat(scene: Scene) -> None:
    scene.reach = lambda group, _: (group, "jira-software")
    scene.plans(Op.ADD_MEMBER, group="portal")
    assert scene.refusals("customers-never-gain-access", removals=99, creations=99, member_removals=99)


def test_a_group_put_into_a_group_is_judged_as_its_members_would_be(scene: Scene) -> None:
    scene.reach = lambda group, _: (group, "jira-software")
    scene.plans(Op.ADD_CHILD_GROUP, group="portal", child_group="inner")
    assert scene.refusals("customers-never-gain-access")


def test_agents_are_meant_to_have_seats(scene: Scene) -> None:
    scene.mapping(AGENTS).reach = lambda group, _: (group, "jira-software")
    scene.plans(Op.ADD_MEMBER, group="jsm-agents", **TO_AGENTS)
    assert scene.judged("customers-never-gain-access") == []


def test_what_takes_people_out_of_a_risky_group_is_welcome(scene: Scene) -> None:
    scene.reach = lambda group, _: (group, "jira-software")
    scene.plans(Op.REMOVE_MEMBER, group="jira-users")
    assert scene.refusals("customers-never-gain-access") == []


# where a write would land


@pytest.mark.parametrize(
    ("kind", "refused"),
    [(DirectoryType.CONNECTOR, True), (DirectoryType.DELEGATING, True), (DirectoryType.INTERNAL, False), (None, False)],
)
def test_a_target_that_crowd_fills_itself_is_refused(
    scene: Scene, kind: DirectoryType | None, *, refused: bool
) -> None:
    scene.says("crowd.directories", (CrowdDirectory("Corp", kind, CROWD), CrowdDirectory("Other", kind, "elsewhere")))
    scene.plans(Op.CREATE_USER)
    assert len(scene.refusals("target-not-attributable")) == refused


@pytest.mark.parametrize(
    ("directories", "refused"), [((CROWD, "another"), True), ((CROWD,), False), ((), False), (None, False)]
)
def test_a_crowd_application_that_shows_several_directories_is_refused(
    scene: Scene, directories: tuple[str, ...] | None, *, refused: bool
) -> None:
    scene.says("crowd.applications", (CrowdApplication("Dirsync", directories),))
    scene.applications = {CROWD: "dirsync"}
    scene.plans(Op.CREATE_USER)
    assert bool(scene.refusals("target-not-attributable")) is refused


@pytest.mark.parametrize(
    ("ours", "theirs", "refused"),
    [
        ((CROWD,), ("Customers", "Staff"), True),
        ((CROWD, "portal"), ("Customers",), False),
        ((CROWD, CROWD), None, False),
    ],
)
def test_what_counts_is_how_many_directories_of_crowd_it_shows_where_crowd_has_told(
    scene: Scene, ours: tuple[str, ...], theirs: tuple[str, ...] | None, *, refused: bool
) -> None:
    scene.says("crowd.applications", (CrowdApplication("dirsync", ours, theirs),))
    scene.applications = {CROWD: "dirsync"}
    scene.plans(Op.CREATE_USER)
    assert bool(scene.refusals("target-not-attributable")) is refused


@pytest.mark.parametrize(("is_filtered", "refused"), [(True, True), (False, False), (None, False)])
def test_a_crowd_application_that_filters_people_is_refused(
    scene: Scene, *, is_filtered: bool | None, refused: bool
) -> None:
    scene.says("crowd.applications", (CrowdApplication("dirsync", (CROWD,)),))
    if is_filtered is not None:
        scene.says("crowd.applications[dirsync].access_based_sync", is_filtered)
    scene.applications = {CROWD: "dirsync"}
    scene.plans(Op.CREATE_USER)
    assert bool(scene.refusals("target-not-attributable")) is refused


def test_a_filter_of_our_own_application_counts_though_no_list_names_it(scene: Scene) -> None:
    scene.says("crowd.applications[DIRSYNC].access_based_sync", True)
    scene.applications = {CROWD: "dirsync"}
    scene.plans(Op.CREATE_USER)
    assert scene.refusals("target-not-attributable")
    scene.applications = {CROWD: "another"}
    assert not scene.refusals("target-not-attributable")


def test_the_crowd_application_of_somebody_else_does_not_matter(scene: Scene) -> None:
    scene.says("crowd.applications", (CrowdApplication("jira", (CROWD, "another")),))
    scene.applications = {CROWD: "dirsync"}
    scene.plans(Op.CREATE_USER)
    assert scene.judged("target-not-attributable") == []


def test_a_target_to_which_nothing_is_written_need_not_be_attributable(scene: Scene) -> None:
    scene.says("crowd.directories", (CrowdDirectory("Corp", DirectoryType.CONNECTOR, CROWD),))
    assert scene.judged("target-not-attributable") == []


# a group that would become empty


def grouped(scene: Scene, members: int) -> Scene:
    scene.manages(members)
    scene.directory().group("Portal", *(f"key-{one}" for one in range(members)))
    return scene


@pytest.mark.parametrize(("number", "refused"), [(3, False), (4, True)])
def test_a_plan_that_takes_everybody_out_of_a_group_is_refused(scene: Scene, number: int, *, refused: bool) -> None:
    grouped(scene, 4).plans(Op.REMOVE_MEMBER, range(number), group="portal", group_id="gid-Portal")
    assert bool(scene.refusals("emptied-group")) is refused


def test_an_emptied_group_is_let_through_by_the_number_of_ended_memberships(scene: Scene) -> None:
    grouped(scene, 4).plans(Op.REMOVE_MEMBER, range(4), group="Portal", group_id="gid-Portal")
    [message] = scene.refusals("emptied-group", member_removals=3)
    assert message == (
        "Plan for 'customers' takes all 4 members out of 'Portal' in crowd_customers. If that is right, run again with"
        " --allow-member-removals 4."
    )
    assert scene.refusals("emptied-group", member_removals=4) == []


@pytest.mark.parametrize("op", [Op.ADD_MEMBER, Op.ADD_CHILD_GROUP])
def test_a_group_whose_members_are_exchanged_is_not_emptied(scene: Scene, op: Op) -> None:
    grouped(scene, 2).plans(Op.REMOVE_MEMBER, range(2), group="Portal").plans(op, [7], group="PORTAL")
    assert scene.judged("emptied-group") == []


def test_a_group_that_holds_a_group_is_not_emptied(scene: Scene) -> None:
    grouped(scene, 2).plans(Op.REMOVE_MEMBER, range(2), group="Portal")
    scene.directory().members.add(("gid-Portal", scene.directory().group("inner")))
    assert scene.judged("emptied-group") == []


def test_removed_accounts_empty_a_group_as_ended_memberships_do(scene: Scene) -> None:
    grouped(scene, 4).plans(Op.REMOVE_MEMBER, range(2), group="Portal").plans(Op.REMOVE_USER, range(2, 4))
    assert "takes all 4 members out of 'Portal'" in scene.refusals("emptied-group")[0]


def test_removed_accounts_alone_can_empty_a_group(scene: Scene) -> None:
    grouped(scene, 2).plans(Op.REMOVE_USER, range(2))
    assert scene.refusals("emptied-group", member_removals=1)
    assert scene.refusals("emptied-group", member_removals=2) == []


def test_two_mappings_that_empty_a_group_together_are_both_named(scene: Scene) -> None:
    grouped(scene.mapping(PARTNERS), 4)
    scene.plans(Op.REMOVE_MEMBER, range(2), group="Portal")
    scene.plans(Op.REMOVE_MEMBER, range(2, 4), "partners", group="Portal")
    assert "Plan for 'customers' and 'partners' takes all 4 members" in scene.refusals("emptied-group")[0]


def test_a_group_that_nobody_finds_is_not_judged(scene: Scene) -> None:
    scene.plans(Op.REMOVE_MEMBER, group="gone")
    assert scene.judged("emptied-group") == []


# the last administrators


@pytest.fixture
def administered(scene: Scene) -> Scene:
    """Two active administrators, one of them through an inner group, and one who is switched off."""
    crowd = scene.directory()
    inner = crowd.group("inner-admins", crowd.person("b", "key-1"))
    crowd.group("Jira-Administrators", crowd.person("a", "key-0"), crowd.person("c", "key-2", active=False), inner)
    return scene.says("jira.administrative_groups", ("jira-administrators", "not-there"))


@pytest.mark.parametrize("op", [Op.REMOVE_USER, Op.DEACTIVATE_USER])
def test_the_last_administrators_keep_their_accounts(administered: Scene, op: Op) -> None:
    administered.plans(op, [0])
    assert administered.judged("last-administrators") == []
    administered.plans(op, [1])
    [message] = administered.refusals("last-administrators")
    assert message == (
        "The plan leaves nobody in 'Jira-Administrators' in crowd_customers, which grants administration: all 2 active"
        " members would go. Put somebody else into it first."
    )


def test_the_last_administrators_keep_their_group(administered: Scene) -> None:
    administered.plans(Op.REMOVE_MEMBER, [0], group="JIRA-administrators")
    administered.plans(Op.REMOVE_MEMBER, [1], group="other")
    assert administered.judged("last-administrators") == []
    administered.plans(Op.REMOVE_MEMBER, [1], group="inner-admins")
    assert administered.refusals("last-administrators")


def test_equal_ids_on_another_target_are_not_the_administrators(administered: Scene) -> None:
    administered.mapping(AGENTS).plans(Op.REMOVE_USER, range(2), **TO_AGENTS)
    assert administered.judged("last-administrators") == []


def test_a_group_of_switched_off_administrators_has_nobody_to_lose(scene: Scene) -> None:
    scene.directory().group("admins", scene.directory().person("a", "key-0", active=False))
    scene.says("jira.administrative_groups", ("admins",)).plans(Op.REMOVE_USER)
    assert scene.judged("last-administrators") == []


def test_where_nobody_told_which_groups_administer_the_guard_has_nothing_to_ask(scene: Scene) -> None:
    assert scene.plans(Op.REMOVE_USER).judged("last-administrators") == []


# what the mapping protects


@pytest.mark.parametrize(
    ("op", "refused"), [(op, op not in {Op.CREATE_USER, Op.ADD_MEMBER}) for op in Op if op.value.endswith("user")]
)
def test_a_protected_account_may_be_made_but_not_touched(scene: Scene, op: Op, *, refused: bool) -> None:
    scene.plans(op, user="SVC-backup")
    assert bool(scene.refusals("protected")) is refused


@pytest.mark.parametrize("op", [op for op in Op if not op.value.endswith("user")])
def test_a_protected_group_is_not_touched_at_all(scene: Scene, op: Op) -> None:
    scene.plans(op, group="Jira-Administrators")
    assert scene.refusals("protected")[0].startswith("Plan for 'customers' touches what the mapping protects: ")


def test_what_is_protected_is_named_up_to_five(scene: Scene) -> None:
    for one in range(7):
        scene.plans(Op.REMOVE_USER, user=f"svc-{one}")
    [message] = scene.refusals("protected")
    assert "remove_user svc-0, remove_user svc-1" in message
    assert "remove_user svc-4 and 2 more." in message


def test_five_are_named_in_full(scene: Scene) -> None:
    for one in range(5):
        scene.plans(Op.REMOVE_USER, user=f"svc-{one}")
    assert "remove_user svc-4. Take them out" in scene.refusals("protected")[0]


def test_a_mapping_may_protect_nothing() -> None:
    scene = Scene().mapping(protect_users="[]", protect_groups="[]")
    scene.plans(Op.REMOVE_MEMBER, user="svc-x", group="jira-administrators")
    assert scene.refusals("protected") == []


# seats


SOFTWARE = JiraApplication("jira-software", ("jira-users", "Seats"), seats=10, used=8)


@pytest.fixture
def licensed(scene: Scene) -> Scene:
    """Two seats are left. Accounts 0 to 9 are there; only number 9 holds a seat."""
    scene.manages(10)
    scene.directory().group("Jira-Users", "key-9")
    return scene.says("jira.applications", (SOFTWARE,))


@pytest.mark.parametrize(("number", "refused"), [(2, False), (3, True)])
def test_more_people_than_seats_are_refused(licensed: Scene, number: int, *, refused: bool) -> None:
    licensed.plans(Op.ADD_MEMBER, range(number), group="jira-users")
    assert bool(licensed.refusals("seats-over-tier")) is refused
    if refused:
        [message] = licensed.refusals("seats-over-tier")
        assert message == (
            "The plan gives jira-software to 3 more people; 8 of 10 seats are taken, 2 are left. Buy 1 seat more, or"
            " put fewer people into its groups."
        )


def test_one_person_in_two_granting_groups_takes_one_seat(licensed: Scene) -> None:
    licensed.plans(Op.ADD_MEMBER, range(2), group="jira-users").plans(Op.ADD_MEMBER, range(2), group="SEATS")
    assert "to 2 more people" in licensed.judged("seats-over-tier")[0].message


def test_whoever_holds_a_seat_already_takes_no_other(licensed: Scene) -> None:
    licensed.plans(Op.ADD_MEMBER, [0, 1, 9], group="seats")
    assert licensed.refusals("seats-over-tier") == []


def test_new_people_take_seats_and_people_made_switched_off_take_none(licensed: Scene) -> None:
    licensed.plans(Op.CREATE_USER, range(20, 23)).plans(Op.ADD_MEMBER, range(20, 23), group="jira-users", user_id="")
    licensed.plans(Op.CREATE_USER, range(30, 39), after={"active": False})
    licensed.plans(Op.ADD_MEMBER, range(30, 39), group="jira-users", user_id="")
    assert "to 3 more people" in licensed.refusals("seats-over-tier")[0]


def test_an_account_that_is_switched_on_in_a_granting_group_takes_a_seat(licensed: Scene) -> None:
    for one in range(40, 44):
        licensed.directory().person(f"p{one}", f"key-{one}", active=False)
        licensed.directory().members.add(("gid-Jira-Users", f"key-{one}"))
    licensed.plans(Op.REACTIVATE_USER, range(40, 43), after={"active": True})
    licensed.plans(Op.REACTIVATE_USER, range(5), after={"active": True})
    assert "to 3 more people" in licensed.refusals("seats-over-tier")[0]


def test_an_account_that_is_switched_off_tonight_takes_no_seat(licensed: Scene) -> None:
    licensed.plans(Op.ADD_MEMBER, range(3), group="jira-users").plans(Op.DEACTIVATE_USER, after={"active": False})
    assert licensed.refusals("seats-over-tier") == []


def test_a_group_inside_a_granting_group_grants_too(licensed: Scene) -> None:
    crowd = licensed.directory()
    crowd.members.add(("gid-Jira-Users", crowd.group("middle")))
    crowd.members.add(("gid-middle", crowd.group("inner")))
    licensed.plans(Op.ADD_MEMBER, range(3), group="INNER")
    assert licensed.refusals("seats-over-tier")


def test_other_groups_take_no_seats(licensed: Scene) -> None:
    licensed.plans(Op.ADD_MEMBER, range(9), group="portal")
    assert licensed.refusals("seats-over-tier") == []


def test_a_tier_that_is_overdrawn_already_refuses_nothing_that_takes_no_seat(licensed: Scene) -> None:
    licensed.says("jira.applications", (JiraApplication("jira-core", ("jira-users",), seats=5, used=9),))
    assert licensed.plans(Op.ADD_MEMBER, group="portal").refusals("seats-over-tier") == []
    assert licensed.plans(Op.ADD_MEMBER, group="jira-users").refusals("seats-over-tier")


@pytest.mark.parametrize(
    "application",
    [
        JiraApplication("jira-software", ("jira-users",), seats=1, used=1, is_unlimited=True),
        JiraApplication("jira-software", ("jira-users",), seats=None, used=1),
        JiraApplication("jira-software", ("jira-users",), seats=1, used=None),
    ],
)
def test_a_tier_without_numbers_is_not_judged(licensed: Scene, application: JiraApplication) -> None:
    licensed.says("jira.applications", (application,)).plans(Op.ADD_MEMBER, group="jira-users")
    assert licensed.judged("seats-over-tier") == []


def test_where_nobody_told_the_applications_there_are_no_seats_to_count(scene: Scene) -> None:
    assert scene.plans(Op.ADD_MEMBER, group="jira-users").judged("seats-over-tier") == []


# required accounts and groups


def requiring(**guards: str) -> Scene:
    scene = Scene().mapping(**guards).manages(3)
    scene.directory().group("Portal", "key-0", "key-1")
    return scene


@pytest.mark.parametrize(
    ("name", "op", "why"),
    [
        ("P0", Op.REMOVE_USER, "there is no account 'P0'"),
        ("p0", Op.DEACTIVATE_USER, "the account 'p0' is inactive"),
        ("p0", Op.UPDATE_USER, ""),
        ("p1", Op.REMOVE_USER, ""),
        ("nobody", Op.UPDATE_USER, "there is no account 'nobody'"),
    ],
)
def test_a_required_account_must_be_there_and_active_afterwards(name: str, op: Op, why: str) -> None:
    after = {"active": False} if op is Op.DEACTIVATE_USER else {}
    found = requiring(require_users=f"[{name}]").plans(op, after=after).refusals("required")
    assert [why in message for message in found] == [True] * bool(why)
    assert "mapping 'customers' requires otherwise" in found[0] if found else not why


@pytest.mark.parametrize(
    ("name", "ops", "why"),
    [
        ("portal", [Op.REMOVE_MEMBER], ""),
        ("portal", [Op.REMOVE_MEMBER, Op.DEACTIVATE_USER], "the group 'portal' has no active member"),
        ("PORTAL", [Op.REMOVE_MEMBER, Op.REMOVE_USER], "the group 'PORTAL' has no active member"),
        ("other", [Op.REMOVE_MEMBER], "there is no group 'other'"),
    ],
)
def test_a_required_group_must_be_there_and_used_afterwards(name: str, ops: list[Op], why: str) -> None:
    scene = requiring(require_groups=f"[{name}]")
    for number, op in enumerate(ops):
        scene.plans(op, [number], group="Portal" * (op is Op.REMOVE_MEMBER), after={"active": False})
    assert [why in message for message in scene.refusals("required")] == [True] * bool(why)


def test_what_the_plan_makes_counts_as_there() -> None:
    scene = Scene().mapping(require_users="[p0]", require_groups="[portal]").plans(Op.CREATE_USER)
    scene.plans(Op.ADD_MEMBER, group="portal", user_id="")
    [answer] = scene.judged("required")
    assert (answer.refused, answer.message) == (
        False, "Plan for 'customers' leaves all that is required in crowd_customers."
    )  # fmt: skip


def test_all_that_is_wrong_is_told_at_once_and_nothing_where_nothing_is_written() -> None:
    scene = requiring(require_users="[x, y]", require_groups="[z]").plans(Op.UPDATE_USER)
    [message] = scene.refusals("required")
    assert "no account 'x'; there is no account 'y'; there is no group 'z' in crowd_customers" in message
    scene.unappliable = {CROWD: "not read whole"}
    assert scene.judged("required") == []
    assert Scene().mapping().plans(Op.UPDATE_USER).judged("required") == []
