"""PyPI jira: what it reads of people, groups and projects."""

from __future__ import annotations

from contextlib import closing

import pytest
from clients.presence import client

JIRA = client("jira", "jira").JIRA
JIRAError = client("jira.exceptions", "jira").JIRAError


@pytest.fixture
def jira(sandbox):
    with closing(JIRA(sandbox.jira_url, token_auth="canary-token", max_retries=0)) as jira:
        yield jira


def test_it_reads_service_projects_and_their_roles(sandbox):
    with closing(JIRA(sandbox.jira_url, token_auth="canary-token", max_retries=0)) as jira:
        assert jira.supports_service_desk() is True
        assert [project.projectKey for project in jira.service_desks()] == ["HELP", "IT"]
        number = jira.project_roles("HELP")["Service Desk Team"]["id"]
        assert [actor.name for actor in jira.project_role("HELP", number).actors] == ["agents", "bob"]


def test_it_reads_jira(sandbox):
    with closing(JIRA(sandbox.jira_url, basic_auth=("admin", "admin-password"), max_retries=0)) as jira:
        assert jira.server_info()["versionNumbers"] == [9, 12, 8]
        assert jira.groups() == ["agents", "jira-administrators", "night shift"]
        assert [user.name for user in jira.search_users("ada")] == ["ada"]
        assert jira.user("bob").emailAddress == "bob@example.org"
        assert jira.my_permissions()["permissions"]["ADMINISTER"]["havePermission"] is True
        with pytest.raises(JIRAError, match="does not exist"):
            jira.user("nobody")


def test_it_is_refused_with_a_wrong_password(sandbox):
    with pytest.raises(JIRAError) as refused:
        JIRA(sandbox.jira_url, basic_auth=("admin", "wrong"), max_retries=0)
    assert refused.value.status_code == 401


def test_it_reads_who_it_is_and_projects(jira):
    assert jira.myself()["name"] == jira.current_user() == "robot"
    assert jira.session().name == "robot"
    assert jira.kill_websudo().status_code == 204
    assert [project.key for project in jira.projects()] == ["HELP", "IT"]
    assert jira.project("IT").name == "IT"
    assert [role["name"] for role in jira.role()] == ["Service Desk Team"]
    assert jira.project_permissionscheme("HELP").name == jira.permissionschemes()[0]["name"]
    assert jira.service_desk("1").projectKey == "HELP"


def test_it_reads_groups_with_their_members_by_the_older_way(sandbox, jira):
    agents = sandbox.state.directory("agents")
    for number in range(120):
        agents.add_user(f"u{number:03}", {})
        agents.add_member("agents", f"u{number:03}")
    assert jira.group("agents").name == "agents"
    members = jira.group_members("agents")
    assert len(members) == 122
    assert members["ada"]["email"] == "ada@example.org"


def test_it_reads_everybody_a_thousand_at_once(sandbox, jira):
    agents = sandbox.state.directory("agents")
    for number in range(1100):
        agents.add_user(f"u{number:04}", {"active": number % 2 == 0})
    first = jira.search_users(".", maxResults=1000, includeInactive=True)
    rest = jira.search_users(".", startAt=1000, maxResults=1000, includeInactive=True)
    assert (len(first), len(rest)) == (1000, 103)
    assert len({user.name for user in [*first, *rest]}) == 1103


def test_a_captcha_stops_it(sandbox):
    for _ in range(3):
        with pytest.raises(JIRAError):
            JIRA(sandbox.jira_url, basic_auth=("admin", "wrong"), max_retries=0)
    with pytest.raises(JIRAError) as refused:
        JIRA(sandbox.jira_url, basic_auth=("admin", "admin-password"), max_retries=0)
    assert refused.value.status_code == 403
    assert "CAPTCHA" in str(refused.value)
