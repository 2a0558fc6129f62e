"""The seed in docs/sandbox.md is one, and suits what `dirsync init` writes."""

from __future__ import annotations

import re
from pathlib import Path

from servers.sandbox import StartSandbox
from servers.workplace import Workplace

PAGE = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text("utf-8")


def test_the_documented_seed_suits_the_samples_of_init(workplace: Workplace, start_sandbox: StartSandbox) -> None:
    [seed] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    sandbox = start_sandbox(seed)
    assert workplace.run("init").code == 0
    people = "dn: uid=ana,ou=customers,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: ana\ncn: Ana\nsn: A\n"
    workplace.directory(
        "corp", kind="ldif", path=str(workplace.write("corp.ldif", f"{people}mail: ana@example.org\nentryUUID: 1\n"))
    )
    for audience in ("agents", "customers"):
        workplace.crowd(f"crowd-{audience}", sandbox.crowd_url, f"dirsync-{audience}")
    workplace.jira(sandbox.jira_url)
    ran = workplace.run("audit", "--json")
    assert ran.code in {0, 10, 12}, ran.stderr
    read = {one["name"]: (one["complete"], one["users"]) for one in ran.document["directories"]}
    assert read["crowd_agents"] == (True, 1)
    assert read["crowd_customers"] == (True, 0)


def test_the_settings_on_the_page_are_those_the_sandbox_takes(start_sandbox: StartSandbox) -> None:
    [seed] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    for application in re.findall(r"__APPLICATION=(\S+)", PAGE):
        assert f"{{name: {application}, password: sandbox-only," in seed
    assert start_sandbox(seed).jira_url.endswith("/jira")
