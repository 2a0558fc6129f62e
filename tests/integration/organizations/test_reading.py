"""Reading organisations from the emulated Jira: whole, or not at all and with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest
from integration.organizations.conftest import SEED
from servers.sandbox import StartSandbox

from dirsync.directories.jira.organizations import AskedOfJira, read_organizations
from dirsync.directories.jira.organizations_client import OrganizationsClient
from dirsync.errors import AnswerMalformed
from dirsync.http import Endpoint
from dirsync.model.memory import MemorySpool
from dirsync.model.organizations import ORGANIZATIONS, organizations_in, projects_in, projects_of
from dirsync.model.snapshot import Snapshot
from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    sandbox = start_sandbox(SEED)
    people = sandbox.state.directory("customers")
    for number in range(60):
        name = f"person-{number:02}"
        people.add_user(name, {"email": f"{name}@example.org", "display_name": name, "active": True}, f"key-{name}")
    known = sandbox.state.jira.organizations
    keys = {user.name: user.key for user in sandbox.state.jira.users()}
    known.get(1).members |= {keys[f"person-{number:02}"]: None for number in range(55)}
    known.get(1).projects.add("HELP")
    for number in range(110):
        known.make(f"Organisation {number:03}")
    return sandbox


def endpoint(sandbox: RunningSandbox) -> Endpoint:
    return Endpoint("jira", sandbox.jira_url, token="sandbox-jira-token", retry_seconds=0)


def read(sandbox: RunningSandbox, *wanted: tuple[str, str], projects: set[str] | None = None) -> Snapshot:
    asked = AskedOfJira(projects, lambda _: wanted)
    return read_organizations(endpoint(sandbox), asked, lambda: MemorySpool(ORGANIZATIONS), lambda: NOW)


def test_everything_is_read_page_by_page(sandbox: RunningSandbox) -> None:
    (renamed,) = (user for user in sandbox.state.jira.users() if user.name == "person-59")
    wanted = ("person-57", ""), ("nobody", ""), ("as-it-was", sandbox.state.jira.key_of(renamed))
    snapshot = read(sandbox, *wanted)
    assert snapshot.completeness.is_complete, snapshot.completeness.reason
    organizations = {one.name: one for one in organizations_in(snapshot)}
    assert len(organizations) == 111
    members = [user.username for user in snapshot.members(organizations["Globex"].id)]
    assert set(members) == {"old-hand", *(f"person-{number:02}" for number in range(55))}
    assert projects_in(snapshot) == {"help": "HELP", "it": "IT"}
    assert projects_of(snapshot, organizations["Globex"]) == {"help"}
    assert projects_of(snapshot, organizations["Organisation 109"]) == set()
    assert {user.username for user in snapshot.users()} - set(members) == {"person-57", "person-59"}
    assert [proof.what for proof in snapshot.completeness.searches] == [
        "organization and organization/…/user",
        "servicedesk/1/organization",
        "servicedesk/2/organization",
        "user",
    ]


def test_only_the_service_projects_that_are_asked_for_are_looked_at(sandbox: RunningSandbox) -> None:
    assert projects_in(read(sandbox, projects={"it"})) == {"it": "IT"}


LISTS = (
    "servicedeskapi/organization[?]",
    "servicedeskapi/organization/1/user",
    "servicedeskapi/servicedesk[?]",
    "servicedeskapi/servicedesk/1/organization",
    "mypermissions",
    "api/2/user[?]",
)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal_anywhere_is_no_whole_read(sandbox: RunningSandbox, path: str, status: int) -> None:
    page = {"body": b"<html>", "content_type": "text/html"}
    sandbox.faults.add(Fault(path=path, method="GET", status=status, times=None, **page))
    completeness = read(sandbox, ("person-57", "")).completeness
    assert not completeness.is_complete
    assert f"HTTP {status}" in completeness.reason


IN_EVERY_LIST = (
    (b'"isLastPage":true', b'"isLastPage":false', "sends no new ones"),
    (b'"isLastPage":true', b'"isLastPage":null', "does not say whether more"),
    (b'"size":', b'"size":9', "promises 9"),
    (b'"values":', b'"other":', "is not a page of"),
)
OF_PEOPLE = (
    (b'"key":', b'"no":', "without 'key'"),
    (b'"name":', b'"no":', "without 'name'"),
    (b'"active":', b'"no":', "whether it is active"),
)
SHAPES = (
    *((path, *shape) for path in LISTS[:4] for shape in IN_EVERY_LIST),
    *((path, b'"id":', b'"no":', "without 'id'") for path in (LISTS[0], LISTS[2], LISTS[3])),
    *((LISTS[1], *shape) for shape in OF_PEOPLE),
    (LISTS[2], b'"projectKey":"HELP"', b'"projectKey":true', "without 'projectKey'"),
)


@pytest.mark.parametrize(("path", "before", "after", "told"), SHAPES)
def test_an_answer_of_another_shape_is_no_whole_read(
    sandbox: RunningSandbox, path: str, before: bytes, after: bytes, told: str
) -> None:
    sandbox.faults.add(Fault(path=path, times=None, edit_body=lambda body: body.replace(before, after)))
    completeness = read(sandbox).completeness
    assert not completeness.is_complete
    assert told in completeness.reason


def test_a_proxy_that_drops_the_start_is_found_out(sandbox: RunningSandbox) -> None:
    bodies: list[bytes] = []

    def same_page(body: bytes) -> bytes:
        bodies.append(body)
        return bodies[0]

    sandbox.faults.add(Fault(path=LISTS[0], times=None, edit_body=same_page))
    assert "sends no new ones" in read(sandbox).completeness.reason


def test_a_list_without_end_is_given_up(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dirsync.directories.jira.organizations_client.MOST_PAGES", 2)
    assert "more organisations follow" in read(sandbox).completeness.reason


def test_whoever_is_no_agent_sees_a_part_and_is_told_so(sandbox: RunningSandbox) -> None:
    for seen in (b"false", b"null", b'"yes"'):
        with_less = Fault(path="mypermissions", edit_body=lambda body, seen=seen: body.replace(b"true", seen))
        sandbox.faults.add(with_less)
        completeness = read(sandbox).completeness
        assert "is no agent of any service project" in completeness.reason
        assert "Service Desk Team" in completeness.remedy


@pytest.mark.parametrize("shape", [b"[]", b"{}", b'{"permissions": []}', b'{"permissions": {}}'])
def test_permissions_of_another_shape_prove_nothing(sandbox: RunningSandbox, shape: bytes) -> None:
    sandbox.faults.add(Fault(path="mypermissions", body=shape))
    assert not read(sandbox).completeness.is_complete


def test_an_answer_about_somebody_else_is_refused(sandbox: RunningSandbox) -> None:
    with OrganizationsClient(endpoint(sandbox)) as jira:
        assert jira.account("PERSON-01").username == "person-01"
        key = jira.account("person-01").id
        for asked in ({"username": "person-02"}, {"key": key.replace("JIRAUSER1", "JIRAUSER9")}):
            body = b'{"key": "JIRAUSER10100", "name": "else", "active": true}'
            sandbox.faults.add(Fault(path="api/2/user[?]", status=200, body=body, content_type="application/json"))
            with pytest.raises(AnswerMalformed, match="another account than was asked for"):
                jira.account(**asked)
        sandbox.faults.add(Fault(path="api/2/user[?]", status=200, body=b"[]", content_type="application/json"))
        with pytest.raises(AnswerMalformed, match="is no account"):
            jira.account("person-01")


def test_every_spool_is_asked_for_once(sandbox: RunningSandbox) -> None:
    made = count()
    spools = lambda: MemorySpool(f"{ORGANIZATIONS} {next(made)}")  # noqa: E731 - as short as it is
    read_organizations(endpoint(sandbox), AskedOfJira(set(), lambda _: ()), spools, lambda: NOW)
    assert next(made) == 2
