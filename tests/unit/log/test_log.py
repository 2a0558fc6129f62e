"""The log: one line per record in each form, the run on every line, and no secret on any."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from loguru import logger

from dirsync.console import Console
from dirsync.errors import ConfigurationInvalid, DirsyncError, Mistake
from dirsync.log.conceal import concealer
from dirsync.log.forms import Form, is_journal
from dirsync.log.levels import LEVELS, PRIORITIES
from dirsync.log.libraries import listen_to_libraries, listen_to_threads
from dirsync.log.start import LogChoices, start_log

RUN = "20261123T034002Z-988ae7"
CANARY = 'c4n"ry-ü/4711'
SPELLINGS = (CANARY, "c4n%22ry", json.dumps(CANARY)[1:-1], "c4n")


@pytest.fixture(autouse=True)
def _log_of_its_own():
    yield
    logger.remove()
    logger.configure(extra={}, patcher=lambda _record: None)


def log(form: str = "auto", level: str = "", *, file: Path | None = None, **more):
    return start_log(LogChoices(Form(form), level, file), RUN, secrets=[CANARY], environ={}, **more)


def records(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_where_nobody_sits_each_line_is_json_with_the_run_on_it(capsys):
    log()
    logger.bind(op="create_user", user="ana {x}").log("CHANGE", "crowd: create_user ana {x}: done")

    [told] = records(capsys.readouterr().err)
    assert told.pop("time").endswith("+00:00")
    assert told == {
        "level": "CHANGE",
        "run": RUN,
        "logger": __name__,
        "message": "crowd: create_user ana {x}: done",
        "op": "create_user",
        "user": "ana {x}",
    }


@pytest.mark.parametrize(
    ("level", "is_verbose", "heard"),
    [
        ("", False, ["CHANGE", "WARNING", "ERROR"]),
        ("", True, ["DEBUG", "INFO", "CHANGE", "WARNING", "ERROR"]),
        ("debug", False, ["DEBUG", "INFO", "CHANGE", "WARNING", "ERROR"]),
        ("info", False, ["INFO", "CHANGE", "WARNING", "ERROR"]),
        ("change", True, ["CHANGE", "WARNING", "ERROR"]),
        ("warning", False, ["WARNING", "ERROR"]),
        ("error", False, ["ERROR"]),
    ],
)
def test_a_change_stands_between_information_and_warnings(capsys, level: str, is_verbose, heard: list[str]):
    log(level=level, is_verbose=is_verbose)
    for name in LEVELS:
        logger.log(name.upper(), "x")
    assert [told["level"] for told in records(capsys.readouterr().err)] == heard


def test_every_line_of_text_has_the_run_so_that_no_name_can_forge_one(capsys):
    log("text")
    logger.warning("group 'a\nERROR all is lost\x1b[2J'")

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(f" WARNING {RUN} {__name__}: " in line for line in lines)
    assert lines[1].endswith(r"ERROR all is lost\x1b[2J'")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_shows_neither_secrets_nor_the_values_of_variables(capsys, form: str):
    log(form)
    password = CANARY
    try:
        try:
            int(f"bind failed with {password}")
        except ValueError as error:
            raise DirsyncError("outer " + password) from error
    except DirsyncError:
        logger.bind(url=f"https://x:{CANARY}@crowd").exception("reading {}", CANARY)

    told = capsys.readouterr().err
    assert not [spelling for spelling in SPELLINGS if spelling in told.replace("password = CANARY", "")]
    assert "Traceback (most recent call last)" in told
    assert "bind failed with ***" in told
    assert "DirsyncError: outer ***" in told
    if form == "json":
        [line] = records(told)
        assert line["message"] == "reading ***"
        assert line["url"] == "https://x:***@crowd"
        assert line["traceback"].count("\n") > 5


def test_what_loguru_complains_of_a_broken_sink_holds_no_secret_either(capsys):
    log("json")
    logger.add(lambda _message: 1 / 0, format="{message}")
    logger.opt(exception=ValueError(CANARY)).error(CANARY)
    assert "ZeroDivisionError" in (told := capsys.readouterr().err)
    assert "c4n" not in told


def test_a_file_of_the_log_is_for_its_owner_and_begun_anew_when_full(tmp_path: Path):
    file = tmp_path / "log" / "dirsync.log"
    start_log(LogChoices(Form.AUTO, "", file, rotate_mb=1, keep=2), RUN, secrets=[CANARY])
    for number in range(40):
        logger.info("{} {} {}", number, CANARY, "x" * 100_000)
    logger.remove()

    written = sorted(file.parent.iterdir())
    assert len(written) == 3, "the one being written and two that were full"
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert all(path.stat().st_size < 1_200_000 for path in written)
    told = [told for path in written for told in records(path.read_text())]
    assert {one["run"] for one in told} == {RUN}
    assert max(int(one["message"].split()[0]) for one in told) == 39
    assert not any("to_stderr" in one or "c4n" in one["message"] for one in told)


def test_a_file_hears_more_than_stderr_and_what_the_console_says(tmp_path: Path, capsys):
    file = tmp_path / "dirsync.log"
    started = log("text", file=file)
    console = Console()
    console.hand_to_log(started.note, takes_messages=started.takes_messages)
    logger.info("begun")
    console.error(DirsyncError("corp: refused.", "Check it."))

    assert capsys.readouterr().err == "Error: corp: refused.\n-> Check it.\n"
    told = file.read_text().splitlines()
    assert [line.partition(f" {RUN} ")[2] for line in told] == [
        f"{__name__}: begun",
        "dirsync.console: corp: refused. Check it.",
    ]


def test_a_file_that_can_not_be_written_is_one_warning_and_costs_no_night(tmp_path: Path, capsys):
    (tmp_path / "file").write_text("")
    for _ in range(2):
        log(file=tmp_path / "file" / "x.log")
    [told] = records(capsys.readouterr().err)
    assert told["level"] == "WARNING"
    assert told["message"].startswith(f"The log file {tmp_path}/file/x.log can't be written to: File exists.")


def test_with_json_asked_for_all_of_stderr_is_json(capsys):
    started = log("json", "info")
    console = Console(verbose=True)
    console.hand_to_log(started.note, takes_messages=started.takes_messages)
    console.message("reading {corp}")
    console.detail("page 3")
    console.error(DirsyncError("corp: refused.", "Check it."))
    console.error(ConfigurationInvalid([Mistake("a.yaml:1:2", "x"), Mistake("a.yaml:3:4", "y")]))

    told = [(one["level"], one["message"]) for one in records(capsys.readouterr().err)]
    assert told == [
        ("INFO", "reading {corp}"),
        ("ERROR", "corp: refused. Check it."),
        ("ERROR", "a.yaml:1:2: x"),
        ("ERROR", "a.yaml:3:4: y"),
    ]


def test_with_json_asked_for_a_terminal_gets_no_bars_in_between():
    parent, child = pty.openpty()
    program = WRITES + "with console.progress() as tell:\n    tell('corp', 1)\n"
    environment = {**os.environ, "TERM": "xterm"}
    process = subprocess.Popen([sys.executable, "-c", program, "json", ""], stderr=child, env=environment)
    os.close(child)
    process.wait(60)
    told = os.read(parent, 100_000).decode()
    os.close(parent)
    assert [one["level"] for one in records(told)] == ["DEBUG", "CHANGE", "WARNING", "ERROR"]


def test_without_being_asked_for_json_errors_stay_words_that_stand_once(capsys):
    started = log()
    console = Console()
    console.hand_to_log(started.note, takes_messages=started.takes_messages)
    console.error(DirsyncError("corp: refused.", "Check it."))
    assert capsys.readouterr().err == "Error: corp: refused.\n-> Check it.\n"


WRITES = f"""
import os, sys
from loguru import logger
from dirsync.console import Console
from dirsync.errors import DirsyncError
from dirsync.log.start import LogChoices, start_log
from dirsync.log.forms import Form
status = os.fstat(2)
if sys.argv[2] == "journal":
    os.environ["JOURNAL_STREAM"] = f"{{status.st_dev}}:{{status.st_ino}}"
started = start_log(LogChoices(Form(sys.argv[1])), "{RUN}", is_verbose=True)
console = Console()
console.hand_to_log(started.note, takes_messages=started.takes_messages)
logger.debug("d")
logger.log("CHANGE", "c\\nsecond")
logger.warning("w")
console.error(DirsyncError("refused.", "Check it."))
"""


def told_in(form: str, where: str) -> list[str]:
    command = [sys.executable, "-c", WRITES, form, where]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr.splitlines()


@pytest.mark.parametrize("form", ["auto", "text"])
def test_the_journal_gets_priorities_and_no_second_time(form: str):
    head = f"{RUN} __main__: "
    assert told_in(form, "journal") == [
        f"<7>{head}d",
        f"<5>{head}c",
        f"<5>{head}second",
        f"<4>{head}w",
        f"<3>{RUN} dirsync.console: refused. Check it.",
    ]


def test_the_journal_gets_json_too_when_that_is_asked_for():
    lines = told_in("json", "journal")
    assert [line[:3] for line in lines] == ["<7>", "<5>", "<4>", "<3>"]
    assert [told["level"] for told in records("\n".join(line[3:] for line in lines))] == [
        "DEBUG",
        "CHANGE",
        "WARNING",
        "ERROR",
    ]


def test_a_journal_that_is_only_inherited_does_not_count(tmp_path: Path):
    with (tmp_path / "err").open("w") as stream:
        status = os.fstat(stream.fileno())
        assert is_journal(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        assert not is_journal(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino + 1}"})
        assert not is_journal(stream, {})
    assert not is_journal(io.StringIO(), {"JOURNAL_STREAM": "1:2"})
    assert not is_journal(None, {"JOURNAL_STREAM": "1:2"})


def test_on_a_terminal_the_log_is_text_and_keeps_still_about_changes():
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", WRITES.replace(", is_verbose=True", ""), "auto", ""], stderr=child
    )
    os.close(child)
    process.wait(60)
    told = os.read(parent, 100_000).decode()
    os.close(parent)
    assert f"WARNING {RUN} __main__: w\r\n" in told
    assert "CHANGE" not in told
    assert "{" not in told
    assert "refused." in told


def test_what_libraries_warn_of_is_a_line_of_the_log(capsys):
    root = logging.getLogger()
    before = list(root.handlers)
    log("json")
    listen_to_libraries()
    listen_to_libraries()
    try:
        logging.getLogger("urllib3").warning("the password %s is wrong", CANARY)
        logging.getLogger("urllib3").log(35, "between two levels {x}")
        logging.getLogger("urllib3").info("not worth it")
    finally:
        root.handlers[:] = before
    told = [(one["level"], one["message"]) for one in records(capsys.readouterr().err)]
    assert told == [("WARNING", "urllib3: the password *** is wrong"), ("WARNING", "urllib3: between two levels {x}")]


def test_what_a_thread_dies_of_is_a_line_of_the_log(capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    log("json")
    listen_to_threads()

    def die() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    threading.excepthook(threading.ExceptHookArgs((SystemExit, None, None, None)))
    [told] = records(capsys.readouterr().err)
    assert told["message"] == "a thread broke off"
    assert told["traceback"].endswith("ValueError: ***\n")


def test_the_longest_secret_is_taken_out_first():
    assert concealer(["pass", "password"])("password pass") == "*** ***"


def test_every_level_has_a_priority_of_the_journal():
    assert {level.upper() for level in LEVELS} <= set(PRIORITIES)
