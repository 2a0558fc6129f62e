"""stdout carries the answer, stderr everything else, and neither a secret nor an escape code of somebody else's."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from dirsync.console import Console
from dirsync.errors import ConfigurationInvalid, CredentialsRefused, DirsyncError, Mistake

REFUSED = CredentialsRefused(
    "corp: the server refused the password of cn=dirsync,ou=services,dc=example,dc=org.",
    "Check DIRSYNC_DIRECTORIES__CORP__PASSWORD_FILE, then run 'dirsync doctor'.",
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


def console(*, terminal=False, environ=None, **options):
    streams = (Terminal(), Terminal()) if terminal else (io.StringIO(), io.StringIO())
    made = Console(stdout=streams[0], stderr=streams[1], environ=environ or {}, **options)
    return made, *streams


def test_the_answer_goes_to_stdout_and_messages_to_stderr():
    made, out, err = console()

    made.answer(b"3 of 41 customers hold a paid seat.")
    made.message("reading corp")

    assert out.getvalue() == "3 of 41 customers hold a paid seat.\n"
    assert err.getvalue() == "reading corp\n"


def test_quiet_is_silent_unless_there_is_news_or_an_error():
    made, out, err = console(quiet=True)

    made.answer("nothing new", is_news=False)
    made.message("reading corp")
    with made.progress() as tell:
        tell("corp", 1)
    assert (out.getvalue(), err.getvalue()) == ("", "")

    made.answer("news")
    made.error(REFUSED)
    assert out.getvalue() == "news\n"
    assert "refused the password" in err.getvalue()


def test_details_are_for_verbose_only():
    silent, _, silent_err = console()
    chatty, _, chatty_err = console(verbose=True)

    silent.detail("page 3")
    chatty.detail("page 3")

    assert (silent_err.getvalue(), chatty_err.getvalue()) == ("", "page 3\n")


def test_an_error_is_told_with_its_remedy():
    made, out, err = console()

    made.error(REFUSED)

    assert err.getvalue() == f"Error: {REFUSED.message}\n-> {REFUSED.remedy}\n"
    assert out.getvalue() == ""


def test_mistakes_stand_one_per_line_with_nothing_before_them():
    made, _, err = console(terminal=True)

    made.error(
        ConfigurationInvalid(
            [
                Mistake("mappings/customers.yaml:14:7", "unknown audience 'customer', did you mean 'customers'?" * 3),
                Mistake("mappings/agents.yaml:2:1", "unknown key 'souce'"),
            ]
        )
    )

    first, second = err.getvalue().splitlines()
    assert first == "mappings/agents.yaml:2:1: unknown key 'souce'"
    assert second.startswith("mappings/customers.yaml:14:7: unknown audience")


def test_a_name_in_an_error_can_neither_repaint_nor_forge_a_message():
    made, _, err = console()

    made.error(DirsyncError("user \x1b[2J\u202e\nError: all is well"))

    assert err.getvalue() == "Error: user \\x1b[2J\\u202e\n  Error: all is well\n"


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_no_colour_gets_none(environ):
    made, _, err = console(terminal=True, environ=environ)

    made.error(REFUSED)

    assert not made.is_coloured
    assert "\x1b" not in err.getvalue()


def test_an_empty_no_color_does_not_count():
    made, _, err = console(terminal=True, environ={"NO_COLOR": "", "TERM": "xterm"})

    made.error(REFUSED)

    assert made.is_coloured
    assert "\x1b[31m" in err.getvalue()


def test_a_pipe_is_never_coloured_and_has_80_columns():
    made, _, _ = console()

    assert not made.is_coloured
    assert made.width == 80


def test_errors_are_wrapped_on_a_terminal_and_not_in_a_log():
    in_terminal, _, wrapped = console(terminal=True)
    in_log, _, whole = console()

    in_terminal.error(REFUSED)
    in_log.error(REFUSED)

    assert max(len(line) for line in wrapped.getvalue().splitlines()) <= 90
    assert len(wrapped.getvalue().splitlines()) > len(whole.getvalue().splitlines()) == 2


def test_progress_draws_nothing_where_there_is_no_terminal():
    made, out, err = console()

    with made.progress() as tell:
        tell("corp: users", 500, 1000)

    assert (out.getvalue(), err.getvalue()) == ("", "")


def test_progress_is_drawn_on_a_terminal_with_names_made_safe():
    made, out, err = console(terminal=True, environ={"TERM": "xterm"})

    with made.progress() as tell:
        tell("corp \u202eevil [red]x", 500)
        tell("corp \u202eevil [red]x", 1000, 1000)

    assert "\\u202eevil [red]x" in err.getvalue()
    assert "1000/1000" in err.getvalue()
    assert out.getvalue() == ""


def test_progress_tells_the_rate_and_the_time_left():
    made, _, err = console(terminal=True, environ={"TERM": "xterm"})

    with made.progress() as tell:
        for done in range(4):
            tell("changes", done, 1000)
            time.sleep(0.02)

    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", err.getvalue())
    assert re.search(r" 3/1000 +[1-9][0-9]*/s 0:00:0\d left: 0:0\d:\d\d", shown), shown


def test_a_dumb_terminal_gets_no_bars():
    made, _, err = console(terminal=True, environ={"TERM": "dumb"})

    with made.progress() as tell:
        tell("corp", 1)

    assert err.getvalue() == ""


def test_the_width_is_that_of_the_real_terminal_within_reason():
    parent, child = pty.openpty()
    try:
        with os.fdopen(os.dup(child), "w") as stream:
            fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 101, 0, 0))
            assert Console(stdout=stream, environ={}).width == 101
            fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 400, 0, 0))
            assert Console(stdout=stream, environ={}).width == 120
    finally:
        os.close(parent)
        os.close(child)


def test_a_reader_that_leaves_costs_neither_a_traceback_nor_the_exit_code():
    program = (
        "import sys\n"
        "from dirsync.console import Console\n"
        "console = Console()\n"
        "for _ in range(3):\n"
        "    console.answer('x' * 1_000_000)\n"
        "sys.exit(10)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()

    assert process.wait(20) == 10
    assert complaints == b""


def test_a_stdout_on_a_full_disk_is_an_error_and_not_silence():
    program = (
        "from dirsync.console import Console\n"
        "from dirsync.errors import DirsyncError\n"
        "try:\n"
        "    Console().answer('x')\n"
        "except DirsyncError as error:\n"
        "    Console().error(error)\n"
    )
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-c", program], stdout=full, stderr=subprocess.PIPE, text=True, check=True
        )

    assert run.stderr.startswith("Error: The answer could not be written to stdout: No space left on device.")


def test_streams_that_the_caller_closed_are_no_error(tmp_path: Path):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from loguru import logger\n"
        "from dirsync.console import Console\n"
        "from dirsync.errors import DirsyncError\n"
        "from dirsync.log.start import LogChoices, start_log\n"
        "start_log(LogChoices(), 'a run', is_verbose=True)\n"
        "logger.debug('x')\n"
        "Console().answer('x')\n"
        "Console().error(DirsyncError('x'))\n"
        "with Console().progress() as tell:\n"
        "    tell('x', 1)\n"
        "Path(sys.argv[1]).write_text(f'{Console().width} {Console().is_coloured}')\n"
    )
    told = tmp_path / "told"
    subprocess.run(["sh", "-c", 'exec "$@" >&- 2>&-', "sh", sys.executable, "-c", program, told], check=True)

    assert told.read_text() == "80 False"


def test_a_terminal_that_can_not_spell_a_name_still_gets_the_answer():
    raw = io.BytesIO()
    made = Console(stdout=io.TextIOWrapper(raw, "ascii"), environ={})

    made.answer("Zoë holds a seat")

    assert raw.getvalue() == b"Zo? holds a seat\n"


def test_secrets_are_concealed_in_messages_and_errors():
    made, _, err = console(verbose=True)
    made.keep_secret(["s3cret/word", ""])

    made.message("bound with s3cret/word")
    made.detail("GET https://x:s3cret%2Fword@crowd.example.org")
    made.error(DirsyncError("refused s3cret/word", "not s3cret/word"))

    assert "s3cret" not in err.getvalue()
    assert err.getvalue().count("***") == 4


def test_progress_and_messages_share_a_terminal_whose_reader_left():
    program = (
        "import os, sys\n"
        "from dirsync.console import Console\n"
        "reading, writing = os.pipe()\n"
        "os.close(reading)\n"
        "os.dup2(writing, 2)\n"
        "Console().message('nobody listens')\n"
        "Console().answer('the answer')\n"
        "sys.exit(10)\n"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (run.returncode, run.stdout) == (10, "the answer\n")
