"""The file of the log: whole lines from several processes, nobody else's files, and no harm from a full disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from loguru import logger

from dirsync.log.forms import Form
from dirsync.log.start import LogChoices, start_log

FULL = Path("/dev/full")
"""Takes no byte: ENOSPC, as a full disk (full(4))."""


@pytest.fixture(autouse=True)
def _log_of_its_own():
    yield
    logger.remove()
    logger.configure(extra={}, patcher=lambda _record: None)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.setattr("dirsync.log.start._said", set())

    def start(file: Path, *, level: str = "", form: Form = Form.AUTO) -> None:
        start_log(LogChoices(form, level, file, rotate_mb=1, keep=2), "r1", environ={})

    return start


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", program, *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)


def fill(times: int) -> None:
    for number in range(times):
        logger.info("{} {}", number, "x" * 300_000)


@pytest.mark.parametrize("form", [Form.JSON, Form.TEXT])
def test_a_full_disk_is_one_warning_however_often_the_log_is_begun_anew(log, form: Form, capsys):
    for _ in range(3):
        log(FULL, form=form)
        logger.info("a")
        logger.info("b")
    [told] = capsys.readouterr().err.splitlines()
    assert "The log file /dev/full can't be written to: No space left on device. Make room there" in told
    if form is Form.JSON:
        record = json.loads(told)
        assert (record["level"], record["run"], record["logger"]) == ("WARNING", "r1", "dirsync.log.start")
    else:
        assert " WARNING r1 dirsync.log.start: " in told


def test_whoever_hears_errors_only_is_not_warned(log, capsys):
    log(FULL, level="error")
    logger.error("x")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_line_that_the_disk_cut_does_not_spoil_the_next_one(tmp_path: Path):
    file = tmp_path / "dirsync.log"
    ran = run(
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from loguru import logger\n"
        "from dirsync.log.start import LogChoices, start_log\n"
        "start_log(LogChoices(file=Path(sys.argv[1])), 'r1')\n"
        "logger.info('first')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300, -1))\n"
        "logger.info('cut ' + 'x' * 500)\n"
        "logger.info('lost')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "logger.info('next')\n"
        "logger.info('last')\n",
        str(file),
    )
    first, cut, *others = file.read_text().splitlines()
    assert json.loads(first)["message"] == "first"
    assert "cut x" in cut
    assert [json.loads(line)["message"] for line in others] == ["next", "last"]
    assert ran.stderr.count("File too large") == 1


def test_what_is_only_called_like_a_log_that_was_put_away_stays(log, tmp_path: Path):
    foreign = [tmp_path / name for name in ("dirsync.old.log", "dirsync.2026-01-01.log", "other.log", "dirsync.log.1")]
    for path in foreign:
        path.write_text("mine")
    log(tmp_path / "dirsync.log")
    fill(20)
    assert all(path.read_text() == "mine" for path in foreign)
    assert len(list(tmp_path.iterdir())) == len(foreign) + 3


def test_a_file_that_logrotate_put_away_is_begun_anew(log, tmp_path: Path):
    file = tmp_path / "dirsync.log"
    log(file)
    logger.info("before")
    file.rename(tmp_path / "dirsync.log.1")
    logger.info("after")
    assert "after" in file.read_text()
    assert "after" not in (tmp_path / "dirsync.log.1").read_text()


def test_a_link_stays_and_what_it_leads_to_is_put_away(log, tmp_path: Path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "dirsync.log"
    link.symlink_to(tmp_path / "there" / "real.log")
    log(link)
    fill(20)
    assert link.is_symlink()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["dirsync.log"]
    assert len(list((tmp_path / "there").iterdir())) == 3


def test_a_pipe_that_is_named_as_the_file_is_written_to():
    program = (
        "from pathlib import Path\n"
        "from loguru import logger\n"
        "from dirsync.log.start import LogChoices, start_log\n"
        "start_log(LogChoices(file=Path('/dev/stdout')), 'r1')\n"
        "logger.info('heard')\n"
    )
    assert json.loads(run(program).stdout)["message"] == "heard"


def test_a_file_that_can_not_be_put_away_is_written_on(log, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    def refuse(_self: Path, _to: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    log(tmp_path / "dirsync.log")
    fill(6)
    assert len((tmp_path / "dirsync.log").read_text().splitlines()) == 6
    assert capsys.readouterr().err.count("Permission denied") == 1


def test_two_runs_may_write_to_one_file(tmp_path: Path):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from loguru import logger\n"
        "from dirsync.log.start import LogChoices, start_log\n"
        "start_log(LogChoices(file=Path(sys.argv[1]), rotate_mb=1, keep=100), sys.argv[2])\n"
        "for number in range(400):\n"
        "    logger.info('{} {}', number, 'x' * 10_000)\n"
    )
    file = tmp_path / "dirsync.log"
    both = [subprocess.Popen([sys.executable, "-c", program, str(file), name], stderr=subprocess.PIPE) for name in "ab"]
    assert [process.communicate(timeout=120)[1] for process in both] == [b"", b""]
    written = list(tmp_path.iterdir())
    assert len(written) > 6
    assert all(path.stat().st_size <= 1_000_000 + 20_000 for path in written)
    told = [json.loads(line) for path in written for line in path.read_text().splitlines()]
    assert sorted((one["run"], int(one["message"].split()[0])) for one in told) == [
        (name, number) for name in "ab" for number in range(400)
    ]
