"""How long reading groups takes beside `ldapsearch`: many of them, and a very large one (`tests/run --bench`)."""

from __future__ import annotations

import os
from pathlib import Path

from bench.measuring import Contender, machine, table
from bench.test_reading import ROUNDS, compiled, python
from servers.slapd import SUFFIX, StartSlapd, people_ldif

GROUPS = int(os.environ.get("DIRSYNC_BENCH_GROUPS", "2000"))
MEMBERS = 100
LARGEST = 50_000

READ = """
import sys
from dirsync.directories.ldap.address import LdapConnection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.page_loop import SearchEnd, pages_of
from dirsync.directories.ldap.searches import Kind, Search

url, dn, password, base = sys.argv[1:]
settings = LdapConnection("bench", url, dn, password)
search = Search(Kind.GROUPS, f"ou=groups,{base}", "(objectClass=groupOfNames)", ("cn", "entryUUID", "member"), ())
members, end = 0, SearchEnd()
with connected(settings) as connection:
    for page in pages_of(Questions(connection, settings).pages(search), end, OPENLDAP, dn):
        members += sum(len(entry.values("member")) for entry in page)
print(end.entries, members, end.failure)
"""


def large_ldif() -> str:
    members = "".join(f"member: uid=user{n:06d},ou=people,{SUFFIX}\n" for n in range(LARGEST))
    return f"dn: cn=everybody,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: everybody\n{members}\n"


def test_groups_beside_ldapsearch(start_slapd: StartSlapd, tmp_path: Path, capsys) -> None:
    server = start_slapd(ldif=people_ldif(GROUPS * MEMBERS, group_size=MEMBERS) + large_ldif())
    memberships = GROUPS * MEMBERS + LARGEST
    paged = ("-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-x", "-H", server.url)
    who = ("-D", server.reader_dn, "-w", server.reader_password)
    asked = ("-b", f"ou=groups,{server.base}", "(objectClass=groupOfNames)", "cn", "entryUUID", "member")
    yardstick = Contender(
        "ldapsearch -LLL -E pr=1000/noprompt",
        [str(server.clients["ldapsearch"]), *paged, *who, *asked],
        lambda out: out.count("\nmember: ") == memberships,
    )
    ours = Contender(
        "dirsync: groups, decoded",
        python(READ, server),
        lambda out: out.split() == [str(GROUPS + 1), str(memberships), "None"],
    )
    environment = {**server.environment, **compiled(tmp_path)}
    rows = table(yardstick, [ours], environment, ROUNDS)
    with capsys.disabled():
        of = f"{GROUPS:,} groups of {MEMBERS} and one of {LARGEST:,}"
        print(f"\n{of}, {ROUNDS} pairs, on {machine()}\n")
        print("\n".join(rows))
