"""Which sinks the log has, and from which level on each writes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from dirsync.log.conceal import concealer
from dirsync.log.forms import TO_FILE, TO_STDERR, TOLD, Form, Writing, is_journal, redacting
from dirsync.log.levels import know_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import loguru

ONLY_THE_OWNER = 0o600
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class LogChoices:
    """What the admin chose; the empty level leaves it to where the lines go."""

    form: Form = Form.AUTO
    level: str = ""
    file: Path | None = None
    rotate_mb: int = 10
    """Megabytes after which a new file is begun."""
    keep: int = 10
    """So many files that were full stay."""


@dataclass(frozen=True)
class Log:
    """The log as it was started."""

    takes_messages: bool
    """Everything on stderr is a line of the log: messages and errors are not told there in words as well."""
    note: Callable[[str, str], None] = field(repr=False)
    """Called with a level and a text that the console tells a person."""


def start_log(
    choices: LogChoices,
    run: str,
    *,
    is_verbose: bool = False,
    secrets: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Log:
    """Let the log begin anew: `run` stands on every line, and no secret on any.

    Messages and errors for people stay words on stderr, unless JSON was asked for or the journal listens: then they
    are lines of the log too. A file that can't be written to is a warning: no night is lost for its log.
    """
    from loguru import logger

    know_change()
    logger.remove()
    logger.configure(extra={"run": run}, patcher=redacting(concealer(secrets)))
    to_journal = is_journal(sys.stderr, os.environ if environ is None else environ)
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    to_stderr = Writing(
        is_json=choices.form is Form.JSON or (choices.form is Form.AUTO and not is_terminal and not to_journal),
        to_journal=to_journal,
    )
    takes_messages = to_journal or choices.form is Form.JSON
    # On a terminal the report names the changes, and progress bars would be torn by thousands of lines.
    usual = "DEBUG" if is_verbose else "WARNING" if is_terminal else "CHANGE"
    logger.add(
        _write,
        level=choices.level.upper() or usual,
        format=_formatting(to_stderr, TO_STDERR),
        filter=None if takes_messages else _is_not_told,
        colorize=False,
        backtrace=False,
        diagnose=False,
    )
    if choices.file is not None:
        _add_file(choices, choices.file, "DEBUG" if is_verbose else "INFO")

    def note(level: str, text: str) -> None:
        logger.bind(**{TOLD: True}).opt(depth=1).log(level, text)

    return Log(takes_messages, note)


def _add_file(choices: LogChoices, path: Path, usual: str) -> None:
    from loguru import logger

    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        logger.add(
            path,
            level=choices.level.upper() or usual,
            format=_formatting(Writing(is_json=choices.form is not Form.TEXT), TO_FILE),
            rotation=choices.rotate_mb * MEGABYTE,
            retention=choices.keep,
            watch=True,  # another dirsync, or logrotate, may have put the file away
            opener=_only_for_the_owner,
            backtrace=False,
            diagnose=False,
        )
    except OSError as error:
        _warn_once(path, error.strerror or str(error))


@cache
def _warn_once(path: Path, why: str) -> None:
    """Say it, though the log is started anew when the settings are known."""
    from loguru import logger

    logger.warning(
        "The log file {} can't be written to: {}. Let this account write there, or name another one in "
        "DIRSYNC_LOG_FILE.",
        path,
        why,
    )


def _write(message: loguru.Message) -> None:
    """Write to stderr, looked up at each line: a progress bar exchanges it so as not to be torn."""
    if sys.stderr is None:
        return
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    try:
        sys.stderr.write(str(message).encode(encoding, "replace").decode(encoding))
        sys.stderr.flush()
    except OSError:
        return  # nobody is left to be told


def _formatting(writing: Writing, name: str) -> Callable[[loguru.Record], str]:
    """Return a formatter of loguru, which wants a template: the finished line is put into the record under a name."""

    def form(record: loguru.Record) -> str:
        line = writing.line(record)
        record["extra"][name] = line
        return f"{{extra[{name}]}}\n"

    return form


def _is_not_told(record: loguru.Record) -> bool:
    return TOLD not in record["extra"]


def _only_for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, ONLY_THE_OWNER)
