"""Metrics, pings, webhook and notifications of real runs, received by a real server."""

from __future__ import annotations

import base64
import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families
from servers.scripted import HANG_UP, Asked, ScriptedServer, Slow, answer
from servers.workplace import Ran, Workplace
from standardwebhooks import Webhook, WebhookVerificationError

from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

TOKEN = "0f9e8d7c-4711-4711-4711-0123456789ab"
SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
ALL_IS_TAKEN = answer({"ok": True}, crowd=None)


def pings(desk: Workplace, listener: ScriptedServer) -> None:
    desk.settings["DIRSYNC_PING_URL"] = f"{listener.url}/ping/{TOKEN}?create=1"


def hooks(desk: Workplace, listener: ScriptedServer) -> None:
    desk.settings["DIRSYNC_WEBHOOK_URL"] = f"{listener.url}/hooks/{TOKEN}/"
    desk.settings["DIRSYNC_WEBHOOK_SECRET"] = SECRET


def notifies(desk: Workplace, listener: ScriptedServer) -> None:
    desk.settings["DIRSYNC_NOTIFY_URLS"] = f"{listener.url.replace('http:', 'json:')}/notify/{TOKEN}"


def measured(desk: Workplace) -> dict[str, float]:
    """Return the metrics by name and labels."""
    families = text_string_to_metric_families((desk.folder / "m.prom").read_text())
    return {
        one.name + "".join(f" {value}" for _, value in sorted(one.labels.items())): one.value
        for family in families
        for one in family.samples
    }


def log_of(ran: Ran) -> list[dict]:
    return [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{")]


def warnings_of(ran: Ran) -> list[str]:
    return [told["message"] for told in log_of(ran) if told["level"] == "WARNING"]


def verified(asked: Asked) -> dict:
    """Return the payload as somebody else's library takes it."""
    return Webhook(SECRET).verify(asked.body, asked.headers)


def test_a_sync_is_told_from_its_beginning_to_its_end(desk: Workplace, listener: ScriptedServer) -> None:
    desk.run("audit")  # what it finds is no news afterwards
    pings(desk, listener)
    hooks(desk, listener)
    ran = desk.run("sync", "--json", "--metrics", "m.prom")
    assert ran.code == 0, ran.stderr
    run = ran.document["run"]["id"]

    start, success, hook = listener.asked
    assert (start.path, success.path) == (f"/ping/{TOKEN}/start", f"/ping/{TOKEN}")
    assert start.params == success.params
    assert start.params["create"] == "1"
    assert len(start.params["rid"]) == 36
    assert start.body == b""
    body = success.body.decode()
    assert body.startswith(f"dirsync sync: all is well (exit code 0)\nRun {run}, ")
    assert "Changes: 11 done." in body
    assert success.headers["content-type"].startswith("text/plain")

    assert hook.path == f"/hooks/{TOKEN}/"
    told = verified(hook)
    assert told["type"] == "dirsync.run.ended"
    assert told["data"]["run"] | {"seconds": 0, "started_at": 0, "ended_at": 0} == {
        "id": run,
        "mode": "sync",
        "version": ran.document["run"]["version"],
        "started_at": 0,
        "ended_at": 0,
        "seconds": 0,
        "exit_code": 0,
        "meaning": "all is well",
        "success": True,
        "news": False,
    }
    assert told["data"]["outcomes"] == {"done": 11}
    assert told["timestamp"] == told["data"]["run"]["ended_at"]
    assert hook.headers["webhook-id"] == f"msg_{run}"

    numbers = measured(desk)
    assert numbers["dirsync_changes add_member done"] == 5
    assert numbers["dirsync_changes create_user done"] == 5
    assert numbers["dirsync_changes_planned create_group"] == 1
    assert numbers["dirsync_directory_complete corp"] == numbers["dirsync_directory_complete crowd"] == 1
    assert numbers["dirsync_directory_users corp"] == 5
    assert numbers["dirsync_findings critical"] == 0
    assert numbers["dirsync_seats_limit jira-software"] == 5
    assert numbers["dirsync_seats_held_by_customers jira-software"] == 0
    assert numbers["dirsync_seats_at_risk jira-software"] == 0
    assert numbers["dirsync_run_mode sync"] == 1
    assert numbers["dirsync_exit_code"] == 0
    assert numbers["dirsync_last_success_timestamp_seconds"] == numbers["dirsync_last_run_timestamp_seconds"]
    assert abs(numbers["dirsync_last_run_timestamp_seconds"] - time.time()) < 60
    assert stat.S_IMODE((desk.folder / "m.prom").stat().st_mode) == 0o644
    for told_outside in ((desk.folder / "m.prom").read_text(), body):
        assert "p000" not in told_outside

    changes = [one for one in log_of(ran) if one["level"] == "CHANGE"]
    assert len(changes) == 11
    assert {one["run"] for one in log_of(ran)} == {run}
    [made] = [one for one in changes if one["message"] == "crowd: create_user p000: done"]
    assert {
        "op": "create_user",
        "user": "p000",
        "directory": "crowd",
        "mapping": "customers",
        "outcome": "done",
    }.items() <= made.items()
    assert {one["change"] for one in changes} == {one["id"] for one in ran.document["plan"]["changes"]}


def test_a_rehearsal_has_no_changes_to_tell(desk: Workplace, listener: ScriptedServer) -> None:
    hooks(desk, listener)
    ran = desk.run("sync", "--dry-run", "--metrics", "m.prom")
    assert ran.code == 0
    assert log_of(ran) == []
    assert verified(listener.asked[0])["data"]["outcomes"] == {}
    assert not [name for name in measured(desk) if name.startswith("dirsync_changes ")]


def test_a_signature_holds_for_nothing_else(desk: Workplace, listener: ScriptedServer) -> None:
    hooks(desk, listener)
    desk.run("audit")
    [hook] = listener.asked
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(hook.body.replace(b"audit", b"audiT"), hook.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(hook.body, {**hook.headers, "webhook-id": "msg_other"})


def unread(desk: Workplace, sandbox: RunningSandbox) -> list[str]:
    sandbox.faults.add(Fault(path="/group/membership", body=b"<memberships><membership", times=None))
    return ["sync"]


def refused(desk: Workplace, sandbox: RunningSandbox) -> list[str]:
    desk.mapping("customers", MAPPING_INTO_SEATS)
    return ["sync"]


def some_fail(desk: Workplace, sandbox: RunningSandbox) -> list[str]:
    sandbox.faults.add(
        Fault(
            method="POST",
            path="/user$",
            first=2,
            status=400,
            headers={"X-Embedded-Crowd-Version": "Crowd/6.0.2"},
            content_type="application/json",
            body=b'{"reason": "INVALID_USER", "message": "not p101"}',
        )
    )
    return ["sync"]


def wrong_mapping(desk: Workplace, sandbox: RunningSandbox) -> list[str]:
    desk.mapping("customers", "version: 1\nname: customers\naudience: nobody\n")
    return ["audit"]


def wrong_setting(desk: Workplace, sandbox: RunningSandbox) -> list[str]:
    desk.settings["DIRSYNC_READ_ONLY"] = "perhaps"
    return ["plan"]


def no_such_run(desk: Workplace, sandbox: RunningSandbox) -> list[str]:
    return ["undo", "nothing"]


MAPPING_INTO_SEATS = """
version: 1
name: customers
audience: customers
source: {directory: corp, users: {base: "ou=people,dc=example,dc=org"}}
target: {directory: crowd}
default_groups: [jira-users]
"""


@pytest.mark.parametrize(
    ("trouble", "code", "name", "line"),
    [
        (unread, 3, "", "Not read whole: crowd."),
        (refused, 4, "", "Refused by customers-never-gain-access"),
        (some_fail, 5, "not p101", "1 failed, 1 not tried."),
        (wrong_mapping, 2, "nobody", ""),
        (wrong_setting, 2, "perhaps", ""),
        (no_such_run, 2, "nothing", ""),
    ],
)
def test_whatever_goes_wrong_is_told_to_everybody(
    desk: Workplace,
    sandbox: RunningSandbox,
    listener: ScriptedServer,
    trouble: Callable[[Workplace, RunningSandbox], list[str]],
    code: int,
    name: str,
    line: str,
) -> None:
    desk.run("sync", "--metrics", "m.prom")
    desk.write("corp.ldif", (desk.folder / "corp.ldif").read_text() + ONE_MORE)
    success = measured(desk)["dirsync_last_success_timestamp_seconds"]
    pings(desk, listener)
    hooks(desk, listener)
    notifies(desk, listener)

    ran = desk.run(*trouble(desk, sandbox), "--metrics", "m.prom")
    assert ran.code == code, ran.stderr
    start, failure, hook, notification = listener.asked
    assert (start.path, failure.path) == (f"/ping/{TOKEN}/start", f"/ping/{TOKEN}/{code}")
    assert f"(exit code {code})" in failure.body.decode()
    assert line in failure.body.decode()
    told = verified(hook)["data"]
    assert told["run"]["exit_code"] == code
    assert not told["run"]["success"]
    assert told["run"]["news"]
    message = json.loads(notification.body)
    assert message["type"] == "failure"
    assert f"(exit code {code})" in message["title"]
    assert line in message["message"]
    if name:
        assert name not in failure.body.decode()
        assert name in json.dumps(told["details"])
        assert name in message["message"]
    numbers = measured(desk)
    assert numbers["dirsync_exit_code"] == code
    assert numbers["dirsync_last_success_timestamp_seconds"] == success
    assert numbers["dirsync_last_run_timestamp_seconds"] > success


ONE_MORE = (
    "\ndn: uid=p100,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: p100\ncn: P\nsn: P\n"
    "mail: p100@example.org\nentryUUID: 00000000-0000-4000-8000-000000000100\n\n"
    "dn: uid=p101,ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: p101\ncn: P\nsn: P\n"
    "mail: p101@example.org\nentryUUID: 00000000-0000-4000-8000-000000000101\n"
)


def test_a_run_that_crashes_is_told_too(desk: Workplace, listener: ScriptedServer) -> None:
    pings(desk, listener)
    program = (
        "import dirsync.workflow.run as run\n"
        "def fail(_estate):\n"
        "    raise ZeroDivisionError('a part of nothing')\n"
        "run.audit = fail\n"
        "from dirsync.cli import main\n"
        "main()\n"
    )
    words = [sys.executable, "-c", program, "audit", "--metrics", "m.prom"]
    ran = subprocess.run(words, cwd=desk.folder, env=desk.environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 1, ran.stderr
    assert [asked.path for asked in listener.asked] == [f"/ping/{TOKEN}/start", f"/ping/{TOKEN}/1"]
    assert measured(desk)["dirsync_exit_code"] == 1


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_stop_is_told_too(
    desk: Workplace, sandbox: RunningSandbox, listener: ScriptedServer, stop: signal.Signals
) -> None:
    pings(desk, listener)
    notifies(desk, listener)
    sandbox.faults.add(Fault(path="/search", times=None, latency=5))
    words = [sys.executable, "-m", "dirsync", "audit", "--log-format", "json"]
    running = subprocess.Popen(words, cwd=desk.folder, env=desk.environment(), stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not any("/search" in one.path for one in sandbox.requests) and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(stop)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert [json.loads(line)["message"] for line in told.splitlines()] == [
        "Interrupted. Nothing is half done: what was under way is in the journal."
    ]
    assert [asked.path for asked in listener.asked] == [f"/ping/{TOKEN}/start", f"/ping/{TOKEN}/130"]


def test_whoever_was_told_of_a_beginning_is_told_of_an_end_although_it_was_stopped_just_then(
    desk: Workplace, script: Callable[..., ScriptedServer]
) -> None:
    slow = script(lambda asked: Slow(3, ALL_IS_TAKEN) if asked.path.endswith("/start") else ALL_IS_TAKEN)
    pings(desk, slow)
    words = [sys.executable, "-m", "dirsync", "audit"]
    running = subprocess.Popen(words, cwd=desk.folder, env=desk.environment(), stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while not slow.asked and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(signal.SIGTERM)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert [asked.path for asked in slow.asked] == [f"/ping/{TOKEN}/start", f"/ping/{TOKEN}/130"]


def test_only_news_is_notified_and_counts_only_where_names_may_not_leave(
    desk: Workplace, listener: ScriptedServer
) -> None:
    desk.run("audit")
    notifies(desk, listener)
    desk.run("sync")
    assert listener.asked == [], "changes alone are no news"
    desk.mapping("customers", MAPPING_INTO_SEATS)
    desk.run("audit")
    desk.run("audit")
    [first] = listener.asked
    message = json.loads(first.body)
    assert message["type"] == "warning"
    assert "HIGH customer-default-group-grants-application-access: jira-users" in message["message"]

    desk.mapping("customers", MAPPING_INTO_SEATS.replace("jira-users", "portal"))
    desk.settings["DIRSYNC_NOTIFY_REDACT"] = "true"
    hooks(desk, listener)
    desk.run("audit")
    _, hook, last = listener.asked
    assert "1 resolved" in json.loads(last.body)["message"]
    assert "details" not in verified(hook)["data"]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (answer({"error": f"no check {TOKEN}"}, 404, crowd=None), "answered HTTP 404"),
        (answer(b"", 302, crowd=None, location="https://elsewhere.example.org/login"), "sends us on to"),
    ],
)
def test_whoever_can_not_be_told_changes_nothing_and_is_a_warning_without_the_address(
    desk: Workplace, script: Callable[..., ScriptedServer], step: bytes, said: str
) -> None:
    deaf = script(lambda _asked: step)
    pings(desk, deaf)
    hooks(desk, deaf)
    notifies(desk, deaf)
    (desk.folder / "file").write_text("")
    desk.mapping("customers", MAPPING_INTO_SEATS)
    ran = desk.run("audit", "--metrics", "file/m.prom")
    assert ran.code == 10, ran.stderr
    told = "\n".join(warnings_of(ran))
    assert told.count("ping: ") >= 2
    assert "webhook: " in told
    assert "Of 1 addresses in DIRSYNC_NOTIFY_URLS these were not notified, counted from 1: 1." in told
    assert "The metrics file file/m.prom could not be written: Not a directory." in told
    assert said in told
    assert TOKEN not in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("path", ["/T/x", "/T/x?k=v1", "/x"])
@pytest.mark.parametrize("status", [307, 500])
def test_no_part_of_an_address_is_shown_however_short_it_is(
    desk: Workplace, script: Callable[..., ScriptedServer], path: str, status: int
) -> None:
    def echo(asked: Asked) -> bytes:
        said = asked.target
        location = {"location": f"http://elsewhere.example.org{said}"} if status == 307 else {}
        return answer(f"you said {said} ", status, "text/plain", crowd=None, **location)

    deaf = script(echo)
    desk.settings["DIRSYNC_PING_URL"] = deaf.url + path
    desk.settings["DIRSYNC_WEBHOOK_URL"] = deaf.url + path
    desk.settings["DIRSYNC_WEBHOOK_SECRET"] = SECRET
    told = "\n".join(warnings_of(desk.run("audit")))
    assert told.count("ping: ") == 2
    assert "webhook: " in told
    assert path.partition("?")[0] not in told
    assert "v1" not in told


def test_a_notification_is_not_carried_on_to_a_host_that_nobody_chose(
    desk: Workplace, listener: ScriptedServer, script: Callable[..., ScriptedServer]
) -> None:
    notifies(desk, script(lambda asked: answer(b"", 307, crowd=None, location=f"{listener.url}{asked.target}")))
    desk.mapping("customers", MAPPING_INTO_SEATS)
    assert "counted from 1: 1." in "\n".join(warnings_of(desk.run("audit")))
    assert listener.asked == []


def test_nobody_listening_costs_no_exit_code_either(desk: Workplace, script: Callable[..., ScriptedServer]) -> None:
    gone = script([])
    gone.stop()
    desk.settings["DIRSYNC_PING_URL"] = f"{gone.url}/{TOKEN}"
    began = time.monotonic()
    ran = desk.run("audit")
    assert ran.code == 0
    assert time.monotonic() - began < 30
    assert "connection refused" in "\n".join(warnings_of(ran))
    assert TOKEN not in ran.stderr


def test_a_webhook_is_sent_again_under_the_same_id(desk: Workplace, script: Callable[..., ScriptedServer]) -> None:
    busy = script([answer(b"", 502, crowd=None), HANG_UP, ALL_IS_TAKEN])
    hooks(desk, busy)
    ran = desk.run("audit")
    assert warnings_of(ran) == []
    assert len(busy.asked) == 3
    assert len({asked.headers["webhook-id"] for asked in busy.asked}) == 1
    assert verified(busy.asked[-1])["data"]["run"]["mode"] == "audit"


def test_what_is_supposed_is_told_to_nobody(desk: Workplace, listener: ScriptedServer) -> None:
    pings(desk, listener)
    desk.write(
        "what-if.yaml", "version: 1\nsuppose:\n  - application_access: {grant: portal, application: jira-software}\n"
    )
    assert desk.run("sync").code == 0
    listener.asked.clear()
    desk.run("audit", "--what-if", "what-if.yaml")
    assert listener.asked == []


def test_a_garbled_metrics_file_is_replaced(desk: Workplace) -> None:
    desk.write("m.prom", 'dirsync_last_success_timestamp_seconds{ "\n')
    desk.mapping("customers", "version: 2\n")
    assert desk.run("audit", "--metrics", "m.prom").code == 2
    assert measured(desk)["dirsync_exit_code"] == 2
    assert "dirsync_last_success_timestamp_seconds" not in measured(desk)


def test_a_file_that_no_collector_would_read_is_refused(desk: Workplace) -> None:
    ran = desk.run("audit", "--metrics", "m.txt")
    assert ran.code == 2
    assert "--metrics: m.txt does not end in .prom." in ran.stderr


@pytest.mark.parametrize("missing", ["prometheus_client", "apprise"])
def test_an_extra_that_is_not_installed_is_named(desk: Workplace, listener: ScriptedServer, missing: str) -> None:
    notifies(desk, listener)
    desk.mapping("customers", MAPPING_INTO_SEATS)
    program = f"import sys\nsys.modules[{missing!r}] = None\nfrom dirsync.cli import main\nmain()\n"
    words = [sys.executable, "-c", program, "audit", "--metrics", "m.prom"]
    ran = subprocess.run(words, cwd=desk.folder, env=desk.environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 10, ran.stderr
    extra = {"prometheus_client": "metrics", "apprise": "notify"}[missing]
    assert f"Install dirsync-connector[{extra}]" in ran.stderr


def test_the_log_file_tells_what_stderr_keeps_still_about(desk: Workplace) -> None:
    desk.settings["DIRSYNC_LOG_FILE"] = str(desk.folder / "log" / "dirsync.log")
    desk.settings["DIRSYNC_LOG_LEVEL"] = "info"
    desk.settings["DIRSYNC_LOG_FORMAT"] = "text"
    assert desk.run("sync", "--only", "nobody").code == 2
    ran = desk.run("sync", "--json")
    lines = (desk.folder / "log" / "dirsync.log").read_text().splitlines()
    mine = [line for line in lines if f" {ran.document['run']['id']} " in line]
    assert [line.split()[1] for line in mine] == ["INFO", *["CHANGE"] * 11, "INFO"]
    assert any("ERROR" in line and "there is no mapping 'nobody'" in line for line in lines)
    assert stat.S_IMODE((desk.folder / "log" / "dirsync.log").stat().st_mode) == 0o600
