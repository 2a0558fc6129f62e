"""Doing all checks: everything is loaded once, and one that fails never keeps the others from being done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Thread
from typing import TYPE_CHECKING, Any

from loguru import logger

from dirsync.errors import ConfigurationInvalid, DirsyncError, ExitCode
from dirsync.mapping.policy import load_policy
from dirsync.operations.doctor.checks import CHECKS
from dirsync.operations.doctor.interface import Remark, State, Surroundings, fail
from dirsync.settings.gather import DEFAULT_ENV_FILE, gather, kinds_named
from dirsync.settings.load import settings_from
from dirsync.settings.partial import usable_part, with_stand_ins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from dirsync.errors import Mistake
    from dirsync.mapping.policy import Policy
    from dirsync.operations.doctor.interface import Check

_EXIT_CODES = (ExitCode.INVALID, ExitCode.UNREADABLE, ExitCode.UNEXPECTED)
"""The first that a FAIL has is the doctor's: wrong settings are mended first, since they may cause the rest."""


@dataclass(frozen=True, slots=True)
class Told:
    """A Remark, the check that made it, and the exit code it asks for (DONE unless it is a FAIL)."""

    check: str
    remark: Remark
    exit_code: ExitCode


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything the doctor found, in the order of the checks."""

    told: tuple[Told, ...]
    is_offline: bool

    @property
    def exit_code(self) -> ExitCode:
        """0 when nothing fails; else 2 for settings and mappings, 3 for connections, 1 for a check that broke."""
        found = {told.exit_code for told in self.told}
        return next((code for code in _EXIT_CODES if code in found), ExitCode.DONE)

    def shown_by(self, conceal: Callable[[str], str]) -> Examined:
        """Return the same with every text passed through `conceal`, whoever put a secret into it."""
        told = (
            replace(
                one,
                remark=Remark(
                    one.remark.state, *map(conceal, (one.remark.subject, one.remark.message, one.remark.remedy))
                ),
            )
            for one in self.told
        )
        return replace(self, told=tuple(told))


def examine(
    env_file: Path | None,
    mappings: Path,
    only: Sequence[str],
    environment: Mapping[str, str],
    now: Callable[[], datetime],
    *,
    is_offline: bool,
    is_interactive: bool = False,
    checks: Sequence[Check] = CHECKS,
) -> Examined:
    """Do every check. `is_offline` looks at files only, opens no socket, and forgives what other machines have."""
    given = _surroundings(env_file, mappings, only, environment, now, is_offline=is_offline)
    given = replace(given, is_interactive=is_interactive)
    asked = [_Asked(check, arguments) for check in checks for arguments in _of(check, given)]
    return Examined(tuple(_side_by_side(asked)), is_offline)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A check, and what it is called with."""

    check: Check
    arguments: tuple[Any, ...]


def _of(check: Check, given: Surroundings) -> Iterator[tuple[Any, ...]]:
    """Yield what a check is called with, once or for each connection of its kind; none of these offline."""
    if check.of is None:
        yield (given,)
    elif not given.is_offline:
        for name, settings in given.connections():
            if isinstance(settings, check.of):
                yield name, settings, given


def _side_by_side(asked: Sequence[_Asked]) -> Iterator[Told]:
    """Do all checks at once, since each waits for another server, and yield what they say in the order of the checks.

    The threads are daemons: Ctrl-C ends the doctor, whoever still waits for a silent server.
    """
    said: list[list[Told]] = [[] for _ in asked]

    def ask(place: int) -> None:
        said[place] = list(_done(asked[place].check, *asked[place].arguments))

    threads = [Thread(target=ask, args=(place,), daemon=True) for place in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (told for one in said for told in one)


def _done(check: Check, *arguments: Any) -> Iterator[Told]:  # noqa: ANN401 - the arguments of `Check.examine`
    """Yield what a check says; what it raises is the last thing it says."""
    subject = arguments[0] if isinstance(arguments[0], str) else check.name
    try:
        for remark in check.examine(*arguments):
            code = check.exit_code if remark.state is State.FAIL else ExitCode.DONE
            yield Told(check.name, remark, code)
    except ConfigurationInvalid as error:
        for mistake in error.mistakes:
            remark = fail(mistake.where, f"{mistake.what}.", "Correct it there.")
            yield Told(check.name, remark, ExitCode.INVALID)
    except DirsyncError as error:
        code = error.exit_code if error.exit_code in _EXIT_CODES else check.exit_code
        yield Told(check.name, fail(subject, error.message, error.remedy), code)
    except Exception as error:  # noqa: BLE001 - a mistake of ours in one check must not hide what the others find
        logger.opt(exception=error).debug("a check broke")
        message = f"this check broke off: unexpected {type(error).__name__}: {error}."
        remedy = "This is a mistake in dirsync. Please report it with the output of --verbose."
        yield Told(check.name, fail(subject, message, remedy), ExitCode.UNEXPECTED)


def _surroundings(
    env_file: Path | None,
    mappings: Path,
    only: Sequence[str],
    environment: Mapping[str, str],
    now: Callable[[], datetime],
    *,
    is_offline: bool,
) -> Surroundings:
    gathered = gather(env_file, environment)
    kinds = kinds_named(gathered)
    elsewhere: dict[str, str] = {}
    if is_offline:
        gathered, elsewhere = with_stand_ins(gathered)
    policy: Policy | None = None
    wrong_settings: tuple[Mistake, ...] = ()
    wrong_policy: tuple[Mistake, ...] = ()
    try:
        settings = settings_from(gathered)
    except ConfigurationInvalid as error:
        wrong_settings = error.mistakes
        settings = usable_part(gathered)
    try:
        policy = load_policy(mappings, kinds, only)
    except ConfigurationInvalid as error:
        wrong_policy = error.mistakes
    return Surroundings(
        env_file=env_file or DEFAULT_ENV_FILE,
        mappings=mappings,
        is_offline=is_offline,
        gathered=gathered,
        secrets_elsewhere=elsewhere,
        settings=settings,
        settings_mistakes=wrong_settings,
        policy=policy,
        policy_mistakes=wrong_policy,
        kinds=kinds,
        now=now,
    )
