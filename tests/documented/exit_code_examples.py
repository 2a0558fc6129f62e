"""A real run for each exit code, as docs/exit-codes.md shows it. Whoever adds a code adds one here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from documented.desk import SETTINGS, demo_with_sandbox, office

from dirsync.errors import ExitCode
from dirsync.operations.demo.people import broken_export
from dirsync.store.lock import only_run

LEFT_OUT = "[...]"
LONGEST = 14
"""Lines of one paragraph that are shown."""
MAY_NOT = (
    "{name: dirsync-agents, password: sandbox-only,"
    " directories: [{directory: agents, allowed_operations: [CREATE_USER]}]"
)


@dataclass(frozen=True)
class Example:
    """One command, what had been done before it, and what it printed."""

    before: str
    command: str
    output: str
    shows: tuple[str, ...] = ()
    """How the paragraphs begin that are shown besides the first one."""

    @property
    def excerpt(self) -> str:
        """The first paragraph, and those that `shows` names; `[...]` where something is left out."""
        kept: list[str] = []
        for number, paragraph in enumerate(self.output.strip().split("\n\n")):
            if number == 0 or paragraph.startswith(self.shows or "\0"):
                kept.append(_shortened(paragraph))
            elif not kept[-1].endswith(LEFT_OUT):
                kept.append(LEFT_OUT)
        return "\n".join(kept)


def _shortened(paragraph: str) -> str:
    lines = paragraph.split("\n")
    return "\n".join(lines if len(lines) <= LONGEST else [*lines[:LONGEST], LEFT_OUT])


def _nothing_wrong(folder: Path) -> Example:
    output = office(folder).run("audit", expected=ExitCode.DONE)
    return Example("Agents and customers are read from two files, and everything else is declared.", "audit", output)


def _nowhere_to_write(folder: Path) -> Example:
    output = office(folder).run("rules", stdout=Path("/dev/full"), expected=ExitCode.UNEXPECTED)
    return Example("The disk that takes the answer is full.", "rules > rules.txt", output)


def _mistyped(folder: Path) -> Example:
    desk = office(folder)
    desk.edit("dirsync.env", "CUSTOMERS__PATH", "CUSTOMERS__PAHT")
    desk.edit("mappings/customers.yaml", "audience: customers", "audience: customer")
    desk.edit("mappings/estate.yaml", "mode: read-only, default_groups: []", "mode: readonly, default_groups: []")
    output = desk.run("audit", expected=ExitCode.INVALID)
    return Example("Three mistakes in three files.", "audit", output)


def _cut_off(folder: Path) -> Example:
    desk = office(folder)
    desk.edit("staff.ldif", "cn: jsm-agents\nmember: uid=lea,ou=people,dc=example,dc=org\n", "cn: jsm-ag")
    output = desk.run("audit", expected=ExitCode.UNREADABLE)
    return Example("The export of the staff was cut off in the middle of a line.", "audit", output, ("NOT READ",))


def _refused(folder: Path) -> Example:
    with demo_with_sandbox(folder) as (desk, _sandbox):
        desk.run("sync")
        desk.write("hr-export.ldif", broken_export())
        output = desk.run("sync", expected=ExitCode.REFUSED)
    return Example("The night after, most people are missing from the export.", "sync", output, ("Plan", "REFUSED"))


def _change_failed(folder: Path) -> Example:
    instead = ("{name: dirsync-agents, password: sandbox-only, directories: [{directory: agents}]", MAY_NOT)
    with demo_with_sandbox(folder, instead=instead) as (desk, _sandbox):
        output = desk.run("sync", "--only", "agents", expected=ExitCode.CHANGES_FAILED)
    before = "In Crowd, the application that dirsync uses may add users and not groups."
    return Example(before, "sync --only agents", output, ("Outcomes",))


def _customers_pay(folder: Path) -> Example:
    desk = office(folder)
    desk.edit("customers.ldif", "cn: portal", "cn: jsm-agents")
    desk.edit("customers.ldif", "cn=portal", "cn=jsm-agents")
    output = desk.run("audit", expected=ExitCode.FINDINGS)
    return Example("Somebody put a customer into a group that grants a seat.", "audit", output, ("Failing",))


def _pending(folder: Path) -> Example:
    desk = office(folder)
    desk.edit(
        "mappings/customers.yaml",
        "public_signup: off",
        'public_signup: off\ntarget: {directory: portal, users: {base: "ou=people,dc=example,dc=org"}}',
    )
    desk.write(
        "dirsync.env",
        SETTINGS
        + SETTINGS.partition("\n")[0].replace("STAFF", "PORTAL")
        + "\nDIRSYNC_DIRECTORIES__PORTAL__PATH=portal.ldif\n",
    )
    desk.write(
        "portal.ldif", (desk.folder / "staff.ldif").read_text().replace("jsm-agents", "others").replace("lea", "old")
    )
    output = desk.run("plan", "--check", expected=ExitCode.CHANGES_PENDING)
    return Example("Somebody new is in the export of the customers.", "plan --check", output, ("Plan",))


def _undecided(folder: Path) -> Example:
    desk = office(folder)
    desk.edit("mappings/estate.yaml", "mode: read-only, default_groups: [portal]}", "mode: read-only}")
    output = desk.run("audit", expected=ExitCode.UNDECIDED)
    return Example(
        "Nobody says which default groups the customers' directory has in Jira.", "audit", output, ("Undecided",)
    )


def _locked(folder: Path) -> Example:
    desk = office(folder)
    with only_run(desk.folder / "state" / "dirsync", "2026-11-23T02:15:00Z"):
        output = desk.run("sync", expected=ExitCode.LOCKED)
    return Example("Last night's run has not ended yet.", "sync", output)


def _interrupted(folder: Path) -> Example:
    faults = "faults: [{path: /crowd/, latency: 5, times: always}]\n"
    with demo_with_sandbox(folder, faults=faults) as (desk, sandbox):
        output = desk.interrupted("sync", once=lambda: bool(sandbox.requests), expected=ExitCode.INTERRUPTED)
    return Example("Ctrl-C while Crowd takes its time.", "sync", output)


EXAMPLES: dict[ExitCode, Callable[[Path], Example]] = {
    ExitCode.DONE: _nothing_wrong,
    ExitCode.UNEXPECTED: _nowhere_to_write,
    ExitCode.INVALID: _mistyped,
    ExitCode.UNREADABLE: _cut_off,
    ExitCode.REFUSED: _refused,
    ExitCode.CHANGES_FAILED: _change_failed,
    ExitCode.FINDINGS: _customers_pay,
    ExitCode.CHANGES_PENDING: _pending,
    ExitCode.UNDECIDED: _undecided,
    ExitCode.LOCKED: _locked,
    ExitCode.INTERRUPTED: _interrupted,
}


def example_of(code: ExitCode) -> Example:
    """Run it. Raises AssertionError where the command exits with another code."""
    with TemporaryDirectory() as folder:
        return EXAMPLES[code](Path(folder).resolve())
