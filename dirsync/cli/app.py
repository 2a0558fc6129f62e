"""The command line: which commands there are, and the options they share."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dirsync import __version__
from dirsync.cli import deploying, knowledge, runs, starting, storing, supporting, trying, undoing, working
from dirsync.cli.anywhere import AnywhereGroup
from dirsync.cli.completing import completion
from dirsync.cli.log import begin_log
from dirsync.cli.options import Options, told
from dirsync.cli.words import levels
from dirsync.console import Console
from dirsync.model.run_id import new_run_id

app = typer.Typer(
    cls=AnywhereGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dirsync {__version__}")
        raise typer.Exit


@app.callback()
def shared(  # noqa: PLR0913, PLR0917 - one argument per option is how Typer reads them
    context: typer.Context,
    env_file: Annotated[Path | None, typer.Option(metavar="FILE", help="Settings file. [./dirsync.env]")] = None,
    mappings: Annotated[Path, typer.Option(metavar="DIR", help="Mappings folder.", show_default=False)] = Path(
        "mappings"
    ),
    only: Annotated[
        list[str] | None, typer.Option(metavar="MAPPING", help="Just this mapping; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON on stdout, nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing unless there is news.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is being done.")] = False,
    fail_on: Annotated[
        str,
        typer.Option(
            metavar="LEVEL", help="Exit 10 from this severity on. [high]", show_default=False, autocompletion=levels
        ),
    ] = "high",
    allow_removals: Annotated[int | None, typer.Option(metavar="N", min=0, help="Expect N removals.")] = None,
    allow_creations: Annotated[int | None, typer.Option(metavar="N", min=0, help="Expect N new accounts.")] = None,
    allow_member_removals: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Expect N ended memberships.")
    ] = None,
    adopt: Annotated[int | None, typer.Option(metavar="N", min=0, help="Expect N accounts taken over.")] = None,
    log_format: Annotated[
        str, typer.Option(metavar="FORM", help="Log as text, json or auto. [auto]", show_default=False)
    ] = "",
    log_level: Annotated[
        str, typer.Option(metavar="LEVEL", help="From debug, info, change, warning or error on.")
    ] = "",
    metrics: Annotated[Path | None, typer.Option(metavar="FILE", help="Write metrics for Prometheus.")] = None,
    run_id: Annotated[str, typer.Option(metavar="ID", hidden=True, help="A worker's name for the run.")] = "",
    groups_ended: Annotated[str, typer.Option(metavar="CODES", hidden=True, help="Ends of the groups before.")] = "",
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep service desk customers free of paid seats, and directories in step."""
    options = Options(
        console=Console(quiet=quiet, verbose=verbose),
        env_file=env_file,
        mappings=mappings,
        only=tuple(only or ()),
        as_json=as_json,
        fail_on=fail_on,
        allow_removals=allow_removals,
        allow_creations=allow_creations,
        allow_member_removals=allow_member_removals,
        adopt=adopt,
        log_format=log_format,
        log_level=log_level,
        metrics=metrics,
        is_part=bool(run_id) and not groups_ended,
        groups_ended=tuple(int(code) for code in groups_ended.split(",") if code),
        run=run_id or new_run_id(datetime.now(UTC), os.urandom(3)),
    )
    with told(options):
        begin_log(options)
    context.obj = options


for command in (
    trying.demo, starting.init, starting.doctor, runs.audit, runs.plan, runs.apply, runs.sync, undoing.undo,
    knowledge.explain, knowledge.report, knowledge.history, knowledge.rules, trying.sandbox, deploying.deploy,
    working.worker, storing.store, supporting.support_bundle,
):  # fmt: skip
    app.command()(command)
app.command(hidden=True)(completion)
