"""Sixty people who were carried into Crowd last night; whoever is found missing tonight is removed at once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from servers.ldap_server import LdapServer
from servers.sandbox import StartSandbox
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox

PEOPLE = 60
BASE = "dc=example,dc=org"
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
      groups: [{name: by-hand}]
      users:
        - {username: signed-up, email: signed-up@example.org, first_name: By, last_name: Hand, groups: [by-hand]}
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org", nested: true}
target:
  directory: crowd
  groups: {"portal-*": "portal-*"}
  missing: remove
  missing_after: 1
  missing_groups: remove
public_signup: off
"""
ESTATE = """
version: 1
jira: {public_signup: {global: false}, user_directories: [{name: C, mapping: customers, type: crowd, mode: read-only}]}
crowd: none
"""
ENDING = {"deactivate_user", "remove_user", "remove_member", "remove_group", "remove_child_group"}
BY_HAND = {"signed-up"}


def units() -> str:
    return "".join(f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n\n" for name in
                   ("people", "groups", "left"))  # fmt: skip


def person(name: str, *, base: str = f"ou=people,{BASE}", more: str = "") -> str:
    return (
        f"dn: uid={name},{base}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: Person\n"
        f"mail: {name}@example.org\n{more}\n"
    )


def group(name: str, members: Iterable[str]) -> str:
    """Return a group of DNs."""
    lines = "".join(f"member: {member}\n" for member in members)
    return f"dn: cn={name},ou=groups,{BASE}\nobjectClass: groupOfNames\ncn: {name}\n{lines}\n"


def name(number: int) -> str:
    return f"p{number:03}"


def dn(number: int) -> str:
    return f"uid={name(number)},ou=people,{BASE}"


def everybody(more: str = "") -> str:
    """Return the people, all of them in one group."""
    people = "".join(person(name(number), more=more) for number in range(PEOPLE))
    return units() + people + group("portal-users", map(dn, range(PEOPLE)))


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, sandbox: RunningSandbox) -> Workplace:
    """Return a desk that carries `corp`, which the test still has to name, into Crowd."""
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="1")
    workplace.jira(sandbox.jira_url)
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


def carried(desk: Workplace, server: LdapServer, **settings: str) -> None:
    """Let the first night pass over a server of LDAP."""
    desk.ldap("corp", server, **settings)
    first = night(desk)
    assert first.code in {0, 12}, (first.stderr, first.document["plan"]["guards"])
    assert {one["outcome"] for one in first.document["outcomes"]} == {"done"}


def night(desk: Workplace, *arguments: str) -> Ran:
    return desk.run("sync", "--json", *arguments)


def taken(ran: Ran) -> set[tuple[str, str, str]]:
    """Return what a night takes from somebody."""
    return {change for change in ran.changes if change[0] in ENDING}


def refusing(ran: Ran) -> set[str]:
    return {guard["guard"] for guard in ran.document["plan"]["guards"] if guard["refused"]}


def people_in(sandbox: RunningSandbox) -> set[str]:
    """Return who has an active account in Crowd that was not made by hand."""
    users = sandbox.state.directories["customers"].users.values()
    return {user.name for user in users if user.active} - BY_HAND


def members_in(sandbox: RunningSandbox, group_name: str = "portal-users") -> set[str]:
    groups = sandbox.state.directories["customers"].groups.values()
    return {user for one in groups if one.name == group_name for user in one.users}


def assert_unharmed(sandbox: RunningSandbox, numbers: Iterable[int] = range(PEOPLE)) -> None:
    """Insist that everybody still has an account and the membership, and that what is made by hand is there."""
    wanted = set(map(name, numbers))
    assert people_in(sandbox) >= wanted
    assert members_in(sandbox) >= wanted
    assert members_in(sandbox, "by-hand") == BY_HAND


def assert_unread(ran: Ran, reason: str) -> None:
    """Insist on exit code 3, with nothing planned that takes anything, and on the reason."""
    assert ran.code == 3, ran.stderr
    [read] = [one for one in ran.document["directories"] if one["name"] == "corp"]
    assert not read["complete"]
    assert reason in read["reason"], read["reason"]
    assert (taken(ran), ran.document["outcomes"]) == (set(), [])
