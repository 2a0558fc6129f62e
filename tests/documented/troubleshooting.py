"""docs/troubleshooting.md: what dirsync says when something is wrong, and what to do, from the errors themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from documented.errors_in_code import Raised, kinds, raised, remarks
from documented.markdown import cell

from dirsync.errors import DirsyncError

PAGE = Path(__file__).parent.parent.parent / "docs" / "troubleshooting.md"


@dataclass(frozen=True)
class Symptom:
    """One of the likely ones. `says` must occur in the code as it stands here."""

    says: str
    cause: str
    remedy: str


LIKELY = (
    Symptom(
        "refused to log in",
        "The name or the password of an LDAP account is wrong, or the account is locked or has expired. What the "
        "server says stands behind it.",
        "Compare BIND_DN with the server and write the password file anew. Then run `dirsync doctor`.",
    ),
    Symptom(
        "Crowd does not know the application",
        "Crowd wants the name and password of a Crowd application, not of a person.",
        "Set a new password in Crowd > Applications > (the application) > Details, and put it into its file.",
    ),
    Symptom(
        "Crowd forbids the application",
        "Crowd lists the addresses that may ask, for each application, and this machine is not among them.",
        "Add its address in Crowd > Applications > (the application) > Remote addresses.",
    ),
    Symptom(
        "Set CA_FILE to the PEM certificate of the authority that issued it.",
        "The certificate of the server was issued by an authority that this machine does not trust.",
        "Name the authority's PEM file in CA_FILE of that directory. Verification can't be switched off.",
    ),
    Symptom(
        "that the server runs, and the firewalls between",
        "Nobody answers at that address: another port, a firewall, or the server is away.",
        "Try the same host and port from the same machine, with the same account of the operating system.",
    ),
    Symptom(
        "the server ended it with",
        "A limit of the LDAP server cut the answer off. A part counts as nothing (exit code 3).",
        "Have the limit raised for dirsync's account; the message names the setting of that kind of server.",
    ),
    Symptom(
        "If that is right, run again with --allow-removals",
        "More people than the mapping allows are gone from the source: an export that broke off, a narrowed filter, or "
        "people who really left.",
        "Look at `dirsync plan`. If it is right, run again with the option and the number that the message names.",
    ),
    Symptom(
        "there is no such setting",
        "A name in dirsync.env or in the environment is mistyped. Every name that begins with DIRSYNC_ must be known.",
        "Take the name that the message proposes, or the one in `dirsync.env.example`.",
    ),
    Symptom(
        "Another run is under way",
        "Last night's run still works, or somebody runs dirsync by hand on the same store.",
        "Look at the process that the message names. Don't delete the lock's file: the lock ends with its process.",
    ),
    Symptom(
        "cheapest way to know",
        "Nothing fails, but something that may cost seats is not known (exit code 12).",
        "Do what stands behind it, or declare it in `mappings/estate.yaml`. `dirsync doctor --facts` shows it all.",
    ),
)
INTRODUCTION = """\
# Troubleshooting

Three questions find most causes: which [exit code](exit-codes.md) was it, what did the last line on stderr say, and
what does `dirsync doctor` say now? It asks each server for the login, the rights and the limits, and gives each line
that is not "ok" a remedy. `dirsync doctor --offline` looks at the files only.

## The ten most likely

| it says | cause | what to do |
|---|---|---|
"""
EVERYTHING = """
## Everything it can say

Made from the code. `…` stands for what only the run knows: a name, an address, the server's own words. The cause is
that of the whole table; the first column is searched best with two or three words of the message.
"""


def page() -> str:
    """Return the whole page."""
    likely = (f"| {cell(one.says)} | {cell(one.cause)} | {cell(one.remedy)} |" for one in LIKELY)
    return "\n".join([INTRODUCTION + "\n".join(likely), EVERYTHING, *_tables(), *_doctor()]) + "\n"


def _tables() -> Iterator[str]:
    for code, of_code in groupby(raised(), key=lambda one: one.code):
        yield f"### [Exit code {code.value}](exit-codes.md#exit-{code.value})\n"
        for kind, errors in groupby(of_code, key=lambda one: one.kind):
            yield f"{_cause(kind)}\n"
            yield from _table(list(errors))
            yield ""


def _table(errors: list[Raised]) -> Iterator[str]:
    if all(not one.remedy for one in errors):
        yield "| it says |\n|---|"
        yield from (f"| {cell(one.message)} |" for one in errors)
        return
    yield "| it says | what to do |\n|---|---|"
    yield from (f"| {cell(one.message)} | {cell(one.remedy)} |" for one in errors)


def _cause(kind: str) -> str:
    """Return what the class says about itself: that is the cause that its errors have in common."""
    if kinds()[kind] is DirsyncError:
        return "Something that has nothing to do with directories, settings or plans."
    return " ".join((kinds()[kind].__doc__ or "").split("\n\n")[0].split())


def _doctor() -> Iterator[str]:
    yield "## What `dirsync doctor` says\n"
    yield "A FAIL makes the exit code 2 (files) or 3 (connections); a WARN does not.\n"
    yield "| it says | what to do |\n|---|---|"
    yield from (f"| {cell(message)} | {cell(remedy)} |" for message, remedy in remarks())
