"""The command that prints files for running unattended."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, told
from dirsync.cli.words import deployments
from dirsync.errors import UsageInvalid

KINDS = "cron, systemd, docker, compose (with workers) or kubernetes."


def deploy(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS, autocompletion=deployments)],
    at: Annotated[str, typer.Option(metavar="HH:MM", help="When, each night. [02:15]", show_default=False)] = "02:15",
    only_audits: Annotated[bool, typer.Option("--audit", help="Run 'audit', which writes to no directory.")] = False,
    image: Annotated[str, typer.Option(metavar="NAME", help="docker, compose, kubernetes: the image.")] = "",
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=64, help="compose [2], kubernetes [none]: so many share the work."),
    ] = None,
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
    from dirsync.operations.deploy.places import program, starting_words, write_all
    from dirsync.settings.gather import environment

    options: Options = context.obj
    with told(options):
        asked = wanted(kind, at, image, workers)
        if asked.workers and only_audits:
            raise UsageInvalid("--audit needs no workers: it is one run.", "Ask for docker, or leave --workers out.")
        arguments = [word for name in options.only for word in ("--only", name)]
        arguments += ["--fail-on", options.fail_on] if options.fail_on != Options.fail_on else []
        arguments += ["audit" if only_audits else "sync", *(["--enqueue"] if asked.workers else []), "--quiet"]
        words = starting_words(sys.argv[0], sys.executable)
        installed = installation(words, arguments, options.env_file, options.mappings, environment(), program())
        made = deployment(asked, installed)
        for note in made.notes:
            options.console.message(note)
        if out is not None:
            for path in write_all(made.files, out):
                options.console.answer(str(path))
        elif options.as_json:
            options.console.answer(json.dumps({"files": made.files, "notes": made.notes}, indent=1, ensure_ascii=False))
        else:
            options.console.answer("\n".join(made.files.values()).rstrip("\n"))
