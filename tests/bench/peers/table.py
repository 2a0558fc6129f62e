"""The clients, each with what it does and the command that does it."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.peers.running import Ran
    from servers.slapd import Slapd

ROOT = Path(__file__).parents[3]
CLIENTS = Path(__file__).parent / "clients"
ENVIRONMENT = ROOT / ".servers" / "peers"
ATTRIBUTES = ("uid", "cn", "sn", "givenName", "mail", "entryUUID")


@dataclass(frozen=True)
class Peer:
    """One row. `distributions` are the packages it stands on; the first gives the row its version."""

    name: str
    does: str
    command: Callable[[Slapd, str, Path], list[str]]
    """Of a server, the URL it is reached by, and a folder of the row's own."""
    distributions: tuple[str, ...] = ()
    prepare: Callable[[Slapd, str, Path], None] = lambda *_: None
    """Before each run; not measured."""
    counts: Callable[[Ran], tuple[int, int | None] | None] = lambda run: run.counts
    allowed: frozenset[int] = field(default=frozenset({0}))
    """Exit codes of a run that did its job."""
    words: Callable[[Ran], str] = lambda run: run.last_words
    """What it says of a failure."""
    stands_alone: bool = True
    """False: goes on from the row before, so that it says nothing new about faults."""

    def environment(self, server: Slapd, url: str, folder: Path) -> Mapping[str, str]:
        """Return what the client is told; see clients/about.py."""
        return {
            **server.environment,
            "PEER_URL": url,
            "PEER_DN": server.reader_dn,
            "PEER_PASSWORD": server.reader_password,
            "PEER_BASE": server.base,
            "PEER_FILE": str(folder / "peer.sqlite"),
            # compiled once, as where it is installed
            "PYTHONDONTWRITEBYTECODE": "",
        }


def _script(name: str, python: Path = ENVIRONMENT / "bin" / "python") -> Callable[[Slapd, str, Path], list[str]]:
    return lambda _server, _url, _folder: [str(python), str(CLIENTS / f"{name}.py")]


def _ldapsearch(server: Slapd, url: str, _folder: Path) -> list[str]:
    search = f"{server.clients['ldapsearch']} -LLL -E pr=1000/noprompt -x -H {url}"
    who = f"-D {server.reader_dn} -w {server.reader_password}"
    people = f"{search} {who} -b ou=people,{server.base} '(objectClass=inetOrgPerson)' {' '.join(ATTRIBUTES)}"
    groups = f"{search} {who} -b ou=groups,{server.base} '(objectClass=groupOfNames)' cn member"
    return ["sh", "-c", f"{people} && {groups}"]


def _lines(run: Ran) -> tuple[int, int]:
    return run.output.count("\nuid: "), run.output.count("\nmember: ")


SETTINGS = """DIRSYNC_STORE=sqlite:///{folder}/state/dirsync.db
DIRSYNC_DIRECTORIES__CORP__KIND=ldap
DIRSYNC_DIRECTORIES__CORP__URL={url}
DIRSYNC_DIRECTORIES__CORP__BIND_DN={dn}
DIRSYNC_DIRECTORIES__CORP__PASSWORD={password}
"""
MAPPING = """version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {{base: "ou=people,{base}"}}
  groups: {{base: "ou=groups,{base}"}}
"""


def _settle_in(server: Slapd, url: str, folder: Path) -> None:
    """Write settings and a mapping; what earlier nights left stays."""
    (folder / "mappings").mkdir(exist_ok=True)
    told = {"folder": folder, "url": url, "dn": server.reader_dn, "password": server.reader_password}
    (folder / "dirsync.env").write_text(SETTINGS.format(**told), encoding="utf-8")
    (folder / "dirsync.env").chmod(0o600)
    (folder / "mappings" / "customers.yaml").write_text(MAPPING.format(base=server.base), encoding="utf-8")


def _forget(server: Slapd, url: str, folder: Path) -> None:
    shutil.rmtree(folder / "state", ignore_errors=True)
    _settle_in(server, url, folder)


def _audit(_server: Slapd, _url: str, folder: Path) -> list[str]:
    where = ["--env-file", str(folder / "dirsync.env"), "--mappings", str(folder / "mappings")]
    return [sys.executable, "-m", "dirsync", *where, "--json", "audit"]


def _why(run: Ran) -> str:
    """Return what a report says of a Directory that was not read whole."""
    if not run.output.startswith("{"):
        return run.last_words
    return str(json.loads(run.output)["directories"][0]["reason"])


def _of_report(run: Ran) -> tuple[int, int] | None:
    if not run.output.startswith("{"):
        return None
    (read,) = json.loads(run.output)["directories"]
    return (read["users"], read["memberships"]) if read["complete"] else None


def _migrated(server: Slapd, url: str, folder: Path) -> None:
    """Make Django's tables anew, once; each run then begins with a copy of them."""
    made = folder / "made.sqlite"
    if not made.exists():
        from bench.peers.running import ran

        environment = {**DJANGO.environment(server, url, folder), "PEER_FILE": str(made)}
        done = ran([*DJANGO.command(server, url, folder), "prepare"], environment)
        assert done.code == 0, done.errors
    shutil.copy(made, folder / "peer.sqlite")


LDAPSEARCH = Peer("ldapsearch, paged", "reads, prints LDIF", _ldapsearch, counts=_lines)
"""What every other row is held against."""
DJANGO = Peer(
    "django-python3-ldap `ldap_sync_users`, first time",
    "reads users, writes each into a database; no groups",
    _script("with_django"),
    ("django-python3-ldap", "ldap3", "django"),
    prepare=_migrated,
)
PEERS = (
    Peer("python-ldap, paged", "reads", _script("with_python_ldap"), ("python-ldap",)),
    Peer("bonsai, paged", "reads", _script("with_bonsai"), ("bonsai",)),
    Peer("ldap2pg's reader", "reads, unpaged, all into memory", _script("with_ldap2pg"), ("ldap2pg", "python-ldap")),
    Peer("ldap3 `paged_search`", "reads", _script("with_ldap3"), ("ldap3",)),
    DJANGO,
    Peer(
        "the same, again",
        "the same, nothing changed",
        DJANGO.command,
        DJANGO.distributions,
        stands_alone=False,
    ),
    Peer(
        "dirsync, reading alone",
        "reads, proves that it was all, into a Snapshot on disk",
        _script("with_dirsync_reading", Path(sys.executable)),
    ),
    Peer(
        "`dirsync audit`, first night",
        "reads, proves, keeps for the next night, audits, writes two reports",
        _audit,
        prepare=_forget,
        counts=_of_report,
        words=_why,
        allowed=frozenset({0, 12}),
    ),
    Peer(
        "`dirsync audit`, next night",
        "the same, nothing changed",
        _audit,
        prepare=_settle_in,
        counts=_of_report,
        allowed=frozenset({0, 12}),
        stands_alone=False,
    ),
)
