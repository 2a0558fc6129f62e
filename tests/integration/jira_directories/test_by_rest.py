"""A directory of Jira's own by REST: only where it is the only one, and never as the whole of it."""

from __future__ import annotations

import pytest
from servers.scripted import answer

from dirsync.directories.interface import Selection
from dirsync.directories.jira import JiraDirectory
from dirsync.errors import (
    AnswerMalformed,
    DirectoryUnreadable,
    NotThatProduct,
    ReadIncomplete,
    RightsMissing,
)
from dirsync.http import Endpoint
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead

WANTED = Selection("customers")
SEED = """
crowd: none
jira:
  version: "{version}"
  credentials: {{permissions: [{permissions}]}}
  user_directories:
    - name: Jira Internal Directory
      type: internal
      users:
        - {{username: Ana, email: ana@example.org, display_name: Ana A, groups: [Portal]}}
        - {{username: ben, active: false, groups: [jira-users]}}
{people}
      groups:
        - {{name: Portal}}
        - {{name: jira-users, groups: [Portal]}}
        - {{name: nobody}}
{others}
"""
OTHER = "    - {name: Staff, type: ldap}"
MANY = "\n".join(f"        - {{username: p{number}, groups: [Portal]}}" for number in range(1100))


def seed(version="10.3", permissions="ADMINISTER, SYSTEM_ADMIN", people="", others=""):
    return SEED.format(version=version, permissions=permissions, people=people, others=others)


def directory(url, called="jira internal directory", asked=(WANTED,)):
    endpoint = Endpoint("jira", url, token="sandbox-jira-token", settings_prefix="DIRSYNC_JIRA", retry_seconds=0)
    return JiraDirectory("portal", called, asked, endpoint=endpoint)


def read(url, **more):
    return directory(url, **more).read(LastRead(), MemorySpool("portal"))


def refused(url, **more) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as caught:
        read(url, **more)
    return caught.value


def test_the_only_directory_shows_its_people_and_groups_and_is_never_whole(start_sandbox):
    snapshot = read(start_sandbox(seed()).jira_url)
    assert {user.username: (user.active, user.email) for user in snapshot.users("customers")} == {
        "Ana": (True, "ana@example.org"),
        "ben": (False, ""),
    }
    members = {group.name: sorted(user.username for user in snapshot.members(group.id)) for group in snapshot.groups()}
    assert members == {"Portal": ["Ana"], "jira-users": ["Ana", "ben"], "nobody": []}
    proof = snapshot.completeness
    assert (proof.is_complete, "does not tell which groups are inside which" in proof.reason) == (False, True)
    assert "DIRSYNC_JIRA__DATABASE_URL" in proof.remedy
    assert [(search.what, search.entries, search.result) for search in proof.searches] == [
        ("user/list", 2, "HTTP 200, isLast"),
        ("groups/picker", 3, "HTTP 200, total"),
    ]
    assert proof.requests == 6


def test_ids_are_jira_s_own_keys(start_sandbox):
    sandbox = start_sandbox(seed())
    ids = {user.username: user.id for user in read(sandbox.jira_url).users()}
    assert len(set(ids.values())) == 2
    assert all(user_id and user_id.lower() not in {"ana", "ben"} for user_id in ids.values())


@pytest.mark.parametrize("version", ["10.3", "9.12"])
def test_all_pages_of_people_and_members_are_read(start_sandbox, version):
    snapshot = read(start_sandbox(seed(version, people=MANY)).jira_url)
    assert snapshot.counts().users == 1102
    assert sum(1 for _ in snapshot.members("portal")) == 1101


def test_an_older_jira_searches_and_says_that_this_proves_nothing(start_sandbox):
    proof = read(start_sandbox(seed("9.12")).jira_url).completeness
    assert "has no list of all users" in proof.reason
    assert proof.searches[0].what == "user/search"
    assert proof.searches[0].entries == 2


def test_groups_are_left_alone_where_nobody_wants_them(start_sandbox):
    snapshot = read(start_sandbox(seed()).jira_url, asked=(Selection("customers", wants_groups=False),))
    assert snapshot.counts().groups == 0
    assert len(snapshot.completeness.searches) == 1


def test_where_there_are_several_nobody_can_be_told_to_be_in_one(start_sandbox):
    problem = refused(start_sandbox(seed(others=OTHER)).jira_url)
    assert isinstance(problem, ReadIncomplete)
    assert "Jira has 2 user directories" in problem.message
    assert "'dirsync doctor --grants jira'" in problem.remedy


def test_an_administrator_alone_may_not_list_directories(start_sandbox):
    problem = refused(start_sandbox(seed(permissions="ADMINISTER")).jira_url)
    assert isinstance(problem, RightsMissing)
    assert "'Jira System Administrators'" in problem.remedy


def test_a_name_that_jira_has_not_is_told(start_sandbox):
    problem = refused(start_sandbox(seed()).jira_url, called="Portal")
    assert isinstance(problem, NotThatProduct)
    assert "no user directory 'Portal'; it has 'Jira Internal Directory'." in problem.message


ONE = answer({"directory": [{"name": "Jira Internal Directory"}]})
PERSON = {"name": "ana", "key": "JIRAUSER1", "active": True}


def test_a_list_that_goes_in_circles_is_not_whole(script):
    page = {"values": [PERSON], "isLast": False, "nextCursor": "same"}
    proof = read(script([ONE, *([answer(page)] * 3)]).url).completeness
    assert "does not say that this page is the last" in proof.reason
    assert proof.searches[0].result == "ended early"


def test_a_list_that_is_gone_half_way_is_no_older_jira(script):
    page = {"values": [PERSON], "isLast": False, "nextCursor": "next"}
    proof = read(script([ONE, answer(page), answer({}, 404)]).url).completeness
    assert (proof.is_complete, "HTTP 404" in proof.reason) == (False, True)


def test_a_search_that_repeats_itself_is_not_whole(script):
    proof = read(script([ONE, answer({}, 404), *([answer([PERSON])] * 3)]).url).completeness
    assert "sent the page before once more" in proof.reason


def test_a_search_that_is_no_list_is_told(script):
    assert isinstance(refused(script([ONE, answer({}, 405), answer({})]).url), AnswerMalformed)


def test_whom_jira_does_not_wholly_send_is_left_out_by_name(script):
    people = [PERSON, {"name": "ben", "key": "JIRAUSER2"}, {"key": "x", "active": True}]
    groups = {"groups": [{"name": "portal"}], "total": 7}
    members = {"values": [{"name": "ana"}], "isLast": False}
    empty = {"values": [], "isLast": False}
    url = script([ONE, *map(answer, [{"values": people, "isLast": True}, groups, members, empty])]).url
    snapshot = read(url)
    assert [entry.entry for entry in snapshot.quarantined] == ["user ben", "user without a name"]
    assert "more members follow, and sends none" in snapshot.completeness.reason
    assert snapshot.completeness.searches[-1].result == "ended early"


def test_members_that_repeat_themselves_are_not_whole(script):
    groups = {"groups": [{"name": "a"}], "total": 1}
    members = {"values": [{"name": "ana"}], "isLast": False}
    server = script([ONE, *map(answer, [{"values": [PERSON], "isLast": True}, groups, members, members, members])])
    proof = read(server.url).completeness
    assert not proof.is_complete
    assert "sent the page before once more" in proof.reason


def test_a_picker_that_shows_a_part_is_said_so(script):
    groups = {"groups": [{"name": "portal"}], "total": 7}
    members = {"values": [{"name": "ana"}], "isLast": True}
    url = script([ONE, *map(answer, [{"values": [PERSON], "isLast": True}, groups, members])]).url
    assert "group picker showed 1 of 7 groups" in read(url).completeness.reason


@pytest.mark.parametrize("body", [{"directories": {}}, [], {"directories": ["x"]}, {}])
def test_directories_in_another_shape_are_told(script, body):
    assert isinstance(refused(script([answer(body)]).url), AnswerMalformed)


def test_what_jira_refuses_is_told(script):
    assert "HTTP 401" in refused(script([answer({}, 401)]).url).message


def test_without_jira_there_is_nobody_to_ask():
    with pytest.raises(DirectoryUnreadable, match="nothing says where Jira is") as caught:
        JiraDirectory("portal", "Portal", ()).read(LastRead(), MemorySpool("portal"))
    assert "DIRSYNC_JIRA__DATABASE_URL" in caught.value.remedy
