"""The commands one begins with: init and doctor."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, keep_secrets, told
from dirsync.cli.routes import print_facts, print_grants, print_rights
from dirsync.cli.words import products


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where; the current folder when left out.")] = Path(),
    ldap: Annotated[str, typer.Option("--ldap", metavar="URL", help="Ask this server what it is and holds.")] = "",
    crowd: Annotated[str, typer.Option("--crowd", metavar="URL", help="Ask this Crowd for its version.")] = "",
    jira: Annotated[str, typer.Option("--jira", metavar="URL", help="Ask this Jira for its version.")] = "",
    ca_file: Annotated[
        Path | None, typer.Option("--ca-file", metavar="FILE", help="Authorities that signed their certificates.")
    ] = None,
) -> None:
    """Write a commented dirsync.env and mappings/ to start from.

    Servers that are named here are asked what they tell without a login, and the
    files are filled in with it. Whoever does not answer within seconds is noted.
    """
    import json

    from dirsync.operations.init import init as write_files

    options: Options = context.obj
    with told(options):
        wanted = None
        if ldap or crowd or jira:
            from dirsync.operations.finding_out import Wanted

            wanted = Wanted(ldap, crowd, jira, ca_file.absolute() if ca_file else None)
        done = write_files(folder, wanted, datetime.now(UTC).date())
        if options.as_json:
            shown = {name: [str(path) for path in getattr(done, name)] for name in ("written", "kept", "held_back")}
            shown["told"] = list(done.told)
            options.console.answer(json.dumps(shown, indent=1))
            return
        options.console.answer("\n".join(done.lines()), is_news=bool(done.written))


def doctor(
    context: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Look at files only, e.g. for pull requests.")] = False,
    facts: Annotated[bool, typer.Option("--facts", help="Show instead which route tells which fact.")] = False,
    rights: Annotated[
        bool, typer.Option("--rights", help="Show instead the least rights, and the rules lost without them.")
    ] = False,
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
    """Check settings, secrets, mappings and connections."""
    if grants:
        print_grants(context.obj, grants)
    elif rights:
        print_rights(context.obj, offline=offline)
    elif facts:
        print_facts(context.obj, offline=offline)
    else:
        _examine(context.obj, offline=offline)


def _examine(options: Options, *, offline: bool) -> None:
    import json
    import sys

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
        is_interactive = any(stream is not None and stream.isatty() for stream in (sys.stdin, console.stdout))
        examined = examine(
            options.env_file,
            options.mappings,
            options.only,
            found,
            utc_now,
            is_offline=offline,
            is_interactive=is_interactive,
        )
        examined = examined.shown_by(concealer(secret_values(gathered)))
        if options.as_json:
            text = json.dumps(doctor_document(examined), indent=1)
        else:
            width = console.width if console.stdout.isatty() else None
            text = doctor_text(examined, width, is_brief=console.quiet)
        if text:
            console.answer(text)
        raise typer.Exit(examined.exit_code)
