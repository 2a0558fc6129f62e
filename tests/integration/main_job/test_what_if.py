"""`audit --what-if` and the seats of tonight's plan, through the real command line against the sandbox."""

from __future__ import annotations

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, name: Jira Software, groups: [jira-users], default_groups: [jira-users],
       selected_by_default: false, seats: 2}
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories:
    - name: customers
      groups: [{name: jira-users}, {name: portal}]
      users: [{username: cleo, groups: [jira-users]}, {username: dora}]
    - {name: agents, groups: [{name: jira-users}]}
  applications:
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: dirsync-agents, password: sandbox-only, directories: [{directory: agents}]}
"""
CUSTOMERS = """
version: 1
name: customers
audience: customers
source: {directory: crowd-customers}
public_signup: off
"""
AGENTS = """
version: 1
name: agents
audience: agents
source: {directory: staff, users: {base: "ou=people,dc=example,dc=org"}}
target: {directory: crowd-agents}
default_groups: [jira-users]
"""
ESTATE = """
version: 1
jira:
  public_signup: {global: false}
  user_directories:
    - {name: Agents, mapping: agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Customers, mapping: customers, type: crowd, crowd_application: jira-customers, mode: read-only}
crowd:
  applications:
    - name: jira-agents
      access_based_sync: false
      directories:
        - {mapping: agents, allow_all_to_authenticate: true, default_groups: [],
           directory_default_groups: []}
    - name: jira-customers
      access_based_sync: false
      directories:
        - {mapping: customers, allow_all_to_authenticate: true, default_groups: [jira-users],
           directory_default_groups: []}
"""
WHAT_IF = """# yaml-language-server: $schema=mappings/what-if.schema.json
version: 1
suppose:
  - default_group: {remove: jira-users, crowd_application: jira-customers}
  - application_access: {grant: portal, application: jira-software}
"""
PEOPLE = "".join(
    f"\ndn: uid=p{n},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: p{n}\ncn: P {n}\nsn: P\n"
    f"entryUUID: 00000000-0000-4000-8000-00000000000{n}\n"
    for n in range(3)
)
HOLDS = "customer-holds-application-access"
DEFAULTS = "customer-default-group-grants-application-access"


@pytest.fixture
def desk(workplace: Workplace, start_sandbox: StartSandbox) -> Workplace:
    sandbox = start_sandbox(SEED)
    for name in ("customers", "agents"):
        workplace.crowd(f"crowd-{name}", sandbox.crowd_url, f"dirsync-{name}", retry_seconds="2")
    workplace.jira(sandbox.jira_url)
    workplace.directory("staff", kind="ldif", path=str(workplace.folder / "staff.ldif"))
    workplace.write("staff.ldif", f"dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n{PEOPLE}")
    workplace.mapping("customers", CUSTOMERS)
    workplace.mapping("agents", AGENTS)
    workplace.mapping("estate", ESTATE)
    workplace.write("what-if.yaml", WHAT_IF)
    return workplace


def test_a_what_if_shows_both_and_leaves_no_trace(desk: Workplace) -> None:
    real = desk.run("audit", "--json")
    runs = desk.run("history", "--json").document["total"]
    report = (desk.folder / "state/dirsync/reports/report.json").read_bytes()
    asked = desk.run("audit", "--what-if", "what-if.yaml", "--json")
    assert asked.code == real.code == 10, asked.stderr
    supposed = asked.document["what_if"]
    assert [each["line"] for each in supposed["supposed"]] == ["what-if.yaml:4", "what-if.yaml:5"]
    assert [(each["rule"], each["subject"]["name"]) for each in supposed["vanishing"] if each["rule"] == DEFAULTS] == [
        (DEFAULTS, "jira-users")
    ]
    assert {each["first_seen"] for each in supposed["appearing"]} <= {""}
    (now,), (then,) = asked.document["applications"], supposed["applications"]
    assert (now["customers_holding"], now["customers_at_risk"]) == (1, 1)
    assert now["at_risk_by"] == [{"mechanism": "crowd-application", "customers": 1}]
    assert (then["customers_holding"], then["customers_at_risk"], then["at_risk_by"]) == (1, 0, [])
    assert (now["computed"]["at_least"], then["computed"]["at_least"]) == (1, 1)
    assert asked.findings(HOLDS, "fail")[0]["first_seen"] == real.findings(HOLDS, "fail")[0]["first_seen"]
    assert desk.run("history", "--json").document["total"] == runs
    assert (desk.folder / "state/dirsync/reports/report.json").read_bytes() == report
    assert not desk.run("audit", "--json").document["summary"]["new"]


def test_it_is_told_on_the_terminal_and_in_the_reports_that_were_asked_for(desk: Workplace) -> None:
    told = desk.run("audit", "--what-if", "what-if.yaml", "--reports", "reports")
    text = " ".join(told.stdout.split())
    assert "What if (what-if.yaml)" in text
    assert "Jira Software, customers at risk: 1 now, 0 then" in text
    assert f"{DEFAULTS} (high), 1: jira-users" in text
    (page,) = (desk.folder / "reports").glob("*.html")
    assert 'id="what-if"' in page.read_text("utf-8")
    assert not (desk.folder / "state/dirsync").exists(), "nothing is kept, so no store is made either"


def test_what_can_not_be_supposed_is_told_with_file_and_place_and_nothing_else_happens(desk: Workplace) -> None:
    desk.write("what-if.yaml", WHAT_IF.replace("jira-customers}", "jira-custmers}").replace("jira-software", "x"))
    refused = desk.run("audit", "--what-if", "what-if.yaml")
    assert refused.code == 2
    assert "what-if.yaml:4:60: there is no Crowd application 'jira-custmers', did you mean" in refused.stderr
    assert "what-if.yaml:5:54: there is no Jira application 'x'" in refused.stderr
    assert desk.run("audit", "--what-if", "none.yaml").code == 2
    assert desk.run("audit", "--what-if", "what-if.yaml", "--write-waivers").code == 2


def test_a_plan_says_how_many_agents_it_adds_and_how_many_find_no_seat(desk: Workplace) -> None:
    planned = desk.run("plan", "--json")
    assert planned.code == 4, planned.stderr
    assert planned.document["applications"][0]["after_plan"] == {
        "agents_gaining": 3, "customers_gaining": 0, "others_gaining": 0, "may_gain": 0, "freed": 0, "over_tier": 1,
    }  # fmt: skip
    said = "The plan adds 3 agents in Jira Software, 1 over the tier."
    assert said in planned.document["answer"]
    for command in (("plan",), ("sync", "--dry-run")):
        assert said in " ".join(desk.run(*command).stdout.split())
