"""Servers that answer Crowd's administrative questions in ways that no sandbox would."""

import pytest
from integration.crowd_admin.conftest import endpoint, views
from servers.scripted import HANG_UP, answer

from dirsync.errors import UsageInvalid
from dirsync.facts.crowd_admin import read_crowd_admin_facts
from dirsync.model.facts import FactState

ADMIN = "/rest/admin/1.0"
NOTHING = answer({"reason": "OPERATION_FAILED", "message": "nothing here"}, 404)


def page(values, **more):
    return answer({"values": values, "size": len(values), "start": 0, "limit": 100, "isLastPage": True, **more})


DEFAULT = {
    "/server-info": answer({"version": "6.1.0"}),
    "/application": page([{"id": 2, "name": "dirsync-customers"}, {"id": "3", "name": "jira", "type": "JIRA"}]),
    "/directory/detailed": page([{"id": 1, "name": "Customers", "type": "INTERNAL", "active": True}]),
    "/application/2/directory-mapping": page([{"directoryId": 1}]),
    "/application/3/directory-mapping": page([{"directoryId": 1}]),
}


@pytest.fixture
def told(script, admin_facts):
    """Return the facts of a Crowd that answers as DEFAULT does, but for the paths that are given."""

    def read(changed=None, **given):
        answers = DEFAULT | (changed or {})
        server = script(lambda asked: answers.get(asked.path.removeprefix(ADMIN), NOTHING))
        facts = admin_facts(server.url, **given)
        read.asked = server.asked
        return facts

    return read


def leaf(facts, name, application="jira"):
    return facts[f"crowd.applications[{application}].directories[crowd_customers].{name}"]


@pytest.mark.parametrize(
    ("mapping", "name", "expected"),
    [
        ({"directoryId": 1, "authenticateAll": True}, "allow_all_to_authenticate", True),
        ({"directory-id": "1", "authenticate-all": "false"}, "allow_all_to_authenticate", False),
        ({"directory": {"id": 1}, "allowAllToAuthenticate": False}, "allow_all_to_authenticate", False),
        ({"directory": {"directoryId": 1}, "allowAll": True}, "allow_all_to_authenticate", True),
        ({"DirectoryMappingEntity": {"directoryId": 1, "allowAll": True}}, "allow_all_to_authenticate", True),
        ({"directoryId": 1, "authenticateAll": "perhaps"}, "allow_all_to_authenticate", None),
        ({"directoryId": 1, "authenticateAll": None}, "allow_all_to_authenticate", None),
        ({"directoryId": 1, "authorisedGroups": ["a", "b", "a"]}, "authorised_groups", ("a", "b")),
        ({"directoryId": 1, "authorisedGroups": []}, "authorised_groups", ()),
        ({"directoryId": 1, "authorizedGroups": [{"name": "a"}]}, "authorised_groups", ("a",)),
        ({"directoryId": 1, "groupMappings": [{"groupName": "a"}]}, "authorised_groups", ("a",)),
        ({"directoryId": 1, "group-mappings": {"group-mapping": [{"group-name": "a"}]}}, "authorised_groups", ("a",)),
        ({"directoryId": 1, "group-mappings": {"group-mapping": {"group-name": "a"}}}, "authorised_groups", ("a",)),
        ({"directoryId": 1, "group-mappings": {}}, "authorised_groups", None),
        ({"directoryId": 1, "groups": ["a", 7]}, "authorised_groups", None),
        ({"directoryId": 1, "groups": [""]}, "authorised_groups", None),
        ({"directoryId": 1, "authenticateAll": True, "groups": []}, "authorised_groups", None),
        ({"directoryId": 1, "authenticateAll": True, "groups": ["a"]}, "authorised_groups", ("a",)),
        ({"directoryId": 1, "allowedOperations": ["CREATE_USER"]}, "allowed_operations", ("CREATE_USER",)),
        ({"directoryId": 1, "allowed-operations": {"allowed-operation": "X"}}, "allowed_operations", ("X",)),
        ({"directoryId": 1, "allowedOperations": {"CREATE_USER": True}}, "allowed_operations", None),
        ({"directoryId": 1, "defaultGroups": ["a"]}, "default_groups", ("a",)),
        ({"directoryId": 1, "defaultGroups": []}, "default_groups", ()),
        (
            {"directory": {"id": 1, "allowedOperations": ["UPDATE_USER"]}},
            "directory_allowed_operations",
            ("UPDATE_USER",),
        ),
    ],
)
def test_a_mapping_is_read_in_whatever_shape_and_what_it_does_not_say_is_never_none(told, mapping, name, expected):
    facts = told({"/application/3/directory-mapping": page([mapping])})
    fact = leaf(facts, name)
    assert fact.value == expected
    assert (fact.state is FactState.UNKNOWN) == (expected is None)


def test_what_the_list_of_mappings_leaves_out_is_asked_of_each(told):
    single = answer({"directoryId": 1, "defaultGroups": ["portal"]})
    facts = told({f"/application/{number}/directory-mapping/1": single for number in (2, 3)})
    assert leaf(facts, "default_groups").value == ("portal",)


@pytest.mark.parametrize("single", [{"directoryId": 2, "defaultGroups": ["x"]}, {"defaultGroups": ["x"]}])
def test_a_single_mapping_of_another_directory_is_not_believed(told, single):
    facts = told({f"/application/{number}/directory-mapping/1": answer(single) for number in (2, 3)})
    assert leaf(facts, "default_groups").state is FactState.UNKNOWN


@pytest.mark.parametrize("mapping", [{"id": 1}, {"name": "Customers"}, {"authenticateAll": True}])
def test_a_mapping_that_does_not_say_of_which_directory_makes_the_list_unknown(told, mapping):
    facts = told({"/application/3/directory-mapping": page([{"directoryId": 1}, mapping])})
    assert "does not say which one it is" in facts["crowd.applications[jira].directories"].why
    jira = facts["crowd.applications"].value[1]
    assert jira.directories is None


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"filteringUsersWithAccessEnabled": True, "filteringGroupsWithAccessEnabled": False}, True),
        ({"filteringUsersWithAccessEnabled": False, "filteringGroupsWithAccessEnabled": False}, False),
        ({"filteringGroupsWithAccessEnabled": True}, True),
        ({"filteringGroupsWithAccessEnabled": False}, None),
        ({"enabled": True}, True),
        ({"mode": "USER_ONLY_FILTERING"}, True),
        ({"mode": "NO_FILTERING"}, False),
        ({"mode": "SOMETHING_NEW"}, None),
        ({}, None),
    ],
)
def test_access_based_synchronisation_is_unknown_unless_it_is_said(told, setting, expected):
    facts = told({"/application/3/access-based-synchronization": answer(setting)})
    fact = facts["crowd.applications[jira].access_based_sync"]
    assert fact.value == expected
    if expected is None:
        assert "does not tell access_based_sync" in fact.why


def test_what_the_list_of_applications_tells_is_not_asked_again(told):
    known = {"id": 3, "name": "jira", "aggregateMemberships": False, "filteringUsersWithAccessEnabled": True}
    facts = told({"/application": page([known])})
    assert facts["crowd.applications[jira].aggregate_memberships"].value is False
    assert facts["crowd.applications[jira].access_based_sync"].value is True
    paths = {asked.path for asked in told.asked}
    assert f"{ADMIN}/application/3" not in paths
    assert f"{ADMIN}/application/3/access-based-synchronization" not in paths


def test_aggregation_is_asked_of_the_application_where_the_list_is_silent(told):
    facts = told({"/application/3": answer({"ApplicationEntity": {"aggregate-memberships": "true"}})})
    assert facts["crowd.applications[jira].aggregate_memberships"].value is True
    assert facts["crowd.applications[dirsync-customers].aggregate_memberships"].state is FactState.UNKNOWN


def test_mappings_inside_the_list_of_applications_are_taken_where_nothing_else_tells(told):
    known = [{"id": 3, "name": "jira", "directoryMappings": [{"directoryId": 9, "defaultGroups": ["a"]}]}]
    facts = told({"/application": page(known), "/application/3/directory-mapping": NOTHING})
    jira = facts["crowd.applications"].value[0]
    assert jira.unattributed == jira.crowd_directories == ("number 9",)


@pytest.mark.parametrize(
    ("listing", "why"),
    [
        (answer({"values": []}), "does not say whether more applications follow"),
        (page([]), "has always its own console"),
        (page([{"id": 1}]), "does not say which one it is"),
        (page([{"id": 1, "name": "a"}], isLastPage=False), "sends no new ones"),
        (answer({"values": ["a"]}), "is not a list of applications"),
        (answer({"values": [], "applications": []}), "is not a list of applications"),
        (answer("[1"), "of 2 bytes (application/json) is not whole JSON"),
        (answer("<h1>Log in</h1>", 200, "text/html"), "(text/html) is not whole JSON"),
        (answer("[" * 100_000), "is not whole JSON"),
        (answer({"message": "no"}, 500), "HTTP 500: no"),
        (answer("<h1>busy</h1>", 429, "text/html"), "HTTP 429"),
        (answer({"message": "strange"}, 418), "HTTP 418: strange"),
        (answer(status=302, location="https://sso.example.org/login"), "sso.example.org"),
        (HANG_UP, "lost the connection"),
    ],
)
def test_a_listing_that_is_not_one_leaves_the_applications_unknown(told, listing, why):
    facts = told({"/application": listing})
    assert facts["crowd.applications"].state is FactState.UNKNOWN
    assert why in facts["crowd.applications"].why
    assert facts["crowd.directories"].state is FactState.OBSERVED, "one refusal does not spoil the others"
    assert facts["directories[crowd_customers].crowd_directory"].why == facts["crowd.applications"].why


@pytest.mark.parametrize(
    "listing",
    [
        answer([{"id": 3, "name": "jira"}]),
        answer({"applications": [{"ApplicationEntity": {"id": 3, "name": "jira"}}]}),
        answer({"values": [{"id": 3, "name": "jira"}], "limit": 50}),
    ],
)
def test_a_listing_may_come_without_its_envelope(told, listing):
    facts = told({"/application": listing})
    assert [known.name for known in facts["crowd.applications"].value] == ["jira"]


def test_a_server_that_sends_shorter_pages_than_asked_for_is_asked_for_the_rest(script, admin_facts):
    names = [f"app-{number}" for number in range(5)]

    def respond(asked):
        if not asked.path.endswith("/application"):
            return NOTHING
        start = int(asked.params["start"])
        return answer({"values": [{"id": 9, "name": name} for name in names[start : start + 2]], "limit": 2})

    facts = admin_facts(script(respond).url)
    assert [known.name for known in facts["crowd.applications"].value] == names


def test_where_nobody_listens_it_is_tried_once(script, admin_facts):
    server = script([])
    server.stop()
    facts = admin_facts(server.url)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    assert "connection refused" in facts["crowd.applications"].why


def test_after_a_few_questions_of_one_kind_without_an_answer_the_rest_is_not_asked(told):
    known = [{"id": number, "name": f"app-{number}"} for number in range(10, 20)]
    silent = {f"/application/{number}/directory-mapping": HANG_UP for number in range(10, 20)}
    facts = told({"/application": page(known), **silent})
    asked = [each for each in told.asked if each.path.endswith("/directory-mapping")]
    assert len(asked) == 3
    assert "No further one was asked" in facts["crowd.applications[app-19].directories"].why


def test_settings_that_can_not_be_followed_are_the_only_thing_that_raises():
    with pytest.raises(UsageInvalid, match="DIRSYNC_CROWD_ADMIN__URL"):
        read_crowd_admin_facts(endpoint("http://crowd.example.org/crowd"))


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ({"totalUsers": 7, "maxUserLimit": 10, "totalCrowdUsers": 5}, (7, 10, 5)),
        ({"used": "7", "limit": -1}, (7, None, None)),
    ],
)
def test_a_summary_of_licences_is_taken_by_the_names_that_are_known(told, summary, expected):
    facts = told({"/licensing/3/summary": answer(summary)})
    (use,) = facts["crowd.applications[jira].licence_use"].value
    assert (use.used, use.limit, use.used_by_crowd) == expected
    assert use.jira_type == ""


def test_a_summary_in_words_that_nobody_knows_is_unknown_and_names_its_fields(told):
    facts = told({"/licensing/3/summary": answer({"surprise": 7, "other": "canary-value"})})
    fact = facts["crowd.applications[jira].licence_use"]
    assert fact.state is FactState.UNKNOWN
    assert "it has other, surprise" in fact.why
    assert "canary" not in fact.why


def test_no_jira_types_is_one_summary_for_all(told):
    changed = {"/licensing/3/jira-types": page([]), "/licensing/3/summary": answer({"totalUsers": 0})}
    assert told(changed)["crowd.applications[jira].licence_use"].value[0].used == 0


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ([{"username": "ada", "directoryId": 1}, {"username": "ada", "directoryId": 2}], ("ada",)),
        ([{"user": {"name": "ada"}, "directory": {"id": 1}}], ("ada",)),
        ([{"email": "ada@example.org"}], None),
    ],
)
def test_licensed_users_are_named_each_once(told, users, expected):
    fact = told({"/licensing/3/licensed-users/search": page(users)})["crowd.applications[jira].licensed_users"]
    assert fact.value == expected


@pytest.mark.parametrize(
    ("record", "name", "expected"),
    [
        ({"attributes": {"autoAddGroups": "a|b|"}}, "default_groups", ("a", "b")),
        ({"attributes": {"autoAddGroups": ""}}, "default_groups", ()),
        ({"attributes": {}}, "default_groups", None),
        ({"allowedOperations": ["CREATE_USER"]}, "allowed_operations", ("CREATE_USER",)),
        ({"active": None}, "active", None),
    ],
)
def test_what_a_directory_does_not_say_is_unknown(told, record, name, expected):
    listing = page([{"id": 1, "name": "Customers", **record}])
    fact = told({"/directory/detailed": listing})[f"crowd.directories[Customers].{name}"]
    assert fact.value == expected
    assert (fact.state is FactState.UNKNOWN) == (expected is None)


def test_an_empty_list_of_directories_is_not_believed(told):
    facts = told({"/directory/detailed": page([])})
    assert "has always the one its administrators are in" in facts["crowd.directories"].why
    assert facts["crowd.applications"].value[1].crowd_directories == ("number 1",)


def test_a_directory_whose_activity_nobody_tells_counts_as_active(told):
    listing = page([{"id": 1, "name": "Customers"}, {"id": 2, "name": "Old"}])
    both = page([{"directoryId": 1}, {"directoryId": 2}])
    facts = told({"/directory/detailed": listing, "/application/2/directory-mapping": both})
    fact = facts["directories[crowd_customers].crowd_directory"]
    assert fact.state is FactState.UNKNOWN
    assert "shows several directories (Customers, Old)" in fact.why


def test_a_server_without_a_version_is_one(told):
    facts = told({"/server-info": answer({})})
    assert "names no version" in facts["crowd.version"].why


def test_crowds_words_are_one_harmless_line_without_our_password(told):
    facts = told({"/server-info": answer({"message": "no\x1b[31m canary-crowd-admin" + "x" * 999}, 500)})
    why = facts["crowd.version"].why
    assert "canary" not in why
    assert why.isprintable()
    assert len(why) < 500


def test_a_view_of_an_application_that_crowd_does_not_list_is_open(told):
    fact = told(shown=views("http://127.0.0.1:1"))["directories[crowd_staff].crowd_directory"]
    assert "lists no active application 'DIRSYNC-STAFF'" in fact.why


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("portal|jira-users", ("portal", "jira-users")),
        ("", ()),
        (["portal | jira-users", "portal"], ("portal", "jira-users")),
        ([], None),
        (["portal", 7], None),
        ({"x": "portal"}, None),
        (False, None),
        (7, None),
        (None, None),
    ],
)
def test_default_groups_of_a_directory_in_another_shape_are_never_taken_for_none(told, value, expected):
    entry = {"id": 1, "name": "Customers", "type": "INTERNAL", "attributes": {"autoAddGroups": value}}
    fact = told({"/directory/detailed": page([entry])})["crowd.directories[Customers].default_groups"]
    assert (fact.value if fact.state is FactState.OBSERVED else None) == expected
