from __future__ import annotations

import pytest
from integration.ldap.changes.watching import Domain, Place
from servers.ds389 import Start389
from servers.samba import SUFFIX, Samba, StartSamba, account_ldif
from servers.slapd import StartSlapd


@pytest.fixture(scope="session")
def openldap(start_slapd: StartSlapd) -> Place:
    """An OpenLDAP that remembers 1,000 changes, and keeps memberOf."""
    return Place(start_slapd(session_log=1000, memberof=True), "entryUUID")


@pytest.fixture(scope="session")
def ds389(start_389: Start389) -> Place:
    return Place(start_389(lambda _: ""), "nsUniqueId")


@pytest.fixture(params=["openldap", "ds389"])
def place(request: pytest.FixtureRequest) -> Place:
    """Each server that offers RFC 4533."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def domain(start_samba: StartSamba) -> Samba:
    """A domain in which `auditor` is shown what was deleted, and `reader`, as by default, is not."""
    users = f"CN=Users,{SUFFIX}"
    domain = start_samba(account_ldif("auditor", users, password="auditor-Pa55") + account_ldif("leaver", users))
    domain.guard(f"CN=Deleted Objects,{SUFFIX}", "(A;;LCRP;;;{auditor})")
    domain.modify(f"dn: CN=leaver,{users}\nchangetype: delete\n")
    return domain


@pytest.fixture(scope="session")
def sees_living(domain: Samba) -> Domain:
    return Domain(domain)


@pytest.fixture(scope="session")
def sees_deleted(domain: Samba) -> Domain:
    return Domain(domain, bind_dn=f"CN=auditor,CN=Users,{SUFFIX}", password="auditor-Pa55")
