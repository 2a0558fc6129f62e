"""The commands for trying things without touching production: demo and sandbox."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.log import begin_log
from dirsync.cli.options import Options, told
from dirsync.sandbox import USUAL_PORT


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where its files go.")] = Path("dirsync-demo"),
) -> None:
    """Show the whole job on made-up directories in a minute."""
    from dirsync.operations.demo import run_demo

    options: Options = context.obj
    with told(options):
        # its report tells the changes; they are made up, so nobody collects them
        begin_log(replace(options, log_level=options.log_level or ("" if options.console.verbose else "warning")))
        run_demo(folder, options.console)


def sandbox(
    context: typer.Context,
    seed: Annotated[Path | None, typer.Option(metavar="FILE", help="What it holds; the demo's when left out.")] = None,
    faults: Annotated[Path | None, typer.Option(metavar="FILE", help="What goes wrong on purpose.")] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: a free one.")] = USUAL_PORT,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="What to listen on.")] = "127.0.0.1",
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let --host be an address that other machines reach.")
    ] = False,
) -> None:
    """Emulate Crowd and Jira on loopback, until stopped."""
    from dirsync.operations.sandbox import run_sandbox
    from dirsync.sandbox.server import Where

    options: Options = context.obj
    with told(options):
        run_sandbox(seed, faults, Where(port, host, allow_remote), options.console)
