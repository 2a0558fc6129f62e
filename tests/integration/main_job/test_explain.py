"""`dirsync explain USER` through the real command line: a real slapd on the one side, Crowd and Jira on the other."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from servers.sandbox import StartSandbox
from servers.slapd import SUFFIX, Slapd, StartSlapd
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, name: Jira Service Management, groups: [jsm-agents], default_groups: [jsm-agents],
       selected_by_default: false, seats: 5}
  user_directories:
    - {name: Crowd Agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Crowd Customers, type: crowd, crowd_application: jira-customers, mode: read-only}
crowd:
  directories:
    - name: agents
      groups: [{name: jsm-agents, groups: [first-line]}, {name: first-line}, {name: jira-administrators}]
    - name: customers
      users:
        - {username: hand, email: hand@example.org, groups: [jsm-agents]}
        - {username: cora, email: other@example.org}
        - {username: ada, email: ada@example.org}
      groups: [{name: jsm-agents}, {name: portal-all}]
  applications:
    - {name: dirsync-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: jira-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: jira-customers, password: sandbox-only, directories: [{directory: customers}]}
"""

AGENTS = f"""
version: 1
name: agents
audience: agents
source:
  directory: corp
  users: {{base: "ou=agents,{SUFFIX}"}}
  groups: {{base: "ou=groups,{SUFFIX}", nested: true}}
target: {{directory: crowd-agents, groups: {{"desk": "first-line"}}}}
"""

UNTIL = datetime.now(UTC).date() + timedelta(days=300)

CUSTOMERS = f"""
version: 1
name: customers
audience: customers
source:
  directory: corp
  users:
    base: ["ou=customers,{SUFFIX}", "ou=agents,{SUFFIX}"]
    filter: (&(objectClass=person)(!(employeeType=robot)))
    except_mapping: agents
target: {{directory: crowd-customers}}
default_groups: [portal-all]
waivers:
  - {{rule: customer-holds-application-access, user: hand, reason: pilot until go-live, owner: owner@example.org,
     expires: {UNTIL}}}
"""

ESTATE = """
version: 1
declared: {by: identity-admin@example.org, on: 2026-01-01, valid_until: 2099-01-01}
jira:
  user_directories:
    - {name: Crowd Agents, mapping: agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Crowd Customers, mapping: customers, type: crowd, crowd_application: jira-customers, mode: read-only}
  public_signup: {global: false}
crowd:
  applications:
    - name: jira-customers
      directories: [{mapping: customers, default_groups: [at-login], directory_default_groups: []}]
    - {name: jira-agents, directories: [{mapping: agents, default_groups: [jsm-agents], directory_default_groups: []}]}
  directories: [{name: customers, mapping: customers, type: internal, default_groups: []}]
"""


def person(uid: str, unit: str, *lines: str) -> str:
    told = [f"uid: {uid}", f"mail: {uid}@example.org"] if uid else []
    name = f"uid={uid}" if uid else "cn=nameless"
    common = [f"dn: {name},ou={unit},{SUFFIX}", "objectClass: inetOrgPerson", "cn: nameless", "sn: Person"]
    return "\n".join([*common, *told, *lines]) + "\n\n"


PEOPLE = (
    "".join(
        f"dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n"
        for unit in ("agents", "customers", "groups", "elsewhere")
    )
    + person("abel", "agents")
    + person("ada", "agents")
    + person("cora", "customers")
    + person("cleo", "customers", "mail: second@example.org")
    + person("twin", "customers", "mail: shared@example.org")
    + person("tim", "customers", "mail: shared@example.org")
    + person("robot", "customers", "employeeType: robot")
    + person("olga", "elsewhere")
    + person("", "customers", "mail: nameless@example.org")
    + f"dn: cn=desk,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: desk\nmember: cn=inner,ou=groups,{SUFFIX}\n\n"
    + f"dn: cn=inner,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: inner\n"
    + f"member: uid=abel,ou=agents,{SUFFIX}\n\n"
)


@pytest.fixture
def company(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=PEOPLE)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, company: Slapd, sandbox: RunningSandbox) -> Workplace:
    workplace.ldap("corp", company)
    workplace.crowd("crowd-agents", sandbox.crowd_url, "dirsync-agents", retry_seconds="1")
    workplace.crowd("crowd-customers", sandbox.crowd_url, "dirsync-customers", retry_seconds="1")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("agents", AGENTS)
    workplace.mapping("customers", CUSTOMERS)
    workplace.mapping("estate", ESTATE)
    return workplace


def told(ran: Ran) -> str:
    """The text with line breaks taken out, so that a test does not depend on the width."""
    return " ".join(ran.stdout.split())


def only(ran: Ran) -> dict[str, Any]:
    (found,) = ran.document["people"]
    return found


def reasons(found: dict[str, Any]) -> dict[str, tuple[bool | None, str]]:
    return {one["mapping"]: (one["is_taken"], one["why"]) for one in found["takings"]}


def test_an_agent_is_followed_from_the_entry_through_nested_groups_to_the_seat(desk: Workplace, company: Slapd) -> None:
    before = told(desk.run("explain", "abel"))
    assert "agents (agents from corp): taken, carried to crowd_agents" in before
    assert "mapping 'agents' takes it, and this one takes all but those (except_mapping)" in before
    assert "abel > inner > desk, through nesting; carried to first-line in crowd_agents (agents)" in before
    assert "none: there is no account where Jira looks" in before
    assert "jsm-agents (crowd-application, crowd_agents)" in before
    assert "gives a seat: jsm-agents > jira-servicedesk" in before
    assert "What the store remembers nothing" in before
    assert "crowd_agents: create user abel (abel is in corp and not yet in crowd_agents)" in before
    desk.run("sync")
    lock = f"dn: uid=abel,ou=agents,{SUFFIX}\nchangetype: modify\nadd: pwdAccountLockedTime\n"
    company.modify(f"{lock}pwdAccountLockedTime: 000001010000Z\n")
    ran = desk.run("explain", "--json", f"UID=Abel, OU=agents,{SUFFIX}")
    assert ran.code == 0
    assert ran.document["guards"] == [], "none of those that were asked refuses"
    found = only(ran)
    (seat,) = found["seats"]
    assert (seat["directory"], seat["holds"]) == ("crowd_agents", True)
    assert seat["path"] == ["abel", "first-line", "jsm-agents", "jira-servicedesk"]
    (link,) = found["remembered"]
    assert (link["mapping"], link["memberships"]) == ("agents", ["first-line"])
    assert link["made_by"]
    corp, crowd = found["accounts"]
    assert (corp["directory"], corp["active"]) == ("corp", False)
    assert corp["disabled_because"] == "pwdAccountLockedTime is 000001010000Z"
    assert (crowd["directory"], crowd["active"], crowd["id"]) == ("crowd_agents", True, link["target_id"])
    assert [one["op"] for one in found["tonight"]["changes"]] == ["deactivate_user"]


def test_asking_writes_nothing_to_the_targets_and_no_run_to_the_history(
    desk: Workplace, sandbox: RunningSandbox
) -> None:
    desk.run("audit")
    count = (
        "select (select count(*) from runs), (select count(*) from findings), (select group_concat(users) from reads)"
    )
    store = desk.folder / "state" / "dirsync" / "dirsync.db"
    before = sqlite3.connect(store).execute(count).fetchall()
    desk.run("explain", "cleo")
    assert sqlite3.connect(store).execute(count).fetchall() == before
    assert {one.method for one in sandbox.requests} == {"GET"}


def test_a_customer_whose_name_is_taken_on_the_target_is_told_beside_that_account(desk: Workplace) -> None:
    found = only(desk.run("explain", "--json", "CORA"))
    assert [(one["directory"], one["email"]) for one in found["accounts"]] == [
        ("corp", "cora@example.org"),
        ("crowd_customers", "other@example.org"),
    ]
    assert reasons(found)["customers"] == (True, "")
    (obstacle,) = found["tonight"]["obstacles"]
    assert "with another e-mail address is already there" in obstacle["reason"]
    assert found["tonight"]["changes"] == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("robot", "the filter does not match it: (&(objectClass=person)(!(employeeType=robot)))"),
        ("OLGA@example.org", f"it stands outside the mapping's base (ou=customers,{SUFFIX} and ou=agents,{SUFFIX})"),
        ("nameless@example.org", "it was left out of the read: it has no uid, which is its username"),
    ],
)
def test_why_a_mapping_leaves_somebody_out_is_asked_of_the_server_itself(
    desk: Workplace, name: str, reason: str
) -> None:
    ran = desk.run("explain", "--json", name)
    assert ran.code == 0
    found = only(ran)
    is_taken, why = reasons(found)["customers"]
    assert is_taken is False
    assert why.startswith(reason)
    assert [one["is_read"] for one in found["accounts"]] == [False]
    assert found["tonight"]["changes"] == []


def test_an_account_made_by_hand_is_found_with_its_seat_and_its_waived_finding(desk: Workplace) -> None:
    ran = desk.run("explain", "hand")
    assert ran.code == 0
    words = told(ran)
    assert "customers (customers from corp): not taken: there is no such account in corp" in words
    assert "Jira Service Management (account in crowd_customers): holds a seat hand > jsm-agents > jira-servi" in words
    assert "CRITICAL customer-holds-application-access" in words
    assert f"waived by owner@example.org until {UNTIL}: pilot until go-live" in words
    assert "at-login (crowd-application, crowd_customers)" in words
    assert "portal-all" not in words, "nobody carries it over"
    assert "What tonight would change nothing" in words
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_whoever_has_accounts_in_two_directories_is_given_the_default_groups_of_both(desk: Workplace) -> None:
    found = only(desk.run("explain", "--json", "ada"))
    assert [one["directory"] for one in found["accounts"]] == ["corp", "crowd_customers"]
    given = {(one["mapping"], one["mechanism"], one["group"]) for one in found["expected"]}
    assert given == {("agents", "crowd-application", "jsm-agents"), ("customers", "crowd-application", "at-login")}


def test_people_who_share_an_address_are_told_apart(desk: Workplace) -> None:
    ran = desk.run("explain", "shared@example.org")
    assert ran.code == 0
    assert ran.stdout.startswith("2 people go by 'shared@example.org':\n  tim\n  twin\n")
    assert "\ntim\n===\n" in ran.stdout
    assert "\ntwin\n====\n" in ran.stdout


def test_somebody_renamed_or_moved_away_is_found_by_what_the_store_remembers(desk: Workplace, company: Slapd) -> None:
    desk.run("sync")
    unit = f"ou=customers,{SUFFIX}"
    company.modify(f"dn: uid=cleo,{unit}\nchangetype: modrdn\nnewrdn: uid=cleopatra\ndeleteoldrdn: 1\n")
    moved = f"dn: uid=tim,{unit}\nchangetype: modrdn\nnewrdn: uid=timothy\ndeleteoldrdn: 1\n"
    company.modify(f"{moved}newsuperior: ou=elsewhere,{SUFFIX}\n")
    for name in ("cleo", "cleopatra", "second@example.org"):
        renamed = only(desk.run("explain", "--json", name))
        assert [one["username"] for one in renamed["accounts"]] == ["cleopatra", "cleo"], name
        assert [one["op"] for one in renamed["tonight"]["changes"]] == ["rename_user"]
        assert [one["memberships"] for one in renamed["remembered"]] == [["portal-all"]]
    company.modify(person("cleo", "customers").replace("\n", "\nchangetype: add\n", 1))
    assert only(desk.run("explain", "--json", "cleopatra"))["name"] == "cleopatra", "not who is called cleo now"
    both = desk.run("explain", "--json", "cleo").document["people"]
    assert [one["name"] for one in both] == ["cleo", "cleopatra"]
    left = only(desk.run("explain", "--json", "tim"))
    assert [(one["directory"], one["username"], one["is_read"]) for one in left["accounts"]] == [
        ("corp", "timothy", False),
        ("crowd_customers", "tim", True),
    ]
    assert reasons(left)["customers"][1].startswith("it stands outside the mapping's base")
    (missing,) = left["tonight"]["missing"]
    assert (missing["times"], missing["needed"], missing["then"]) == (1, 2, "keep")


def test_an_account_that_dirsync_takes_over_tonight_is_told_as_adopted(desk: Workplace, company: Slapd) -> None:
    company.modify(f"dn: uid=cora,ou=customers,{SUFFIX}\nchangetype: modify\nreplace: mail\nmail: other@example.org\n")
    assert "crowd_customers: adopt cora for mapping 'customers'" in told(desk.run("explain", "cora"))
    desk.run("sync")
    assert "cora in crowd_customers: adopted, for mapping 'customers'" in told(desk.run("explain", "cora"))


def test_a_guard_that_refuses_is_told_with_what_it_keeps_from_happening(desk: Workplace) -> None:
    desk.mapping("customers", CUSTOMERS + "guards: {max_creations: 1}\n")
    words = told(desk.run("explain", "cleo"))
    assert "REFUSED as it stands, with the whole plan: creations:" in words


def test_a_rule_is_still_a_rule_and_a_typo_of_one_is_suggested_after_everybody_was_asked(desk: Workplace) -> None:
    rule = "customer-holds-application-access"
    page = desk.run("explain", rule)
    assert page.code == 0
    assert page.stdout.startswith(rule)
    typo = desk.run("explain", rule.replace("application", "aplication"))
    assert (typo.code, typo.stdout) == (2, "")
    assert f"did you mean '{rule}'?" in typo.stderr


def test_nobody_is_told_with_where_was_looked(desk: Workplace) -> None:
    nobody = desk.run("explain", "no(bo*dy\\")
    assert (nobody.code, nobody.stdout) == (2, "")
    assert "There is no rule 'no(bo*dy\\'. Nobody called so was found either." in nobody.stderr
    assert "corp (6 users read, and beyond the mappings in dc=example,dc=org)" in nobody.stderr
    assert "crowd_customers (3 users read)" in nobody.stderr
    as_json = desk.run("explain", "--json", "nobody")
    assert as_json.code == 2
    assert as_json.document["people"] == []


def test_what_acts_on_a_terminal_is_shown_instead(desk: Workplace) -> None:
    nobody = desk.run("explain", "no\x1b[2Jbody")
    assert "\x1b" not in nobody.stdout + nobody.stderr
    assert "no\\x1b[2Jbody" in nobody.stderr


def test_where_a_directory_can_not_be_read_the_rest_is_told_and_nobody_is_called_missing(
    desk: Workplace, company: Slapd
) -> None:
    company.stop()
    some = desk.run("explain", "cora")
    assert some.code == 3
    words = told(some)
    assert "customers (customers from corp): can't be said: corp was not read whole" in words
    assert "crowd_customers (crowd): cora, other@example.org, active" in words
    assert "Looking beyond the mappings" not in words, "who could not be read at all is not asked twice"
    assert "NOT READ WHOLE: what is told above may not be all corp:" in words
    nobody = desk.run("explain", "cleo")
    company.start()
    assert nobody.code == 3
    assert "Whether there is anybody called so can't be said" in nobody.stderr
    assert "Ask again when it can be read whole: corp." in nobody.stderr
    assert "reader-Pa55" not in some.stdout + some.stderr + nobody.stdout + nobody.stderr
