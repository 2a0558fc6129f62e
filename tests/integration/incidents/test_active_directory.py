"""What other connectors did to users of Active Directory; here through the command line, from a real domain."""

from __future__ import annotations

import re

import pytest
from integration.incidents.conftest import MAPPING, carried, members_in, name, night, people_in, taken
from servers.samba import SUFFIX, Samba, StartSamba, account_ldif, group_ldif, unit_ldif
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox

pytestmark = pytest.mark.server
PEOPLE, GROUPS, OTHERS = (f"OU={each},{SUFFIX}" for each in ("People", "Groups", "Others"))
COUNT = 25
BEFORE = 1498
"""Members of the big group on the first night; Active Directory gives out 1,500 values at a time (MaxValRange)."""


def account(number: int, **attributes: str) -> str:
    return account_ldif(name(number), PEOPLE, sn="Person", mail=f"{name(number)}@example.org", **attributes)


def contact(number: int) -> str:
    return f"dn: CN=other{number:04},{OTHERS}\nchangetype: add\nobjectClass: contact\n\n"


def others(first: int, last: int) -> list[str]:
    return [f"CN=other{number:04},{OTHERS}" for number in range(first, last)]


@pytest.fixture(scope="module")
def domain(start_samba: StartSamba) -> Samba:
    mine = [f"CN={name(number)},{PEOPLE}" for number in range(COUNT)]
    entries = [
        *map(unit_ldif, ("People", "Groups", "Others")),
        *map(account, range(COUNT)),
        *map(contact, range(BEFORE + 10 - COUNT)),
        # people stand among the others, so that some of them come in the second part
        group_ldif("portal-users", GROUPS, *mine[:10], *others(0, BEFORE - COUNT), *mine[10:]),
    ]
    return start_samba("".join(entries))


@pytest.fixture
def company(desk: Workplace, domain: Samba) -> Samba:
    """Return the domain, whose people were carried over last night."""
    desk.mapping("customers", spelt())
    carried(desk, domain, ca_file=str(domain.ca_file))
    return domain


def spelt(**attributes: str) -> str:
    """Return the mapping of the domain, with attributes called so; by default as the domain calls them."""
    attributes = attributes or {"id": "objectGUID", "username": "sAMAccountName", "email": "mail"}
    told = ", ".join(f"{field}: {attribute}" for field, attribute in attributes.items())
    users = f'{{attributes: {{{told}}}, filter: "(objectClass=user)", base: "{PEOPLE}"}}'
    return MAPPING.replace('{base: "ou=people,dc=example,dc=org"}', users).replace(
        "ou=groups,dc=example,dc=org", GROUPS
    )


def living(domain: Samba) -> set[str]:
    found = domain.search(PEOPLE, "(objectClass=user)", "sAMAccountName")
    return set(re.findall(r"(?m)^sAMAccountName: (\S+)$", found))


@pytest.mark.parametrize("settings", [{}, {"full_every": "0"}], ids=["by changes", "read whole"])
def test_pg_ldap_sync_32_a_group_that_passes_fifteen_hundred_members_keeps_them(
    desk: Workplace, sandbox: RunningSandbox, company: Samba, settings: dict[str, str]
) -> None:
    # a domain controller of Microsoft's cuts there by itself; this one when it is asked to, in the same words
    desk.mapping(
        "customers", spelt().replace("groups: {base", "groups: {attributes: {member: 'member;range=0-1499'}, base")
    )
    desk.directory("corp", **settings)
    assert night(desk).changes == []
    lines = "".join(f"member: {one}\n" for one in others(BEFORE - COUNT, BEFORE + 10 - COUNT))
    company.modify(f"dn: CN=portal-users,{GROUPS}\nchangetype: modify\nadd: member\n{lines}")
    try:
        assert "\nmember;range=0-1499: " in company.search(GROUPS, "(cn=portal-users)", "member;range=0-1499")
        assert night(desk).changes == []
        assert members_in(sandbox) == people_in(sandbox) == living(company)
    finally:
        company.modify(f"dn: CN=portal-users,{GROUPS}\nchangetype: modify\ndelete: member\n{lines}")


@pytest.mark.parametrize(
    "settings", [{}, pytest.param({"full_every": "0"}, marks=pytest.mark.long)], ids=["by changes", "read whole"]
)
def test_gitea_13419_samaccountname_is_samaccountname_in_whatever_letters(
    desk: Workplace, sandbox: RunningSandbox, company: Samba, settings: dict[str, str]
) -> None:
    before = people_in(sandbox)
    desk.directory("corp", **settings)
    desk.mapping("customers", spelt(id="OBJECTguid", username="samaccountname", email="MAIL"))
    assert night(desk).changes == []
    assert people_in(sandbox) == before == living(company)


@pytest.mark.parametrize("sees_deleted", [True, False], ids=["who sees the recycle bin", "who does not"])
def test_bitwarden_548_what_lies_in_the_recycle_bin_takes_no_account_from_the_living(
    desk: Workplace, sandbox: RunningSandbox, company: Samba, *, sees_deleted: bool
) -> None:
    if sees_deleted:
        desk.directory("corp", bind_dn=company.admin_dn, password=company.admin_password)
    assert night(desk).changes == []
    company.modify(f"dn: CN={name(0)},{PEOPLE}\nchangetype: delete\n\n" + account(0, description="the same name, new"))
    company.modify(f"dn: CN={name(1)},{PEOPLE}\nchangetype: delete\n")
    deleted = company.client(
        "ldapsearch", "-LLL", "-E", "!1.2.840.113556.1.4.417", "-b", SUFFIX, f"(sAMAccountName={name(0)})", "1.1"
    )
    assert deleted.stdout.count("dn:") > 1, deleted.stderr
    ran = night(desk)
    assert ("remove_user", name(0), "") not in taken(ran)
    assert ("remove_user", name(1), "") in taken(ran), "who is gone goes"
    assert people_in(sandbox) == living(company)
    assert night(desk, "--allow-member-removals", "9").code in {0, 12}
    assert people_in(sandbox) == living(company)
    company.modify(account(1))
