"""Whole nights with an LDAP target, by the command line: from Crowd, from LDAP, into every family of servers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from servers.ds389 import Start389
from servers.samba import StartSamba, unit_ldif
from servers.sandbox import StartSandbox
from servers.slapd import SUFFIX, StartSlapd, people_ldif
from servers.workplace import Ran, Workplace

pytestmark = pytest.mark.server
MAPPING = """
version: 1
name: people
audience: agents
source:
  directory: source
  {source}
target:
  directory: target
  users: {{base: "{users}"}}
  groups_base: "{groups}"
  groups: {{"*": "from-*"}}
  missing: {missing}
  missing_after: 1
default_groups: [everybody]
guards: {{max_removals: 100, max_removal_share: 1}}
"""
FROM_LDAP = f'users: {{base: "ou=people,{SUFFIX}"}}\n  groups: {{base: "ou=groups,{SUFFIX}"}}'
SEED = """
crowd:
  directories:
    - name: people
      groups: [{name: Portal, description: all of them}, {name: "a, b"}]
      users:
        - {username: Ada, email: ada@example.org, first_name: Ada, last_name: King, display_name: Ada King,
           groups: [Portal, "a, b"]}
        - {username: "o'hara, jr", email: jr@example.org, first_name: Ü, last_name: "#x", display_name: "Ü #x",
           groups: [Portal]}
        - {username: grace, email: grace@example.org, first_name: Grace, last_name: H, display_name: G H, active: false}
  applications:
    - {name: dirsync, password: sandbox-only, directories: [{directory: people}]}
"""

NOBODY = """
crowd:
  directories: [{name: people}]
  applications:
    - {name: dirsync, password: sandbox-only, directories: [{directory: people}]}
"""


def writer(workplace: Workplace, server: Any, name: str = "target", **more: str) -> None:
    login = {"url": server.url, "bind_dn": server.admin_dn, "password": server.admin_password}
    workplace.directory(name, kind="ldap", **{**login, **more})


def mapping(workplace: Workplace, base: str, *, source: str = FROM_LDAP, missing: str = "keep") -> None:
    text = MAPPING.format(source=source, users=f"ou=people,{base}", groups=f"ou=groups,{base}", missing=missing)
    workplace.mapping("people", text)


def synced(workplace: Workplace, *arguments: str) -> Ran:
    ran = workplace.run("sync", "--json", *arguments)
    assert ran.code in {0, 12}, (ran.stderr, ran.stdout[-3000:])
    assert {one["outcome"] for one in ran.document["outcomes"]} <= {"done"}, ran.document["outcomes"]
    return ran


def quiet_night(workplace: Workplace) -> None:
    ran = synced(workplace)
    assert ran.changes == []
    assert ran.document["plan"]["obstacles"] == []


def test_crowd_fills_a_tree(workplace: Workplace, start_slapd: StartSlapd, start_sandbox: StartSandbox) -> None:
    server = start_slapd(ldif=people_ldif(0))
    workplace.crowd("source", start_sandbox(SEED).crowd_url, "dirsync")
    writer(workplace, server)
    mapping(workplace, SUFFIX, source="groups: {}")
    first = synced(workplace)
    assert [one[0] for one in first.changes].count("create_user") == 3
    assert server.count(f"ou=people,{SUFFIX}", "(objectClass=inetOrgPerson)") == 3
    assert server.count(f"ou=groups,{SUFFIX}", f"(member=uid=Ada,ou=people,{SUFFIX})") == 3
    assert server.count(f"ou=people,{SUFFIX}", "(pwdAccountLockedTime=*)") == 1
    quiet_night(workplace)


def test_a_tree_fills_another_one_and_keeps_it_so(workplace: Workplace, start_slapd: StartSlapd) -> None:
    source, target = start_slapd(ldif=people_ldif(6, group_size=3)), start_slapd(ldif=people_ldif(0))
    workplace.ldap("source", source)
    writer(workplace, target)
    mapping(workplace, SUFFIX, missing="remove")
    assert len(synced(workplace).changes) == 6 + 3 + 6 + 6
    quiet_night(workplace)

    source.modify(f"dn: uid=user000001,ou=people,{SUFFIX}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n")
    source.modify(
        f"dn: cn=group00000,ou=groups,{SUFFIX}\nchangetype: modify\ndelete: member\n"
        f"member: uid=user000001,ou=people,{SUFFIX}\n-\nadd: member\nmember: uid=renamed,ou=people,{SUFFIX}\n"
    )
    source.modify(f"dn: uid=user000002,ou=people,{SUFFIX}\nchangetype: modify\nreplace: mail\nmail: new@example.org\n")
    assert [one[:2] for one in synced(workplace).changes] == [
        ("rename_user", "user000001"),
        ("update_user", "user000002"),
    ]
    assert target.count(f"ou=groups,{SUFFIX}", f"(member=uid=renamed,ou=people,{SUFFIX})") == 2
    quiet_night(workplace)

    for name in ("user000003", "user000004", "user000005"):
        source.modify(f"dn: uid={name},ou=people,{SUFFIX}\nchangetype: delete\n")
    gone = synced(workplace, "--allow-member-removals", "100", "--allow-removals", "100")
    assert [one[0] for one in gone.changes] == ["remove_user"] * 3
    assert target.count(f"ou=people,{SUFFIX}", "(objectClass=person)") == 3
    assert "user000003" not in target.search(f"ou=groups,{SUFFIX}", "(cn=*)", "member")
    quiet_night(workplace)


def test_a_tree_fills_a_389_directory_server(
    workplace: Workplace, start_slapd: StartSlapd, start_389: Start389
) -> None:
    target = start_389(lambda base: people_ldif(0, base))
    workplace.ldap("source", start_slapd(ldif=people_ldif(4, group_size=2)))
    writer(workplace, target)
    mapping(workplace, target.base)
    assert len(synced(workplace).changes) == 4 + 3 + 4 + 4
    quiet_night(workplace)


def test_a_tree_fills_a_domain(workplace: Workplace, start_slapd: StartSlapd, start_samba: StartSamba) -> None:
    target = start_samba(unit_ldif("people") + unit_ldif("groups"))
    workplace.ldap("source", start_slapd(ldif=people_ldif(4, group_size=2)))
    writer(workplace, target, ca_file=str(target.ca_file))
    mapping(workplace, target.base)
    assert len(synced(workplace).changes) == 4 + 3 + 4 + 4
    quiet_night(workplace)


def test_names_that_a_domain_refuses_are_told_before_anything_is_written_and_stop_nobody_else(
    workplace: Workplace, start_slapd: StartSlapd, start_samba: StartSamba
) -> None:
    target = start_samba(unit_ldif("people") + unit_ldif("groups"))
    bad = ["a name of 21 letters.", *(f"per:son{number}" for number in range(30))]
    entry = "dn: uid={0},ou=people," + SUFFIX + "\nobjectClass: inetOrgPerson\nuid: {0}\ncn: c\nsn: s\n\n"
    workplace.ldap("source", start_slapd(ldif=people_ldif(2) + "".join(map(entry.format, bad))))
    writer(workplace, target, ca_file=str(target.ca_file))
    mapping(workplace, target.base)
    ran = synced(workplace)
    assert sorted(one[1] for one in ran.changes if one[0] == "create_user") == ["user000000", "user000001"]
    told = {one["name"]: one["reason"] for one in ran.document["plan"]["obstacles"]}
    assert set(told) == set(bad)
    login = "a logon name in Active Directory (sAMAccountName)"
    assert told[bad[0]] == f"the name has 21 characters, and {login} takes 20; correct it in source"
    assert told[bad[1]] == f"the name holds :, which {login} does not take; correct it in source"


def test_a_tree_is_never_its_own_source_whatever_it_is_called(workplace: Workplace, start_slapd: StartSlapd) -> None:
    server = start_slapd(ldif=people_ldif(3))
    workplace.ldap("source", server)
    writer(workplace, server, url=server.ldaps_url, ca_file=str(server.ca_file))
    mapping(workplace, SUFFIX)
    refused = workplace.run("sync", "--json")
    assert refused.code == 4, refused.stderr
    told = [one["message"] for one in refused.document["plan"]["guards"] if one["refused"]]
    assert any("hold the very same entry ou=people" in one for one in told), told
    assert server.count(f"ou=groups,{SUFFIX}", "(cn=*)") == 1


def test_rights_that_are_missing_are_told_and_the_rest_of_the_plan_stays_true(
    workplace: Workplace, start_slapd: StartSlapd
) -> None:
    workplace.ldap("source", start_slapd(ldif=people_ldif(2)))
    workplace.ldap("target", start_slapd(ldif=people_ldif(0)))
    mapping(workplace, SUFFIX)
    ran = workplace.run("sync", "--json")
    assert ran.code == 5
    told = {one["outcome"]: one["message"] for one in ran.document["outcomes"]}
    assert set(told) == {"refused", "not_tried"}
    assert "Give the account that BIND_DN names the right to write" in told["refused"]
    assert len(workplace.run("plan", "--json").changes) == len(ran.changes), "nothing counts as done"


@pytest.mark.parametrize("kind", ["ldap", "crowd"])
def test_two_people_who_swap_names_stay_who_they_are_and_an_undo_swaps_them_back(
    workplace: Workplace, start_slapd: StartSlapd, start_sandbox: StartSandbox, kind: str
) -> None:
    source = start_slapd(ldif=people_ldif(3))
    workplace.ldap("source", source)
    if kind == "ldap":
        writer(workplace, start_slapd(ldif=people_ldif(0)))
        mapping(workplace, SUFFIX)
    else:
        workplace.crowd("target", start_sandbox(NOBODY).crowd_url, "dirsync")
        places = re.compile(r"  users: .*\n  groups_base: .*\n")
        text = MAPPING.format(source=FROM_LDAP, users="-", groups="-", missing="keep")
        workplace.mapping("people", places.sub("", text))
    synced(workplace)
    one, two = "user000000", "user000001"
    for old, new in ((one, "away"), (two, one), ("away", two)):
        name = f"uid={old},ou=people,{SUFFIX}"
        source.modify(f"dn: {name}\nchangetype: modrdn\nnewrdn: uid={new}\ndeleteoldrdn: 1\n")
    swapped = synced(workplace)
    renames = [change for change in swapped.document["plan"]["changes"] if change["op"] == "rename_user"]
    assert [(each["user"], each["after"]["username"]) for each in renames][1] == (two, one)
    assert renames[0]["user_id"] == renames[2]["user_id"] != renames[1]["user_id"]
    quiet_night(workplace)
    back = workplace.run("undo", swapped.document["run"]["id"], "--apply", "--json")
    assert {each["outcome"] for each in back.document["outcomes"]} == {"done"}, back.stderr
    again = workplace.run("plan", "--json")
    assert [change[0] for change in again.changes] == ["rename_user"] * 3
