"""One person in the hands of several mappings, through the real command line and into two Crowd directories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications: [{key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false}]
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories: [{name: agents}, {name: customers}]
  applications:
    - {name: dirsync-agents, password: sandbox-only, directories: [{directory: agents}]}
    - {name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}
"""

MAPPING = """
version: 1
name: {name}
audience: {audience}
source: {{directory: {source}, users: {{base: "{base}"}}}}
target: {{directory: crowd-{audience}}}
public_signup: off
"""

ESTATE = """
version: 1
jira:
  public_signup: {{global: false}}
  user_directories:
    - {{name: First, mapping: {first}, type: crowd, mode: read-only}}
    - {{name: Second, mapping: {second}, type: crowd, mode: read-only}}
crowd: none
"""

STAFF, GUESTS = "ou=staff,dc=example,dc=org", "ou=guests,dc=example,dc=org"


def ldif(*people: tuple[str, str, str]) -> str:
    """Return people as (username, place, e-mail address)."""
    entries = [
        f"dn: uid={name},{place}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: Person\nmail: {mail}\n"
        f"entryUUID: 00000000-0000-4000-8000-{number:012}"
        for number, (name, place, mail) in enumerate(people)
    ]
    return "\n\n".join(["dn: dc=example,dc=org\nobjectClass: domain\ndc: example", *entries]) + "\n"


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    for audience in ("agents", "customers"):
        workplace.crowd(f"crowd-{audience}", sandbox.crowd_url, f"dirsync-{audience}")
    workplace.jira(sandbox.jira_url)
    for name in ("corp", "abroad"):
        workplace.directory(name, kind="ldif", path=str(workplace.folder / f"{name}.ldif"))
    workplace.write("corp.ldif", ldif(("ana", STAFF, "ana@example.org"), ("bob", GUESTS, "bob@example.org")))
    workplace.write("abroad.ldif", ldif(("ANA", GUESTS, "ana@example.net"), ("bobby", GUESTS, "Bob@example.org")))
    for name, audience, source, base in (
        ("agents", "agents", "corp", STAFF),
        ("customers", "customers", "corp", "dc=example,dc=org"),
        ("partners", "customers", "abroad", "dc=example,dc=org"),
    ):
        workplace.mapping(name, MAPPING.format(name=name, audience=audience, source=source, base=base))
    ordered(workplace, "agents", "customers")
    return workplace


def ordered(desk: Workplace, first: str, second: str) -> None:
    desk.mapping("estate", ESTATE.format(first=first, second=second))


def told(document: dict[str, Any]) -> list[tuple[list[str], str, str, set[str]]]:
    return [
        (one["by"], one["name"], one["in_jira"], {each["mapping"] for each in one["claims"] if each["answers"]})
        for one in document["plan"]["conflicts"]
    ]


def test_who_is_carried_where_and_who_wins_is_told_and_is_what_happens(desk: Workplace) -> None:
    planned = desk.run("plan", "--json").document
    assert planned["plan"]["conflict_counts"] == {"id": 1, "username": 1, "email": 1}
    assert told(planned) == [
        (["id", "username", "email"], "ana", "crowd_agents", {"agents", "customers"}),
        (["username"], "ANA", "crowd_agents", {"agents", "customers"}),
        (["email"], "bob@example.org", "", {"customers", "partners"}),
    ]
    synced = desk.run("sync", "--json").document
    made = {(one["directory"], one["user"]) for one in synced["plan"]["changes"] if one["op"] == "create_user"}
    assert made == {
        ("crowd_agents", "ana"), ("crowd_customers", "ana"), ("crowd_customers", "bob"), ("crowd_customers", "bobby"),
    }  # fmt: skip


def test_jira_s_order_turned_makes_the_customer_win(desk: Workplace) -> None:
    ordered(desk, "customers", "agents")
    assert [one[2] for one in told(desk.run("plan", "--json").document)] == ["crowd_customers", "crowd_customers", ""]


def test_an_order_that_nobody_told_is_unknown_and_that_is_said(desk: Workplace) -> None:
    (desk.folder / "mappings" / "estate.yaml").unlink()
    (first, *_) = desk.run("plan", "--json").document["plan"]["conflicts"]
    assert first["in_jira"] == ""
    assert "can't be said: nobody told the order of Jira's user directories" in first["wins"]


def test_the_terminal_names_the_first_and_the_file_for_review_is_the_same_with_and_without(desk: Workplace) -> None:
    shown = desk.run("plan", "--out", "tonight.json").stdout
    assert "Taken by several mappings: 3 people (1 by id, 1 by username and 1 by e-mail" in shown
    assert " ana (agents and customers): Mapping 'agents' answers on crowd_agents." in shown
    assert "conflicts" not in json.loads((desk.folder / "tonight.json").read_text())
    assert "Applied 4 changes" in " ".join(desk.run("apply", "tonight.json").stdout.split())


def test_one_mapping_alone_is_compared_with_nobody(desk: Workplace) -> None:
    found = desk.run("plan", "--only", "agents", "--json").document["plan"]
    assert (found["conflicts"], sum(found["conflict_counts"].values())) == ([], 0)


def test_a_conflict_is_news_once(desk: Workplace) -> None:
    desk.run("sync")
    desk.run("sync")
    assert desk.run("sync", "--quiet").stdout == ""
    desk.mapping("visitors", MAPPING.format(name="visitors", audience="customers", source="corp", base=GUESTS))
    assert "bob (customers and visitors)" in desk.run("plan", "--quiet").stdout
    assert desk.run("plan", "--quiet").stdout == ""
