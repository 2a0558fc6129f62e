"""A small office for the examples in docs/: real commands in a folder, told without what differs from run to run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dirsync.sandbox.fault_file import parse_faults
from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.server import RunningSandbox, start
from dirsync.workflow.adopting import ADOPTED_FOR

ROOT = Path(__file__).parent.parent.parent
LONGEST = 60
"""Seconds that one command may take."""
USUAL = "127.0.0.1:8095"
"""Where the sandbox listens unless it is told otherwise."""
DIFFERS = (
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}"), "20261123T021500Z-0a1b2c"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)"), "2026-11-23T02:15:00Z"),
    (re.compile(r"\bprocess \d+"), "process 4711"),
    (re.compile(r"\b(Plan|plan) [0-9a-f]{16}"), r"\1 2b383245fae7db19"),
    (re.compile(r"127\.0\.0\.1:\d+"), USUAL),
    (re.compile(r"^Report: .*\n", re.MULTILINE), ""),
)
"""What is another one in each run, and what stands for it in the examples."""

ESTATE = """\
version: 1
declared: {by: identity-admin@example.org, on: 2026-11-20, valid_until: 9999-12-31}
jira:
  version: "9.12"
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-servicedesk, groups: [jsm-agents], default_groups: [jsm-agents], selected_by_default: false,
       seats: 25, used: 1}
  user_directories:
    - {name: Staff, mapping: agents, type: ldap, mode: read-only, default_groups: []}
    - {name: Customers, mapping: customers, type: ldap, mode: read-only, default_groups: [portal]}
  public_signup: {global: false, projects: {HELP: false}, agent_signup: false}
crowd: none
"""
SETTINGS = """\
DIRSYNC_DIRECTORIES__STAFF__KIND=ldif
DIRSYNC_DIRECTORIES__STAFF__PATH=staff.ldif
DIRSYNC_DIRECTORIES__CUSTOMERS__KIND=ldif
DIRSYNC_DIRECTORIES__CUSTOMERS__PATH=customers.ldif
"""


def _mapping(audience: str, directory: str) -> str:
    text = f"version: 1\nname: {audience}\naudience: {audience}\nsource: {{directory: {directory}}}\n"
    return text if audience == "agents" else f"{text}public_signup: off\n"


def _ldif(username: str, group: str) -> str:
    return (
        f"version: 1\n\ndn: uid={username},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {username}\n"
        f"cn: {username}\nsn: {username}\nmail: {username}@example.org\n\n"
        f"dn: cn={group},ou=groups,dc=example,dc=org\nobjectClass: groupOfNames\ncn: {group}\n"
        f"member: uid={username},ou=people,dc=example,dc=org\n"
    )


@dataclass(frozen=True)
class Desk:
    """A folder with settings and mappings in which commands are run as an admin runs them."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        """Put one text for another, which must be there."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        self.write(name, text.replace(old, new))

    def run(
        self,
        *arguments: str,
        expected: int | None = None,
        stdout: Path | None = None,
        home: str = "",
        is_stderr_shown: bool = True,
    ) -> str:
        """Run `dirsync` and return what a person sees of it; fail where it exits with another code than expected.

        `home` stands for the folder in what is shown; left out, names are shown as seen from there.
        """
        with (stdout or Path(os.devnull)).open("w") as elsewhere:
            ran = subprocess.run(
                self._words(arguments),
                cwd=self.folder,
                env=self._environment(),
                stdout=elsewhere if stdout else subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                timeout=LONGEST,
                check=False,
            )
        out = (ran.stdout or "").replace(str(self.folder), home) if home else ran.stdout or ""
        err = ran.stderr if is_stderr_shown or ran.returncode != expected else ""
        return self._seen(ran.returncode, expected, out, err, arguments)

    def interrupted(self, *arguments: str, once: Callable[[], bool], expected: int) -> str:
        """Run `dirsync` and press Ctrl-C once something has come true; otherwise as `run`."""
        process = subprocess.Popen(
            self._words(arguments),
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        until = time.monotonic() + LONGEST
        while not once() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONGEST)
        return self._seen(process.returncode, expected, out, err, arguments)

    def _words(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "dirsync", *arguments]

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DIRSYNC_")}
        state = {"XDG_STATE_HOME": str(self.folder / "state"), "HOME": str(self.folder)}
        return {**inherited, **state, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}

    def _seen(self, code: int, expected: int | None, out: str, err: str, arguments: tuple[str, ...]) -> str:
        said = "".join(line for line in err.splitlines(keepends=True) if not line.startswith("{"))
        assert expected in {None, code}, f"dirsync {' '.join(arguments)} exited with {code}:\n{out}{err}"
        return alike(out + said, self.folder)


def alike(text: str, folder: Path) -> str:
    """Return a text without what is another one in each run."""
    text = text.replace(f"{folder}/", "").replace(str(folder), ".")
    today = datetime.now(UTC).date()
    for day, instead in ((today, "2026-11-23"), (today + ADOPTED_FOR, "2027-02-21")):
        text = text.replace(day.isoformat(), instead)
    for pattern, instead in DIFFERS:
        text = pattern.sub(instead, text)
    return text


def office(folder: Path) -> Desk:
    """Make a desk whose audit finds nothing wrong: agents and customers in files of their own, everything declared."""
    desk = Desk(folder)
    desk.write("dirsync.env", SETTINGS)
    desk.write("mappings/agents.yaml", _mapping("agents", "staff"))
    desk.write("mappings/customers.yaml", _mapping("customers", "customers"))
    desk.write("mappings/estate.yaml", ESTATE)
    desk.write("staff.ldif", _ldif("lea", "jsm-agents"))
    desk.write("customers.ldif", _ldif("cem", "portal"))
    return desk


@contextmanager
def demo_with_sandbox(
    folder: Path, *, instead: tuple[str, str] = ("", ""), faults: str = ""
) -> Iterator[tuple[Desk, RunningSandbox]]:
    """Make the demo's folder, as before its first night, with a new sandbox running.

    `instead` puts one text for another in what the sandbox holds; `faults` is a file of faults.
    """
    Desk(folder).run("demo", expected=0)
    desk = Desk(folder / "dirsync-demo")
    for left in [*desk.folder.glob("dirsync.db*"), *desk.folder.glob("kept/*")]:
        left.unlink()
    desk.edit("sandbox.yaml", *instead)
    seed = parse_seed((desk.folder / "sandbox.yaml").read_text(encoding="utf-8"), "sandbox.yaml")
    with start(seed) as sandbox:
        for fault in parse_faults(faults, "faults.yaml") if faults else ():
            sandbox.faults.add(fault)
        desk.edit("dirsync.env", USUAL, sandbox.crowd_url.removeprefix("http://").removesuffix("/crowd"))
        yield desk, sandbox
