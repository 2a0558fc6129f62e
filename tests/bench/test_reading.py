"""How long a whole read takes, as a ratio to `ldapsearch`: paired whole processes, medians (`tests/run --bench`).

No target is asserted: the machines are noisy, and a timed test would be a coin. The counts are.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from servers.slapd import Slapd, StartSlapd, people_ldif

PEOPLE = 20_000
ROUNDS = 5

READ = """
import sys
from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.model.snapshot import LastRead
from dirsync.store.spool import SqliteSpool
from pathlib import Path
from tempfile import TemporaryDirectory

url, dn, password, base = sys.argv[1:]
connection = LdapConnection(name="bench", url=url, bind_dn=dn, password=password)
asked = Selection("bench", (f"ou=people,{base}",), group_bases=(f"ou=groups,{base}",))
with TemporaryDirectory() as folder:
    snapshot = LdapDirectory(connection, [asked]).read(LastRead(), SqliteSpool("bench", Path(folder) / "spool"))
    print(snapshot.counts().users)
    snapshot.close()
"""


def seconds(command: list[str], environment: dict[str, str], expected: int, pattern: str = "") -> float:
    started = time.perf_counter()
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    took = time.perf_counter() - started
    assert (ran.stdout.count(pattern) if pattern else int(ran.stdout)) == expected
    return took


def ldapsearch(server: Slapd) -> list[str]:
    bind = ["-x", "-H", server.url, "-D", server.reader_dn, "-w", server.reader_password]
    base = f"ou=people,{server.base}"
    return [
        str(server._programs.clients["ldapsearch"]),
        "-LLL",
        "-E",
        "pr=1000/noprompt",
        *bind,
        "-b",
        base,
        "(objectClass=person)",
    ]


def test_a_whole_read_beside_ldapsearch(start_slapd: StartSlapd, capsys) -> None:
    server = start_slapd(ldif=people_ldif(PEOPLE, group_size=100))
    ours = [sys.executable, "-c", READ, server.url, server.reader_dn, server.reader_password, server.base]
    theirs = ldapsearch(server)
    around = server._programs.environment
    pairs = [(seconds(ours, around, PEOPLE), seconds(theirs, around, PEOPLE, "\nuid: ")) for _ in range(ROUNDS)]
    ratios = [mine / other for mine, other in pairs]
    with capsys.disabled():
        print(f"\n| {PEOPLE:,} people and {PEOPLE // 100} groups, whole processes, {ROUNDS} pairs | median s | ratio |")
        print("|---|---|---|")
        print(f"| ldapsearch -E pr=1000/noprompt (people only) | {statistics.median(o for _, o in pairs):.2f} | 1 |")
        print(
            f"| dirsync: read, decode, spool, resolve memberships | {statistics.median(m for m, _ in pairs):.2f} |"
            f" {statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f}) |"
        )
