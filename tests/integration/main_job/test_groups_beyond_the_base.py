"""Only part of a tree's groups is read: what stands beyond it is looked for before a customer's group is cleared."""

from __future__ import annotations

import pytest
from servers.slapd import StartSlapd, people_ldif
from servers.workplace import Workplace

CUSTOMERS = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=portal,dc=example,dc=org", nested: true}
default_groups: [portal]
public_signup: off
"""
ESTATE = """
version: 1
declared: {by: owner@example.org, on: 2026-11-20, valid_until: 2027-10-20}
jira:
  version: "9.12"
  permissions: {ADMINISTER: [], SYSTEM_ADMIN: []}
  applications:
    - {key: jira-software, groups: [developers], default_groups: [], selected_by_default: false}
  public_signup: {global: false}
  user_directories:
    - {name: LDAP, mapping: customers, type: ldap, mode: read-only, default_groups: []}
crowd: none
"""
DEFAULTS, HOLDS = "customer-default-group-grants-application-access", "customer-holds-application-access"


def entry(dn: str, *lines: str) -> str:
    return f"dn: {dn},dc=example,dc=org\n" + "".join(f"{line}\n" for line in lines) + "\n"


def group(name: str, place: str, number: int, *members: str) -> str:
    listed = (f"member: {member},dc=example,dc=org" for member in members)
    unique = f"entryUUID: 00000000-0000-4000-9000-{number:012}"
    return entry(f"cn={name},ou={place}", "objectClass: groupOfNames", f"cn: {name}", unique, *listed)


PEOPLE = entry("uid=ana,ou=people", "objectClass: inetOrgPerson", "uid: ana", "cn: ana", "sn: A", "entryUUID: 1")
PORTAL = group("portal", "portal", 1, "uid=eva,ou=partners")


@pytest.fixture
def desk(workplace: Workplace) -> Workplace:
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.mapping("customers", CUSTOMERS)
    workplace.mapping("estate", ESTATE)
    return workplace


@pytest.mark.parametrize(
    ("beyond", "verdict", "said"),
    [
        pytest.param("", "pass", "", id="nothing is around it"),
        pytest.param(
            group("guests", "staff", 2, "cn=portal,ou=portal"), "pass", "", id="what is around grants nothing"
        ),
        pytest.param(
            group("team", "staff", 2, "cn=Portal,ou=portal") + group("Developers", "staff", 3, "cn=team,ou=staff"),
            "unknown",
            "outside that part 'portal' is inside Developers (cn=Developers,ou=staff,dc=example,dc=org)",
            id="around what is around it is a group with access",
        ),
    ],
)
def test_a_default_group_is_cleared_only_if_nothing_beyond_the_base_holds_it(
    desk: Workplace, beyond: str, verdict: str, said: str
) -> None:
    desk.write("corp.ldif", PEOPLE + PORTAL + beyond)
    found = [one for one in desk.run("audit", "--json").findings(DEFAULTS) if one["mechanism"] == "mapping"]
    assert [one["verdict"] for one in found] == [verdict]
    assert said in found[0]["message"]


@pytest.mark.parametrize(("member", "verdict"), [("uid=eva,ou=partners", "pass"), ("cn=team,ou=staff", "unknown")])
def test_nobody_is_cleared_while_a_group_with_access_holds_one_that_is_not_read(
    desk: Workplace, member: str, verdict: str
) -> None:
    partner = entry("uid=eva,ou=partners", "objectClass: inetOrgPerson", "uid: eva", "cn: eva", "sn: E", "entryUUID: 2")
    inner = group("inner", "portal", 4, member)
    outer = group("developers", "portal", 3, "cn=inner,ou=portal", "uid=gone,ou=people")
    desk.write("corp.ldif", PEOPLE + PORTAL + partner + outer + inner + group("team", "staff", 2, "uid=ana,ou=people"))
    found = desk.run("audit", "--json").findings(HOLDS)
    assert [one["verdict"] for one in found] == [verdict]
    assert ("holds team (cn=team,ou=staff,dc=example,dc=org)" in found[0]["message"]) == (verdict == "unknown")


TARGET = """
target:
  directory: tree
  users: {base: "ou=people,dc=example,dc=org"}
  groups_base: "ou=groups,dc=example,dc=org"
"""


@pytest.mark.server
def test_customers_are_put_into_no_group_of_a_tree_that_one_with_access_holds_elsewhere(
    desk: Workplace, start_slapd: StartSlapd
) -> None:
    staff = "dn: ou=staff,dc=example,dc=org\nobjectClass: organizationalUnit\nou: staff\n\n"
    portal = entry("cn=portal,ou=groups", "objectClass: groupOfNames", "cn: portal", "member: cn=nobody")
    holding = "member: cn=portal,ou=groups,dc=example,dc=org"
    team = entry("cn=team,ou=staff", "objectClass: groupOfNames", "cn: team", holding)
    around = entry("cn=developers,ou=staff", "objectClass: groupOfNames", "cn: developers")
    member = "member: cn=team,ou=staff,dc=example,dc=org"
    server = start_slapd(ldif=people_ldif(0) + staff + portal + team + around.rstrip("\n") + f"\n{member}\n\n")
    desk.directory("tree", kind="ldap", url=server.url, bind_dn=server.admin_dn, password=server.admin_password)
    desk.mapping("customers", CUSTOMERS + TARGET)
    desk.write("corp.ldif", PEOPLE + PORTAL)
    refused = desk.run("sync", "--json")
    assert refused.code == 4
    (why,) = [one["message"] for one in refused.document["plan"]["guards"] if one["refused"]]
    assert "outside that part 'portal' is inside developers (cn=developers,ou=staff,dc=example,dc=org)" in why
    assert server.count("ou=people,dc=example,dc=org", "(uid=*)") == 0
    server.modify(f"dn: cn=developers,ou=staff,dc=example,dc=org\nchangetype: modify\nreplace: member\n{holding}x\n")
    assert desk.run("sync", "--json").changes == [("create_user", "ana", ""), ("add_member", "ana", "portal")]
