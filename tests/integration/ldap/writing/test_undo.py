"""`dirsync undo` on 389-DS and on a domain: a night of every kind of change is taken back, and done again.

OpenLDAP and Crowd are in main_job/test_undo.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from servers.ds389 import Start389
from servers.ldap_server import LdapServer
from servers.samba import Samba, StartSamba, unit_ldif
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif
from servers.workplace import Workplace

pytestmark = pytest.mark.server
PEOPLE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
MAPPING = """
version: 1
name: people
audience: agents
source:
  directory: source
  users: {{base: "ou=people,{source}"}}
  groups: {{base: "ou=groups,{source}"}}
target:
  directory: target
  users: {{base: "ou=people,{target}"}}
  groups_base: "ou=groups,{target}"
  groups: {{"*": "from-*"}}
  missing: remove
  missing_after: 1
  missing_groups: remove
default_groups: [everybody]
"""
ALLOWED = ("--allow-removals", "99", "--allow-member-removals", "99")
LOCKED = "pwdAccountLockedTime: 000001010000Z\n"
KEPT = ("back", "changed", "moved", "off", "renamed")
"""Who is there before the night, after it and after its undo, by the name of the first night."""
NIGHT = {
    *("create_user", "update_user", "rename_user", "deactivate_user", "reactivate_user", "remove_user"),
    *("create_group", "update_group", "remove_group", "add_member", "remove_member"),
}
SHOWN = (
    *("uid", "sAMAccountName", "userPrincipalName", "cn", "sn", "givenName", "displayName", "mail", "description"),
    *("member", "nsAccountLock", "userAccountControl"),
)
ID = {"389": "nsUniqueId", "samba": "objectGUID"}


def person(name: str, more: str = "") -> str:
    return (
        f"dn: uid={name},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name.title()} Person\nsn: Person\n"
        f"givenName: {name.title()}\ndisplayName: {name.title()} Person\nmail: {name}@example.org\n{more}\n"
    )


def group(name: str, *members: str) -> str:
    lines = "".join(f"member: uid={member},{PEOPLE}\n" for member in members)
    return f"dn: cn={name},{GROUPS}\nobjectClass: groupOfNames\ncn: {name}\ndescription: the {name}\n{lines}\n"


def added(entry: str) -> str:
    """Return an entry as the record that adds it."""
    return entry.replace("\n", "\nchangetype: add\n", 1)


FIRST_NIGHT = people_ldif(0) + "".join([
    person("back", LOCKED),
    *map(person, ("changed", "gone", "moved", "off", "renamed")),
    group("staff", "changed", "gone", "renamed"),
    group("crew", "back", "renamed"),
    group("former", "gone", "moved", "off"),
    group("closed", "changed", "off"),
])  # fmt: skip
SECOND_NIGHT = (
    f"dn: uid=renamed,{PEOPLE}\nchangetype: modrdn\nnewrdn: uid=called\ndeleteoldrdn: 1\n\n"
    f"dn: uid=changed,{PEOPLE}\nchangetype: modify\nreplace: mail\nmail: new@example.org\n-\n"
    "replace: sn\nsn: Changed\n\n"
    f"dn: uid=off,{PEOPLE}\nchangetype: modify\nreplace: pwdAccountLockedTime\n{LOCKED}\n"
    f"dn: uid=back,{PEOPLE}\nchangetype: modify\ndelete: pwdAccountLockedTime\n\n"
    f"dn: uid=gone,{PEOPLE}\nchangetype: delete\n\n"
    f"{added(person('fresh'))}"
    f"dn: cn=crew,{GROUPS}\nchangetype: modrdn\nnewrdn: cn=squad\ndeleteoldrdn: 1\n\n"
    f"dn: cn=closed,{GROUPS}\nchangetype: delete\n\n"
    f"{added(group('newcomers', 'fresh', 'moved'))}"
    f"dn: cn=staff,{GROUPS}\nchangetype: modify\nreplace: description\ndescription: all of them\n-\n"
    f"replace: member\nmember: uid=called,{PEOPLE}\nmember: uid=moved,{PEOPLE}\n\n"
    f"dn: cn=former,{GROUPS}\nchangetype: modify\ndelete: member\nmember: uid=moved,{PEOPLE}\n\n"
)


@pytest.fixture
def source(workplace: Workplace, start_slapd: StartSlapd) -> Slapd:
    server = start_slapd(ldif=FIRST_NIGHT)
    workplace.ldap("source", server)
    return server


@pytest.fixture(params=["389", "samba"])
def target(request: pytest.FixtureRequest, workplace: Workplace) -> LdapServer:
    server: LdapServer
    if request.param == "389":
        start_389: Start389 = request.getfixturevalue("start_389")
        server = start_389(lambda base: people_ldif(0, base))
    else:
        start_samba: StartSamba = request.getfixturevalue("start_samba")
        server = start_samba(unit_ldif("people") + unit_ldif("groups"))
        workplace.directory("target", ca_file=str(server.ca_file))
    login = {"url": server.url, "bind_dn": server.admin_dn, "password": server.admin_password}
    workplace.directory("target", kind="ldap", **login)
    workplace.mapping("people", MAPPING.format(source=SUFFIX, target=server.base))
    return server


def ran(workplace: Workplace, *arguments: str) -> dict[str, Any]:
    """Run a command that changes something, which must all be done, and return its report."""
    told = workplace.run(*arguments, "--json", *ALLOWED)
    assert told.code in {0, 12}, (told.stderr, told.stdout[-2000:])
    assert {one["outcome"] for one in told.document["outcomes"]} == {"done"}, told.document["outcomes"]
    assert told.document["plan"]["obstacles"] == []
    return told.document


def held(server: LdapServer) -> list[str]:
    """Return all that can be seen of people and groups, without ids."""
    told = [server.search(f"ou={unit},{server.base}", "(cn=*)", *SHOWN) for unit in ("people", "groups")]
    entries = [entry for each in told for entry in each.split("\n\n") if entry.startswith("dn:")]
    return sorted("\n".join(sorted(entry.splitlines())) for entry in entries)


def ids(server: LdapServer) -> dict[str, str]:
    """Return the immutable id of each account by its mail's name, which a rename leaves."""
    attribute = ID["samba" if isinstance(server, Samba) else "389"]
    found = server.search(f"ou=people,{server.base}", "(mail=*)", "mail", attribute)
    pairs = (
        (re.search(r"(?m)^mail: (\w+)@", entry), re.search(rf"(?mi)^{attribute}::? (\S+)$", entry))
        for entry in found.split("\n\n")
        if entry.strip()
    )
    return {mail[1]: value[1] for mail, value in pairs if mail and value}


def test_a_night_of_every_kind_is_taken_back_and_done_again(
    workplace: Workplace, source: Slapd, target: LdapServer
) -> None:
    ran(workplace, "sync")
    before, ids_before = held(target), ids(target)
    source.modify(SECOND_NIGHT)
    night = ran(workplace, "sync")
    assert {one["op"] for one in night["plan"]["changes"]} == NIGHT
    after = held(target)
    assert after != before

    shown = workplace.run("undo", night["run"]["id"], *ALLOWED)
    assert shown.code in {0, 12}, shown.stderr
    assert "the ids and passwords of 1 removed account in target: gone." in " ".join(shown.stdout.split())
    assert held(target) == after, "without --apply nothing is written"

    back = ran(workplace, "undo", night["run"]["id"], "--apply")
    assert held(target) == before
    ids_back = ids(target)
    assert {name: ids_back[name] for name in KEPT} == {name: ids_before[name] for name in KEPT}
    assert ids_back["gone"] != ids_before["gone"], "so that what is said of ids is true"

    ran(workplace, "undo", back["run"]["id"], "--apply")
    assert held(target) == after
    rest = workplace.run("plan", "--json", *ALLOWED)
    assert (rest.changes, rest.document["plan"]["obstacles"]) == ([], []), rest.stderr
