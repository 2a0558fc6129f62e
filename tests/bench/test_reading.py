"""How long reading a directory takes beside `ldapsearch` and other clients (`tests/run --bench`).

No target is asserted: the machines are noisy, and a timed test would be a coin. The counts are.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from bench.measuring import Contender, machine, measure, table
from servers.slapd import Slapd, StartSlapd, people_ldif

PEOPLE = int(os.environ.get("DIRSYNC_BENCH_PEOPLE", "200000"))
GROUP_SIZE = 100
ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "5"))
ATTRIBUTES = ("cn", "displayName", "entryUUID", "givenName", "mail", "modifyTimestamp", "sn", "uid")
"""Each entry holds all of them, so that they are as many as they are said to be."""

ENTRIES = """
import sys
from dirsync.directories.ldap.address import LdapConnection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.page_loop import SearchEnd, pages_of
from dirsync.directories.ldap.searches import Kind, Search

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS"))

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

url, dn, password, base, decoder, *attributes = sys.argv[1:]
settings = LdapConnection("bench", url, dn, password, uses_stock_decoder=decoder == "stock")
search = Search(Kind.USERS, f"ou=people,{base}", "(objectClass=person)", tuple(attributes), ())
count, end = 0, SearchEnd()
with connected(settings) as connection:
    before = resident()
    for page in pages_of(Questions(connection, settings).pages(search), end, OPENLDAP, dn):
        count += sum(bool(entry.values("uid")) for entry in page)
print(count, end.failure, f"growth={peak() - before}")
"""

SNAPSHOT = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.model.snapshot import LastRead
from dirsync.store.spool import SqliteSpool

url, dn, password, base = sys.argv[1:]
asked = Selection("bench", (f"ou=people,{base}",), group_bases=(f"ou=groups,{base}",))
with TemporaryDirectory() as folder:
    spool = SqliteSpool("bench", Path(folder) / "spool")
    snapshot = LdapDirectory(LdapConnection("bench", url, dn, password), [asked]).read(LastRead(), spool)
    print(snapshot.counts().users, snapshot.counts().memberships, snapshot.completeness.is_complete)
    snapshot.close()
"""

LDAP3 = """
import sys, warnings
warnings.simplefilter("ignore")
import ldap3
url, dn, password, base, *attributes = sys.argv[1:]
connection = ldap3.Connection(ldap3.Server(url), dn, password, auto_bind=True)
found = connection.extend.standard.paged_search(
    f"ou=people,{base}", "(objectClass=person)", attributes=attributes, paged_size=1000, generator=True)
print(sum(entry["type"] == "searchResEntry" for entry in found))
"""

PYTHON_LDAP = """
import sys, ldap
from ldap.controls import SimplePagedResultsControl
url, dn, password, base, *attributes = sys.argv[1:]
connection = ldap.initialize(url)
connection.simple_bind_s(dn, password)
control, count = SimplePagedResultsControl(True, size=1000, cookie=""), 0
while True:
    number = connection.search_ext(
        f"ou=people,{base}", ldap.SCOPE_SUBTREE, "(objectClass=person)", attributes, serverctrls=[control])
    _, entries, _, controls = connection.result3(number)
    count += len(entries)
    control.cookie = next(one.cookie for one in controls if one.controlType == control.controlType)
    if not control.cookie:
        break
print(count)
"""

BONSAI = """
import sys, bonsai
url, dn, password, base, *attributes = sys.argv[1:]
client = bonsai.LDAPClient(url)
client.set_credentials("SIMPLE", dn, password)
with client.connect() as connection:
    found = connection.paged_search(
        f"ou=people,{base}", bonsai.LDAPSearchScope.SUBTREE, "(objectClass=person)", attributes, page_size=1000)
    print(sum(1 for _ in found))
"""


def python(script: str, server: Slapd, *more: str) -> list[str]:
    return [sys.executable, "-c", script, server.url, server.reader_dn, server.reader_password, server.base, *more]


def ldapsearch(server: Slapd, people: int) -> Contender:
    paged = ("-LLL", "-E", "pr=1000/noprompt", "-x", "-H", server.url)
    asked = ("-b", f"ou=people,{server.base}", "(objectClass=person)", *ATTRIBUTES)
    who = ("-D", server.reader_dn, "-w", server.reader_password)
    command = [str(server.clients["ldapsearch"]), *paged, *who, *asked]
    return Contender("ldapsearch -LLL -E pr=1000/noprompt", command, lambda out: out.count("\nuid: ") == people)


def counts(people: int):
    return lambda out: out.split()[0] == str(people)


def with_display_names(ldif: str) -> str:
    return re.sub(r"^(givenName: )(.*)$", r"\1\2\ndisplayName: \2 of the staff", ldif, flags=re.MULTILINE)


def compiled(folder: Path) -> dict[str, str]:
    """Return the environment in which modules are compiled once, as they are where they are installed.

    Without it, a machine that writes no byte code would have each start of Python translate ldap3 anew (0.25 s).
    """
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder)}


def test_reading_beside_ldapsearch(start_slapd: StartSlapd, tmp_path: Path, capsys) -> None:
    server = start_slapd(ldif=with_display_names(people_ldif(PEOPLE, group_size=GROUP_SIZE)))
    environment = {**server.environment, **compiled(tmp_path / "compiled")}
    decode = python(ENTRIES, server, "fast", *ATTRIBUTES)
    entries = Contender("dirsync: entries, decoded", decode, lambda out: out.startswith(f"{PEOPLE} None"))
    others = [
        Contender(name, python(script, server, *ATTRIBUTES), counts(PEOPLE))
        for name, script, library in (
            ("ldap3 paged_search", LDAP3, "ldap3"),
            ("python-ldap, paged", PYTHON_LDAP, "ldap"),
            ("bonsai, paged", BONSAI, "bonsai"),
        )
        if find_spec(library)
    ]
    snapshot = Contender(
        "dirsync: whole read (people, groups, memberships) into a Snapshot",
        python(SNAPSHOT, server),
        lambda out: out.split() == [str(PEOPLE), str(PEOPLE), "True"],
    )
    rows = table(ldapsearch(server, PEOPLE), [entries, snapshot, *others], environment, ROUNDS)
    growth = re.search(r"growth=(\d+)", measure(entries, environment).output)
    assert growth is not None
    with capsys.disabled():
        print(f"\n{PEOPLE:,} people of 8 attributes, page 1000, {ROUNDS} pairs each, on {machine()}\n")
        print("\n".join(rows))
        print(f"\nMemory above that just before the read: {int(growth[1]) / 1024:.1f} MiB.")
