"""Faults on purpose: what a caller sees of each of them, and whether the product had acted."""

from __future__ import annotations

import json
import time

import pytest
import requests

from dirsync.sandbox.faults import Fault

SEED = """
crowd:
  directories: [{name: customers, groups: [{name: portal}], users: [{username: ada}, {username: bob}]}]
  applications: [{name: app, password: app-password, directories: [{directory: customers}]}]
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


def test_a_rule_strikes_at_matching_requests_only_from_the_nth_on_and_so_many_times(sandbox, crowd):
    fault = sandbox.faults.add(Fault(path=r"/user\?username=ada", method="GET", first=2, times=2, status=503))
    assert [crowd("GET", "user", username="ada").status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert crowd("GET", "user", username="bob").status_code == 200
    assert sandbox.faults.struck(fault) == 2


def test_a_rule_without_an_end_strikes_until_the_rules_are_cleared(sandbox, crowd):
    sandbox.faults.add(Fault(times=None, status=500))
    assert [crowd("GET", "user", username="ada").status_code for _ in range(3)] == [500, 500, 500]
    sandbox.faults.clear()
    assert crowd("GET", "user", username="ada").status_code == 200


def test_the_first_rule_that_is_due_is_the_only_one(sandbox, crowd):
    first = sandbox.faults.add(Fault(status=503))
    second = sandbox.faults.add(Fault(status=502, times=2))
    assert [crowd("GET", "user", username="ada").status_code for _ in range(3)] == [503, 502, 200]
    assert (sandbox.faults.struck(first), sandbox.faults.struck(second)) == (1, 1)


def test_too_many_requests_come_with_retry_after(sandbox, crowd):
    sandbox.faults.add(Fault(status=429, headers={"Retry-After": "7"}))
    answer = crowd("POST", "user", {"name": "eve"})
    assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (429, "7", b"")
    assert sandbox.state.directory("customers").find_user("eve") is None


def test_latency_delays_an_answer_that_is_otherwise_whole(sandbox, crowd):
    sandbox.faults.add(Fault(latency=0.3))
    began = time.monotonic()
    assert crowd("GET", "user", username="ada").json()["name"] == "ada"
    assert time.monotonic() - began >= 0.3


def test_a_caller_with_less_patience_than_the_latency_gives_up(sandbox, crowd):
    sandbox.faults.add(Fault(latency=2))
    with pytest.raises(requests.exceptions.ReadTimeout):
        crowd.session.get(f"{crowd.base}/config/cookie", timeout=0.2)


@pytest.mark.parametrize(("when", "has_acted"), [("before", False), ("after", True)])
def test_a_dropped_connection_leaves_open_whether_the_product_has_acted(sandbox, crowd, when, has_acted):
    sandbox.faults.add(Fault(method="POST", drop=when))
    with pytest.raises(requests.exceptions.ConnectionError):
        crowd("POST", "user", {"name": "eve", "active": True})
    assert (sandbox.state.directory("customers").find_user("eve") is not None) is has_acted
    assert crowd("GET", "user", username="ada").status_code == 200


@pytest.mark.parametrize("path", ["search?entity-type=user", "group/membership"])
def test_a_body_that_is_cut_off_is_noticed_by_the_caller(sandbox, crowd, path):
    sandbox.faults.add(Fault(cut_body_after=20))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        crowd("GET", path)
    assert crowd("GET", path).status_code == 200


def test_a_cut_behind_the_end_cuts_nothing(sandbox, crowd):
    sandbox.faults.add(Fault(cut_body_after=10_000))
    assert crowd("GET", "user", username="ada").json()["name"] == "ada"


def test_body_type_and_headers_can_be_replaced(sandbox, crowd):
    page = b"<html>Please log in</html>"
    sandbox.faults.add(
        Fault(body=page, content_type="text/html", without_headers=frozenset({"X-Embedded-Crowd-Version"}))
    )
    answer = crowd("GET", "user", username="ada")
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, page, "text/html")
    assert "X-Embedded-Crowd-Version" not in answer.headers


def test_a_body_can_be_edited(sandbox, crowd):
    sandbox.faults.add(Fault(edit_body=lambda body: body[: len(body) // 2]))
    with pytest.raises(json.JSONDecodeError):
        json.loads(crowd("GET", "user", username="ada").content)


def test_jira_can_be_struck_too(sandbox, jira_caller):
    sandbox.faults.add(Fault(path="/jira/rest/api/2/applicationrole", status=503))
    jira = jira_caller(sandbox)
    assert [jira("GET", "applicationrole").status_code for _ in range(2)] == [503, 200]
