"""Completion in bash, zsh and fish: Typer's own, with the words that only dirsync knows."""

import os
from importlib import import_module
from typing import Annotated, Any

import typer

from dirsync.cli.options import Options, told
from dirsync.cli.words import shells
from dirsync.errors import UsageInvalid

VARIABLE = "_DIRSYNC_COMPLETE"
"""Set by the scripts when a shell asks for words; Typer derives the name from that of the program."""
SHELLS = ("bash", "zsh", "fish")


def completion(
    context: typer.Context,
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh or fish.", autocompletion=shells)],
) -> None:
    """Print the script that lets a shell complete dirsync's commands and options."""
    options: Options = context.obj
    with told(options):
        if shell not in SHELLS:
            raise UsageInvalid(f"There is no completion for '{shell}'.", f"It must be one of {', '.join(SHELLS)}.")
        script = _typer_s().get_completion_script(prog_name="dirsync", complete_var=VARIABLE, shell=shell)
        options.console.answer(script)


def is_asked_by_a_shell() -> bool:
    """Tell whether this process is to print words, and not to work."""
    return VARIABLE in os.environ


def answer_the_shell(app: typer.Typer) -> None:
    """Print the words that may stand where the cursor is, and exit.

    For this process alone every command also has the options that all commands share, since they may stand behind it.
    """
    _typer_s().completion_init()
    group: Any = typer.main.get_command(app)
    for command in group.commands.values():
        taken = {name for option in command.params for name in option.opts}
        command.params += [option for option in group.params if taken.isdisjoint(option.opts)]
    group(prog_name="dirsync")


def _typer_s() -> Any:  # noqa: ANN401 - a module; it imports the two functions that are used here without exporting them
    return import_module("typer.completion")
