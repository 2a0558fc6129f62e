"""Plans as files, interruptions, and the demo: the command line against the sandbox."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories: [{name: customers, groups: [{name: jira-users, groups: [insiders]}, {name: insiders}]}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""

MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
target: {directory: crowd}
default_groups: [portal]
public_signup: off
"""

DEMO = [sys.executable, "-m", "dirsync", "demo"]

ESTATE = """
version: 1
jira: {public_signup: {global: false}, user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only}]}
crowd: none
"""


def ldif(count: int) -> str:
    return "\n\n".join([
        "dn: dc=example,dc=org\nobjectClass: domain\ndc: example",
        *(
            f"dn: uid=p{n:03},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: p{n:03}\ncn: P {n}\n"
            f"sn: Person\nmail: p{n:03}@example.org\nentryUUID: 00000000-0000-4000-8000-{n:012}"
            for n in range(count)
        ),
    ]) + "\n"  # fmt: skip


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="2")
    workplace.jira(sandbox.jira_url)
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.write("corp.ldif", ldif(5))
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


def created(sandbox: RunningSandbox) -> list[str]:
    return [one.path for one in sandbox.requests if one.method == "POST" and one.path.endswith("/user")]


def test_a_reviewed_plan_is_applied_and_a_second_time_there_is_nothing_left_of_it(desk: Workplace) -> None:
    assert desk.run("plan", "--out", "tonight.json", "--check").code == 11
    applied = desk.run("apply", "tonight.json", "--json")
    assert applied.code == 0, applied.stderr
    assert len(applied.document["outcomes"]) == len(json.loads((desk.folder / "tonight.json").read_text())["changes"])
    again = desk.run("apply", "tonight.json")
    assert again.code == 4
    assert "- create_user p000" in again.stderr


def test_a_plan_that_is_no_longer_todays_is_refused_with_the_differences(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    desk.run("plan", "--out", "tonight.json")
    desk.write("corp.ldif", ldif(6))
    refused = desk.run("apply", "tonight.json")
    assert refused.code == 4
    assert "+ create_user p005" in refused.stderr
    assert created(sandbox) == []


def test_a_reviewed_plan_whose_target_can_not_be_read_whole_is_not_stale_but_unread(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    # else nothing but its events would be asked for
    desk.directory("crowd", full_every="0")
    desk.run("plan", "--out", "tonight.json")
    sandbox.faults.add(Fault(path="/group/membership", body=b"<memberships><membership", times=None))
    unread = desk.run("apply", "tonight.json", "--json")
    assert unread.code == 3
    assert any("was not applied" in notice for notice in unread.document["run"]["notices"])
    assert created(sandbox) == []
    sandbox.faults.clear()
    assert desk.run("apply", "tonight.json").code == 0


def test_an_altered_plan_is_refused(desk: Workplace, sandbox: RunningSandbox) -> None:
    desk.run("plan", "--out", "tonight.json")
    plan = desk.folder / "tonight.json"
    plan.write_text(plan.read_text().replace("p000@example.org", "evil@example.org"))
    refused = desk.run("apply", "tonight.json")
    assert refused.code == 4
    assert "altered" in refused.stderr
    assert created(sandbox) == []


def test_a_customers_mapping_never_writes_into_a_group_that_reaches_a_seat(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    desk.mapping("customers", MAPPING.replace("[portal]", "[insiders]"))
    refused = desk.run("sync")
    assert refused.code == 4
    assert "insiders > jira-users > jira-software" in " ".join(refused.stdout.split())
    assert created(sandbox) == []


def test_read_only_refuses_to_write_whatever_the_command(desk: Workplace, sandbox: RunningSandbox) -> None:
    desk.settings["DIRSYNC_READ_ONLY"] = "true"
    assert desk.run("sync").code == 2
    assert desk.run("sync", "--dry-run").code == 0
    assert desk.run("audit").code == 0
    assert created(sandbox) == []


def test_a_rehearsal_walks_the_same_path_and_writes_nothing(desk: Workplace, sandbox: RunningSandbox) -> None:
    rehearsed = desk.run("sync", "--dry-run", "--json")
    assert rehearsed.code == 0
    assert created(sandbox) == []
    assert desk.run("plan", "--json").document["plan"]["digest"] == rehearsed.document["plan"]["digest"]


def test_some_failing_changes_make_exit_code_5_and_the_next_run_does_the_rest(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    sandbox.faults.add(
        Fault(
            method="POST",
            path="/user$",
            first=2,
            status=400,
            headers={"X-Embedded-Crowd-Version": "Crowd/6.0.2"},
            content_type="application/json",
            body=b'{"reason": "INVALID_USER", "message": "not this one"}',
        )
    )
    first = desk.run("sync", "--json")
    assert first.code == 5
    results = [one["outcome"] for one in first.document["outcomes"]]
    assert results.count("failed") + results.count("refused") == 1
    assert results.count("not_tried") == 1, "only the membership of that one person depended on it"
    second = desk.run("sync", "--json")
    assert second.code == 0
    assert sorted(one[0] for one in second.changes) == ["add_member", "create_user"]


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_ends_between_two_changes_and_the_next_run_does_the_rest(
    desk: Workplace, sandbox: RunningSandbox, stop: signal.Signals
) -> None:
    desk.write("corp.ldif", ldif(60))
    sandbox.faults.add(Fault(method="POST", path="/user$", times=None, latency=0.1))
    running = _start(desk)
    _wait_until(lambda: len(created(sandbox)) >= 3)
    running.send_signal(stop)
    assert running.wait(60) == 130
    sandbox.faults.clear()
    carried = len(created(sandbox))
    rest = desk.run("sync", "--json")
    assert rest.code == 0
    assert len([one for one in rest.changes if one[0] == "create_user"]) == 60 - carried
    assert desk.run("sync", "--json").changes == []


def test_a_killed_run_is_settled_by_the_next_one_and_nothing_is_done_twice(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    desk.write("corp.ldif", ldif(60))
    sandbox.faults.add(Fault(method="POST", path="/user$", times=None, latency=0.1))
    running = _start(desk)
    _wait_until(lambda: len(created(sandbox)) >= 5)
    running.kill()
    running.wait(60)
    sandbox.faults.clear()
    time.sleep(0.5)
    rest = desk.run("sync", "--json")
    assert rest.code == 0
    assert any("settled first" in notice for notice in rest.document["run"]["notices"])
    assert {one["outcome"] for one in rest.document["outcomes"]} == {"done"}, "nothing was there already"
    assert desk.run("sync", "--json").changes == []


def test_a_second_run_at_once_is_told_who_holds_the_lock(desk: Workplace, sandbox: RunningSandbox) -> None:
    desk.directory("crowd", writers="1")
    desk.write("corp.ldif", ldif(40))
    sandbox.faults.add(Fault(method="POST", path="/user$", times=None, latency=0.5))
    running = _start(desk)
    _wait_until(lambda: bool(created(sandbox)))
    second = desk.run("sync")
    assert second.code == 75
    assert f"process {running.pid}" in second.stderr
    sandbox.faults.clear()
    assert running.wait(60) == 0


def test_quiet_is_silent_when_there_is_no_news(desk: Workplace) -> None:
    assert desk.run("sync", "--quiet").stdout
    silent = desk.run("sync", "--quiet")
    assert (silent.code, silent.stdout, silent.stderr) == (0, "", "")


def test_somebody_who_can_not_be_carried_over_is_news_once(desk: Workplace) -> None:
    assert desk.run("sync").code == 0
    twin = ldif(1).partition("\n\n")[2].replace("dn: uid=p000", "dn: cn=twin").replace("0000000000", "0000000099")
    desk.write("corp.ldif", ldif(5) + "\n" + twin)
    assert "p000" in desk.run("sync", "--quiet").stdout
    assert desk.run("sync", "--quiet").stdout == ""


def test_an_account_that_is_taken_over_is_news(desk: Workplace) -> None:
    desk.run("sync")
    (desk.folder / "state/dirsync/dirsync.db").unlink()  # whatever dirsync made was there before it now
    for arguments, is_told in ((["plan"], True), (["plan"], False), (["sync"], True), (["sync"], False)):
        told = desk.run(*arguments, "--quiet")
        assert ("there before dirsync: p000" in " ".join(told.stdout.split())) == is_told
        assert bool(told.stdout) == is_told


def test_a_base_and_a_filter_that_are_none_are_told_with_their_places(desk: Workplace) -> None:
    wrong = MAPPING.replace('{base: "ou=people,dc=example,dc=org"}', '{base: "ou=people,,dc", filter: "(uid=*"}')
    desk.mapping("customers", wrong)
    ran = desk.run("sync")
    assert ran.code == 2
    places = [line.partition(": ")[0] for line in ran.stderr.splitlines()]
    assert places == ["mappings/customers.yaml:7:17", "mappings/customers.yaml:7:42"]


def test_all_mistakes_of_settings_and_mappings_are_told_at_once(desk: Workplace) -> None:
    desk.settings["DIRSYNC_DIRECTORIES__CORP__PAHT"] = "x"
    desk.mapping("customers", MAPPING.replace("audience: customers", "audience: customer").replace("corp", "crop"))
    ran = desk.run("sync")
    assert ran.code == 2
    lines = ran.stderr.splitlines()
    assert any("PAHT" in line and "PATH" in line for line in lines)
    assert any(line.startswith("mappings/customers.yaml:4:11: unknown audience 'customer'") for line in lines)


def test_the_demo_answers_first_shows_seven_rules_failing_and_a_refused_night(tmp_path: Path) -> None:
    started = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "dirsync", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert time.monotonic() - started < 120
    words = " ".join(ran.stdout.split())
    assert words.startswith("3 of 3 customers hold a paid seat; 2 default groups would give one to every new customer.")
    document = json.loads((tmp_path / "dirsync-demo" / "report.json").read_text())
    failing = {one["rule"] for one in document["findings"] if one["verdict"] == "fail"}
    assert failing == {
        "customer-default-group-grants-application-access",
        "customer-holds-application-access",
        "group-fed-by-both-audiences",
        "licensed-group-unresolved",
        "new-users-get-application-access",
        "public-signup-needs-read-write",
        "unregistered-mail-is-dropped",
    }
    assert "0 changes planned" in words
    assert "refused by 'removals'" in words
    html = (tmp_path / "dirsync-demo" / "report.html").read_text()
    settings = (tmp_path / "dirsync-demo" / "dirsync.env").read_text()
    assert settings.count("URL=http://127.0.0.1:8095/") == 3, "where 'dirsync sandbox' listens"
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", html)
    readme = Path(__file__).parents[3] / "README.md"
    excerpt = [line.strip() for line in readme.read_text().splitlines()[:10] if line.startswith("    ")]
    assert len(excerpt) > 2
    assert [line for line in excerpt if " ".join(line.split()) not in words] == []


def test_the_demo_touches_no_folder_it_did_not_make(tmp_path: Path) -> None:
    (tmp_path / "dirsync-demo").mkdir()
    (tmp_path / "dirsync-demo" / "mine.txt").write_text("mine")
    ran = subprocess.run(
        [sys.executable, "-m", "dirsync", "demo"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 2
    assert (tmp_path / "dirsync-demo" / "mine.txt").read_text() == "mine"


def _start(desk: Workplace) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dirsync", "sync"],
        cwd=desk.folder,
        env=desk.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _wait_until(is_so, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)
