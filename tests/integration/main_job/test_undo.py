"""`dirsync undo` by the command line: in Crowd, in a real LDAP tree, and where changes are only written down."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from servers.postgresql import PostgreSql
from servers.sandbox import StartSandbox
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox
from dirsync.store.lock import only_run

SEED = """
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators]}
  applications:
    - {key: jira-software, groups: [jira-users], default_groups: [jira-users], selected_by_default: false, seats: 5}
  user_directories: [{name: Internal, type: internal, groups: [{name: jira-administrators}, {name: jira-users}]}]
crowd:
  directories:
    - name: customers
      groups: [{name: newsletter, description: made by hand}]
      users: [{username: hand, email: hand@example.org, first_name: By, last_name: Hand, groups: [newsletter]}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp, users: {base: "ou=people,dc=example,dc=org"}}
target: {directory: crowd, missing: remove, missing_after: 1}
default_groups: [portal]
public_signup: off
"""
ESTATE = """
version: 1
jira: {public_signup: {global: false}, user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only}]}
crowd: none
"""
ALLOWED = ("--allow-removals", "99", "--allow-member-removals", "99")


def people(**names: str) -> str:
    return "".join(
        f"dn: uid={name},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: Person\n"
        f"mail: {mail}\nentryUUID: {mail.partition('@')[0]}\n\n"
        for name, mail in names.items()
    )


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="2")
    workplace.jira(sandbox.jira_url)
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    workplace.write("corp.ldif", people(ana="a@example.org", bob="b@example.org", cem="c@example.org"))
    return workplace


def synced(workplace: Workplace) -> str:
    """Let a night pass and return its run."""
    ran = workplace.run("sync", "--json", *ALLOWED)
    assert ran.code in {0, 12}, (ran.stderr, ran.stdout[-2000:])
    return str(ran.document["run"]["id"])


def undone(workplace: Workplace, run: str) -> Ran:
    ran = workplace.run("undo", run, "--apply", "--json", *ALLOWED)
    assert ran.code in {0, 12}, (ran.stderr, ran.stdout[-2000:])
    assert {one["outcome"] for one in ran.document["outcomes"]} == {"done"}, ran.document["outcomes"]
    assert ran.document["plan"]["obstacles"] == []
    return ran


def held(sandbox: RunningSandbox) -> dict[str, object]:
    """Return what Crowd's directory holds, without ids and passwords."""
    directory = sandbox.state.directories["customers"]
    users = {
        user.name: (user.email, user.first_name, user.last_name, user.display_name, user.active)
        for user in directory.users.values()
    }
    return {"users": users, "groups": {one.name: sorted(one.users) for one in directory.groups.values()}}


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def test_a_night_in_crowd_is_shown_taken_back_and_done_again(
    desk: Workplace, sandbox: RunningSandbox, request: pytest.FixtureRequest, store: str
) -> None:
    if store == "postgresql":
        server: PostgreSql = request.getfixturevalue("postgresql")
        desk.settings["DIRSYNC_STORE"] = server.store_url()
    synced(desk)
    before = held(sandbox)
    desk.write("corp.ldif", people(anna="a@example.org", bob="b@example.org", dee="d@example.org").replace(
        "mail: b@example.org", "mail: bob@example.org"
    ))  # fmt: skip
    run = synced(desk)
    after = held(sandbox)
    assert after != before

    shown = desk.run("undo", run, *ALLOWED)
    assert shown.code in {0, 12}, shown.stderr
    assert held(sandbox) == after, "without --apply nothing is written"
    assert "the ids and passwords of 1 removed account in crowd: cem." in " ".join(shown.stdout.split())
    assert f"would do the same as run {run} again" in " ".join(shown.stdout.split())

    back = undone(desk, run)
    assert held(sandbox) == before
    assert "What the undo can't bring back: the ids and passwords of 1 removed account in crowd: cem." in back.stderr
    assert [one for one in back.changes if one[1] == "cem"] == [
        ("create_user", "cem", ""),
        ("add_member", "cem", "portal"),
    ]
    assert back.document["run"]["mode"] == "undo"
    listed = desk.run("history").stdout
    assert re.search(r"\bundo\b", listed), listed
    assert "undo-plan" in listed

    undone(desk, back.document["run"]["id"])
    assert held(sandbox) == after
    assert desk.run("plan", "--check").code in {0, 12}, "and nothing is left to do"
    assert [file.name for file in (desk.folder / "state").rglob("*.db")] == ["dirsync.db"] * (store == "sqlite")


def test_what_can_not_be_undone_is_refused_before_anything_is_read(desk: Workplace, sandbox: RunningSandbox) -> None:
    run = synced(desk)
    before, asked = held(sandbox), len(sandbox.requests)
    unknown = desk.run("undo", "20260101T000000Z-000000", "--apply")
    assert (unknown.code, "There is no run '20260101T000000Z-000000' in the store." in unknown.stderr) == (2, True)
    with only_run(desk.folder / "state" / "dirsync", "now"):
        assert desk.run("undo", run, "--apply").code == 75
    assert len(sandbox.requests) == asked
    desk.settings["DIRSYNC_READ_ONLY"] = "true"
    refused = desk.run("undo", run, "--apply", *ALLOWED)
    assert (refused.code, "DIRSYNC_READ_ONLY is set" in refused.stderr) == (2, True)
    del desk.settings["DIRSYNC_READ_ONLY"]
    mapping = MAPPING + "guards: {max_removals: 2}\n"
    desk.mapping("customers", mapping)
    assert desk.run("undo", run, "--apply", "--allow-member-removals", "9").code == 4
    assert held(sandbox) == before
    assert desk.run("undo", run, "--apply", "--allow-member-removals", "9", "--allow-removals", "3").code in {0, 12}
    assert list(held(sandbox)["users"]) == ["hand"]


TREE = f"""
version: 1
name: people
audience: agents
source:
  directory: source
  users: {{base: "ou=people,{SUFFIX}"}}
  groups: {{base: "ou=groups,{SUFFIX}"}}
target:
  directory: target
  users: {{base: "ou=people,{SUFFIX}"}}
  groups_base: "ou=groups,{SUFFIX}"
  groups: {{"*": "from-*"}}
  missing: remove
  missing_after: 1
"""
SHOWN = ("uid", "cn", "sn", "mail", "displayName", "givenName", "member", "description", "pwdAccountLockedTime")


def tree_of(server: Slapd) -> list[str]:
    entries = server.search(SUFFIX, "(|(objectClass=person)(objectClass=groupOfNames))", *SHOWN).split("\n\n")
    return sorted("\n".join(sorted(entry.splitlines())) for entry in entries if entry.strip())


def a_night(source: Slapd) -> None:
    """Let somebody be called otherwise, somebody be gone, somebody be disabled and get another address, one come."""
    base = f"ou=people,{SUFFIX}"
    source.modify(
        f"dn: uid=user000000,{base}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n\n"
        f"dn: uid=user000001,{base}\nchangetype: modify\nreplace: mail\nmail: new@example.org\n-\n"
        "replace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n\n"
        f"dn: uid=user000002,{base}\nchangetype: delete\n\n"
        f"dn: uid=fresh,{base}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: fresh\ncn: Fresh One\nsn: One\n"
        "mail: fresh@example.org\n"
    )


@pytest.mark.server
def test_a_night_in_a_tree_is_taken_back_and_done_again(workplace: Workplace, start_slapd: StartSlapd) -> None:
    source, target = start_slapd(ldif=people_ldif(5, group_size=5)), start_slapd(ldif=people_ldif(0))
    workplace.ldap("source", source)
    login = {"url": target.url, "bind_dn": target.admin_dn, "password": target.admin_password}
    workplace.directory("target", kind="ldap", **login)
    workplace.mapping("people", TREE)
    synced(workplace)
    before = tree_of(target)
    a_night(source)
    run = synced(workplace)
    after = tree_of(target)
    assert after != before
    back = undone(workplace, run)
    assert tree_of(target) == before
    undone(workplace, back.document["run"]["id"])
    assert tree_of(target) == after


WRITTEN = TREE.replace('"*": "from-*"', '"*": "*"').replace("directory: target", "directory: written")


def carried_out(server: Slapd, folder: Path, run: str) -> None:
    server.modify((folder / f"written.{run}.changes.ldif").read_text(encoding="utf-8"))
    export(server, folder)


def export(server: Slapd, folder: Path) -> None:
    text = server.search(SUFFIX, "(objectClass=*)", "*", "entryUUID", "pwdAccountLockedTime").partition("\n# ")[0]
    (folder / "written.ldif").write_text(f"{text}\n", encoding="utf-8")


@pytest.mark.server
def test_what_was_only_written_down_is_taken_back_once_somebody_has_carried_it_out(
    workplace: Workplace, start_slapd: StartSlapd
) -> None:
    source, server = start_slapd(ldif=people_ldif(3, group_size=3)), start_slapd(ldif=people_ldif(0))
    workplace.ldap("source", source)
    workplace.directory("written", kind="ldif", path="written.ldif")
    workplace.mapping("people", WRITTEN)
    export(server, workplace.folder)
    before = tree_of(server)
    run = synced(workplace)
    nothing = workplace.run("undo", run, "--apply", "--json", *ALLOWED).document
    assert (nothing["plan"]["changes"], nothing["outcomes"]) == ([], [])
    carried_out(server, workplace.folder, run)
    assert tree_of(server) != before
    back = workplace.run("undo", run, "--apply", "--json", *ALLOWED).document
    assert back["plan"]["obstacles"] == []
    assert {one["outcome"] for one in back["outcomes"]} == {"planned"}
    carried_out(server, workplace.folder, back["run"]["id"])
    assert tree_of(server) == before
