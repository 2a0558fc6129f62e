"""`dirsync explain USER`: in which organisations somebody is, by which mapping, and what tonight does about it."""

from __future__ import annotations

from typing import Any

from integration.organizations.conftest import Desk

from dirsync.sandbox.faults import Fault


def told(desk: Desk, name: str) -> str:
    ran = desk.run("explain", name)
    assert ran.code in {0, 12}, ran.stderr
    return " ".join(ran.stdout.split())


def only(desk: Desk, name: str) -> dict[str, Any]:
    ran = desk.run("explain", "--json", name)
    (person,) = ran.document["people"]
    return person


def test_it_names_the_organisation_the_mapping_and_what_is_planned(settled: Desk) -> None:
    assert "Organisations in Jira Acme (account bob): by mapping 'customers'" in told(settled, "bob")
    settled.people |= {"bob": "Globex"}
    (in_acme,) = only(settled, "bob")["organizations"]
    assert in_acme == {"organization": "Acme", "id": "2", "username": "bob", "mappings": ["customers"]}
    moving = told(settled, "bob")
    assert "jira organizations: add bob to organisation Globex (belongs to it in corp)" in moving
    assert "jira organizations: take bob out of organisation Acme" in moving
    assert "Organisations in Jira nothing" in told(settled, "dan")
    assert "organisation Globex" not in told(settled, "ana"), "that is bob's"


def test_what_somebody_else_did_is_told_apart_from_what_the_mapping_answers_for(settled: Desk) -> None:
    jira = settled.sandbox.state.jira
    with settled.sandbox.state.lock:
        keys = {user.name: user.key for user in jira.users()}
        jira.organizations.make("Initech").members[keys["ana"]] = None
        jira.organizations.make("Umbrella").members[keys["dan"]] = None
    told_of_ana = told(settled, "ana")
    assert "Acme (account ana): by mapping 'customers' Initech (account ana): not by dirsync" in told_of_ana
    settled.people["dan"] = "Umbrella"
    assert only(settled, "dan")["organizations"][0]["mappings"] == ["customers"], "from tonight on"


def test_who_waits_for_jira_to_synchronise_is_told_so(desk: Desk) -> None:
    desk.people = {"ana": "Acme"}
    assert "will be put into 'Acme' once Jira has synchronised" in told(desk, "ana")
    desk.sync()
    assert "jira organizations: add ana to organisation Acme" in told(desk, "ana")


def test_what_could_not_be_read_is_no_reason_to_doubt_that_somebody_is_nobody(settled: Desk) -> None:
    settled.sandbox.faults.add(Fault(path="servicedeskapi/organization/2/user", status=403, times=None))
    ran = settled.run("explain", "bob")
    assert ran.code == 3
    assert "there may be more, since they were not read whole" in " ".join(ran.stdout.split())
    assert "NOT READ WHOLE" in ran.stdout
    nobody = settled.run("explain", "nobody-at-all")
    assert nobody.code == 2
    assert "Nobody called so was found either. Looked for" in nobody.stderr
    assert "jira organizations (" not in nobody.stderr


def test_without_organisations_nothing_is_said_of_them(settled: Desk) -> None:
    path = settled.place.folder / "mappings/customers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text("\n".join(line for line in text.splitlines() if "organizations" not in line), encoding="utf-8")
    assert "Organisations in Jira" not in told(settled, "bob")
