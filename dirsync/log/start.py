"""Which sinks the log has, and from which level on each writes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.log.conceal import concealer
from dirsync.log.file import LogFile
from dirsync.log.forms import TO_FILE, TO_STDERR, TOLD, Form, Writing, is_journal, redacting
from dirsync.log.levels import know_change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import loguru

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
        _add_file(choices, choices.file, "DEBUG" if is_verbose else "INFO", to_stderr)

    def note(level: str, text: str) -> None:
        logger.bind(**{TOLD: True}).opt(depth=1).log(level, text)

    return Log(takes_messages, note)


def _add_file(choices: LogChoices, path: Path, usual: str, to_stderr: Writing) -> None:
    from loguru import logger

    def complain(record: loguru.Record, error: OSError) -> None:
        """Put a warning on stderr by hand: a sink that spoke to the log would wait for itself."""
        if choices.level == "error" or not _is_first((path, _why(error))):
            return
        told = record.copy()
        told["message"] = _not_written(path, error)
        told["level"] = logger.level("WARNING")  # type: ignore[typeddict-item] # of it only the name is asked
        told["name"], told["extra"] = __name__, {"run": record["extra"].get("run", "")}
        _write(f"{to_stderr.line(told)}\n")

    try:
        file = LogFile(path, choices.rotate_mb * MEGABYTE, choices.keep, complain)
    except OSError as error:
        if _is_first((path, _why(error))):
            logger.warning("{}", _not_written(path, error))
        return
    logger.add(
        file,
        level=choices.level.upper() or usual,
        format=_formatting(Writing(is_json=choices.form is not Form.TEXT), TO_FILE),
        colorize=False,
        backtrace=False,
        diagnose=False,
    )


_said: set[tuple[Path, str]] = set()
"""Complaints that were made: the log is started anew when the settings are known."""


def _is_first(complaint: tuple[Path, str]) -> bool:
    is_first = complaint not in _said
    _said.add(complaint)
    return is_first


def _why(error: OSError) -> str:
    return error.strerror or str(error)


def _not_written(path: Path, error: OSError) -> str:
    return (
        f"The log file {path} can't be written to: {_why(error)}. Make room there and let this account write, or name"
        " another one in DIRSYNC_LOG_FILE."
    )


def _write(message: str) -> None:
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
