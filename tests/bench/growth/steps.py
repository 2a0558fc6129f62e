"""The runs that are measured, as commands, and what each must have seen."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.peers.running import Ran
    from bench.peers.shapes import Shape
    from servers.slapd import Slapd

SETTINGS = """DIRSYNC_STORE=sqlite:///{folder}/state/dirsync.db
DIRSYNC_DIRECTORIES__CORP__KIND=ldap
DIRSYNC_DIRECTORIES__CORP__URL={corp.url}
DIRSYNC_DIRECTORIES__CORP__BIND_DN={corp.reader_dn}
DIRSYNC_DIRECTORIES__CORP__PASSWORD={corp.reader_password}
DIRSYNC_DIRECTORIES__PORTAL__KIND=ldap
DIRSYNC_DIRECTORIES__PORTAL__URL={portal.url}
DIRSYNC_DIRECTORIES__PORTAL__BIND_DN={portal.admin_dn}
DIRSYNC_DIRECTORIES__PORTAL__PASSWORD={portal.admin_password}
"""
MAPPING = """version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {{base: "ou=people,{base}", filter: (objectClass=inetOrgPerson)}}
  groups: {{base: "ou=groups,{base}", filter: (objectClass=groupOfNames)}}
"""
TARGET = """target:
  directory: portal
  users: {{base: "ou=people,{base}"}}
  groups_base: "ou=groups,{base}"
  groups: {{"*": "*"}}
guards: {{max_adoptions: {users}}}
"""
ESTATE = """version: 1
declared: {by: identity@example.org, on: 2026-11-20, valid_until: 2036-11-20}
crowd: none
jira:
  version: "9.12"
  applications:
    - {key: jira-servicedesk, groups: [agents], default_groups: [agents], selected_by_default: false}
  user_directories: []
"""
CHANGED = 100
"""People who have another address in a night of changes."""
PHASE = re.compile(r"phase ([a-z ]+): ([0-9.]+) s, ([0-9.]+) s of CPU, at most ([0-9]+) MiB")
DONE = frozenset({0, 10, 12})
"""Exit codes of runs that did their work, whatever they found."""


@dataclass(frozen=True)
class Place:
    """A folder with settings and a mapping, two servers with the same people, and what they hold."""

    folder: Path
    shape: Shape
    corp: Slapd
    portal: Slapd

    def settle_in(self, *, has_target: bool) -> None:
        """Write settings and mappings; what earlier runs left stays."""
        mappings = self.folder / "mappings"
        mappings.mkdir(parents=True, exist_ok=True)
        told = {"folder": self.folder, "corp": self.corp, "portal": self.portal}
        settings = self.folder / "dirsync.env"
        settings.write_text(SETTINGS.format(**told), encoding="utf-8")
        settings.chmod(0o600)
        content = MAPPING + (TARGET if has_target else "")
        written = content.format(base=self.corp.base, users=self.shape.users)
        (mappings / "customers.yaml").write_text(written, encoding="utf-8")
        (mappings / "estate.yaml").write_text(ESTATE, encoding="utf-8")

    def change(self, mark: str) -> None:
        """Give some people another address in the source, one that bears a mark."""
        every = self.shape.users // CHANGED
        self.corp.client(
            "ldapmodify",
            ldif="".join(
                f"dn: uid=user{n * every:06d},ou=people,{self.corp.base}\nchangetype: modify\nreplace: mail\n"
                f"mail: changed-{mark}.user{n * every:06d}@example.org\n\n"
                for n in range(CHANGED)
            ),
        )

    def forget_copies(self) -> None:
        """Read everything anew."""
        shutil.rmtree(self.folder / "state" / "kept", ignore_errors=True)

    def forget(self) -> None:
        """Begin anew: no store, no kept copies."""
        shutil.rmtree(self.folder / "state", ignore_errors=True)

    def dirsync(self, *words: str) -> list[str]:
        """Return a command."""
        where = ["--env-file", str(self.folder / "dirsync.env"), "--mappings", str(self.folder / "mappings")]
        return [sys.executable, "-m", "dirsync", *where, "--json", "--verbose", *words]

    def ldapsearch(self, servers: Sequence[Slapd]) -> list[str]:
        """Return a command that reads all that dirsync reads of these servers, and prints it."""
        return ["sh", "-c", " && ".join(part for server in servers for part in _searches(server))]


def _searches(server: Slapd) -> tuple[str, str]:
    search = f"{server.clients['ldapsearch']} -LLL -E pr=1000/noprompt -x -H {server.url}"
    who = f"-D {server.reader_dn} -w {server.reader_password}"
    attributes = "uid cn sn givenName displayName mail entryUUID"
    people = f"{search} {who} -b ou=people,{server.base} '(objectClass=inetOrgPerson)' {attributes}"
    return people, f"{search} {who} -b ou=groups,{server.base} '(objectClass=groupOfNames)' cn entryUUID member"


@dataclass(frozen=True)
class Step:
    """One row: a run, beside an ldapsearch of the same directories."""

    name: str
    has_target: bool
    words: tuple[str, ...]
    is_first: bool = False
    """Begins anew each time."""
    is_feed: bool = False
    """The servers tell what has changed (RFC 4533)."""
    is_once: bool = False
    """What it does can be done only once."""
    is_anew: bool = False
    """No copy of what was read before is left."""
    changes: int = 0
    """People who are changed in the source before it."""

    def check(self, run: Ran, shape: Shape) -> None:
        """Fail unless the run has seen everybody, and done what there was to do and no more."""
        assert run.code in DONE, f"{self.name}: exit code {run.code}: {run.errors[-2000:]}{run.output[:2000]}"
        report = json.loads(run.output)
        for read in report["directories"]:
            assert read["complete"], read
            assert (read["users"], read["memberships"]) == (shape.users, shape.memberships), read
        done = [one for one in report["outcomes"] if one["outcome"] == "done"]
        planned = (report["plan"] or {}).get("changes", ())
        assert len(planned) == len(done) == self.changes, (len(planned), report["outcomes"][:3])


def phases(run: Ran) -> dict[str, tuple[float, float, int]]:
    """Return the seconds of wall and of CPU of each part of a run, and the most MiB held by its end."""
    return {name: (float(wall), float(cpu), int(peak)) for name, wall, cpu, peak in PHASE.findall(run.errors)}


def steps(users: int) -> tuple[Step, ...]:
    """Return the runs in the order in which they build on each other."""
    return (
        Step("`audit`, first night", False, ("audit",), is_first=True),
        Step("`audit`, nothing changed, read whole", False, ("audit",)),
        Step(
            "`sync`, first night: everybody adopted", True, ("sync", "--adopt", str(users)), is_first=True, is_once=True
        ),
        Step("`sync`, second night: all compared once more", True, ("sync",), is_once=True),
        Step("`sync`, nothing changed, both read whole", True, ("sync",)),
        Step("`sync`, 100 people changed, both read whole", True, ("sync",), changes=CHANGED),
        Step(
            "`sync`, first night with RFC 4533, all read anew",
            True,
            ("sync",),
            is_feed=True,
            is_once=True,
            is_anew=True,
        ),
        Step("`sync`, nothing changed, told by RFC 4533", True, ("sync",), is_feed=True),
        Step("`sync`, 100 people changed, told by RFC 4533", True, ("sync",), is_feed=True, changes=CHANGED),
    )
