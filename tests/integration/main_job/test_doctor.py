"""`dirsync doctor`: files only, as in a pull request, and the servers too."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.certificates import Authority
from servers.ds389 import Start389
from servers.samba import StartSamba
from servers.sandbox import StartSandbox
from servers.scripted import ScriptedServer, answer, script
from servers.slapd import StartSlapd, free_port, people_ldif
from servers.workplace import Ran, Workplace
from typer.testing import CliRunner

from dirsync.cli.app import app
from dirsync.facts.jira_rest import read_jira_facts
from dirsync.http import Endpoint, utc_now
from dirsync.model.estate import Estate
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.operations.doctor import silenced
from dirsync.operations.doctor.examine import examine
from dirsync.operations.doctor.silenced import JIRA_TELLS

__all__ = ["script"]

CANARY = "c4n4ry-s3cr3t"
SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories:
    - {name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}
crowd:
  directories: [{name: customers}]
  applications:
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: elsewhere, password: sandbox-only, directories: [{directory: customers}], remote_addresses: [192.0.2.1]}
"""

MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp, users: {base: "dc=example,dc=org"}}
target: {directory: crowd}
public_signup: wanted
"""

LDAP_MAPPING = """
version: 1
name: {name}
audience: customers
source:
  directory: {name}
  users: {{base: "ou=people,dc=example,dc=org"}}
  groups: {{base: "{groups}"}}
"""

ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories: [{name: C, mapping: customers, type: crowd, crowd_application: jira, mode: read-write}]
crowd:
  applications:
    - name: jira
      aggregate_memberships: false
      access_based_sync: false
      directories:
        - {mapping: customers, allow_all_to_authenticate: true, authorised_groups: [], default_groups: [],
           directory_default_groups: [], allowed_operations: [CREATE_USER], directory_allowed_operations: [CREATE_USER]}
  directories: [{name: customers, mapping: customers, type: internal, default_groups: []}]
"""

OFFLINE_WITHOUT_NETWORK = """
import sys
def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg"}:
        raise AssertionError(f"{event} {arguments}")
sys.addaudithook(refuse)
from dirsync.cli import main
main()
"""


@pytest.fixture
def desk(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """Return settings and mappings of which all is well, without any server."""
    monkeypatch.chdir(workplace.folder)
    workplace.directory("corp", kind="ldif", path="corp.ldif")
    workplace.write("corp.ldif", "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n")
    workplace.crowd("crowd", "https://crowd.example.org/crowd", "dirsync-customers", password=CANARY)
    workplace.jira("https://jira.example.org", token=CANARY)
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


def lines(ran: Ran, state: str = "", check: str = "") -> list[dict[str, str]]:
    return [one for one in ran.document["checks"] if state in {"", one["state"]} and check in {"", one["check"]}]


def said(ran: Ran, state: str, check: str) -> list[str]:
    return [f"{one['subject']}: {one['message']}" for one in lines(ran, state, check)]


def doctor(desk: Workplace, *words: str) -> Ran:
    """Run the command line in this process: it is asked often, and starts slowly."""
    desk.environment()
    result = CliRunner().invoke(app, ["doctor", *words], prog_name="dirsync")
    return Ran(result.exit_code, result.stdout, result.stderr)


def offline(desk: Workplace) -> Ran:
    ran = doctor(desk, "--offline", "--json")
    assert CANARY not in ran.stdout + ran.stderr
    assert all(one["remedy"] for one in lines(ran) if one["state"] != "ok"), "each problem has a remedy"
    return ran


# files only


def test_offline_connects_to_nobody_and_resolves_no_name(desk: Workplace) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", OFFLINE_WITHOUT_NETWORK, "doctor", *words, "--json"]
        return subprocess.run(
            command, cwd=desk.folder, env=desk.environment(), capture_output=True, text=True, timeout=60, check=False
        )

    desk.directory("crowd", retry_seconds="0")
    assert json.loads(run("--offline").stdout)["exit_code"] == 0
    assert "socket." in run().stdout, "without --offline the same lock is hit"


def test_all_is_well_where_all_is_well(desk: Workplace) -> None:
    ran = offline(desk)
    assert (ran.code, ran.stderr) == (0, "")
    assert [one for one in lines(ran) if one["state"] == "fail"] == []
    assert [one["subject"] for one in lines(ran, "warn")] == ["dirsync.env"], "the test's own is readable by others"


def test_it_makes_and_changes_nothing(desk: Workplace) -> None:
    desk.environment()
    before = sorted(desk.folder.rglob("*"))
    offline(desk)
    assert sorted(desk.folder.rglob("*")) == before


def test_every_mistake_of_settings_and_mappings_is_told_with_its_place(desk: Workplace) -> None:
    desk.settings["DIRSYNC_JIRA__TOKN"] = CANARY
    desk.settings["DIRSYNC_READONLY"] = "true"
    desk.mapping("customers", MAPPING.replace("wanted", "perhaps").replace("crowd}", "crwd}"))
    ran = offline(desk)
    assert ran.code == 2
    assert [text.partition(" (")[0] for text in said(ran, "fail", "settings")] == [
        "DIRSYNC_JIRA__TOKN", "DIRSYNC_READONLY",
    ]  # fmt: skip
    assert said(ran, "fail", "mapping") == [
        "mappings/customers.yaml:6:21: unknown directory 'crwd', did you mean 'crowd'?.",
        "mappings/customers.yaml:7:16: unknown public signup 'perhaps'; it must be 'wanted' or 'off'.",
    ]
    assert said(ran, "ok", "LDIF file"), "a mistake elsewhere keeps no other connection from being looked at"


def test_filters_and_bases_that_are_none_are_told(desk: Workplace) -> None:
    desk.mapping("customers", MAPPING.replace('base: "dc=example,dc=org"', 'base: "example", filter: "(uid=*"'))
    ran = offline(desk)
    assert ran.code == 2
    assert len(said(ran, "fail", "filters")) == 2
    assert said(offline(desk), "fail", "mapping") == []


def test_a_secret_is_told_by_its_origin_and_never_by_its_value(desk: Workplace) -> None:
    del desk.settings["DIRSYNC_DIRECTORIES__CROWD__PASSWORD"]
    file = desk.write("crowd-password", CANARY)
    desk.settings["DIRSYNC_DIRECTORIES__CROWD__PASSWORD_FILE"] = str(file)
    named = "DIRSYNC_DIRECTORIES__CROWD__PASSWORD_FILE (dirsync.env:8)"
    assert said(offline(desk), "ok", "secret") == [
        f"DIRSYNC_DIRECTORIES__CROWD__PASSWORD: from the file {file}, named in {named}.",
        "DIRSYNC_JIRA__TOKEN: from dirsync.env:7.",
    ]


def test_a_secret_that_is_not_on_this_machine_is_a_warning_offline_and_a_failure_where_the_job_runs(
    desk: Workplace,
) -> None:
    del desk.settings["DIRSYNC_DIRECTORIES__CROWD__PASSWORD"]
    desk.settings["DIRSYNC_DIRECTORIES__CROWD__PASSWORD_FILE"] = "/run/secrets/nowhere"
    del desk.settings["DIRSYNC_JIRA__TOKEN"]
    desk.settings["DIRSYNC_JIRA__USERNAME"] = "dirsync"
    ran = offline(desk)
    assert ran.code == 0
    assert [one["subject"] for one in lines(ran, "warn", "secret")] == [
        "DIRSYNC_DIRECTORIES__CROWD__PASSWORD", "DIRSYNC_JIRA__PASSWORD",
    ]  # fmt: skip
    live = doctor(desk, "--json")
    assert live.code == 2
    assert "/run/secrets/nowhere can't be read" in " ".join(said(live, "fail", "settings"))


@pytest.mark.parametrize(
    ("mode", "state"), [(0o600, "ok"), (0o400, "ok"), (0o640, "warn"), (0o604, "warn"), (0o620, "warn")]
)
def test_files_with_secrets_that_others_may_read_or_change_are_warned_about(
    desk: Workplace, mode: int, state: str
) -> None:
    file = desk.write("token", CANARY)
    file.chmod(mode)
    del desk.settings["DIRSYNC_JIRA__TOKEN"]
    desk.settings["DIRSYNC_JIRA__TOKEN_FILE"] = str(file)
    ran = offline(desk)
    assert ran.code == 0
    [line] = [one for one in lines(ran, "", "file mode") if one["subject"] == str(file)]
    assert line["state"] == state
    assert f"mode {mode:04o}" in line["message"]


def test_a_settings_file_without_secrets_may_be_read_by_others(desk: Workplace) -> None:
    for name in ("DIRSYNC_DIRECTORIES__CROWD__PASSWORD", "DIRSYNC_JIRA__TOKEN"):
        del desk.settings[name]
    ran = offline(desk)
    assert said(ran, "ok", "file mode") == ["dirsync.env: mode 0644; it holds no secret."]


def test_a_settings_file_that_only_names_files_of_secrets_may_be_read_by_others_too(desk: Workplace) -> None:
    for name in ("DIRSYNC_DIRECTORIES__CROWD__PASSWORD", "DIRSYNC_JIRA__TOKEN"):
        del desk.settings[name]
        desk.settings[f"{name}_FILE"] = str(desk.write("secret", CANARY))
    (desk.folder / "secret").chmod(0o600)
    assert "dirsync.env: mode 0644; it holds no secret." in said(offline(desk), "ok", "file mode")


def test_passwords_that_may_travel_in_clear_are_warned_about(desk: Workplace) -> None:
    assert said(offline(desk), "ok", "encryption")
    desk.directory("crowd", allow_plaintext="true")
    ran = offline(desk)
    assert [one["subject"] for one in lines(ran, "warn", "encryption")] == ["crowd"]
    assert said(ran, "ok", "encryption") == []


def test_read_only_is_told(desk: Workplace) -> None:
    desk.settings["DIRSYNC_READ_ONLY"] = "true"
    assert "DIRSYNC_READ_ONLY: set: no command will write to a directory." in said(offline(desk), "ok", "settings")


def test_ca_files_are_opened_and_their_last_day_told(desk: Workplace, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    desk.directory("crowd", ca_file=str(authority.ca_file))
    ran = offline(desk)
    assert ran.code == 0
    [line] = lines(ran, "warn", "CA file")
    assert line["subject"] == f"{authority.ca_file} (CA_FILE of crowd)"
    assert "'dirsync test authority' is good until" in line["message"]
    assert "29 days from now" in line["message"]


@pytest.mark.parametrize(
    ("content", "state", "told"),
    [(None, "warn", "not on this machine."), ("no certificate", "fail", "can't be used: it holds no PEM certificate.")],
)
def test_a_ca_file_that_is_missing_or_broken_is_told(
    desk: Workplace, content: str | None, state: str, told: str
) -> None:
    if content:
        desk.write("ca.pem", content)
    desk.settings["DIRSYNC_JIRA__CA_FILE"] = "ca.pem"
    ran = offline(desk)
    assert said(ran, state, "CA file") == [f"ca.pem (CA_FILE of jira): {told}"]
    assert ran.code == (2 if state == "fail" else 0)


def test_a_ca_file_that_holds_no_authority_is_warned_about(desk: Workplace, tmp_path: Path) -> None:
    server = Authority(tmp_path / "authority").issue("ldap", "DNS:ldap.example.org")
    desk.settings["DIRSYNC_JIRA__CA_FILE"] = str(server.certificate)
    [line] = lines(offline(desk), "warn", "CA file")
    assert line["message"] == "holds a certificate, but of no authority."


def test_an_export_that_is_missing_is_a_warning_offline_and_exit_3_where_the_job_runs(desk: Workplace) -> None:
    (desk.folder / "corp.ldif").unlink()
    ran = offline(desk)
    assert (ran.code, said(ran, "warn", "LDIF file")) == (0, ["corp: corp.ldif is not on this machine."])
    del desk.settings["DIRSYNC_JIRA__URL"], desk.settings["DIRSYNC_JIRA__TOKEN"]
    desk.directory("crowd", url=f"http://127.0.0.1:{free_port()}/crowd", retry_seconds="0")
    live = doctor(desk, "--json")
    assert (live.code, said(live, "fail", "LDIF file")) == (3, ["corp: there is no file corp.ldif."])
    (desk.folder / "corp.ldif").mkdir()
    assert offline(desk).code == 3


def test_waivers_and_declarations_that_end_soon_are_told(desk: Workplace) -> None:
    today = datetime.now(UTC).date()
    dates = {
        name: today + timedelta(days=days) for name, days in (("gone", -1), ("today", 0), ("soon", 29), ("later", 30))
    }
    entries = "".join(
        f'  - {{rule: audit-incomplete, directory: {name}, reason: "x", owner: owner@example.org, expires: {day}}}\n'
        for name, day in dates.items()
    )
    desk.mapping("waivers", f"waivers:\n{entries}")
    ran = offline(desk)
    assert said(ran, "warn", "waiver") == [
        f"mappings/waivers.yaml:2: the waiver for audit-incomplete ended on {dates['gone']}.",
        f"mappings/waivers.yaml:3: the waiver for audit-incomplete ends on {dates['today']}.",
        f"mappings/waivers.yaml:4: the waiver for audit-incomplete ends on {dates['soon']}.",
    ]
    desk.mapping("waivers", f"waivers:\n{entries.splitlines()[3]}\n")
    assert said(offline(desk), "ok", "waiver") == ["mappings: 1 waiver, of which none ends within 30 days."]
    far, latest = today + timedelta(days=367), today + timedelta(days=366)
    desk.mapping("waivers", f"waivers:\n{entries.splitlines()[3].replace(str(dates['later']), str(far))}\n")
    told = offline(desk)
    ends = f"mappings/waivers.yaml:2: the waiver for audit-incomplete ends on {far}"
    assert said(told, "warn", "waiver") == [f"{ends}, more than a year away: it accepts nothing."]
    assert f"Let owner@example.org set a day until {latest}, or delete it." in told.stdout
    assert said(told, "ok", "waiver") == []


@pytest.mark.parametrize(
    ("days", "state", "told"),
    [
        (-1, "warn", "now counts as unknown"),
        (0, "warn", "after that"),
        (29, "warn", "after that"),
        (30, "ok", "valid until"),
    ],
)
def test_the_declaration_s_last_day_is_told(desk: Workplace, days: int, state: str, told: str) -> None:
    until = datetime.now(UTC).date() + timedelta(days=days)
    desk.mapping("estate", ESTATE.replace("2099-01-01", until.isoformat()))
    [line] = lines(offline(desk), state, "estate")
    assert line["subject"] == "mappings/estate.yaml:3"
    assert told in line["message"]


def test_an_estate_that_nobody_signs_or_wrote_is_told(desk: Workplace) -> None:
    desk.mapping("estate", "version: 1\n")
    assert said(offline(desk), "warn", "estate") == ["mappings/estate.yaml:1: declared by nobody named."]
    (desk.folder / "mappings" / "estate.yaml").unlink()
    assert said(offline(desk), "warn", "estate") == ["mappings/estate.yaml: is not there, so nothing is declared."]


def test_facts_that_nobody_declares_are_told_with_the_rules_they_silence(desk: Workplace) -> None:
    private = ESTATE.replace("jira:\n", "jira:\n  public_signup: {agent_signup: false}\n", 1)
    desk.mapping("estate", private.replace(", mode: read-write", ""))
    ran = offline(desk)
    assert ran.code == 0
    [line] = lines(ran, "warn", "fact")
    assert line["subject"] == "jira.user_directories[C].mode"
    assert "it silences" in line["message"]
    assert "public-signup-needs-read-write" in line["message"]
    assert "audit-incomplete" not in line["message"], "it only repeats what others lack"
    assert "jira.user_directories" in line["remedy"]


def test_what_is_declared_is_taken_as_declared_although_jira_will_be_asked(desk: Workplace) -> None:
    unsaid = ESTATE.replace(", mode: read-write", "")
    desk.mapping("customers", MAPPING.replace("wanted", "off"))
    desk.mapping("estate", unsaid.replace("jira:\n", "jira:\n  public_signup: {global: false}\n", 1))
    rules = {one["subject"]: one["message"] for one in lines(offline(desk), "warn", "fact")}
    assert "public-signup" not in rules.get("jira.user_directories[C].mode", "")
    desk.mapping("estate", unsaid)
    rules = {one["subject"]: one["message"] for one in lines(offline(desk), "warn", "fact")}
    assert "public-signup" in rules["jira.user_directories[C].mode"]


class AsksAboutEverybody:
    """A rule that lacks a fact about each person, and so about nobody where there is nobody."""

    id = "asks-about-everybody"
    severity = Severity.LOW
    since = "0.1"
    decides_seats = False

    def audit(self, estate: Estate) -> Iterator[Finding]:
        for people in estate.populations:
            for user in estate.snapshot(people.directory).users(people.selection):
                subject = Subject(SubjectKind.USER, user.username)
                missing = (f"facts[{people.mapping}]",)
                yield Finding(self.id, Verdict.UNKNOWN, self.severity, subject, "?", missing=missing, remedy="Tell.")


def test_facts_that_nobody_tells_are_counted_where_no_rule_needs_them_yet(desk: Workplace) -> None:
    [told] = said(offline(desk), "ok", "fact")
    shown = json.loads(doctor(desk, "--facts", "--offline", "--json").stdout)["facts"]
    untold = [one["fact"] for one in shown if one["state"] == "unknown" and not one["fact"].startswith(JIRA_TELLS)]
    assert untold, "else there is nothing to count"
    assert re.search(rf"\b{len(untold)} facts? (is|are) told by nobody", told)
    assert "'dirsync doctor --facts'" in told


def test_rules_about_people_are_asked_about_somebody_of_each_mapping(
    desk: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silenced, "RULES", (AsksAboutEverybody(),))
    desk.mapping("agents", "version: 1\nname: agents\naudience: agents\nsource: {directory: corp}\n")
    assert said(offline(desk), "warn", "fact") == [
        "facts[agents]: nobody tells it; it silences asks-about-everybody.",
        "facts[customers]: nobody tells it; it silences asks-about-everybody.",
    ]


def test_what_jira_would_tell_is_missing_only_where_jira_is_not_asked(desk: Workplace) -> None:
    assert not any(one["subject"].startswith(JIRA_TELLS) for one in lines(offline(desk), "warn", "fact"))
    del desk.settings["DIRSYNC_JIRA__URL"], desk.settings["DIRSYNC_JIRA__TOKEN"]
    ran = offline(desk)
    missing = {one["subject"]: one for one in lines(ran, "warn", "fact")}
    assert "customer-holds-application-access" in missing["jira.applications"]["message"]
    assert said(ran, "warn", "settings") == [
        "DIRSYNC_JIRA: Jira is not set up, so nobody is asked which groups cost seats."
    ]


def test_what_jira_would_tell_is_what_it_is_asked_for(start_sandbox: StartSandbox) -> None:
    jira = Endpoint("jira", start_sandbox(SEED).jira_url, token="sandbox-jira-token", retry_seconds=1.0)
    assert [name for name in read_jira_facts(jira, utc_now) if not name.startswith(JIRA_TELLS)] == []


def test_a_secret_that_stands_in_a_mapping_by_mistake_is_not_shown(desk: Workplace) -> None:
    desk.mapping("customers", MAPPING.replace("directory: corp", f"directory: {CANARY}"))
    assert any("unknown directory '***'" in text for text in said(offline(desk), "fail", "mapping"))


def test_a_pipe_gets_one_line_for_each_check(desk: Workplace) -> None:
    desk.settings["DIRSYNC_READONLY"] = "true"
    out = doctor(desk, "--offline").stdout
    assert all(line[:4] in {"OK  ", "WARN", "FAIL", "    "} for line in out.split("\n\n")[0].splitlines())
    assert max(map(len, out.splitlines())) > 120


def test_quiet_tells_only_what_is_wrong(desk: Workplace) -> None:
    desk.settings["DIRSYNC_READONLY"] = "true"
    out = doctor(desk, "--offline", "--quiet").stdout
    assert "FAIL  settings: DIRSYNC_READONLY" in out
    assert "OK    " not in out


# the servers too


@pytest.fixture
def online(desk: Workplace, start_sandbox: StartSandbox) -> Workplace:
    sandbox = start_sandbox(SEED)
    desk.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="0")
    desk.jira(sandbox.jira_url)
    desk.settings["DIRSYNC_JIRA__RETRY_SECONDS"] = "0"
    return desk


def live(desk: Workplace) -> Ran:
    ran = doctor(desk, "--json")
    assert all(one["remedy"] for one in lines(ran) if one["state"] != "ok"), "each problem has a remedy"
    return ran


def test_crowd_and_jira_are_asked_who_they_are_and_what_they_allow(online: Workplace) -> None:
    ran = live(online)
    assert ran.code == 0
    crowd, clock = said(ran, "ok", "Crowd")
    assert crowd.endswith("/crowd knows the application 'dirsync-customers' and lets it read.")
    assert "Crowd/" in crowd
    assert clock == "crowd: its clock and ours agree."
    jira = said(ran, "ok", "Jira")
    assert jira[0].startswith("jira: Jira 9.12 at http://127.0.0.1:")
    assert jira[1:] == ["jira: its clock and ours agree.", "jira: this account holds ADMINISTER."]


@pytest.mark.parametrize(
    ("application", "password", "told", "remedy"),
    [
        ("dirsync-customers", "wrong", "does not know the application", "__PASSWORD"),
        (
            "elsewhere",
            "sandbox-only",
            "forbids the application 'elsewhere' to ask from the address",
            "Remote addresses",
        ),
    ],
)
def test_crowd_s_refusals_are_told_apart(
    online: Workplace, application: str, password: str, told: str, remedy: str
) -> None:
    online.directory("crowd", application=application, password=password)
    ran = live(online)
    assert ran.code == 3
    [line] = lines(ran, "fail", "Crowd")
    assert told in line["message"]
    assert remedy in line["remedy"]
    assert said(ran, "ok", "Jira"), "an error in one check keeps no other from being done"


def test_the_other_403_of_crowd_is_a_right_that_lacks(
    online: Workplace, script: Callable[[Any], ScriptedServer]
) -> None:
    refusal = {"reason": "APPLICATION_PERMISSION_DENIED", "message": "Not allowed"}
    online.directory("crowd", url=script([answer(refusal, 403)]).url)
    [line] = lines(live(online), "fail", "Crowd")
    assert "APPLICATION_PERMISSION_DENIED" in line["message"]
    assert "look at the rights of the application" in line["remedy"]


def test_jira_s_refusals_and_missing_permissions_are_told_with_what_they_cost(
    online: Workplace, start_sandbox: StartSandbox
) -> None:
    online.settings["DIRSYNC_JIRA__TOKEN"] = "wrong"
    ran = live(online)
    assert ran.code == 3
    assert "does not know the account of this token" in said(ran, "fail", "Jira")[0]
    users = SEED.replace("jira:\n", "jira:\n  credentials: {permissions: [BROWSE]}\n", 1)
    online.jira(start_sandbox(users).jira_url)
    ran = live(online)
    assert ran.code == 0
    assert "may not administer Jira" in said(ran, "warn", "Jira")[0]
    silenced = {one["subject"]: one["message"] for one in lines(ran, "warn", "fact")}
    assert "customer-holds-application-access" in silenced["jira.applications"]


def test_clocks_that_differ_are_told(online: Workplace) -> None:
    online.environment()

    def checked(seconds: int) -> list[str]:
        examined = examine(
            None, online.folder / "mappings", (), online.settings, lambda: utc_now() + timedelta(seconds=seconds),
            is_offline=False,
        )  # fmt: skip
        return [one.remark.message for one in examined.told if "clock" in one.remark.message]

    assert checked(0) == ["its clock and ours agree."] * 2
    assert checked(50) == ["its clock and ours agree."] * 2
    assert all("s ahead of the server's" in message for message in checked(62))
    assert all("s behind the server's" in message for message in checked(-64))


def test_an_answer_without_a_date_is_told(online: Workplace, script: Callable[[Any], ScriptedServer]) -> None:
    online.directory("crowd", url=script([answer({"users": []})]).url)
    assert said(live(online), "warn", "Crowd") == ["crowd: its answers bear no date, so clocks can't be compared."]


def test_a_directory_of_jira_s_own_needs_the_database_to_be_read_whole(desk: Workplace) -> None:
    desk.directory("portal", kind="jira", jira_directory="Jira Internal Directory")
    desk.directory("crowd", url=f"http://127.0.0.1:{free_port()}/crowd", retry_seconds="0")
    desk.jira(f"http://127.0.0.1:{free_port()}/jira")
    desk.settings["DIRSYNC_JIRA__RETRY_SECONDS"] = "0"
    ran = live(desk)
    assert ran.code == 3
    assert "'Jira Internal Directory' is held by Jira itself" in said(ran, "warn", "directory")[0]
    assert len(lines(ran, "fail", "Crowd")) == len(lines(ran, "fail", "Jira")) == 1


def test_an_ldap_server_is_reached_encrypted_logged_in_to_and_recognised(
    online: Workplace, start_slapd: StartSlapd
) -> None:
    authority = start_slapd.authority
    days = {"corp": 90, "soon": 20}
    for name, left in days.items():
        certificate = authority.issue(name, "DNS:localhost,IP:127.0.0.1", days=left)
        slapd = start_slapd(certificate=certificate, session_log=None if name == "soon" else 0)
        online.ldap(name, slapd, url=slapd.ldaps_url, ca_file=str(slapd.ca_file))
    del online.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    ran = live(online)
    assert ran.code == 0
    told = [text for text in said(ran, "ok", "LDAP") if text.startswith("corp: ")]
    assert "encrypted (TLS from the start, TLSv1." in told[0]
    assert "the certificate of 'corp.test' is good until" in told[1]
    assert "89 days from now" in told[1]
    by_changes = (
        "is read by what changed since the last read: content synchronization (RFC 4533), which tells deletions too"
    )
    assert told[2:] == [
        "corp: logged in as cn=reader,dc=example,dc=org (simple).",
        "corp: a server that does not say its version, spoken to as OpenLDAP.",
        "corp: gives its entries in pages of 1000.",
        "corp: shows this account none of its size and time limits; a read that meets one says which.",
        f"corp: {by_changes}.",
    ]
    assert any(text.startswith("soon: has no content synchronization (RFC 4533") for text in said(ran, "ok", "LDAP"))
    online.directory("corp", full_every="0")
    assert "corp: is read whole every time, and nothing of it is kept (FULL_EVERY=0)." in said(
        live(online), "ok", "LDAP"
    )
    about_people, about_certificate = lines(ran, "warn", "LDAP")
    assert about_people["message"] == "shows this account no users in dc=example,dc=org (objectClass=person)."
    assert (about_certificate["subject"], "19 days from now" in about_certificate["message"]) == ("soon", True)


def test_what_an_ldap_account_lacks_is_told_with_its_cure(online: Workplace, start_slapd: StartSlapd) -> None:
    people = people_ldif(20)
    capped = start_slapd(ldif=people, limits="page", size=100)
    unpaged = start_slapd(ldif=people, limits="no-paging")
    hiding = start_slapd(ldif=people, extra="access to attrs=uid by * none")
    fine = start_slapd(ldif=people)
    gone = start_slapd()
    for name, server in (("corp", fine), ("capped", capped), ("unpaged", unpaged), ("hiding", hiding), ("gone", gone)):
        online.ldap(name, server)
        online.mapping(name, LDAP_MAPPING.format(name=name, groups="ou=groups,dc=example,dc=org"))
    del online.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    ran = live(online)
    assert ran.code == 3
    told: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for one in lines(ran, check="LDAP"):
        told[one["subject"], one["state"]].append((one["message"], one["remedy"]))
    shown = [text for text in said(ran, "ok", "LDAP") if text.startswith("corp: shows this account users in ou=people")]
    assert shown == ["corp: shows this account users in ou=people,dc=example,dc=org (objectClass=person)."]
    assert any(text.startswith("corp: shows this account groups in ou=groups") for text in said(ran, "ok", "LDAP"))
    [(message, remedy)] = told["capped", "fail"]
    assert message == "gives this account at most 100 entries in a page; PAGE_SIZE is 1000."
    assert remedy.startswith("Set PAGE_SIZE=100,")
    [(message, remedy)] = told["unpaged", "fail"]
    assert message.startswith("gives this account no pages, so nothing proves that a read is whole: ")
    assert "size.prtotal" in remedy
    [(message, _)] = told["hiding", "warn"]
    assert message.startswith("shows users in ou=people,dc=example,dc=org (objectClass=person), but of the first one")
    assert "it has no uid" in message
    assert [message.partition(": ")[2].partition(".")[0] for message, _ in told["gone", "fail"]] == [
        "the server ended it with noSuchObject"
    ] * 2


def test_a_size_limit_that_ends_every_run_is_met_by_the_doctor_too(
    online: Workplace, start_slapd: StartSlapd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(online.folder / "state"))
    people = people_ldif(37)
    del online.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    for name, server in (
        ("corp", start_slapd(ldif=people_ldif(1700, group_size=1700))),
        ("small", start_slapd(ldif=people, limits="total", size=10)),
        ("beyond", start_slapd(ldif=people_ldif(1700, group_size=1700), limits="total", size=1600)),
    ):
        online.ldap(name, server, page_size="200")
        online.mapping(name, LDAP_MAPPING.format(name=name, groups="ou=groups,dc=example,dc=org"))
    ran = live(online)
    assert ran.code == 3
    [failed] = lines(ran, "fail", "LDAP")
    assert failed["subject"] == "small"
    assert failed["message"].startswith(
        "ends the search for users in ou=people,dc=example,dc=org (objectClass=person) after 10 entries,"
        " so no run reads it whole: the server ended it with sizeLimitExceeded"
    )
    assert "size.prtotal" in failed["remedy"]
    assert lines(ran, check="last run") == [], "no run yet"
    assert online.run("audit", "--quiet").code == 3
    told = {one["subject"]: one for one in lines(live(online), "warn", "last run")}
    assert set(told) == {"small", "beyond"}, "of a limit that a short look does not meet the last run tells"
    assert "could not read it whole: " in told["beyond"]["message"]
    assert "sizeLimitExceeded" in told["beyond"]["message"]
    assert "size.prtotal" in told["beyond"]["remedy"]


def test_a_client_key_that_others_may_read_is_told(desk: Workplace) -> None:
    key = desk.write("client.key", "not looked at")
    tls = {"client_cert_file": "client.pem", "client_key_file": str(key)}
    desk.directory("tls", kind="ldap", url="ldaps://ldap.example.org", **tls)
    key.chmod(0o644)
    assert any(
        text.startswith(f"{key}: holds a secret, and others") for text in said(offline(desk), "warn", "file mode")
    )
    key.chmod(0o600)
    assert f"{key}: mode 0600." in said(offline(desk), "ok", "file mode")
    key.unlink()
    assert not any(str(key) in text for text in said(offline(desk), "ok", "file mode"))


def shown_limits(ran: Ran, name: str) -> str:
    [told] = [text for text in said(ran, "ok", "LDAP") if text.startswith(f"{name}: limits it shows to this account: ")]
    return told.partition(": limits it shows to this account: ")[2]


def test_active_directory_shows_its_limits_to_every_account(online: Workplace, start_samba: StartSamba) -> None:
    domain = start_samba()
    online.ldap("ad", domain, ca_file=str(domain.ca_file))
    shown = shown_limits(live(online), "ad")
    assert {"MaxPageSize 1000", "MaxValRange 1500", "MaxQueryDuration 120"} <= set(shown.rstrip(".").split(", "))
    assert "MaxPoolThreads" not in shown


def test_389_shows_an_account_its_own_limits_and_the_manager_those_of_all(
    online: Workplace, start_389: Start389
) -> None:
    server = start_389(lambda base: people_ldif(2, base), nsSizeLimit=50)
    online.ldap("own", server)
    online.ldap("all", server, bind_dn=server.admin_dn, password=server.admin_password)
    ran = live(online)
    assert shown_limits(ran, "own") == "nsSizeLimit 50."
    assert "nsslapd-sizelimit 2000, " in shown_limits(ran, "all")
    assert "nsslapd-lookthroughlimit 5000" in shown_limits(ran, "all")
    by_ids = "content synchronization (RFC 4533) of ids, which tells deletions too"
    assert f"own: is read by what changed since the last read: {by_ids}." in said(ran, "ok", "LDAP")


def test_a_server_that_had_to_be_passed_over_is_a_warning(online: Workplace, start_slapd: StartSlapd) -> None:
    slapd = start_slapd(ldif=people_ldif(5))
    port = free_port()
    online.ldap("corp", slapd, url=f"ldap://127.0.0.1:{port} {slapd.url}")
    del online.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    ran = live(online)
    assert ran.code == 0
    [warning] = lines(ran, "warn", "LDAP")
    assert warning["message"].startswith(f"ldap://127.0.0.1:{port} could not be reached: ")
    assert slapd.url in warning["remedy"]
    assert f"corp: reached {slapd.url}, unencrypted, which never leaves this machine." in said(ran, "ok", "LDAP")


def test_starttls_an_anonymous_login_and_a_wrong_password_are_told(online: Workplace, start_slapd: StartSlapd) -> None:
    slapd = start_slapd()
    online.ldap("corp", slapd, ca_file=str(slapd.ca_file))
    online.ldap("wrong", slapd, password=CANARY)
    online.directory("nobody", kind="ldap", url=slapd.url)
    del online.settings["DIRSYNC_DIRECTORIES__CORP__PATH"]
    ran = live(online)
    assert ran.code == 3
    assert CANARY not in ran.stdout
    assert any("encrypted (StartTLS, TLSv1." in text for text in said(ran, "ok", "LDAP"))
    assert f"nobody: reached {slapd.url}, unencrypted, which never leaves this machine." in said(ran, "ok", "LDAP")
    assert any("logged in as nobody" in text for text in said(ran, "warn", "LDAP"))
    [refused] = lines(ran, "fail", "LDAP")
    assert (refused["subject"], "invalidCredentials" in refused["message"]) == ("wrong", True)
