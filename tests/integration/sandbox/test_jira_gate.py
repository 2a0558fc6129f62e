"""Who is let into the emulated Jira, how often, and what people see instead of programs."""

from __future__ import annotations

import pytest
import requests

SEED = """
jira:
  captcha_after: 2
  permissions: {ADMINISTER: [admins]}
  public_signup: {global: SIGNUP}
  user_directories:
    - name: Jira Internal Directory
      type: internal
      groups: [{name: admins}]
      users:
        - {username: Admin, password: admin-password, groups: [admins]}
        - {username: plain, password: plain-password}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED.replace("SIGNUP", "true"))


def ask(sandbox, auth, path="rest/api/2/serverInfo"):
    return requests.get(f"{sandbox.jira_url}/{path}", auth=auth, timeout=30, allow_redirects=False)


def test_failed_logins_lead_to_a_captcha_that_stops_the_right_password_too_until_it_is_solved(sandbox):
    for name in ("admin", "ADMIN"):
        assert ask(sandbox, (name, "wrong")).status_code == 401
    denied = ask(sandbox, ("Admin", "admin-password"))
    assert denied.status_code == 403
    assert denied.headers["X-Seraph-LoginReason"] == "AUTHENTICATION_DENIED"
    expected = f"CAPTCHA_CHALLENGE; login-url={sandbox.jira_url}/login.jsp"
    assert denied.headers["X-Authentication-Denied-Reason"] == expected
    assert denied.headers["Content-Type"].startswith("text/html")
    assert ask(sandbox, ("plain", "plain-password")).status_code == 200
    sandbox.state.jira.gate.solve_captcha("admin")
    assert ask(sandbox, ("admin", "admin-password")).status_code == 200


def test_a_successful_login_and_a_name_nobody_has_count_nothing(sandbox):
    passwords = ["wrong", "plain-password", "wrong", "plain-password"]
    assert [ask(sandbox, ("plain", password)).status_code for password in passwords] == [401, 200, 401, 200]
    statuses = [ask(sandbox, ("nobody", "x")).status_code for _ in range(5)]
    assert statuses == [401] * 5


def test_the_technical_account_can_be_locked_out_while_its_token_goes_on_working(sandbox):
    for _ in range(2):
        assert ask(sandbox, ("dirsync", "wrong")).status_code == 401
    assert ask(sandbox, ("dirsync", "sandbox-jira-password")).status_code == 403
    headers = {"Authorization": "Bearer sandbox-jira-token"}
    answer = requests.get(f"{sandbox.jira_url}/rest/api/2/serverInfo", headers=headers, timeout=30)
    assert answer.status_code == 200


def test_captcha_can_be_switched_off(start_sandbox):
    sandbox = start_sandbox("jira: {captcha_after: null}")
    statuses = [ask(sandbox, ("dirsync", "wrong")).status_code for _ in range(5)]
    assert statuses == [401] * 5


LIMITED = "jira: {rate_limit: {requests: 3, fill_rate: 2, interval_seconds: 10}}"


def test_too_many_requests_are_429_until_the_next_interval_and_every_answer_tells_what_is_left(start_sandbox):
    sandbox, moment = start_sandbox(LIMITED), [1_000_000]
    sandbox.state.jira.gate.clock = lambda: moment[0]
    auth = ("dirsync", "sandbox-jira-password")
    answers = [ask(sandbox, auth) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert [answer.headers["Retry-After"] for answer in answers] == ["0", "0", "10", "10"]
    said = answers[3].headers
    assert (said["X-RateLimit-Limit"], said["X-RateLimit-FillRate"], said["X-RateLimit-Interval-Seconds"]) == (
        "3",
        "2",
        "10",
    )
    moment[0] += 9_001
    assert ask(sandbox, auth).headers["Retry-After"] == "1"
    moment[0] += 999
    assert [ask(sandbox, auth).status_code for _ in range(3)] == [200, 200, 429]
    moment[0] += 1_000_000
    assert ask(sandbox, auth).headers["X-RateLimit-Remaining"] == "2"


def test_only_the_account_that_asks_too_much_is_limited_and_strangers_are_told_nothing(start_sandbox):
    sandbox = start_sandbox(
        "jira: {rate_limit: {requests: 1, interval_seconds: 600}, user_directories: [{name: I, type: internal,"
        " users: [{username: ada, password: p}]}]}"
    )
    assert ask(sandbox, ("dirsync", "sandbox-jira-password")).status_code == 200
    assert ask(sandbox, ("dirsync", "sandbox-jira-password")).status_code == 429
    assert ask(sandbox, ("ada", "p")).status_code == 200
    assert "X-RateLimit-Limit" not in ask(sandbox, ("ada", "wrong")).headers
    assert "X-RateLimit-Limit" not in ask(sandbox, None).headers


def test_pages_for_people_ask_for_a_login(sandbox):
    for path in ("secure/Dashboard.jspa", "plugins/servlet/embedded-crowd/directories/list"):
        sent = ask(sandbox, None, path)
        assert (sent.status_code, sent.headers["Location"].split("?")[0]) == (302, f"{sandbox.jira_url}/login.jsp")
        assert 'id="login-form"' in requests.get(sent.headers["Location"], timeout=30).text
        assert ask(sandbox, ("plain", "plain-password"), path).status_code == 403
        assert ask(sandbox, ("admin", "admin-password"), path).status_code == 200
        assert ask(sandbox, ("admin", "wrong"), path).status_code == 401
        ask(sandbox, ("admin", "admin-password"))


def test_the_sign_up_page_is_there_only_while_sign_up_is_on(sandbox, start_sandbox):
    path = "servicedesk/customer/user/signup"
    on = ask(sandbox, None, path)
    assert (on.status_code, "<form" in on.text) == (200, True)
    assert ask(start_sandbox(SEED.replace("SIGNUP", "false")), None, path).status_code == 404
