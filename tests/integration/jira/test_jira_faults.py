from datetime import UTC, datetime

import pytest
from servers.scripted import answer

from dirsync.errors import UsageInvalid
from dirsync.facts.jira_rest import read_jira_facts
from dirsync.http import Endpoint
from dirsync.model.facts import FactState
from dirsync.model.products import ProjectRole

ADMINISTRATORS = {"name": "admins", "labels": [{"type": "ADMIN", "text": "Verwaltung"}]}
USERS = {"name": "users", "labels": [{"type": "SINGLE"}, "nonsense", {"type": ["ADMIN"]}]}
DESK = {"id": "1", "projectId": "10000", "projectKey": "HELP", "projectName": "Help"}
TEAM = {"name": "jsm-agents", "type": "atlassian-group-role-actor", "displayName": "jsm-agents"}
FRED = {"name": "fred", "type": "atlassian-user-role-actor", "displayName": "Fred"}
ROLES, TEAM_ROLE = "project/HELP/role", "project/HELP/role/10200"
SCHEME = "project/HELP/permissionscheme"
DESKS = "servicedeskapi/servicedesk"
SECURITY = "servicedesk/1/servicedesk/HELP/settings/requestsecurity"
GOOD = {
    "serverInfo": {"version": "10.3.1"},
    "mypermissions": {"permissions": {"ADMINISTER": {"type": "GLOBAL", "havePermission": True}}},
    "user/duplicated/list": {},
    DESKS: {"values": [DESK], "isLastPage": True},
    "servicedeskapi/info": {"version": "10.3.2"},
    ROLES: {"Service Desk Team": "https://elsewhere.example.org/jira/rest/api/2/project/10000/role/10200"},
    TEAM_ROLE: {"id": 10200, "name": "Service Desk Team", "actors": [TEAM, FRED]},
    SCHEME: {"id": 1, "permissions": []},
    SECURITY: {
        "globalPublicSignup": True,
        "serviceDeskPublicSignup": True,
        "serviceDeskOpenAccess": False,
        "customerRoleMisconfigured": False,
    },
    "applicationrole": [{"key": "jira-core", "groups": ["users"]}],
    "group/member": {"values": [{"name": "ada", "active": True}], "isLast": True, "total": 1},
    "groups/picker": {"total": 2, "groups": [ADMINISTRATORS, USERS]},
}


def endpoint(url, **given):
    return Endpoint(
        **{"name": "jira", "url": url, "username": "dirsync", "password": "canary", "retry_seconds": 0, **given}
    )


@pytest.fixture
def read(script):
    """Read the facts from a Jira whose answers are good but for those given by path (`_` for `/`)."""

    def reading(**bad):
        bad = {path.replace("_", "/"): value for path, value in bad.items()}

        def step(asked):
            path = asked.path.partition("/rest/")[2].removeprefix("api/2/")
            given = bad[path] if path in bad else GOOD[path]
            given = given(asked) if callable(given) else given
            return given if isinstance(given, bytes) else answer(given, crowd=None)

        reading.server = script(step)
        return read_jira_facts(endpoint(reading.server.url), lambda: datetime(2026, 11, 20, tzinfo=UTC))

    return reading


def test_no_application_at_all_is_not_believed_since_jira_7(read):
    told = read(applicationrole=[])["jira.applications"]
    assert told.state is FactState.UNKNOWN
    assert "lists no application" in told.why
    assert "declare jira.applications" in told.remedy
    before_7 = read(applicationrole=[], serverInfo={"version": "6.4"})["jira.applications"]
    assert (before_7.state, before_7.value) == (FactState.OBSERVED, ())


def test_fields_that_jira_leaves_out_are_left_open(read):
    (core,) = read()["jira.applications"].value
    assert (core.key, core.groups) == ("jira-core", ("users",))
    assert (core.default_groups, core.selected_by_default, core.seats, core.used) == (None, None, None, None)
    assert core.is_unlimited is False


@pytest.mark.parametrize(
    ("role", "seats", "is_unlimited"),
    [
        ({"numberOfSeats": 25, "hasUnlimitedSeats": False}, 25, False),
        ({"numberOfSeats": -1, "hasUnlimitedSeats": True}, None, True),
        ({"numberOfSeats": -1}, None, True),
        ({"remainingSeats": -1}, None, True),
        ({"numberOfSeats": 0}, 0, False),
        ({"numberOfSeats": True}, None, False),
    ],
)
def test_seats_are_read_in_all_their_spellings(read, role, seats, is_unlimited):
    (application,) = read(applicationrole=[{"key": "k", "groups": [], **role}])["jira.applications"].value
    assert (application.seats, application.is_unlimited) == (seats, is_unlimited)


@pytest.mark.parametrize(
    "roles", [[{"key": "jira-core"}], [{"groups": ["users"]}], [{"key": "k", "groups": [1]}], {"key": "k"}, ["x"]]
)
def test_applications_whose_groups_are_not_said_are_unknown_and_not_empty(read, roles):
    assert read(applicationrole=roles)["jira.applications"].state is FactState.UNKNOWN


NOT_FOUND = answer("{}", 404, crowd=None)


@pytest.mark.parametrize(
    ("version", "applications"), [("6.4.14", ()), ("6.4-OD-15", ()), ("7.0.0", None), ("7", None), ("10.0", None)]
)
def test_a_404_for_applications_means_none_before_jira_7_only(read, version, applications):
    assert read(serverInfo={"version": version}, applicationrole=NOT_FOUND)["jira.applications"].value == applications


@pytest.mark.parametrize(
    ("version", "is_too_old"),
    [("7.13", True), ("8.18.9", True), ("8.18.9-m01", True), ("8.19.0", False), ("8.20", False), ("9.0", False)],
)
def test_a_404_for_duplicates_is_explained_by_the_version_before_8_19_only(read, version, is_too_old):
    fact = read(serverInfo={"version": version}, user_duplicated_list=NOT_FOUND)["jira.duplicated_users"]
    assert (f"from 8.19 on, and this is {version}" in fact.why) == is_too_old


def test_a_captcha_is_named_and_ends_the_questions_so_that_it_is_not_prolonged(read):
    denied = answer(
        "{}", 403, crowd=None, x_authentication_denied_reason="CAPTCHA_CHALLENGE; login-url=https://jira/login.jsp"
    )
    facts = read(serverInfo=denied)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    assert "CAPTCHA" in facts["jira.version"].why
    assert "with a browser" in facts["jira.applications"].remedy
    assert len(read.server.asked) == 1


def test_a_login_page_behind_a_redirect_is_named(read):
    fact = read(applicationrole=answer(status=302, crowd=None, location="/login.jsp?os_destination=x"))[
        "jira.applications"
    ]
    assert "looks like a login page" in fact.why
    assert "DIRSYNC_JIRA__URL" in fact.remedy


def test_jiras_own_words_are_quoted_without_secrets(read):
    refused = answer({"errorMessages": ["You said canary.", "No."], "errors": {"x": "y"}}, 403, crowd=None)
    why = read(applicationrole=refused)["jira.applications"].why
    assert "You said ***. No. y" in why


@pytest.mark.parametrize(
    ("name", "to_declare"),
    [
        ("jira.administrative_groups", "jira.permissions (ADMINISTER and SYSTEM_ADMIN)"),
        ("jira.groups_with_access", "jira.applications"),
    ],
)
def test_a_shortened_list_of_groups_leaves_unknown_which_of_them_are_labelled(read, name, to_declare):
    fact = read(groups_picker={"total": 25, "groups": [ADMINISTRATORS]})[name]
    assert fact.state is FactState.UNKNOWN
    assert "1 of 25 groups" in fact.why
    assert fact.remedy == f"Declare {to_declare} in mappings/estate.yaml."


@pytest.mark.parametrize("held", [{"USER_PICKER": True}, {"ADMINISTER": False}, None])
def test_no_administrative_group_at_all_proves_nothing_to_an_account_that_is_no_administrators(read, held):
    permissions = held and {key: {"type": "GLOBAL", "havePermission": has} for key, has in held.items()}
    facts = read(mypermissions={"permissions": permissions}, groups_picker={"total": 1, "groups": [USERS]})
    for name in ("jira.administrative_groups", "jira.groups_with_access"):
        assert facts[name].state is FactState.UNKNOWN
        assert "labels none of 1 groups as administrative, and one always is" in facts[name].why


@pytest.mark.parametrize("held", ["ADMINISTER", "SYSTEM_ADMIN"])
def test_an_administrator_is_believed_to_see_all_labels(read, held):
    permissions = {held: {"type": "GLOBAL", "havePermission": True}}
    facts = read(mypermissions={"permissions": permissions}, groups_picker={"total": 1, "groups": [USERS]})
    assert facts["jira.administrative_groups"].value == ()
    assert facts["jira.groups_with_access"].value == ("users",)


def test_an_account_that_sees_an_administrative_group_sees_labels_whatever_it_holds(read):
    facts = read(mypermissions={"permissions": {}})
    assert facts["jira.administrative_groups"].value == ("admins",)


def test_groups_with_access_are_told_by_the_labels_type_whatever_its_language(read):
    several = {"name": "both", "labels": [{"type": "ADMIN", "text": "SINGLE"}, {"type": "MULTIPLE", "text": "Mehrere"}]}
    facts = read(groups_picker={"total": 3, "groups": [ADMINISTRATORS, USERS, several]})
    assert facts["jira.groups_with_access"].value == ("users", "both")
    assert facts["jira.administrative_groups"].value == ("admins", "both")


@pytest.mark.parametrize(
    "picker",
    [
        {"total": 0, "groups": []},
        {"groups": [ADMINISTRATORS]},
        {"total": 1, "groups": [{"name": "admins"}]},
        {"total": 1, "groups": [{"labels": []}]},
    ],
)
def test_a_list_of_groups_that_shows_too_little_proves_nothing(read, picker):
    assert read(groups_picker=picker)["jira.administrative_groups"].state is FactState.UNKNOWN


def people(asked, size, total, **said):
    start = int(asked.params["startAt"])
    values = [{"name": f"p{number}", "active": True} for number in range(start, min(start + size, total))]
    return {"values": values, "maxResults": size, "startAt": start, "total": total, **said}


def test_a_jira_that_sends_smaller_pages_than_asked_for_is_read_whole(read):
    facts = read(group_member=lambda asked: people(asked, size=7, total=20))
    assert len(facts["jira.members[users]"].value) == 20


def test_inactive_members_are_left_out_even_if_jira_sends_them(read):
    page = {"values": [{"name": "ada", "active": True}, {"name": "off", "active": False}], "isLast": True}
    assert read(group_member=page)["jira.members[users]"].value == ("ada",)


@pytest.mark.parametrize(
    "page",
    [
        {"values": [{"name": "ada"}], "isLast": False},
        {"values": [{"name": "ada"}], "total": 2},
        {"values": [], "isLast": False},
        {"values": [{"name": "ada"}]},
        {"values": [{"key": "JIRAUSER1"}], "isLast": True},
        {"values": "ada", "isLast": True},
    ],
)
def test_pages_that_repeat_or_end_nowhere_leave_the_members_unknown(read, page):
    assert read(group_member=page)["jira.members[users]"].state is FactState.UNKNOWN


def test_a_jira_nobody_listens_at_is_tried_once_and_leaves_everything_unknown(script):
    server = script([])
    server.stop()
    facts = read_jira_facts(endpoint(server.url))
    assert set(facts) == {
        "jira.version",
        "jira.account_permissions",
        "jira.applications",
        "jira.administrative_groups",
        "jira.groups_with_access",
        "jira.duplicated_users",
        "jira.service_projects",
        "jira.service_management_version",
    }
    assert all("connection refused" in fact.why for fact in facts.values())
    assert not [fact for fact in facts.values() if "declare" in fact.remedy], "first things first"


def test_a_password_in_clear_is_refused_by_the_name_of_jiras_own_setting():
    with pytest.raises(UsageInvalid, match="DIRSYNC_JIRA__ALLOW_PLAINTEXT=true"):
        read_jira_facts(endpoint("http://jira.example.org"))


@pytest.mark.parametrize(
    "permissions",
    [
        {},
        {"permissions": []},
        {"permissions": {"ADMINISTER": True}},
        {"permissions": {"ADMINISTER": {"type": "GLOBAL"}}},
    ],
)
def test_permissions_that_are_not_said_are_unknown_and_not_lacking(read, permissions):
    assert read(mypermissions=permissions)["jira.account_permissions"].state is FactState.UNKNOWN


def test_a_jira_that_does_not_type_its_permissions_is_understood_by_their_keys(read):
    held = {key: {"havePermission": key != "USE"} for key in ("ADMINISTER", "USE", "BROWSE", "USER_PICKER")}
    assert read(mypermissions={"permissions": held})["jira.account_permissions"].value == ("ADMINISTER", "USER_PICKER")


ACCOUNT = {"directoryId": 1, "directoryName": "Jira Internal Directory", "userActive": True}


@pytest.mark.parametrize(
    "listed",
    [
        [],
        {"duplicates": []},
        {"ada": ACCOUNT},
        {"ada": ["x"]},
        {"ada": [{"directoryName": "Crowd"}]},
        {"ada": [{"directoryId": 1, "userActive": True}]},
    ],
)
def test_duplicates_of_another_shape_are_named_as_malformed_and_not_taken_for_none(read, listed):
    fact = read(user_duplicated_list=listed)["jira.duplicated_users"]
    assert fact.state is FactState.UNKNOWN
    assert "user/duplicated/list: the answer" in fact.why


def test_a_duplicate_in_a_directory_without_an_id_is_understood(read):
    unnumbered = {"directoryName": "Crowd", "userActive": False}
    accounts = read(user_duplicated_list={"ada": [ACCOUNT, unnumbered]})["jira.duplicated_users"].value["ada"]
    assert [(account.directory_id, account.directory, account.is_active) for account in accounts] == [
        (1, "Jira Internal Directory", True),
        (None, "Crowd", False),
    ]


def test_the_opt_in_for_experimental_methods_goes_with_the_questions(read):
    read()
    desks = next(asked for asked in read.server.asked if asked.path.endswith(DESKS))
    assert desks.headers["x-experimentalapi"] == "opt-in"


def test_addresses_of_roles_are_not_followed_but_asked_for_at_jiras_own_url(read):
    assert read()["jira.service_projects[HELP].roles"].value == (
        ProjectRole(10200, "Service Desk Team", ("jsm-agents",), ("fred",)),
    )
    assert "/rest/api/2/project/HELP/role/10200" in [asked.path for asked in read.server.asked]


@pytest.mark.parametrize(
    "roles",
    [
        [],
        {"Team": 10200},
        {"Team": "https://jira.example.org/role/x"},
        {"Team": ""},
        {"Team": "https://jira.example.org/role/\u0661"},
    ],
)
def test_roles_without_a_number_leave_the_roles_unknown(read, roles):
    assert read(**{ROLES: roles})["jira.service_projects[HELP].roles"].state is FactState.UNKNOWN


CLOUD_GROUP = {"type": "atlassian-group-role-actor", "actorGroup": {"name": "portal", "groupId": "g-1"}, "name": "x"}
CLOUD_USER = {"type": "atlassian-user-role-actor", "actorUser": {"accountId": "a-1"}, "displayName": "Ada"}


def test_actors_in_the_nested_shape_of_cloud_are_understood(read):
    role = {"id": 10200, "name": "Team", "actors": [CLOUD_GROUP, CLOUD_USER]}
    assert read(**{TEAM_ROLE: role})["jira.service_projects[HELP].roles"].value == (
        ProjectRole(10200, "Team", ("portal",), ("a-1",)),
    )


@pytest.mark.parametrize(
    "role",
    [
        {"id": 10200, "actors": []},
        {"id": 7, "name": "Team", "actors": []},
        {"id": 10200, "name": "Team"},
        {"id": 10200, "name": "Team", "actors": ["x"]},
        {"id": 10200, "name": "Team", "actors": [{"name": "jsm-agents"}]},
        {"id": 10200, "name": "Team", "actors": [{"type": "a-new-kind-of-actor", "name": "jsm-agents"}]},
        {"id": 10200, "name": "Team", "actors": [{"type": "atlassian-user-role-actor"}]},
        {"id": 10200, "name": "Team", "actors": [{"actorGroup": {"groupId": "g-1"}}]},
    ],
)
def test_a_role_that_does_not_say_who_acts_in_it_leaves_the_roles_unknown(read, role):
    assert read(**{TEAM_ROLE: role})["jira.service_projects[HELP].roles"].state is FactState.UNKNOWN


@pytest.mark.parametrize(
    "page",
    [
        {"values": [DESK]},
        {"values": [DESK], "isLastPage": "true"},
        {"values": DESK, "isLastPage": True},
        {"values": [{"projectName": "Help"}], "isLastPage": True},
        {"values": [{"projectKey": "../HELP"}], "isLastPage": True},
        {"values": [DESK], "isLastPage": False},
        {"values": [], "isLastPage": False},
        [],
    ],
)
def test_lists_of_service_projects_that_repeat_or_end_nowhere_leave_them_unknown(read, page):
    assert read(**{DESKS: page})["jira.service_projects"].state is FactState.UNKNOWN


def test_service_projects_of_a_jira_that_sends_smaller_pages_than_asked_for_are_read_whole(read):
    def page(asked):
        start = int(asked.params["start"])
        keys = [f"P{number}" for number in range(5)][start : start + 2]
        return {"values": [{"projectKey": key} for key in keys], "limit": 2, "isLastPage": start + 2 >= 5}

    good = {f"project/P{number}/{what}": {} for number in range(5) for what in ("role", "permissionscheme")}
    security = "servicedesk/1/servicedesk/P{}/settings/requestsecurity"
    facts = read(**{DESKS: page}, **good, **{security.format(number): {} for number in range(5)})
    projects = facts["jira.service_projects"].value
    assert [(project.key, project.name, project.id) for project in projects] == [
        (f"P{number}", "", None) for number in range(5)
    ]


def test_a_switch_that_jira_does_not_name_is_unknown_and_the_others_are_known(read):
    facts = read(**{SECURITY: {"serviceDeskPublicSignup": False, "globalPublicSignup": "yes"}})
    assert facts["jira.public_signup.projects[HELP]"].value is False
    for name, field in (
        ("jira.public_signup.global", "globalPublicSignup"),
        ("jira.service_projects[HELP].open_access", "serviceDeskOpenAccess"),
        ("jira.service_projects[HELP].customer_role_misconfigured", "customerRoleMisconfigured"),
    ):
        assert facts[name].state is FactState.UNKNOWN
        assert f"does not say '{field}'" in facts[name].why


@pytest.mark.parametrize(
    ("refused", "members"),
    [
        (answer({"errorMessages": ["The group named 'agents' does not exist."], "errors": {}}, 404, crowd=None), ()),
        (answer("{}", 404, crowd=None), None),
        (answer("<html>no such page</html>", 404, "text/html", crowd=None), None),
    ],
)
def test_a_group_that_jira_itself_says_is_not_there_has_no_members(read, refused, members):
    told = read(applicationrole=[{"key": "jira-servicedesk", "groups": ["agents"]}], **{"group/member": refused})
    assert told["jira.members[agents]"].value == members
