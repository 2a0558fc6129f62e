"""A hundred thousand people: no question may look at everybody when it asks for one."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from dirsync.sandbox.seed import Seed
from dirsync.sandbox.server import start

PEOPLE = 100_000


@pytest.fixture(scope="module")
def crowded():
    names = [f"user{number:06}" for number in range(PEOPLE)]
    users = [{"username": name, "email": f"{name}@example.org", "groups": ["all", f"g{name[-3:]}"]} for name in names]
    groups = [{"name": "all"}, *({"name": f"g{number:03}"} for number in range(1000))]
    crowd = {
        "directories": [{"name": "many", "users": users, "groups": groups}],
        "applications": [{"name": "app", "password": "app-password", "directories": [{"directory": "many"}]}],
    }
    jira = {
        "applications": [{"key": "jira-software", "groups": ["all"]}],
        "user_directories": [{"name": "Crowd", "type": "crowd", "crowd_application": "app"}],
    }
    with start(Seed.model_validate({"crowd": crowd, "jira": jira})) as sandbox:
        yield sandbox


def timed(act):
    began = time.monotonic()
    return act(), time.monotonic() - began


def test_a_hundred_thousand_people_are_read_in_seconds_and_one_is_found_at_once(crowded, crowd_caller, jira_caller):
    crowd, jira = crowd_caller(crowded), jira_caller(crowded)
    users, seconds = timed(
        lambda: crowd("GET", "search", entity_type="user", expand="user", max_results=-1).json()["users"]
    )
    assert len(users) == PEOPLE
    assert seconds < 30
    body, seconds = timed(lambda: crowd("GET", "group/membership").content)
    assert body.count(b"<user name=") == 2 * PEOPLE
    assert seconds < 30
    _, seconds = timed(lambda: [crowd("GET", "user", username=f"user{number:06}") for number in range(0, PEOPLE, 500)])
    assert seconds < 10
    _, seconds = timed(lambda: [create_and_add(crowd, f"new{number}") for number in range(50)])
    assert seconds < 10
    role, seconds = timed(lambda: jira("GET", "applicationrole/jira-software").json())
    assert role["userCount"] == PEOPLE + 50
    assert seconds < 20
    _, seconds = timed(
        lambda: [jira("GET", "group/member", groupname="all", startAt=start * 50) for start in range(100)]
    )
    assert seconds < 20


MANY = "search?entity-type=user&expand=user&max-results=20000"


@pytest.mark.parametrize(
    ("path", "accept"),
    [(MANY, "application/json"), (MANY, "application/xml"), ("group/membership", "application/xml")],
)
def test_one_request_for_many_holds_only_a_little_at_once(crowded, crowd_caller, path, accept):
    crowd = crowd_caller(crowded)
    crowd.session.headers["Accept"] = accept
    crowd("GET", "search?entity-type=user&max-results=1")  # the sorted list of all is kept from one to the next
    crowd("GET", "group/user/direct", groupname="all", max_results=1)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        with crowd.session.get(f"{crowd.base}/{path}", stream=True, timeout=120) as answer:
            length = sum(len(chunk) for chunk in answer.iter_content(64 * 1024))
        grown = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert length > 5_000_000
    assert grown < 3_000_000, f"{grown:,} bytes more for an answer of {length:,}"


def create_and_add(crowd, name):
    assert crowd("POST", "user", {"name": name}).status_code == 201
    assert crowd("POST", "user/group/direct", {"name": "all"}, username=name).status_code == 201
