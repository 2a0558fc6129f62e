"""How long the second night takes: nothing changed, and a hundred people changed (`tests/run --bench`).

No target is asserted: the machines are noisy, and a timed test would be a coin. The counts are.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from bench.measuring import Contender, machine, measure, table
from bench.test_reading import GROUP_SIZE, PEOPLE, ROUNDS, compiled, ldapsearch, python
from servers.slapd import Slapd, StartSlapd, people_ldif

CHANGED = 100

NIGHT = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.directories.ldap import directory
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp
from dirsync.model.snapshot import LastRead
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping
import time

began = time.perf_counter()
url, dn, password, base, folder, way = sys.argv[1:]
if way == "raw":  # as with a server that has no feed of changes
    directory.feed_of = ModifyTimestamp
groups = () if way == "raw" else (f"ou=groups,{base}",)
asked = Selection("bench", (f"ou=people,{base}",), group_bases=groups)
kept = Keeping(Path(folder), datetime.now(UTC)).file_of("bench", way, timedelta(days=7))
spool = SqliteSpool("bench", Path(), only="bench", kept=kept)
snapshot = LdapDirectory(LdapConnection("bench", url, dn, password), [asked]).read(LastRead(), spool)
print(snapshot.counts().users, snapshot.completeness.is_complete, snapshot.completeness.method)
snapshot.keep()
snapshot.close()
print(f"inside={time.perf_counter() - began:.4f}")
"""


def night(server: Slapd, folder: Path, way: str) -> list[str]:
    return python(NIGHT, server, str(folder), way)


def says(*parts: str):
    return lambda out: out.startswith(f"{PEOPLE} True") and all(part in out for part in parts)


def test_the_second_night_beside_ldapsearch(start_slapd: StartSlapd, tmp_path: Path, capsys) -> None:
    server = start_slapd(ldif=people_ldif(PEOPLE, group_size=GROUP_SIZE), session_log=10 * CHANGED)
    environment = {**server.environment, **compiled(tmp_path / "compiled")}
    numbers = itertools.count()

    def change_some() -> None:
        names = (f"uid=user{n:06},ou=people,{server.base}" for n in range(0, PEOPLE, PEOPLE // CHANGED))
        sn = f"sn: changed {next(numbers)}"
        server.modify("".join(f"dn: {name}\nchangetype: modify\nreplace: sn\n{sn}\n\n" for name in names))

    def forget() -> None:
        for path in (tmp_path / "first").glob("*.kept"):
            path.unlink()

    for way in ("raw", "feed"):
        measure(Contender("the first night", night(server, tmp_path, way), says()), environment)
    unchanged = Contender(
        "nothing changed, no feed: read everything, compare, done",
        night(server, tmp_path, "raw"),
        says(f"{PEOPLE:,} of {PEOPLE:,} users were as they were"),
    )
    some = Contender(
        f"{CHANGED} of {PEOPLE:,} changed, told by RFC 4533",
        night(server, tmp_path, "feed"),
        says(f"{CHANGED} users changed, 0 are gone"),
        change_some,
    )
    first = tmp_path / "first"
    full = Contender("the first night, kept for the next", night(server, first, "raw"), says(), forget)
    told = Contender("the first night, told by RFC 4533", night(server, first, "feed"), says(), forget)
    rows = table(ldapsearch(server, PEOPLE), [unchanged, some, full, told], environment, ROUNDS)
    with capsys.disabled():
        print(f"\n{PEOPLE:,} people, {PEOPLE // GROUP_SIZE:,} groups, {ROUNDS} pairs each, on {machine()}\n")
        print("\n".join(rows))
