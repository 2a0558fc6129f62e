"""Waivers: findings that a named person accepts until a day, through the real command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Ran, Workplace

HOLDS = "customer-holds-application-access"

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories:
    - {name: Internal, type: internal, groups: [{name: jira-administrators}]}
    - {name: Crowd, type: crowd, crowd_application: jira-customers, mode: read-only}
crowd:
  directories:
    - name: customers
      groups: [{name: jira-users}]
      users:
        - {username: ana, email: ana@example.org, groups: [jira-users]}
        - {username: ben, email: ben@example.org, groups: [jira-users]}
  applications:
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: jira-customers, password: sandbox-only, directories: [{directory: customers}]}
"""

MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: crowd}
public_signup: off
"""

ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  public_signup: {global: false}
  user_directories: [{name: Crowd, mapping: customers, type: crowd, mode: read-only}]
crowd:
  directories: [{name: customers, mapping: customers, type: internal, default_groups: []}]
  applications:
    - name: jira-customers
      directories:
        - {mapping: customers, allow_all_to_authenticate: true, default_groups: [], directory_default_groups: []}
"""


def day(days: int) -> str:
    """Return the ISO date so many days from today (UTC), which is the day the audit goes by."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def waiver(user: str, days: int, rule: str = HOLDS, **more: str) -> str:
    told = {"rule": rule, "user": user, "reason": f"pilot of {user} until go-live"}
    told |= {"owner": f"owner-of-{user}@example.org", "expires": day(days), **more}
    return f"  - {{{', '.join(f'{key}: {value}' for key, value in told.items())}}}\n"


@pytest.fixture
def desk(workplace: Workplace, start_sandbox: StartSandbox) -> Workplace:
    sandbox = start_sandbox(SEED)
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("customers", f"{MAPPING}waivers:\n{waiver('ana', 40)}")
    workplace.mapping("waivers", f"waivers:\n{waiver('ben', 3)}")
    workplace.mapping("estate", ESTATE)
    return workplace


def test_a_waiver_in_a_mapping_and_one_in_the_file_of_waivers_both_hold(desk: Workplace) -> None:
    audited = desk.run("audit", "--json")
    assert audited.code == 0, audited.stderr
    holding = {one["subject"]["name"]: one["waiver"] for one in audited.findings(HOLDS, "fail")}
    assert holding == {
        "ana": {
            "owner": "owner-of-ana@example.org",
            "reason": "pilot of ana until go-live",
            "expires": day(40),
            "source": "mappings/customers.yaml:8",
        },
        "ben": {
            "owner": "owner-of-ben@example.org",
            "reason": "pilot of ben until go-live",
            "expires": day(3),
            "source": "mappings/waivers.yaml:2",
        },
    }
    assert audited.document["summary"]["waived"] == 2
    assert [one["count"] for one in audited.findings("waiver-unused", "pass")] == [2]


def test_what_is_waived_is_shown_with_who_why_and_how_long_in_every_report(desk: Workplace) -> None:
    shown = " ".join(desk.run("audit").stdout.split())
    assert f"ben: {HOLDS}, by owner-of-ben@example.org until {day(3)}: pilot of ben until go-live" in shown
    assert desk.run("report", "--format", "html", "--out", "out").code == 0
    page = next((desk.folder / "out").glob("*.html")).read_text(encoding="utf-8")
    rows = [row for row in page.split("<tr>") if "owner-of-ben@example.org" in row]
    assert any(all(part in row for part in ("pilot of ben", day(3), "3 days left", "waivers.yaml:2")) for row in rows)


def test_a_waiver_holds_on_its_last_day(desk: Workplace) -> None:
    desk.mapping("waivers", f"waivers:\n{waiver('ben', 0)}")
    assert desk.run("audit").code == 0


def test_the_day_after_its_last_one_the_finding_counts_again_and_the_waiver_is_told(desk: Workplace) -> None:
    desk.mapping("waivers", f"waivers:\n{waiver('ben', -1)}")
    audited = desk.run("audit", "--json")
    assert audited.code == 10
    assert {one["subject"]["name"] for one in audited.findings(HOLDS, "fail") if not one["waiver"]} == {"ben"}
    (expired,) = audited.findings("waiver-expired", "fail")
    assert f"held until {day(-1)}, by owner-of-ben@example.org (pilot of ben until go-live)" in expired["message"]
    assert "What it covered is open again: Groups put the customer 'ben' in 'jira-users'" in expired["message"]
    assert [one["source"] for one in expired["evidence"]] == ["mappings/waivers.yaml:2"]


def test_quiet_says_nothing_of_a_waiver_that_holds_and_tells_the_night_it_has_expired(desk: Workplace) -> None:
    assert "owner-of-ben@example.org" in desk.run("audit", "--quiet").stdout
    second = desk.run("audit", "--quiet")
    assert (second.code, second.stdout) == (0, "")
    desk.mapping("waivers", f"waivers:\n{waiver('ben', -1)}")
    expired = desk.run("audit", "--quiet")
    assert expired.code == 10
    assert "waiver-expired" in expired.stdout
    again = desk.run("audit", "--quiet")
    assert (again.code, again.stdout) == (10, "")


def test_a_waiver_that_covers_nothing_is_told(desk: Workplace) -> None:
    desk.mapping("waivers", f"waivers:\n{waiver('ben', 3, directory='crowed')}{waiver('ben', 3)}")
    audited = desk.run("audit", "--json")
    assert audited.code == 0
    (elsewhere,) = (one["message"] for one in audited.findings("waiver-unused", "fail"))
    assert f"directory 'crowed' covers no failing finding; owner-of-ben@example.org gave it until {day(3)}" in elsewhere


def test_a_run_of_some_mappings_can_not_say_that_a_waiver_is_unused(desk: Workplace) -> None:
    desk.mapping("agents", MAPPING.replace("customers", "agents").replace("public_signup: off", ""))
    desk.mapping("waivers", f"waivers:\n{waiver('cat', 3)}")
    audited = desk.run("audit", "--only", "customers", "--json")
    (unknown,) = audited.findings("waiver-unused", "unknown")
    assert (unknown["subject"]["name"], unknown["missing"][-1]) == ("cat", "mappings")
    assert "without --only" in unknown["remedy"]


def test_a_waiver_of_a_mapping_that_is_not_there_is_refused_at_its_place(desk: Workplace) -> None:
    desk.mapping("waivers", f"waivers:\n{waiver('ben', 3, mapping='custmers')}")
    refused = desk.run("audit")
    assert refused.code == 2
    assert "there is no mapping 'custmers', did you mean 'customers'?" in refused.stderr
    assert "mappings/waivers.yaml:2:" in refused.stderr


OWNER = "maria.koch@example.org"


def adopt(desk: Workplace, *more: str) -> Ran:
    return desk.run("audit", "--write-waivers", "--owner", OWNER, *more)


def test_a_messy_estate_is_taken_over_and_the_next_audit_shows_each_finding_as_waived(desk: Workplace) -> None:
    desk.mapping("customers", MAPPING.replace("public_signup: off", "default_groups: [jira-users]\npublic_signup: off"))
    (desk.folder / "mappings" / "waivers.yaml").write_text(f"# kept by the risk owner\nwaivers:\n{waiver('ben', 3)}")
    before = desk.run("audit", "--json")
    open_before = {one["id"] for one in before.document["findings"] if one["verdict"] == "fail" and not one["waiver"]}
    assert len({one["rule"] for one in before.document["findings"] if one["id"] in open_before}) > 2
    adopted = adopt(desk)
    assert adopted.code == before.code == 10
    told = f"{len(open_before)} findings accepted by {OWNER} until {day(90)}, in mappings/waivers.yaml."
    assert told in adopted.stderr
    text = (desk.folder / "mappings" / "waivers.yaml").read_text(encoding="utf-8")
    assert text.startswith("# kept by the risk owner\nwaivers:\n  - rule: ")
    assert text.endswith(waiver("ben", 3))
    after = desk.run("audit", "--json")
    assert after.code == 0
    failing = [one for one in after.document["findings"] if one["verdict"] == "fail"]
    assert all(one["waiver"] for one in failing)
    assert {one["id"] for one in failing if one["waiver"]["owner"] == OWNER} == open_before
    reason = f"taken over as found on {day(0)}; to be mended or judged before this ends"
    assert {one["waiver"]["reason"] for one in failing if one["waiver"]["owner"] == OWNER} == {reason}
    assert {one["verdict"] for one in after.findings("waiver-unused")} == {"pass"}
    again = adopt(desk)
    assert "Nothing was written to mappings/waivers.yaml" in again.stderr
    assert (desk.folder / "mappings" / "waivers.yaml").read_text(encoding="utf-8") == text
    assert desk.run("doctor", "--offline").code == 0


def test_who_is_new_after_the_take_over_is_not_waived(desk: Workplace, start_sandbox: StartSandbox) -> None:
    desk.mapping("customers", MAPPING)
    (desk.folder / "mappings" / "waivers.yaml").unlink()
    adopt(desk, "--reason", "until go-live, ITSM-812")
    ben = "        - {username: ben,"
    more = SEED.replace(ben, f"        - {{username: cleo, email: c@example.org, groups: [jira-users]}}\n{ben}")
    sandbox = start_sandbox(more)
    desk.crowd("crowd", sandbox.crowd_url, "dirsync-customers")
    desk.jira(sandbox.jira_url)
    audited = desk.run("audit", "--json")
    assert audited.code == 10
    holders = audited.findings(HOLDS, "fail")
    holding = {one["subject"]["name"]: one["waiver"] and one["waiver"]["reason"] for one in holders}
    assert holding == {"ana": "until go-live, ITSM-812", "ben": "until go-live, ITSM-812", "cleo": None}


def test_a_take_over_needs_somebody_s_name_and_tells_so_before_anything_is_read(desk: Workplace) -> None:
    desk.settings["DIRSYNC_DIRECTORIES__CROWD__URL"] = "http://127.0.0.1:9/crowd"
    for arguments, said in (
        (("--write-waivers",), "nobody is named"),
        (("--write-waivers", "--owner", " "), "nobody is named"),
        (("--write-waivers", "--owner", OWNER, "--reason", ""), "--reason is empty"),
        (("--owner", OWNER), "--owner and --reason go with --write-waivers"),
        (("--reason", "why"), "--owner and --reason go with --write-waivers"),
    ):
        refused = desk.run("audit", *arguments)
        assert (refused.code, refused.stdout) == (2, ""), arguments
        assert said in refused.stderr
    assert not (desk.folder / "state").exists()


def test_what_was_not_read_or_not_decided_is_taken_over_by_nobody(desk: Workplace) -> None:
    desk.directory("gone", kind="ldif", path=str(desk.folder / "nowhere.ldif"))
    desk.mapping("partners", "version: 1\nname: partners\naudience: customers\nsource: {directory: gone}\n")
    desk.mapping("customers", MAPPING)
    desk.mapping("waivers", f"waivers:\n{waiver('cat', 3)}{waiver('ben', 3)}")
    adopted = adopt(desk, "--quiet")
    assert adopted.code == 3
    assert "gone could not be read whole" in adopted.stderr
    text = (desk.folder / "mappings" / "waivers.yaml").read_text(encoding="utf-8")
    assert "audit-incomplete" not in text
    assert 'user: "ana"' in text
    told = adopt(desk, "--only", "partners").stderr
    assert "undecided answer" in told
    assert "Not accepted: that gone could not be read whole. What it holds is accepted by nobody." in told
    assert "Only some of the mappings were looked at (--only)" in told
    about = adopt(desk).stderr
    assert "Nothing was written" in about


def test_a_folder_that_can_not_be_written_to_is_told_and_the_audit_stands(desk: Workplace) -> None:
    (desk.folder / "mappings" / "waivers.yaml").unlink()
    desk.mapping("customers", MAPPING)
    (desk.folder / "mappings" / "waivers.yaml").mkdir()
    refused = adopt(desk)
    assert refused.code == 2
    assert "could not be written to mappings/waivers.yaml: Is a directory. It is as it was." in refused.stderr
    assert len(desk.run("history", "--json").document["runs"]) == 1


def test_a_waiver_that_can_not_be_followed_accepts_nothing_and_is_told(desk: Workplace) -> None:
    desk.mapping("customers", MAPPING)
    misspelt = waiver("ben", 3, rule="customer-holds-aplication-access")
    desk.mapping("waivers", f"waivers:\n{waiver('ana', 367)}{misspelt}{waiver('ben', 366)}")
    audited = desk.run("audit", "--json")
    assert audited.code == 10
    assert {one["subject"]["name"]: bool(one["waiver"]) for one in audited.findings(HOLDS, "fail")} == {
        "ana": False, "ben": True,
    }  # fmt: skip
    told = sorted(one["message"] for one in audited.findings("waiver-not-honoured", "fail"))
    assert "accepts nothing: owner-of-ana@example.org gave it until" in told[1]
    assert "no rule is called 'customer-holds-aplication-access', did you mean" in told[0]
    assert [one["count"] for one in audited.findings("waiver-not-honoured", "pass")] == [1]
