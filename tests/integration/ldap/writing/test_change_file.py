"""Changes written to a file, which a real server's own client then carries out."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif
from servers.workplace import Workplace

pytestmark = pytest.mark.server
MAPPING = f"""
version: 1
name: people
audience: agents
source: {{directory: staff, groups: {{}}}}
target:
  directory: corp
  users: {{base: "ou=people,{SUFFIX}"}}
  groups_base: "ou=groups,{SUFFIX}"
  groups: {{"*": "*"}}
  missing: remove
  missing_after: 1
guards: {{max_removals: 100, max_removal_share: 1}}
"""
PERSON = """dn: uid={name},ou=staff
objectClass: inetOrgPerson
entryUUID: {id}
uid: {name}
cn: {name}
sn: {sn}
mail: {mail}

"""
GROUP = "dn: cn={name},ou=staff\nobjectClass: groupOfNames\nentryUUID: {name}\ncn: {name}\n{members}\n\n"


def staff(*people: tuple[str, str, str], **groups: list[str]) -> str:
    text = "".join(PERSON.format(id=id_, name=name, sn=sn, mail=f"{id_}@example.org") for id_, name, sn in people)
    for name, members in groups.items():
        lines = "\n".join(f"member: uid={one},ou=staff" for one in members)
        text += GROUP.format(name=name, members=lines or "member: ")
    return text


def export(server: Slapd, path: Path) -> None:
    path.write_text(
        server.search(SUFFIX, "(objectClass=*)", "*", "entryUUID", "pwdAccountLockedTime").partition("\n# ")[0] + "\n"
    )


def carried_out(server: Slapd, workplace: Workplace, run: str) -> str:
    """Let the server's client carry out what a run has written down, and return it."""
    path = workplace.folder / f"corp.{run}.changes.ldif"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    changes = path.read_text(encoding="utf-8")
    server.modify(changes)
    export(server, workplace.folder / "corp.ldif")
    return changes


def test_changes_are_written_down_and_planned_until_somebody_carries_them_out(
    workplace: Workplace, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(0))
    workplace.directory("staff", kind="ldif", path="staff.ldif")
    workplace.directory("corp", kind="ldif", path="corp.ldif")
    workplace.mapping("people", MAPPING)
    export(server, workplace.folder / "corp.ldif")
    before = (workplace.folder / "corp.ldif").read_bytes()
    long = "x" * 200
    workplace.write(
        "staff.ldif", staff(("1", "ana", "Müller"), ("2", "a\\2c b", long), ("3", "cat", " c"), crew=["ana", "cat"])
    )

    first = workplace.run("sync", "--json")
    assert first.code in {0, 12}, first.stderr
    outcomes = first.document["outcomes"]
    assert {one["outcome"] for one in outcomes} == {"planned"}
    assert all("for somebody else to carry out" in one["message"] for one in outcomes)
    assert (workplace.folder / "corp.ldif").read_bytes() == before, "the file itself is never written"
    again = workplace.run("sync", "--json")
    assert again.changes == first.changes, "nothing counts as done that nobody has done"

    assert "userPassword" not in carried_out(server, workplace, again.document["run"]["id"])
    assert server.count(f"ou=people,{SUFFIX}", "(objectClass=inetOrgPerson)") == 3
    assert (
        server.count(
            f"ou=groups,{SUFFIX}", f"(&(member=uid=ana,ou=people,{SUFFIX})(member=uid=cat,ou=people,{SUFFIX}))"
        )
        == 1
    )
    assert workplace.run("sync", "--json").changes == []

    workplace.write("staff.ldif", staff(("1", "anna", "Ärmel"), ("2", "a\\2c b", long), crew=[]))
    changed = workplace.run("sync", "--json", "--allow-removals", "9", "--allow-member-removals", "9")
    assert [one[0] for one in changed.changes] == ["rename_user", "update_user", "remove_member", "remove_user"]
    carried_out(server, workplace, changed.document["run"]["id"])
    assert sorted(re.findall("uid: (.*)", server.search(f"ou=people,{SUFFIX}", "(objectClass=person)", "uid"))) == [
        "a\\2c b",
        "anna",
    ]
    assert "uid=cat" not in server.search(f"ou=groups,{SUFFIX}", "(cn=crew)", "member")
    assert "uid=ana," not in server.search(f"ou=groups,{SUFFIX}", "(cn=crew)", "member")
    assert workplace.run("sync", "--json").changes == []
