"""Kill -9 at every write of a night into a real LDAP tree: the next run ends where no interruption would have ended.

As test_killed_anywhere does with Crowd. What the server has carried out stands in a log of its own.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from servers.mortal import Hospital, Life, hospital
from servers.slapd import SUFFIX, Slapd, StartSlapd, people_ldif
from servers.workplace import Workplace

from dirsync.store.store import Store

pytestmark = pytest.mark.server
KILLED = -9
SAMPLE = 3
PEOPLE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
LOCKED = "pwdAccountLockedTime: 000001010000Z\n"
MAPPING = f"""
version: 1
name: people
audience: agents
source:
  directory: corp
  users: {{base: "{PEOPLE}"}}
  groups: {{base: "{GROUPS}"}}
target:
  directory: tree
  users: {{base: "{PEOPLE}"}}
  groups_base: "{GROUPS}"
  groups: {{"*": "*"}}
  missing: remove
  missing_after: 1
  missing_groups: remove
guards: {{max_removal_share: 1.0}}
"""
SHOWN = ("uid", "cn", "sn", "mail", "displayName", "givenName", "member", "description", "pwdAccountLockedTime")
BY_THE_SERVER = re.compile(
    r"(?m)^((userPassword|entryUUID|entryCSN|createTimestamp|creatorsName|modifyTimestamp|modifiersName|pwdChangedTime|"
    r"structuralObjectClass)::? .*|(replace|add): (entryCSN|modif\w+|pwdChangedTime)|-|#.*)\n"
)
"""What it adds to a request by itself, and passwords, of which each is another one."""


def person(name: str, mail: str = "", more: str = "") -> str:
    """Return an entry; the id goes by the name in the mail."""
    mail = mail or name
    return (
        f"dn: uid={name},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\n"
        f"mail: {mail}@example.org\nentryUUID: id-{mail.partition('.')[0]}\n{more}\n"
    )


def group(name: str, *members: str) -> str:
    lines = "".join(f"member: uid={member},{PEOPLE}\n" for member in members)
    return f"dn: cn={name},{GROUPS}\nobjectClass: groupOfNames\ncn: {name}\nentryUUID: gid-{name}\n{lines}\n"


FIRST_NIGHT = "".join([
    *map(person, ("ana", "bob", "cyd", "eva", "fay")),
    person("dan", more=LOCKED),
    group("helpers", "ana", "bob", "cyd"),
    group("former", "dan", "ana"),
])  # fmt: skip
SECOND_NIGHT = "".join([
    person("anna", "ana"),  # called otherwise, in two groups
    person("bob", "bob.new"),
    person("cyd", more=LOCKED),
    person("dan"),  # not locked any more; eva and fay are gone
    *map(person, ("gus", "hal")),
    group("helpers", "anna", "dan", "gus"),
    group("newcomers", "gus", "hal"),
])  # fmt: skip
EVERY_KIND = {"update", "rename", "deactivate", "reactivate", "remove", "create"}


@dataclass
class Desk:
    """A workplace and its tree; `again` puts both back to where the first night left them."""

    place: Workplace
    server: Slapd
    lives: Hospital
    log: Path

    def sync(self, dies_at: int = 0) -> Life:
        return self.lives.run(self.place.folder, self.place.environment(), "sync", "--json", dies_at=dies_at)

    def keep(self) -> None:
        """Remember this moment."""
        self._turn(to_kept=True)

    def again(self) -> None:
        """Go back to the moment that `keep` has seen."""
        self._turn(to_kept=False)

    def _turn(self, *, to_kept: bool) -> None:
        self.server.stop()
        kept = self.place.folder / "kept"
        for folder in (self.place.folder / "state", self.server.data):
            there, here = (kept / folder.name, folder) if to_kept else (folder, kept / folder.name)
            shutil.rmtree(there, ignore_errors=True)
            shutil.copytree(here, there)
        self.log.write_text("", encoding="utf-8")
        self.server.start()

    def happened(self) -> Counter[str]:
        """Return what the server has carried out since, each thing as often as it was."""
        while (seen := self.log.read_text(encoding="utf-8")) and not self._is_settled(seen):
            pass
        records = BY_THE_SERVER.sub("", seen.replace("\n ", "")).split("\n\n")
        return Counter("\n".join(sorted(record.splitlines())) for record in records if record.strip())

    def _is_settled(self, seen: str) -> bool:
        """Say whether the server has ended what a killed process has asked of it."""
        time.sleep(0.05)
        return seen == self.log.read_text(encoding="utf-8")

    def held(self) -> list[str]:
        """Return what the tree holds, without ids and passwords."""
        found = self.server.search(SUFFIX, "(|(objectClass=person)(objectClass=groupOfNames))", *SHOWN)
        return sorted("\n".join(sorted(entry.splitlines())) for entry in found.split("\n\n") if entry.strip())

    def known(self) -> object:
        """Return the links, and check that each of them is to that person's account."""
        store = Store(f"sqlite:///{self.place.folder}/state/dirsync/dirsync.db")
        with store.links() as links:
            people = list(links.users("tree", "people"))
            for link in people:
                there = self.server.search(PEOPLE, f"(entryUUID={link.target_id})", "mail")
                assert f"\nmail: {link.source_id.removeprefix('id-')}" in there, link
            found = {(link.source_id, link.is_deactivated) for link in people}
            result = found, set(links.members("tree", "people")), set(links.groups("tree", "people"))
        assert store.journal.open_intents() == ()
        store.close()
        return result


@pytest.fixture(scope="module")
def lives() -> Iterator[Hospital]:
    with hospital() as running:
        yield running


@pytest.fixture
def desk(workplace: Workplace, start_slapd: StartSlapd, lives: Hospital, tmp_path: Path) -> Desk:
    log = tmp_path / "carried-out.ldif"
    server = start_slapd(
        ldif=people_ldif(0), extra=f"overlay auditlog\nauditlog {log}\n", options="moduleload auditlog\n"
    )
    login = {"url": server.url, "bind_dn": server.admin_dn, "password": server.admin_password}
    workplace.directory("tree", kind="ldap", **login)
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.mapping("people", MAPPING)
    workplace.write("corp.ldif", FIRST_NIGHT)
    made = Desk(workplace, server, lives, log)
    first = made.sync()
    assert first.code in {0, 12}, first.stderr
    workplace.write("corp.ldif", SECOND_NIGHT)
    made.keep()
    return made


def test_killed_at_any_write_into_a_tree_the_next_run_ends_alike_and_does_nothing_twice(
    desk: Desk, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = desk.sync()
    assert whole.code in {0, 12}, whole.stderr
    happened, held, known = desk.happened(), desk.held(), desk.known()
    assert len(happened) >= 12
    # the entry is called otherwise, and its groups do not all follow yet
    renamed = whole.points.index("modify_dn") + 2
    points = range(1, whole.writes + 1)
    is_long = request.config.getoption("--long")
    chance = random.Random(0 if os.environ.get("CI") == "true" else None)
    tried = list(points) if is_long else [renamed, *chance.sample(points, SAMPLE)]
    died = 0
    for point in tried:
        desk.again()
        killed = desk.sync(dies_at=point)
        died += killed.code == KILLED
        rest = desk.sync()
        where = f"killed at write {point} of {whole.writes}: {rest.stderr}"
        assert rest.code in {0, 12}, where
        assert desk.held() == held, where
        done = desk.happened()
        assert done - happened == Counter(), f"done twice, or for nothing: {where}"
        left = happened - done
        # whoever was made and then not given the password that nobody knows has none: both reset it
        assert len(left) <= 1, where
        assert all(one.endswith("replace: userPassword") for one in left), where
        assert desk.known() == known, where
    # a commit more or less, when an outcome waits for company for more than a second on a slow machine
    assert died >= 0.9 * len(tried) - 1
    with capsys.disabled():
        print(f"\nkilled at {died} of {len(tried)} points of {whole.writes}")  # noqa: T201
