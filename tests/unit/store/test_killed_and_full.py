"""Kept files when the worst comes to the worst: killed runs, full disks, strangers' locks, damage found late."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dirsync.model.entries import User
from dirsync.model.snapshot import Completeness, Snapshot, Tally
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.file import SpoolDamaged
from dirsync.store.spool.kept import Keeping, KeptFile
from dirsync.workflow.read import keep

NIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
DONE = Completeness(is_complete=True)
MANY = 3_000
"""People: more than the page cache holds, so that the file is written to long before the end."""


def file_of(folder: Path, asked: str = "asked") -> KeptFile:
    kept = Keeping(folder, NIGHT).file_of("corp", asked, WEEK)
    assert kept is not None
    return kept


def read(folder: Path, mail: str = "", people: int = 50) -> Snapshot:
    """Read that many people, each with this mail, instead of whoever there was; without one, who there was."""
    spool = SqliteSpool("corp", Path(), only="all", kept=file_of(folder))
    parts = spool.parts
    assert parts is not None
    if not mail:
        parts.keep_all("people")
    for n in range(people if mail else 0):
        parts.begin("people", str(n).encode())
        spool.add_user(User(str(n), f"uid={n}", f"user{n}", email=mail, display_name="x" * 4000), "all")
        parts.end(Tally(1, 1))
    return spool.finish(DONE)


def seen(folder: Path) -> tuple[set[str], int]:
    """Return which mails people have in what was kept, and how many people there are."""
    with closing(read(folder)) as snapshot:
        return {user.email for user in snapshot.users("all")}, snapshot.counts("all").users


def files(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir() if path.suffix != ".lock")


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow past one page."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("is_new", [True, False])
def test_a_disk_that_is_full_when_all_is_done_does_not_spoil_the_run(tmp_path: Path, *, is_new: bool) -> None:
    if not is_new:
        with closing(read(tmp_path, "old")) as snapshot:
            snapshot.keep()
    with closing(read(tmp_path, "new")) as snapshot, full_disk():
        keep({"corp": snapshot})
    if is_new:
        assert files(tmp_path) == []
    else:
        assert seen(tmp_path) == ({"old"}, 50)


def test_a_file_that_another_process_deleted_meanwhile_does_not_spoil_the_run(tmp_path: Path) -> None:
    for mail in ("old", "new"):
        with closing(read(tmp_path, mail)) as snapshot:
            if mail == "new":
                Keeping(tmp_path, NIGHT).forget("corp")
            keep({"corp": snapshot})
    with closing(read(tmp_path, "newer")) as snapshot:
        keep({"corp": snapshot})
    assert seen(tmp_path) == ({"newer"}, 50)


def test_the_journal_of_a_killed_run_is_never_played_back_into_another_file(tmp_path: Path) -> None:
    """SQLite takes a journal for that of whatever file has the name, and would put the old people among the new."""
    with closing(read(tmp_path, "old", MANY)) as snapshot:
        snapshot.keep()
    [place] = tmp_path.glob("*.kept")
    journal = place.with_name(f"{place.name}-journal")
    with closing(read(tmp_path, "killed", MANY)):
        left_behind = journal.read_bytes()
    place.unlink()
    journal.write_bytes(left_behind)
    with closing(read(tmp_path, "new", MANY)) as snapshot:
        snapshot.keep()
    assert seen(tmp_path) == ({"new"}, MANY)
    assert files(tmp_path) == [".kept"]


@pytest.mark.parametrize("forgotten_by", [timedelta(), WEEK])
def test_what_is_forgotten_is_gone_with_all_that_belongs_to_it(tmp_path: Path, forgotten_by: timedelta) -> None:
    with closing(read(tmp_path, "old", MANY)) as snapshot:
        snapshot.keep()
    [place] = tmp_path.glob("*.kept")
    for beside in (place.with_name(f"{place.name}-journal"), tmp_path / "corp-0123.new", tmp_path / "corp_b-0123.new"):
        beside.write_bytes(b"people of a killed run")
    if forgotten_by:
        Keeping(tmp_path, NIGHT).forget("corp")
    else:
        Keeping(tmp_path, NIGHT).file_of("corp", "asked", timedelta())
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock"] == ["corp_b-0123.new"]


def test_what_a_killed_run_left_of_another_question_goes(tmp_path: Path) -> None:
    killed = file_of(tmp_path, "another question")
    killed.path.write_bytes(b"half of all people")
    killed.lock.release()
    file_of(tmp_path).release()
    assert files(tmp_path) == []


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE", "DEFERRED"])
def test_a_file_that_somebody_is_looking_into_is_not_built_on(tmp_path: Path, lock: str) -> None:
    with closing(read(tmp_path, "old")) as snapshot:
        snapshot.keep()
    [place] = tmp_path.glob("*.kept")
    with closing(sqlite3.connect(place, isolation_level=None)) as stranger:
        stranger.execute(f"BEGIN {lock}")
        stranger.execute("PRAGMA schema_version").fetchone()
        kept = file_of(tmp_path)
        assert kept.is_new
        kept.release()
    kept = file_of(tmp_path)
    assert not kept.is_new
    kept.release()


def test_damage_that_is_found_late_is_not_found_again_every_night(tmp_path: Path) -> None:
    with closing(read(tmp_path, "old", MANY)) as snapshot:
        snapshot.keep()
    [place] = tmp_path.glob("*.kept")
    spool = SqliteSpool("corp", Path(), only="all", kept=file_of(tmp_path))
    assert spool.parts is not None
    spool.parts.keep_all("people")
    with closing(spool.finish(DONE)) as snapshot:
        # the pages of people, not those that were looked at so far
        with place.open("r+b") as file:
            file.seek(4096 * 200)
            file.write(b"\xff" * 4096 * 300)
        with pytest.raises(SpoolDamaged, match="damaged") as caught:
            list(snapshot.users("all"))
        assert "read anew" in caught.value.remedy
    assert files(tmp_path) == []


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from unit.store.test_killed_and_full import MANY, read

point = int(sys.argv[2])
snapshot = read(Path(sys.argv[1]), "new", MANY)

def at(statement):
    global point
    point -= 1
    if point == 0:
        os.kill(os.getpid(), signal.SIGKILL)

if point == 0:
    os.kill(os.getpid(), signal.SIGKILL)
for name in ("unlink", "replace", "utime", "fsync"):
    owner = Path if name in ("unlink", "replace") else os
    def wrapped(*given, _call=getattr(owner, name), **named):
        at(name)
        return _call(*given, **named)
    setattr(owner, name, wrapped)
snapshot.keep()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("is_new", [True, False])
def test_killed_anywhere_there_is_the_last_read_or_this_one_or_none(tmp_path: Path, *, is_new: bool) -> None:
    tests = str(Path(__file__).parents[2])
    for point in range(7) if is_new else range(3):
        folder = tmp_path / str(point)
        if not is_new:
            with closing(read(folder, "old", MANY)) as snapshot:
                snapshot.keep()
        run = subprocess.run([sys.executable, "-c", _KILLED, str(folder), str(point), tests], check=False)
        assert run.returncode == -9
        assert seen(folder) in [({"old"}, MANY), ({"new"}, MANY), (set(), 0)]
