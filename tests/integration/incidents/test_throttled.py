"""A source that answers some of the time, as rate-limited ones do, takes nothing from anybody: gitlab 481627."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from integration.incidents.conftest import assert_unread, name, night, people_in, taken
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

STAFF = 25
MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp, groups: {nested: true}}
target:
  directory: crowd
  groups: {"portal-*": "portal-*"}
  missing: remove
  missing_after: 1
  missing_groups: remove
public_signup: off
"""
SEED = f"""
crowd:
  directories:
    - name: staff
      groups: [{{name: portal-users}}]
      users:
{
    "".join(
        f"        - {{username: {name(n)}, email: {name(n)}@example.org, groups: [portal-users]}}" + chr(10)
        for n in range(STAFF)
    )
}
  applications: [{{name: source, password: sandbox-only, directories: [{{directory: staff}}]}}]
"""


@pytest.fixture
def source(desk: Workplace, start_sandbox: StartSandbox) -> RunningSandbox:
    staff = start_sandbox(SEED)
    desk.crowd("corp", staff.crowd_url, "source", retry_seconds="1", full_every="0")
    desk.mapping("customers", MAPPING)
    return staff


def refused_from(first: int) -> Callable[[str], Fault]:
    """Return what turns everybody away from the n-th question of a kind on, for good."""
    return lambda path: Fault(path=path, status=429, headers={"Retry-After": "1"}, first=first, times=None)


@pytest.mark.parametrize(
    ("path", "first"),
    [
        pytest.param(".*", 1, id="all of it at once"),
        pytest.param("entity-type=user", 2, id="people in the middle"),
        pytest.param(".*", 2, id="all of it in the middle", marks=pytest.mark.long),
        pytest.param("entity-type=user", 1, id="people at once", marks=pytest.mark.long),
        pytest.param("membership", 1, id="memberships at once", marks=pytest.mark.long),
        pytest.param("membership", 2, id="memberships in the middle", marks=pytest.mark.long),
    ],
)
def test_gitlab_481627_a_throttled_source_is_unread_and_takes_nothing(
    desk: Workplace, source: RunningSandbox, sandbox: RunningSandbox, path: str, first: int
) -> None:
    desk.directory("corp", page_size="10")
    assert night(desk).code in {0, 12}
    everybody = people_in(sandbox)
    assert len(everybody) == STAFF
    refusal = source.faults.add(refused_from(first)(path))
    ran = night(desk)
    if not source.faults.struck(refusal):
        assert first == 2, "there is but one such question"
        assert taken(ran) == set()
        return
    assert_unread(ran, "429")
    assert people_in(sandbox) == everybody
    source.faults.clear()
    again = night(desk)
    assert (again.code in {0, 12}, again.changes) == (True, [])
