from datetime import UTC, datetime

import pytest

from dirsync.facts.jira_rest import read_jira_facts
from dirsync.http import Endpoint
from dirsync.model.facts import FactState
from dirsync.model.products import DuplicateAccount
from dirsync.sandbox.faults import Fault

SEED = """
jira:
  version: "9.12.8"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-software, name: Jira Software, groups: [jira-users, "R&D +1"], default_groups: [jira-users], seats: 10}
    - {key: jira-servicedesk, name: Jira Service Management, groups: [jsm-agents, JIRA-Users], default_groups: []}
  service_projects:
    - key: HELP
      name: Help desk
      roles: {Service Desk Team: {groups: [jsm-agents], users: [admin]}, Service Desk Customers: {groups: [jira-users]}}
  public_signup: {global: true, projects: {HELP: true}}
  user_directories:
    - name: Jira Internal Directory
      type: internal
      groups: [{name: jira-administrators}, {name: jira-users}, {name: "R&D +1"}, {name: jsm-agents}]
      users:
        - {username: admin, groups: [jira-administrators, jira-users]}
        - {username: off, active: false, groups: [jira-users]}
PEOPLE
    - {name: Old directory, type: ldap, users: [{username: admin}]}
"""
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


def clock():
    return NOW


def endpoint(url, **given):
    known = {"token": "sandbox-jira-token", "retry_seconds": 0.0}
    return Endpoint(**{"name": "jira", "url": url, **known, **given})


@pytest.fixture
def sandbox(start_sandbox):
    people = "\n".join(f'        - {{username: person-{number:03}, groups: ["R&D +1"]}}' for number in range(123))
    return start_sandbox(SEED.replace("PEOPLE", people))


@pytest.fixture
def read(sandbox):
    return lambda **given: read_jira_facts(endpoint(sandbox.jira_url, **given), clock)


def test_version_and_applications_are_observed_with_request_and_time(read, sandbox):
    facts = read()
    version, applications = facts["jira.version"], facts["jira.applications"]
    assert (version.state, version.value) == (FactState.OBSERVED, "9.12.8")
    assert version.source == f"GET {sandbox.jira_url}/rest/api/2/serverInfo"
    assert version.at == "2026-11-20T01:30:00+00:00"
    software, desk = applications.value
    assert (software.key, software.name, software.groups) == (
        "jira-software",
        "Jira Software",
        ("jira-users", "R&D +1"),
    )
    assert (software.default_groups, software.seats, software.is_unlimited) == (("jira-users",), 10, False)
    assert software.used is not None
    assert (desk.default_groups, desk.seats, desk.is_unlimited) == ((), None, True)


def test_members_of_every_group_of_every_application_are_read_to_the_last_page(read, sandbox):
    facts = read()
    assert sorted(facts["jira.members[R&D +1]"].value) == [f"person-{number:03}" for number in range(123)]
    assert facts["jira.members[jsm-agents]"].value == ()
    assert facts["jira.members[jsm-agents]"].state is FactState.OBSERVED
    assert "groupname=R%26D%20%2B1" in facts["jira.members[R&D +1]"].source
    asked = [request.query for request in sandbox.requests if request.path.endswith("/group/member")]
    assert len([query for query in asked if "R%26D%20%2B1" in query]) == 3


def test_only_active_members_count(read):
    assert read()["jira.members[jira-users]"].value == ("admin",)


def test_one_group_in_two_spellings_is_asked_for_once_and_known_under_both(read, sandbox):
    facts = read()
    assert facts["jira.members[JIRA-Users]"].value == facts["jira.members[jira-users]"].value
    assert facts["jira.members[JIRA-Users]"].name == "jira.members[JIRA-Users]"
    assert len([request for request in sandbox.requests if "groupname=jira-users" in request.query.lower()]) == 1


def test_administrative_groups_are_those_jira_labels_so(read):
    assert read()["jira.administrative_groups"].value == ("jira-administrators",)


def test_a_wrong_token_leaves_everything_unknown_and_is_tried_once(read, sandbox):
    facts = read(token="wrong-canary")
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    assert {fact.remedy for fact in facts.values()} == {"Check DIRSYNC_JIRA__TOKEN."}
    assert "wrong-canary" not in str(facts)
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("secret", [{}, {"token": "", "username": "dirsync", "password": "sandbox-jira-password"}])
def test_every_question_is_answered_to_a_token_and_to_a_username_with_password(read, secret):
    assert {name for name, fact in read(**secret).items() if fact.state is not FactState.OBSERVED} == set()


def test_an_account_that_is_no_administrator_leaves_just_what_it_may_not_ask_unknown(start_sandbox):
    seed = SEED.replace("PEOPLE", "").replace("jira:\n", "jira:\n  credentials: {token: plain, permissions: []}\n", 1)
    facts = read_jira_facts(endpoint(start_sandbox(seed).jira_url, token="plain"), clock)
    assert facts["jira.version"].state is FactState.OBSERVED
    applications = facts["jira.applications"]
    assert applications.state is FactState.UNKNOWN
    assert "HTTP 403" in applications.why
    assert "Jira Administrators" in applications.remedy
    assert "/rest/api/2/applicationrole" in applications.source
    assert not [name for name in facts if name.startswith("jira.members")]


def test_the_global_permissions_of_the_account_are_told_and_those_for_projects_left_out(read):
    assert read()["jira.account_permissions"].value == ("ADMINISTER",)


@pytest.mark.parametrize(
    ("held", "lacked", "remedy"),
    [
        ("", "It holds neither ADMINISTER nor SYSTEM_ADMIN.", "'Jira Administrators'. Or declare jira.applications in"),
        ("USER_PICKER", "It holds neither ADMINISTER nor SYSTEM_ADMIN.", "'Jira Administrators'. Or declare"),
        ("ADMINISTER", "It holds ADMINISTER, and not SYSTEM_ADMIN.", "'Jira System Administrators'. Or declare"),
        ("ADMINISTER, SYSTEM_ADMIN", "It holds SYSTEM_ADMIN, so something else refuses.", "a proxy before Jira. Or"),
    ],
)
def test_a_refusal_names_the_permission_that_the_account_lacks(start_sandbox, held, lacked, remedy):
    seed = SEED.replace("PEOPLE", "").replace("jira:\n", f"jira:\n  credentials: {{permissions: [{held}]}}\n", 1)
    sandbox = start_sandbox(seed)
    sandbox.faults.add(Fault(path="applicationrole", status=403, body=b"{}"))
    fact = read_jira_facts(endpoint(sandbox.jira_url), clock)["jira.applications"]
    assert lacked in fact.why
    assert remedy in fact.remedy


def test_a_refusal_to_an_account_that_could_not_be_asked_what_it_holds_claims_nothing_about_it(read, sandbox):
    sandbox.faults.add(Fault(path="mypermissions", status=500))
    sandbox.faults.add(Fault(path="applicationrole", status=403, body=b"{}"))
    fact = read()["jira.applications"]
    assert "hold" not in fact.why
    assert "'Jira Administrators'" in fact.remedy


def test_groups_with_access_to_an_application_are_told_however_many_applications_they_open(read):
    assert read()["jira.groups_with_access"].value == ("jira-users", "jsm-agents", "R&D +1")


def test_accounts_that_share_a_username_are_told_with_their_directories(read):
    assert read()["jira.duplicated_users"].value == {
        "admin": (
            DuplicateAccount(1, "Jira Internal Directory", is_active=True),
            DuplicateAccount(10001, "Old directory", is_active=True),
        )
    }


def test_before_jira_8_19_nobody_is_said_to_have_one_account_only(start_sandbox):
    facts = read_jira_facts(endpoint(start_sandbox("jira: {version: '8.18.2'}").jira_url), clock)
    fact = facts["jira.duplicated_users"]
    assert fact.state is FactState.UNKNOWN
    assert "from 8.19 on, and this is 8.18.2" in fact.why
    assert (
        read_jira_facts(endpoint(start_sandbox("jira: {version: '8.19'}").jira_url), clock)[
            "jira.duplicated_users"
        ].value
        == {}
    )


def test_a_404_for_duplicates_in_a_new_jira_does_not_blame_the_version(read, sandbox):
    sandbox.faults.add(Fault(path="duplicated", status=404, body=b"{}", content_type="application/json"))
    assert "8.19" not in read()["jira.duplicated_users"].why


def test_a_404_for_duplicates_in_a_jira_of_unknown_version_names_both_reasons(read, sandbox):
    sandbox.faults.add(Fault(path="serverInfo", status=500))
    sandbox.faults.add(Fault(path="duplicated", status=404))
    assert "from 8.19 on, and which version this is, it did not say" in read()["jira.duplicated_users"].why


def test_before_jira_7_there_are_no_applications_and_that_is_known(start_sandbox):
    seed = "jira: {version: '6.4.14', permissions: {ADMINISTER: [jira-administrators]}}"
    facts = read_jira_facts(endpoint(start_sandbox(seed).jira_url), clock)
    assert (facts["jira.applications"].state, facts["jira.applications"].value) == (FactState.OBSERVED, ())
    assert "Jira 6.4.14 has no application roles" in facts["jira.applications"].source


QUESTIONS = [
    ("serverInfo", {"jira.version"}),
    ("group/member.*jsm-agents", {"jira.members[jsm-agents]"}),
    ("mypermissions", {"jira.account_permissions"}),
    ("groups/picker", {"jira.administrative_groups", "jira.groups_with_access"}),
    ("user/duplicated/list", {"jira.duplicated_users"}),
    ("servicedeskapi/info", {"jira.service_management_version"}),
    ("project/HELP/role$", {"jira.service_projects[HELP].roles"}),
    ("project/HELP/role/10201", {"jira.service_projects[HELP].roles"}),
    (
        "requestsecurity",
        {
            "jira.public_signup.global",
            "jira.public_signup.projects[HELP]",
            "jira.service_projects[HELP].open_access",
            "jira.service_projects[HELP].customer_role_misconfigured",
        },
    ),
]
"""What is asked, and which facts rest on it alone."""


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500, "body": b"<h1>Oops</h1>", "content_type": "text/html"},
        {"status": 403, "body": b"{}"},
        {"status": 404, "body": b"{}"},
        {"status": 503, "body": b"busy"},
        {"status": 200, "body": b"<html>Log in", "content_type": "text/html"},
        {"status": 302, "headers": {"location": "/jira/login.jsp"}},
        {"drop": "before"},
        {"cut_body_after": 10},
        {"status": 200, "body": b"[]"},
        {"status": 200, "body": b"null"},
        {"status": 200, "body": b'{"groups": 1, "values": {}, "version": 9}'},
    ],
    ids=str,
)
def test_whatever_one_question_is_answered_with_leaves_only_its_own_facts_unknown(read, sandbox, fault):
    for path, unknown in QUESTIONS:
        sandbox.faults.clear()
        sandbox.faults.add(Fault(path=path, times=None, **fault))
        facts = read()
        assert {name for name, fact in facts.items() if fact.state is FactState.UNKNOWN} == unknown, path
        for name in unknown:
            assert facts[name].why
            assert facts[name].remedy
            assert facts[name].source.startswith(f"GET {sandbox.jira_url}/rest/")


def test_a_404_in_a_new_jira_is_not_taken_for_having_no_applications(read, sandbox):
    sandbox.faults.add(Fault(path="applicationrole", status=404, body=b"{}"))
    assert read()["jira.applications"].state is FactState.UNKNOWN


def test_a_404_while_the_version_is_unknown_is_not_taken_for_an_old_jira(read, sandbox):
    sandbox.faults.add(Fault(path="applicationrole", status=404, body=b"{}"))
    sandbox.faults.add(Fault(path="serverInfo", status=500))
    assert read()["jira.applications"].state is FactState.UNKNOWN


def test_a_page_that_fails_in_the_middle_leaves_no_half_of_a_group(read, sandbox):
    sandbox.faults.add(Fault(path=r"group/member.*startAt=100", status=500))
    members = read()["jira.members[R&D +1]"]
    assert members.state is FactState.UNKNOWN
    assert members.value is None
