from __future__ import annotations

from collections.abc import Callable

import pytest
from servers.ds389 import Ds389
from servers.slapd import Slapd, StartSlapd, people_ldif

from dirsync.directories.interface import Progress, Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead, Snapshot

Read = Callable[..., Snapshot]


def everything(server: Slapd | Ds389, name: str = "all") -> Selection:
    return Selection(name, (f"ou=people,{server.base}",), group_bases=(f"ou=groups,{server.base}",))


@pytest.fixture(scope="session")
def read() -> Read:
    """Read a server as its reader: `read(server, *selections, known=…, progress=…, url=…, page_size=…)`."""

    def reading(
        server: Slapd | Ds389,
        *selections: Selection,
        known: LastRead | None = None,
        progress: Progress | None = None,
        **choices: object,
    ) -> Snapshot:
        given = {
            "url": server.url,
            "bind_dn": server.reader_dn,
            "password": server.reader_password,
            "connect_timeout": 5,
            "read_timeout": 10,
            **choices,
        }
        connection = LdapConnection("corp", **given)  # type: ignore[arg-type]
        directory = LdapDirectory(connection, selections or (everything(server),), progress)
        return directory.read(known or LastRead(), MemorySpool("corp"))

    return reading


@pytest.fixture(scope="session")
def small(start_slapd: StartSlapd) -> Slapd:
    """A slapd of 50 people in 5 groups, which tests only read."""
    return start_slapd(ldif=people_ldif(50))


@pytest.fixture(scope="session")
def big_ldif() -> str:
    return people_ldif(10_000)
