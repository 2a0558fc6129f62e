"""The command that prints files for running unattended."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, told
from dirsync.cli.words import deployments

KINDS = "cron, systemd, docker or kubernetes."


def deploy(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS, autocompletion=deployments)],
    at: Annotated[str, typer.Option(metavar="HH:MM", help="When, each night. [02:15]", show_default=False)] = "02:15",
    only_audits: Annotated[bool, typer.Option("--audit", help="Run 'audit', which writes to no directory.")] = False,
    image: Annotated[str, typer.Option(metavar="NAME", help="docker, kubernetes: the image.")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write the files here; none is overwritten.")
    ] = None,
) -> None:
    """Print files for cron, systemd, Docker and Kubernetes.

    They run this very dirsync unattended, with the settings and mappings named by
    --env-file and --mappings, or of this folder. --only and --fail-on are carried
    over. No secret is printed: the files name where each one stands.
    """
    import json

    from dirsync.operations.deploy import deployment, wanted
    from dirsync.operations.deploy.installation import installation
    from dirsync.operations.deploy.places import starting_words, write_all
    from dirsync.settings.gather import environment

    options: Options = context.obj
    with told(options):
        asked = wanted(kind, at, image)
        arguments = [word for name in options.only for word in ("--only", name)]
        arguments += ["--fail-on", options.fail_on] if options.fail_on != Options.fail_on else []
        arguments += ["audit" if only_audits else "sync", "--quiet"]
        words = starting_words(sys.argv[0], sys.executable)
        made = deployment(asked, installation(words, arguments, options.env_file, options.mappings, environment()))
        for note in made.notes:
            options.console.message(note)
        if out is not None:
            for path in write_all(made.files, out):
                options.console.answer(str(path))
        elif options.as_json:
            options.console.answer(json.dumps({"files": made.files, "notes": made.notes}, indent=1, ensure_ascii=False))
        else:
            options.console.answer("\n".join(made.files.values()).rstrip("\n"))
