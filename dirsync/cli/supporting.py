"""The command that makes a file for whoever is asked for help."""

from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, keep_secrets, told


def support_bundle(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file; one that is there is never overwritten.")
    ] = None,
) -> None:
    """Write what a maintainer needs, without anybody's name.

    Versions, settings, mappings, what 'dirsync doctor --offline' says, the last
    runs in numbers and the end of the log file. Secrets are left out; names,
    hosts, addresses and paths are replaced. Read it before you send it.
    """
    import json

    from dirsync.http import utc_now
    from dirsync.operations.support.bundle import Where, write_bundle
    from dirsync.settings.gather import environment, gather

    options: Options = context.obj
    with told(options):
        found = environment()
        keep_secrets(options, gather(options.env_file, found))
        file = out if out is not None else Path(f"dirsync-support-{utc_now():%Y%m%dT%H%M%SZ}.zip")
        contents = write_bundle(Where(options.env_file, options.mappings, found, utc_now), file)
        if options.as_json:
            options.console.answer(json.dumps({"file": str(file), "contents": dict(contents)}, indent=1))
            return
        options.console.answer("\n".join([str(file), *(f"  {name}: {what}" for name, what in contents)]))
        options.console.message(f"Please read what is in {file} before you send it: 'unzip -p {file} | less'.")
