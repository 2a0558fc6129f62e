"""Service projects, their roles and their sign-up, asked of the sandbox over HTTP."""

from datetime import UTC, datetime

import pytest

from dirsync.facts.gather import gather_facts
from dirsync.facts.jira_rest import read_jira_facts
from dirsync.http import Endpoint
from dirsync.mapping.policy import Policy, parse_estate
from dirsync.model.facts import FactState
from dirsync.model.products import ProjectPermission, ProjectRole, ServiceProject
from dirsync.sandbox.faults import Fault
from dirsync.settings.load import load_settings

DESK = "{key: jira-servicedesk, groups: [jsm-agents]}"
SEED = """
jira:
  applications: [APPLICATIONS]
  service_projects:
    - key: HELP
      name: Help desk
      open_access: true
      roles:
        Service Desk Customers: {groups: [portal, portal-north], users: [ada]}
        Service Desk Team: {groups: [jsm-agents]}
    - {key: IT, customer_role_misconfigured: true, roles: {Service Desk Team: {users: [bob]}}}
  public_signup: {global: true, projects: {HELP: true}}
"""


def read(sandbox, **given):
    known = {"token": "sandbox-jira-token", "retry_seconds": 0.0, "read_timeout": 1.0}
    endpoint = Endpoint(**{"name": "jira", "url": sandbox.jira_url, **known, **given})
    return read_jira_facts(endpoint, lambda: datetime(2026, 11, 20, tzinfo=UTC))


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED.replace("APPLICATIONS", DESK))


def test_service_projects_are_told_and_that_only_those_the_account_may_see_are_listed(sandbox):
    fact = read(sandbox)["jira.service_projects"]
    assert fact.value == (ServiceProject("HELP", "Help desk", 1), ServiceProject("IT", "IT", 2))
    assert fact.source == f"GET {sandbox.jira_url}/rest/servicedeskapi/servicedesk (those this account may see)"


def test_roles_tell_groups_and_users_by_project(sandbox):
    facts = read(sandbox)
    assert facts["jira.service_projects[HELP].roles"].value == (
        ProjectRole(10200, "Service Desk Customers", ("portal", "portal-north"), ("ada",)),
        ProjectRole(10201, "Service Desk Team", ("jsm-agents",), ()),
    )
    assert facts["jira.service_projects[IT].roles"].value == (
        ProjectRole(10200, "Service Desk Customers"),
        ProjectRole(10201, "Service Desk Team", (), ("bob",)),
    )
    role = "/rest/api/2/project/IT/role"
    assert facts["jira.service_projects[IT].roles"].source == f"GET {sandbox.jira_url}{role} and each role in it"


def test_the_sign_up_switches_are_told_for_jira_and_for_each_project(sandbox):
    facts = read(sandbox)
    assert facts["jira.public_signup.global"].value is True
    assert facts["jira.public_signup.projects[HELP]"].value is True
    assert facts["jira.public_signup.projects[IT]"].value is False
    assert facts["jira.service_projects[HELP].open_access"].value is True
    assert facts["jira.service_projects[IT].open_access"].value is False
    assert facts["jira.service_projects[HELP].customer_role_misconfigured"].value is False
    assert facts["jira.service_projects[IT].customer_role_misconfigured"].value is True


def test_the_global_switch_is_taken_from_the_first_project_that_answers(sandbox):
    sandbox.faults.add(Fault(path="HELP/settings/requestsecurity", status=403, body=b"{}"))
    facts = read(sandbox)
    assert facts["jira.public_signup.projects[HELP]"].state is FactState.UNKNOWN
    assert facts["jira.public_signup.global"].value is True
    assert "IT/settings/requestsecurity" in facts["jira.public_signup.global"].source


def test_a_later_project_that_is_refused_does_not_take_the_global_switch_back(sandbox):
    sandbox.faults.add(Fault(path="IT/settings/requestsecurity", status=403, body=b"{}"))
    assert read(sandbox)["jira.public_signup.global"].value is True


def test_a_jira_without_the_address_of_the_switches_leaves_them_unknown_with_the_way_round(sandbox):
    sandbox.faults.add(Fault(path="requestsecurity", status=404, times=None))
    facts = read(sandbox)
    ways = {
        "jira.public_signup.global": "Declare jira.public_signup.global in mappings/estate.yaml.",
        "jira.public_signup.projects[IT]": "Declare 'IT' under jira.public_signup.projects in mappings/estate.yaml.",
        "jira.service_projects[IT].open_access": "Set DIRSYNC_JIRA__DATABASE_URL.",
    }
    for name, way in ways.items():
        assert facts[name].state is FactState.UNKNOWN
        assert "answered HTTP 404: not every Jira has this address" in facts[name].why
        assert facts[name].remedy == way


def test_a_project_whose_roles_are_hidden_leaves_its_roles_unknown_and_the_others_known(sandbox):
    sandbox.faults.add(Fault(path="project/HELP/role/", status=404, body=b"{}", content_type="application/json"))
    facts = read(sandbox)
    hidden = facts["jira.service_projects[HELP].roles"]
    assert "Jira says so as well where the account may not administer the project" in hidden.why
    assert "'Administer Projects'" in hidden.remedy
    assert "declare the roles of HELP under jira.service_projects" in hidden.remedy
    assert facts["jira.service_projects[IT].roles"].state is FactState.OBSERVED


SCHEMES = """
jira:
  applications: [{key: jira-servicedesk, groups: [jsm-agents]}]
  service_projects:
    - key: HELP
      roles: {Service Desk Customers: {}, Service Desk Team: {}}
      permissions:
        CREATE_ISSUES: {groups: [portal]}
        BROWSE_PROJECTS: {groups: [portal, b], roles: [Service Desk Team]}
    - {key: IT, permission_scheme: Odd}
  permission_schemes:
    - name: Odd
      permissions:
        - {permission: BROWSE_PROJECTS, type: group}
        - {permission: BROWSE_PROJECTS, type: anyone}
        - {permission: EDIT_ISSUES, type: applicationRole, parameter: jira-software}
        - {permission: CREATE_ISSUES, type: projectRole, parameter: "10999"}
"""
PERMISSIONS = "jira.service_projects[{}].permissions"


def test_permission_schemes_tell_groups_and_roles_by_project(start_sandbox):
    sandbox = start_sandbox(SCHEMES)
    facts = read(sandbox)
    assert facts[PERMISSIONS.format("HELP")].value == (
        ProjectPermission("BROWSE_PROJECTS", ("b", "portal"), ("Service Desk Team",)),
        ProjectPermission("CREATE_ISSUES", ("portal",), ()),
    )
    assert facts[PERMISSIONS.format("IT")].value == (ProjectPermission("CREATE_ISSUES", (), ("10999",)),)
    asked = f"GET {sandbox.jira_url}/rest/api/2/project/IT/permissionscheme?expand=permissions"
    assert facts[PERMISSIONS.format("IT")].source == asked


def test_roles_that_were_refused_leave_the_numbers_of_roles_in_the_permissions(start_sandbox):
    sandbox = start_sandbox(SCHEMES)
    sandbox.faults.add(Fault(path="project/HELP/role/", status=403, body=b"{}", times=None))
    assert read(sandbox)[PERMISSIONS.format("HELP")].value[0].roles == ("10201",)


def test_a_scheme_that_is_refused_leaves_its_permissions_unknown_with_the_request_and_the_way_round(start_sandbox):
    sandbox = start_sandbox(SCHEMES)
    sandbox.faults.add(Fault(path="project/HELP/permissionscheme", status=403, body=b"{}"))
    facts = read(sandbox)
    refused = facts[PERMISSIONS.format("HELP")]
    assert refused.state is FactState.UNKNOWN
    assert "/rest/api/2/project/HELP/permissionscheme answered HTTP 403" in refused.why
    assert refused.remedy.endswith(
        "Or declare the permissions of HELP under jira.service_projects in mappings/estate.yaml."
    )
    assert facts[PERMISSIONS.format("IT")].state is FactState.OBSERVED


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("[]", "does not say what the permission scheme grants"),
        ('{"id": 1, "name": "a"}', "does not say what the permission scheme grants"),
        ('{"permissions": [1]}', "does not say what the permission scheme grants"),
        ('{"permissions": [{"permission": "X"}]}', "has a grant without its permission or its holder"),
        ('{"permissions": [{"permission": "X", "holder": []}]}', "has a grant without its permission or its holder"),
        ('{"permissions": [{"holder": {"type": "group"}}]}', "has a grant without its permission or its holder"),
        ('{"permissions": [{"permission": "X", "holder": {"type": "projectRole"}}]}', "to a role without saying which"),
    ],
)
def test_a_scheme_of_another_shape_is_not_taken_for_one_that_grants_nothing(start_sandbox, body, why):
    sandbox = start_sandbox(SCHEMES)
    path = "project/HELP/permissionscheme"
    sandbox.faults.add(Fault(path=path, status=200, body=body.encode(), content_type="application/json"))
    fact = read(sandbox)[PERMISSIONS.format("HELP")]
    assert fact.state is FactState.UNKNOWN
    assert why in fact.why


def test_many_projects_are_read_to_the_last_page(start_sandbox):
    projects = ", ".join(f"{{key: P{number}}}" for number in range(120))
    sandbox = start_sandbox(f"jira: {{applications: [{DESK}], service_projects: [{projects}]}}")
    keys = [project.key for project in read(sandbox)["jira.service_projects"].value]
    assert keys == [f"P{number}" for number in range(120)]
    pages = [request.query for request in sandbox.requests if request.path.endswith("/servicedeskapi/servicedesk")]
    assert [query.partition("&")[0] for query in pages] == ["start=0", "start=50", "start=100"]


def test_a_list_that_breaks_off_leaves_the_projects_unknown_and_none_is_asked_about(start_sandbox):
    projects = ", ".join(f"{{key: P{number}}}" for number in range(60))
    sandbox = start_sandbox(f"jira: {{applications: [{DESK}], service_projects: [{projects}]}}")
    sandbox.faults.add(Fault(path="servicedesk.*start=50", status=500))
    facts = read(sandbox)
    assert facts["jira.service_projects"].state is FactState.UNKNOWN
    assert not [name for name in facts if name.startswith(("jira.service_projects[", "jira.public_signup"))]
    assert facts["jira.service_management_version"].value == "5.12.0"


def test_a_jira_that_is_not_licensed_for_service_management_has_no_service_project(start_sandbox):
    sandbox = start_sandbox("jira: {applications: [{key: jira-software}]}")
    facts = read(sandbox)
    fact = facts["jira.service_projects"]
    assert (fact.state, fact.value) == (FactState.OBSERVED, ())
    assert fact.source.endswith("/rest/servicedeskapi/servicedesk (HTTP 404: Jira has no application jira-servicedesk)")
    assert "jira.service_management_version" not in facts
    assert "jira.public_signup.global" not in facts


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        (SEED.replace("APPLICATIONS", DESK), "answered HTTP 404, though Jira has the application jira-servicedesk"),
        ("jira: {applications: []}", "answered HTTP 404, and nothing says why"),
        ("jira: {version: '6.4'}", "answered HTTP 404, and nothing says why"),
    ],
)
def test_a_404_that_the_list_of_applications_does_not_explain_is_not_taken_for_none(start_sandbox, seed, why):
    sandbox = start_sandbox(seed)
    sandbox.faults.add(Fault(path="servicedeskapi/servicedesk", status=404))
    fact = read(sandbox)["jira.service_projects"]
    assert fact.state is FactState.UNKNOWN
    assert why in fact.why
    assert "Or declare jira.service_projects in mappings/estate.yaml ('[]' if there is none)." in fact.remedy


def test_a_404_while_the_applications_are_unknown_is_not_taken_for_none(start_sandbox):
    sandbox = start_sandbox("jira: {applications: [{key: jira-software}]}")
    sandbox.faults.add(Fault(path="applicationrole", status=403))
    assert read(sandbox)["jira.service_projects"].state is FactState.UNKNOWN


def test_an_empty_list_proves_nothing_because_only_what_the_account_may_see_is_listed(start_sandbox):
    fact = read(start_sandbox(f"jira: {{applications: [{DESK}]}}"))["jira.service_projects"]
    assert fact.state is FactState.UNKNOWN
    assert "It lists those only that this account may see, so that proves nothing" in fact.why


def test_words_of_service_management_are_quoted(sandbox):
    body = b'{"errorMessage": "Ask somebody else.", "i18nErrorMessage": {"i18nKey": "k", "parameters": []}}'
    sandbox.faults.add(Fault(path="servicedeskapi/servicedesk", status=403, body=body))
    assert "answered HTTP 403: Ask somebody else. Jira refuses" in read(sandbox)["jira.service_projects"].why


def test_after_three_projects_without_an_answer_no_further_one_is_asked_that_question_but_other_ones(start_sandbox):
    projects = ", ".join(f"{{key: P{number}, roles: {{Team: {{}}}}}}" for number in range(9))
    sandbox = start_sandbox(f"jira: {{applications: [{DESK}], service_projects: [{projects}]}}")
    fault = sandbox.faults.add(Fault(path="project/P.*/role", drop="before", times=None))
    facts = read(sandbox)
    assert sandbox.faults.struck(fault) == 3
    assert "No further one was asked after 3 without an answer." in facts["jira.service_projects[P8].roles"].why
    assert "No further one" not in facts["jira.service_projects[P2].roles"].why
    assert facts["jira.public_signup.projects[P8]"].state is FactState.OBSERVED


def test_two_projects_without_an_answer_do_not_silence_the_third(start_sandbox):
    projects = ", ".join(f"{{key: P{number}, roles: {{Team: {{}}}}}}" for number in range(6))
    sandbox = start_sandbox(f"jira: {{applications: [{DESK}], service_projects: [{projects}]}}")
    sandbox.faults.add(Fault(path="project/P[0134]/role", drop="before", times=None))
    facts = read(sandbox)
    assert facts["jira.service_projects[P2].roles"].state is FactState.OBSERVED
    assert facts["jira.service_projects[P5].roles"].state is FactState.OBSERVED


def test_projects_that_refuse_one_after_the_other_are_all_asked(start_sandbox):
    projects = ", ".join(f"{{key: P{number}}}" for number in range(6))
    sandbox = start_sandbox(f"jira: {{applications: [{DESK}], service_projects: [{projects}]}}")
    fault = sandbox.faults.add(Fault(path="project/P.*/role", status=403, times=None))
    read(sandbox)
    assert sandbox.faults.struck(fault) == 6


def test_of_very_many_projects_only_the_first_are_asked_for_their_roles_and_all_for_their_sign_up(
    start_sandbox, monkeypatch
):
    monkeypatch.setattr("dirsync.facts.jira_service_projects.MOST_ASKED", 2)
    projects = ", ".join(f"{{key: P{number}, roles: {{Team: {{}}}}}}" for number in range(4))
    facts = read(start_sandbox(f"jira: {{applications: [{DESK}], service_projects: [{projects}]}}"))
    for leaf in ("roles", "permissions"):
        told = [facts[f"jira.service_projects[P{number}].{leaf}"] for number in range(4)]
        assert [fact.state for fact in told] == [FactState.OBSERVED] * 2 + [FactState.UNKNOWN] * 2
        assert told[2].why.startswith("Jira has 4 service projects, and over REST the roles and permissions of no more")
        assert told[3].remedy.startswith("Set DIRSYNC_JIRA__DATABASE_URL: it tells them all at once. Or declare the ")
    assert all(facts[f"jira.public_signup.projects[P{number}]"].state is FactState.OBSERVED for number in range(4))


def test_a_login_that_fails_in_the_middle_ends_all_questions(sandbox):
    denied = {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE"}
    sandbox.faults.add(Fault(path="project/HELP/role", status=403, headers=denied, body=b"{}"))
    facts = read(sandbox)
    assert sandbox.requests[-1].path.endswith("/project/HELP/role")
    assert "CAPTCHA" in facts["jira.public_signup.projects[IT]"].why


def gathered(sandbox, estate):
    settings = load_settings(
        None,
        {
            "DIRSYNC_JIRA__URL": sandbox.jira_url,
            "DIRSYNC_JIRA__TOKEN": "sandbox-jira-token",
            "DIRSYNC_JIRA__RETRY_SECONDS": "0",
        },
    )
    policy = Policy((), parse_estate(f"version: 1\njira: {estate}\n", "estate.yaml"), (), "digest", {})
    return gather_facts(settings, policy, lambda: datetime(2026, 11, 20, tzinfo=UTC))


def test_all_switches_together_are_observed_when_jira_tells_each(sandbox):
    fact = gathered(sandbox, "{public_signup: {global: false, projects: {HELP: false}}}")["jira.public_signup.projects"]
    assert (fact.state, fact.value) == (FactState.OBSERVED, {"HELP": True, "IT": False})


def test_a_switch_that_jira_did_not_tell_is_not_taken_for_off(sandbox):
    sandbox.faults.add(Fault(path="IT/settings/requestsecurity", status=404))
    fact = gathered(sandbox, "{}")["jira.public_signup.projects"]
    assert fact.state is FactState.UNKNOWN
    assert "IT: jira: GET" in fact.why
    assert "projects for IT in mappings/estate.yaml" in fact.remedy


def test_a_declaration_fills_the_switch_that_jira_did_not_tell(sandbox):
    sandbox.faults.add(Fault(path="IT/settings/requestsecurity", status=404))
    facts = gathered(sandbox, "{public_signup: {projects: {HELP: false, IT: true}}}")
    fact = facts["jira.public_signup.projects"]
    assert (fact.state, fact.value) == (FactState.DECLARED, {"HELP": True, "IT": True})
    assert facts["jira.public_signup.projects[HELP]"].state is FactState.OBSERVED
    assert facts["jira.public_signup.projects[IT]"].source == "estate.yaml:2, declared by nobody named"
