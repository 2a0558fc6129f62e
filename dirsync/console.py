"""What a person or cron sees: the answer on stdout, messages and progress on stderr, and nothing of our secrets.

Rich is imported where it is used, so that `dirsync --help` stays quick.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from io import StringIO
from textwrap import wrap
from typing import TYPE_CHECKING, TextIO

from dirsync.errors import ConfigurationInvalid, DirsyncError
from dirsync.log.conceal import concealer
from dirsync.model.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rich.progress import Task, TaskID

_NARROWEST = 40
_WIDEST = 120
_RED, _BOLD, _PLAIN = "\x1b[31m", "\x1b[1m", "\x1b[0m"


class Console:
    """The two streams of one command.

    `quiet` drops messages, progress and any answer that is not news; errors are always told. Streams and
    environment are arguments so that a test, or a caller with other streams, needs no global ones.
    """

    def __init__(
        self,
        *,
        quiet: bool = False,
        verbose: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.quiet = quiet
        self.verbose = verbose
        self._stdout = stdout
        self._stderr = stderr
        self._environ = os.environ if environ is None else environ
        self._has_reader = True
        self._conceal: Callable[[str], str] = str
        self._note: Callable[[str, str], None] | None = None
        self._speaks_by_log = False

    def hand_to_log(self, note: Callable[[str, str], None], *, takes_messages: bool) -> None:
        """From now on give messages and errors to the log too; or to it alone, where stderr is all lines of it."""
        self._note, self._speaks_by_log = note, takes_messages

    def keep_secret(self, secrets: Iterable[str]) -> None:
        """From now on show `***` for these in messages and errors, whoever put them there."""
        self._conceal = concealer(secrets)

    @property
    def stdout(self) -> TextIO:
        """The stream of the answer; looked up late, as test runners exchange `sys.stdout`.

        Python has none where the caller closed it (`>&-`); then nobody reads.
        """
        return self._stdout or sys.stdout or StringIO()

    @property
    def stderr(self) -> TextIO:
        """The stream of messages and progress; a progress bar puts itself in between while it runs."""
        return self._stderr or sys.stderr or StringIO()

    @property
    def is_coloured(self) -> bool:
        """Say whether the answer may carry colour: a terminal, not dumb, and NO_COLOR empty (no-color.org)."""
        return self._may_colour(self.stdout)

    @property
    def width(self) -> int:
        """How many columns the answer has: those of the terminal within reason, 80 where there is none."""
        return self._width(self.stdout)

    def can_write(self, text: str) -> bool:
        """Say whether stdout can spell a text: its encoding may be ASCII (LANG=C)."""
        try:
            text.encode(self.stdout.encoding or "utf-8")
        except UnicodeEncodeError:
            return False
        return True

    def answer(self, content: bytes | str, *, is_news: bool = True) -> None:
        """Write to stdout; under `--quiet` only news. A reader that has gone (`| head`) is no error."""
        if self.quiet and not is_news:
            return
        text = content.decode() if isinstance(content, bytes) else content
        self._write_answer(text if text.endswith("\n") else f"{text}\n")

    def message(self, text: str, level: str = "INFO") -> None:
        """Tell the admin something on stderr; dropped under `--quiet`. `level` is the log's."""
        self._log(level, text)
        if not (self.quiet or self._speaks_by_log):
            self._tell(self._lines(text))

    def detail(self, text: str) -> None:
        """Tell what only `--verbose` wants to know."""
        self._log("DEBUG", text)
        if self.verbose and not self._speaks_by_log:
            self._tell(self._lines(text))

    def error(self, error: DirsyncError) -> None:
        """Print an error and its remedy; of wrong settings one mistake per line and nothing else.

        Editors and CI jump to `file:line:column:` only when it begins the line, so mistakes are not wrapped.
        """
        for told in error.mistakes if isinstance(error, ConfigurationInvalid) else (error,):
            self._log("ERROR", str(told))
        if self._speaks_by_log:
            return
        if isinstance(error, ConfigurationInvalid):
            for mistake in error.mistakes:
                self._tell(self._lines(str(mistake)))
            return
        self._tell(self._emphasised(self._wrapped(self._lines(f"Error: {error.message}")), _RED))
        if error.remedy:
            self._tell(self._wrapped(self._lines(f"-> {error.remedy}"), indent="   "))

    @contextmanager
    def progress(self) -> Iterator[Callable[..., None]]:
        """Give a `dirsync.directories.interface.Progress` that draws bars on a terminal and else does nothing."""
        if self.quiet or self._speaks_by_log or not self._is_terminal(self.stderr):
            yield _no_progress
            return
        from rich.console import Console as RichConsole
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            def render(self, task: Task) -> Text:
                speed = task.finished_speed or task.speed
                return Text(f"{speed:,.0f}/s" if speed else "")

        terminal = RichConsole(
            file=self.stderr,
            no_color=not self._may_colour(self.stderr),
            width=self._width(self.stderr),
            highlight=False,
            markup=False,
        )
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            Rate(),
            TimeElapsedColumn(),
            TextColumn("left:"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=terminal, transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def tell(what: str, done: int, total: int | None = None) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(visible(what), total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield tell

    def _log(self, level: str, text: str) -> None:
        if self._note is not None:
            self._note(level, text)

    def _write_answer(self, text: str) -> None:
        if not self._has_reader:
            return
        stream = self.stdout
        encoding = stream.encoding or "utf-8"
        try:
            # A terminal of another century shows `?` for what it can't spell; it must not cost the answer.
            stream.write(text.encode(encoding, "replace").decode(encoding))
            stream.flush()
        except BrokenPipeError:
            self._has_reader = False
            _send_to_nowhere(stream)
        except OSError as error:
            _send_to_nowhere(stream)
            raise DirsyncError(
                f"The answer could not be written to stdout: {error.strerror or error}.",
                "Make room where stdout is sent to, then run 'dirsync report' to see the stored run.",
            ) from error

    def _tell(self, text: str) -> None:
        stream = self.stderr
        encoding = stream.encoding or "utf-8"
        try:
            stream.write(f"{text}\n".encode(encoding, "replace").decode(encoding))
            stream.flush()
        except OSError:
            _send_to_nowhere(stream)  # nobody is left to be told

    def _lines(self, text: str) -> str:
        """Make each line safe to show; all but the first are indented, so that a name can't forge a message."""
        return "\n  ".join(visible(line) for line in self._conceal(text).split("\n"))

    def _wrapped(self, text: str, indent: str = "") -> str:
        if not self._is_terminal(self.stderr):
            return text  # logs and grep want one line
        width = self._width(self.stderr)
        return "\n".join(
            part
            for line in text.split("\n")
            for part in wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
        )

    def _emphasised(self, text: str, colour: str) -> str:
        return f"{_BOLD}{colour}{text}{_PLAIN}" if self._may_colour(self.stderr) else text

    def _is_terminal(self, stream: TextIO) -> bool:
        return stream.isatty() and self._environ.get("TERM", "") not in {"dumb", "unknown"}

    def _may_colour(self, stream: TextIO) -> bool:
        return self._is_terminal(stream) and not self._environ.get("NO_COLOR")

    def _width(self, stream: TextIO) -> int:
        if not stream.isatty():
            return 80
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except OSError:
            columns = 0
        return min(max(columns, _NARROWEST), _WIDEST) if columns else 80


def _no_progress(_what: str, _done: int, _total: int | None = None) -> None:
    return None


def _send_to_nowhere(stream: TextIO) -> None:
    """Keep Python's own flush at exit from failing on the stream (docs.python.org, signal, "Note on SIGPIPE")."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except OSError:
        return  # not a stream of the operating system, so nothing flushes it at exit
