"""The options every command has, as one value, and what is made from them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dirsync.errors import ConfigurationInvalid, DirsyncError, ExitCode, Mistake, UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.console import Console
    from dirsync.mapping.policy import Policy
    from dirsync.settings.gather import Gathered
    from dirsync.settings.models import Settings
    from dirsync.store.store import Store
    from dirsync.workflow.job import FailOn


@dataclass(frozen=True)
class Options:
    """What stands on the command line for whichever command."""

    console: Console
    env_file: Path | None = None
    mappings: Path = Path("mappings")
    only: tuple[str, ...] = ()
    as_json: bool = False
    fail_on: str = "high"
    allow_removals: int | None = None
    allow_creations: int | None = None
    allow_member_removals: int | None = None
    adopt: int | None = None
    log_format: str = ""
    log_level: str = ""
    metrics: Path | None = None
    keep: int | None = None
    """Of how many runs the folder of reports keeps them; None: of all."""
    run: str = ""
    """The id of what is under way: of the run in the store, where the command is one."""
    is_part: bool = False
    """Whether a worker does this run as one of several, and an audit of the whole follows."""
    groups_ended: tuple[int, ...] = ()
    """The exit codes of those several runs, for the audit that ends for them all."""
    is_run: bool = False
    """Whether it is one. Only runs write the log file: else root, looking around, would make one that the job can't."""


@dataclass(frozen=True)
class Configured:
    """Settings and policy, checked, and the open store."""

    settings: Settings
    policy: Policy
    store: Store


def configure(options: Options, *, only_reads: bool = False) -> Configured:
    """Load and check everything the admin wrote, and open the store. Raises as `checked`.

    A command that `only_reads` makes none where there is none: it then works with an empty one that nobody keeps.
    """
    from dirsync.store.store import Store, passing_store, stored

    settings, policy = checked(options)
    url = settings.store.get_secret_value() if settings.store else ""
    store = (stored(url) or passing_store()) if only_reads else Store(url)
    return Configured(settings, policy, store)


def checked(options: Options) -> tuple[Settings, Policy]:
    """Load and check everything the admin wrote. Raises `ConfigurationInvalid` with all mistakes of all files."""
    from dirsync.mapping.organizations import organizations_without_jira
    from dirsync.mapping.policy import load_policy
    from dirsync.settings.gather import environment, gather, kinds_named
    from dirsync.settings.load import load_settings

    found = environment()
    gathered = gather(options.env_file, found)
    keep_secrets(options, gathered)
    mistakes: list[Mistake] = []
    settings = policy = None
    try:
        settings = load_settings(options.env_file, found)
    except ConfigurationInvalid as error:
        mistakes += error.mistakes
    try:
        policy = load_policy(options.mappings, kinds_named(gathered), options.only)
    except ConfigurationInvalid as error:
        mistakes += error.mistakes
    if settings is None or policy is None:
        raise ConfigurationInvalid(mistakes)
    if settings.jira is None or not settings.jira.url:
        mistakes += organizations_without_jira(policy.mappings)
    if mistakes:
        raise ConfigurationInvalid(mistakes)
    return settings, policy


def keep_secrets(options: Options, gathered: Gathered) -> None:
    """From now on keep the settings' secrets out of the log, messages and errors, and log as the settings say."""
    from dirsync.cli.log import begin_log
    from dirsync.settings.gather import secret_values

    secrets = secret_values(gathered)
    options.console.keep_secret(secrets)
    begin_log(options, gathered.values, secrets)


def open_store(options: Options) -> Store | None:
    """Open the store the settings name for reading, whatever state the mappings are in; None where there is none yet.

    Raises `ConfigurationInvalid`.
    """
    from dirsync.store.store import stored

    return stored(store_url(options))


def store_url(options: Options) -> str:
    """Return what DIRSYNC_STORE is, empty where nobody says; the mappings need not be right.

    Raises `ConfigurationInvalid`.
    """
    from dirsync.settings.gather import environment, gather
    from dirsync.settings.load import load_settings

    found = environment()
    keep_secrets(options, gather(options.env_file, found))
    settings = load_settings(options.env_file, found)
    return settings.store.get_secret_value() if settings.store else ""


def fail_on(text: str) -> FailOn:
    """Read `LEVEL` or `new:LEVEL`."""
    from dirsync.model.findings import Severity
    from dirsync.workflow.job import FailOn

    level = text.removeprefix("new:")
    if level not in set(Severity):
        levels = ", ".join(Severity)
        raise UsageInvalid(f"--fail-on: there is no level '{level}'.", f"It must be one of {levels}, or new:LEVEL.")
    return FailOn(Severity(level), only_new=text.startswith("new:"))


@contextmanager
def told(options: Options) -> Iterator[None]:
    """Turn what goes wrong into words on stderr and an exit code."""
    try:
        yield
    except DirsyncError as error:
        options.console.error(error)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        options.console.message("Interrupted. Nothing is half done: what was under way is in the journal.", "WARNING")
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    except typer.Exit:
        raise
    except Exception as error:  # noqa: BLE001 - the last stop before the admin
        from loguru import logger

        logger.opt(exception=error).debug("unexpected error")
        message = f"Unexpected {type(error).__name__}: {error}."
        remedy = "This is a mistake in dirsync. Please report it with the output of the same command and --verbose."
        options.console.error(DirsyncError(message, remedy))
        raise typer.Exit(ExitCode.UNEXPECTED) from None
