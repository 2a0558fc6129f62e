"""How long `dirsync doctor` takes where everything answers, each a while late: under 10 s (`tests/run --bench`)."""

from __future__ import annotations

import time
from statistics import median

from bench.measuring import machine
from servers.sandbox import StartSandbox
from servers.slapd import StartSlapd, people_ldif
from servers.workplace import Workplace

SEED = """
jira:
  version: "9.12"
  applications: [{key: jira-software, groups: [], default_groups: [], selected_by_default: false, seats: 5}]
crowd:
  directories: [{name: customers}, {name: agents}]
  applications:
    - {name: customers, password: sandbox-only, directories: [{directory: customers}]}
    - {name: agents, password: sandbox-only, directories: [{directory: agents}]}
"""
MAPPING = """
version: 1
name: NAME
audience: NAME
source: {directory: DIRECTORY, users: {base: "ou=people,dc=example,dc=org"}}
target: {directory: crowd-NAME}
"""
MOST = 10
ROUNDS = 5


def test_the_doctor_where_everything_answers(
    workplace: Workplace, start_slapd: StartSlapd, start_sandbox: StartSandbox, capsys
) -> None:
    sandbox = start_sandbox(SEED)
    for name, directory in (("customers", "corp"), ("agents", "staff")):
        workplace.ldap(directory, start_slapd(ldif=people_ldif(1000)))
        workplace.crowd(f"crowd-{name}", sandbox.crowd_url, name)
        workplace.mapping(name, MAPPING.replace("NAME", name).replace("DIRECTORY", directory))
    workplace.jira(sandbox.jira_url)
    took = []
    for _ in range(ROUNDS):
        begun = time.monotonic()
        ran = workplace.run("doctor", "--json")
        took.append(time.monotonic() - begun)
        assert [one for one in ran.document["checks"] if one["state"] == "fail"] == []
    with capsys.disabled():
        print(f"\n\ndirsync doctor on {machine()}: two LDAP servers, two Crowd applications, Jira:")
        print(f"{min(took):.1f} s, {median(took):.1f} s, {max(took):.1f} s (least, median, most of {ROUNDS})")
    assert max(took) < MOST
