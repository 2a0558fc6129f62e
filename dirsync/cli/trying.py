"""The commands for trying things without touching production: demo and sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dirsync.cli.options import Options, told


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where its files go.")] = Path("dirsync-demo"),
) -> None:
    """Show the whole job on made-up directories, in under a minute."""
    from dirsync.operations.demo import run_demo

    options: Options = context.obj
    with told(options):
        run_demo(folder, options.console)


def sandbox(
    context: typer.Context,
    seed: Annotated[Path | None, typer.Option(metavar="FILE", help="What it holds; the demo's when left out.")] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="0: a free one.")] = 8095,
) -> None:
    """Emulate Crowd and Jira on loopback, until stopped."""
    from dirsync.operations.sandbox import run_sandbox

    options: Options = context.obj
    with told(options):
        run_sandbox(seed, port, options.console)
