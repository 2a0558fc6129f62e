"""The commands one begins with: init and doctor."""

from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, keep_secrets, told
from dirsync.cli.routes import print_facts, print_grants
from dirsync.cli.words import products


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where; the current folder when left out.")] = Path(),
) -> None:
    """Write a commented dirsync.env and mappings/ to start from."""
    import json

    from dirsync.operations.init import init as write_files

    options: Options = context.obj
    with told(options):
        done = write_files(folder)
        if options.as_json:
            shown = {name: [str(path) for path in getattr(done, name)] for name in ("written", "kept", "held_back")}
            options.console.answer(json.dumps(shown, indent=1))
            return
        options.console.answer("\n".join(done.lines()), is_news=bool(done.written))


def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Look at files only, e.g. for pull requests.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="Show instead which route tells which fact.")] = False,
    grants: Annotated[
        str,
        typer.Option(
            "--grants",
            metavar="jira|crowd",
            help="Print instead the rights to grant in its database.",
            autocompletion=products,
        ),
    ] = "",
) -> None:
    """Check settings, secrets, mappings and connections, one line each."""
    if grants:
        print_grants(context.obj, grants)
    elif facts:
        print_facts(context.obj, offline=offline)
    else:
        _examine(context.obj, offline=offline)


def _examine(options: Options, *, offline: bool) -> None:
    import json

    from dirsync.http import utc_now
    from dirsync.log.conceal import concealer
    from dirsync.operations.doctor.answer import doctor_document, doctor_text
    from dirsync.operations.doctor.examine import examine
    from dirsync.settings.gather import environment, gather, secret_values

    console = options.console
    with told(options):
        found = environment()
        gathered = gather(options.env_file, found)
        keep_secrets(options, gathered)
        examined = examine(options.env_file, options.mappings, options.only, found, utc_now, is_offline=offline)
        examined = examined.shown_by(concealer(secret_values(gathered)))
        if options.as_json:
            text = json.dumps(doctor_document(examined), indent=1)
        else:
            width = console.width if console.stdout.isatty() else None
            text = doctor_text(examined, width, is_brief=console.quiet)
        if text:
            console.answer(text)
        raise typer.Exit(examined.exit_code)
