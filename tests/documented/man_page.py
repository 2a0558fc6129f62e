"""docs/dirsync.1: the manual page, from the tree of commands as Typer has it. The wheel ships it as share/man/man1."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from dirsync.cli.app import app
from dirsync.model.exit_meanings import MEANINGS

PAGE = Path(__file__).parent.parent.parent / "docs" / "dirsync.1"
INDENT = re.compile(r"\s+")
DESCRIPTION = (
    (
        "dirsync reads Atlassian Crowd, LDAP directories and files whole and provably so, finds out whether customers "
        "of Jira Service Management can reach a paid seat, and carries people from one directory into another under "
        "guards."
    ),
    "Options may stand before or after the command. The answer is on stdout, everything else on stderr.",
)
FILES = (
    ("./dirsync.env", "Connections and secrets. Every secret may also be named as a file."),
    ("./mappings/*.yaml", "Which directory feeds which, for whom; what is declared; waivers."),
    ("$XDG_STATE_HOME/dirsync/", "The store and the newest report, unless DIRSYNC_STORE names another place."),
)
SEE_ALSO = (
    "\\fBdirsync COMMAND \\-\\-help\\fR, \\fBdirsync explain RULE\\fR, \\fBdirsync explain exit\\-12\\fR, "
    "\\fBcrontab\\fR(5), \\fBsystemd.timer\\fR(5)"
)


def page() -> str:
    """Return the whole page as roff."""
    group: Any = typer.main.get_command(app)
    context = typer.Context(group, info_name="dirsync")
    commands = [(name, group.commands[name]) for name in group.list_commands(context)]
    shown = [(name, command) for name, command in commands if not command.hidden]
    lines = [
        '.TH DIRSYNC 1 "" "dirsync" "User Commands"',
        ".SH NAME",
        f"dirsync \\- {escaped(_uncapitalised(group.help))}",
        ".SH SYNOPSIS",
        ".B dirsync",
        "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]",
        ".SH DESCRIPTION",
        *(line for text in DESCRIPTION for line in (escaped(text), ".PP")),
        ".SH OPTIONS",
        "For every command.",
        *_options(group, context),
        ".SH COMMANDS",
        *(line for name, command in shown for line in _command(name, command, context)),
        ".SH EXIT STATUS",
        "When several apply, the first of 5, 3, 4, 10, 12, 11 is taken.",
        *(line for one in MEANINGS for line in (".TP", f".B {one.code.value}", escaped(one.meaning.replace("`", "")))),
        ".SH FILES",
        *(line for file, about in FILES for line in (".TP", f".I {escaped(file)}", escaped(about))),
        ".SH SEE ALSO",
        SEE_ALSO,
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text that roff shows as it stands, in one line."""
    flat = INDENT.sub(" ", text).strip().replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return f"\\&{flat}" if flat.startswith(".") else flat


def _uncapitalised(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}".rstrip(".\n")


def _command(name: str, command: Any, parent: typer.Context) -> Iterator[str]:
    context = typer.Context(command, info_name=name, parent=parent)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    names = " ".join(f"\\fI{escaped(_metavar(one))}\\fR" for one in arguments)
    yield f".SS dirsync {escaped(name)} {names}".rstrip()
    yield escaped(command.help)
    for one in arguments:
        yield from (".TP", f".I {escaped(_metavar(one))}", escaped(one.help or ""))
    yield from _options(command, context)


def _options(command: Any, context: typer.Context) -> Iterator[str]:
    for option in command.get_params(context):
        record = option.get_help_record(context) if option.param_type_name == "option" else None
        if record and (option.name != "help" or context.parent is None):
            names, about = record
            yield from (".TP", f".B {escaped(names)}", escaped(about))


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())
