"""Where a run of the command line begins and ends, for whoever is told of it."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typer

from dirsync.cli.options import keep_secrets, told
from dirsync.errors import DirsyncError, ExitCode, UsageInvalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from dirsync.cli.options import Options
    from dirsync.model.run import Mode
    from dirsync.operations.telling.around import Telling
    from dirsync.settings.gather import Gathered
    from dirsync.workflow.job import StopRequest

    Handler = Callable[[int, FrameType | None], object] | int

TOLD_BY_THE_WHOLE: Final = frozenset(
    {ExitCode.DONE, ExitCode.FINDINGS, ExitCode.UNDECIDED, ExitCode.LOCKED, ExitCode.INTERRUPTED}
)
"""How one of several runs of a worker may end without anybody being told: the audit of the whole says it better, and
what is tried again is no news."""


@dataclass
class Ending:
    """What the command leaves for those who are told how it went, and how it hears that it is to stop."""

    stop: StopRequest
    report: Mapping[str, Any] | None = None


@contextmanager
def around(options: Options, mode: Mode) -> Iterator[Ending]:
    """Tell every channel that a run begins, and how it ended: by its exit code, whatever raised that.

    What goes wrong becomes words on stderr and that exit code, as in `told`. Settings need not be whole: a channel
    whose own settings are right is told that the others are wrong. From here on a request to stop ends the run as
    `_listen` says, so that whoever was told of a beginning hears of an end.
    """
    from dirsync.workflow.job import StopRequest

    ending = Ending(StopRequest())
    telling: Telling | None = None
    code, error = int(ExitCode.DONE), ""
    before: dict[signal.Signals, Handler] = {}
    try:
        with told(options):
            from dirsync.settings.gather import environment, gather

            before = _listen(ending.stop)

            gathered = gather(options.env_file, environment())
            telling = _telling(options, mode, gathered)
            keep_secrets(options, gathered)
            if not options.is_part:
                telling.begin()
            yield ending
    except typer.Exit as leaving:
        code, error = _of_all(options, leaving.exit_code), _why(leaving)
        if code != leaving.exit_code:
            raise typer.Exit(code) from None
        raise
    finally:
        if telling is not None and not (options.is_part and code in TOLD_BY_THE_WHOLE):
            telling.end(code, ending.report, error)
        for number, handler in before.items():  # nothing is left that could be stopped
            signal.signal(number, handler)


def _of_all(options: Options, code: int) -> int:
    """Return the exit code of all that workers did together, where this run is the last of it."""
    if not options.groups_ended:
        return code
    from dirsync.operations.workers.work import whole_exit_code

    return whole_exit_code(options.groups_ended, code)


def _listen(stop: StopRequest) -> dict[signal.Signals, Handler]:
    """Let Ctrl-C and SIGTERM end a run at once while it reads, and between two Changes while it writes.

    Returns what they did before.
    """

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.is_set = True
        if not stop.is_deferred:
            raise KeyboardInterrupt

    return {number: signal.signal(number, ask) or signal.SIG_DFL for number in (signal.SIGINT, signal.SIGTERM)}


def _telling(options: Options, mode: Mode, gathered: Gathered) -> Telling:
    from dirsync.log.conceal import concealer
    from dirsync.operations.telling.around import Telling
    from dirsync.settings.gather import secret_values
    from dirsync.settings.partial import usable_part

    settings = usable_part(gathered)
    if options.metrics is not None:
        if options.metrics.suffix != ".prom":
            raise UsageInvalid(
                f"--metrics: {options.metrics} does not end in .prom.", "node_exporter reads no other file."
            )
        settings = settings.model_copy(update={"metrics_file": options.metrics})
    return Telling(options.run, mode.value, settings, concealer(secret_values(gathered)))


def _why(leaving: BaseException) -> str:
    """Return what `told` put into an exit code."""
    cause = leaving.__context__
    if cause is None or isinstance(cause, KeyboardInterrupt):
        return ""
    return str(cause) if isinstance(cause, DirsyncError) else f"{type(cause).__name__}: {cause}"
