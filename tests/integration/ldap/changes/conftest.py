from __future__ import annotations

import pytest
from integration.ldap.changes.watching import Place
from servers.ds389 import Start389
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
