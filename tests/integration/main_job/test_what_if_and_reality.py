"""What a what-if says is what the audit says once the settings have really been changed so."""

from __future__ import annotations

from typing import Any

from servers.sandbox import StartSandbox
from servers.workplace import Ran, Workplace

SEED = """
jira:
  version: "9.12"
  permissions: {{ADMINISTER: [jira-administrators]}}
  applications:
    - {{key: jira-software, name: Jira Software, groups: [{access}], default_groups: [{default}],
       selected_by_default: true, seats: 10}}
  user_directories:
    {order}
crowd:
  directories:
    - name: customers
      groups: [{{name: jira-users}}, {{name: portal}}]
      users:
        - {{username: cleo, email: cleo@example.org, groups: [jira-users]}}
        - {{username: dora, email: dora@example.org, groups: [portal]}}
        - {{username: both, email: both@example.org, groups: [jira-users]}}
    - name: agents
      groups: [{{name: jira-administrators}}, {{name: jira-users}}]
      users:
        - {{username: eva, email: eva@example.org, groups: [jira-administrators, jira-users]}}
        - {{username: both, email: both@example.org}}
  applications:
    - {{name: jira-customers, password: sandbox-only, directories: [{{directory: customers}}]}}
    - {{name: jira-agents, password: sandbox-only, directories: [{{directory: agents}}]}}
    - {{name: dirsync-customers, password: sandbox-only, directories: [{{directory: customers}}]}}
    - {{name: dirsync-agents, password: sandbox-only, directories: [{{directory: agents}}]}}
"""
AGENTS_FIRST = """- {name: Agents, type: crowd, crowd_application: jira-agents, mode: read-only}
    - {name: Customers, type: crowd, crowd_application: jira-customers, mode: read-only}"""
CUSTOMERS_FIRST = """- {name: Customers, type: crowd, crowd_application: jira-customers, mode: read-write}
    - {name: Agents, type: crowd, crowd_application: jira-agents, mode: read-only}"""
ESTATE = """
version: 1
jira:
  user_directories:
    {order}
crowd:
  applications:
    - name: jira-agents
      access_based_sync: false
      aggregate_memberships: false
      directories:
        - {{directory: crowd-agents, allow_all_to_authenticate: true, default_groups: [], directory_default_groups: []}}
    - name: jira-customers
      access_based_sync: false
      aggregate_memberships: {aggregates}
      directories:
        - {{directory: crowd-customers, allow_all_to_authenticate: true, default_groups: [{given}],
           directory_default_groups: []}}
"""
WHAT_IF = """
version: 1
suppose:
  - directory_order: [customers, agents]
  - mode: {user_directory: Customers, becomes: read-write}
  - application_access: {grant: portal, application: jira-software}
  - default_group: {add: portal, jira_application: jira-software}
  - default_group: {remove: jira-users, jira_application: jira-software}
  - default_group: {add: portal, crowd_application: jira-customers}
  - aggregation: {crowd_application: jira-customers, becomes: on}
"""


def test_a_what_if_says_what_the_audit_says_after_the_real_change(
    workplace: Workplace, start_sandbox: StartSandbox
) -> None:
    for audience in ("agents", "customers"):
        source = f"{{directory: crowd-{audience}}}"
        mapping = f"version: 1\nname: {audience}\naudience: {audience}\nsource: {source}\npublic_signup: off\n"
        workplace.mapping(audience, mapping)
    workplace.write("what-if.yaml", WHAT_IF)
    seed = SEED.format(access="jira-users", default="jira-users", order=AGENTS_FIRST)
    _set_up(workplace, start_sandbox(seed).crowd_url, ESTATE.format(order=AGENTS_FIRST, aggregates="false", given=""))
    supposed = workplace.run("audit", "--what-if", "what-if.yaml", "--json")
    seed = SEED.format(access="jira-users, portal", default="portal", order=CUSTOMERS_FIRST)
    estate = ESTATE.format(order=CUSTOMERS_FIRST, aggregates="true", given="portal")
    _set_up(workplace, start_sandbox(seed).crowd_url, estate)
    real = workplace.run("audit", "--json")
    told = supposed.document["what_if"]
    assert not any(each["already_so"] for each in told["supposed"])
    assert any(each.startswith("Whom Jira itself lists") for each in supposed.document["run"]["notices"])
    assert told["appearing"], "the change is one for the worse"
    assert told["applications"] == real.document["applications"]
    assert _holding(told) == _holding(real.document)
    then = _answers(supposed) - set(map(_answer, told["vanishing"] + [each["before"] for each in told["changing"]]))
    then |= set(map(_answer, told["appearing"] + [each["after"] for each in told["changing"]]))
    assert {each for each in then if each[1] in {"fail", "unknown"}} == _answers(real)


def _set_up(workplace: Workplace, crowd_url: str, estate: str) -> None:
    for name in ("customers", "agents"):
        workplace.crowd(f"crowd-{name}", crowd_url, f"dirsync-{name}", retry_seconds="2")
    workplace.jira(crowd_url.replace("/crowd", "/jira"))
    workplace.mapping("estate", estate)


def _holding(document: dict[str, Any]) -> list[tuple[str, int, int]]:
    """Return what is said of each audience, but for who was judged: that takes lists of members that Jira has."""
    return [(each["audience"], each["active"], each["holding"]) for each in document["audiences"]]


def _answers(ran: Ran) -> set[tuple[str, ...]]:
    return {_answer(found) for found in ran.document["findings"] if found["verdict"] in {"fail", "unknown"}}


def _answer(found: dict[str, Any]) -> tuple[str, ...]:
    subject = found["subject"]
    severity = found["severity"] if found["verdict"] == "fail" else ""
    return (
        found["rule"], found["verdict"], severity, subject["kind"], subject["name"], subject["directory"],
        found["application"] or "", found["mechanism"] or "",
    )  # fmt: skip
