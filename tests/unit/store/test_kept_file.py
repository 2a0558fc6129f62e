"""The file of the last read: who may have it, how old it may be, and what is left of it when a run is killed."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dirsync.errors import DirsyncError
from dirsync.model.entries import User
from dirsync.model.snapshot import Completeness, Tally
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.file import SpoolDamaged, SpoolFile
from dirsync.store.spool.kept import MOST_KEPT, Keeping

NIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
DONE = Completeness(is_complete=True)


def read(folder: Path, now: datetime = NIGHT, asked: str = "asked", *, is_kept: bool = True, most: timedelta = WEEK):
    """Read one person as one part, unless it is there already; return whether it was, and who is in the Snapshot."""
    kept = Keeping(folder, now).file_of("corp", asked, most)
    assert kept is not None
    spool = SqliteSpool("corp", Path(), kept=kept)
    assert spool.parts is not None
    was_there = spool.parts.keep("people", b"1") is not None
    if not was_there:
        spool.parts.begin("people", b"1")
        spool.add_user(User("1", "uid=a", "a"))
        spool.parts.end(Tally(1, 1))
    with closing(spool.finish(DONE)) as snapshot:
        found = [user.username for user in snapshot.users()]
        if is_kept:
            snapshot.keep()
            snapshot.keep()  # a second time changes nothing
    return was_there, found


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_the_next_read_finds_what_the_last_one_kept(tmp_path: Path) -> None:
    assert read(tmp_path) == (False, ["a"])
    assert read(tmp_path) == (True, ["a"])


def test_what_was_not_kept_leaves_no_trace(tmp_path: Path) -> None:
    assert read(tmp_path, is_kept=False) == (False, ["a"])
    assert files(tmp_path) == []
    read(tmp_path)
    [name] = files(tmp_path)
    before = (tmp_path / name).read_bytes()
    assert read(tmp_path, is_kept=False) == (True, ["a"])
    assert (tmp_path / name).read_bytes() == before


def test_what_a_killed_run_left_half_is_not_built_on(tmp_path: Path) -> None:
    kept = Keeping(tmp_path, NIGHT).file_of("corp", "asked", WEEK)
    assert kept is not None
    spool = SqliteSpool("corp", Path(), kept=kept)
    spool.add_user(User("9", "uid=z", "half"))
    spool._flush()
    spool._file.close()
    kept.lock.release()
    assert read(tmp_path) == (False, ["a"])
    assert len(files(tmp_path)) == 1


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    read(folder)
    [path] = [one for one in folder.iterdir() if one.suffix == ".kept"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_runs_never_have_the_same_file(tmp_path: Path) -> None:
    first = Keeping(tmp_path, NIGHT).file_of("corp", "asked", WEEK)
    assert first is not None
    assert Keeping(tmp_path, NIGHT).file_of("corp", "asked", WEEK) is None
    other = Keeping(tmp_path, NIGHT).file_of("another", "asked", WEEK)
    assert other is not None
    other.release()
    first.release()
    again = Keeping(tmp_path, NIGHT).file_of("corp", "asked", WEEK)
    assert again is not None
    again.release()


@pytest.mark.parametrize(
    ("later", "built_on"),
    [
        (timedelta(), [True]),
        (WEEK - timedelta(seconds=1), [True]),
        (WEEK, [False]),
        (timedelta(days=400), [False]),
        (timedelta(seconds=-1), [False]),
    ],
)
def test_it_is_built_on_until_it_is_too_old_or_from_the_future(
    tmp_path: Path, later: timedelta, built_on: list[bool]
) -> None:
    read(tmp_path)
    assert read(tmp_path, NIGHT + timedelta(hours=1), most=WEEK * 100)[0], "that it is used makes it no younger"
    assert [read(tmp_path, NIGHT + later)[0]] == built_on


def test_another_question_has_a_file_of_its_own_and_the_oldest_goes(tmp_path: Path) -> None:
    for n in range(MOST_KEPT + 2):
        assert not read(tmp_path, asked=f"question {n}")[0]
        for path in tmp_path.glob("*.kept"):  # files of one moment have no order
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**9))
    assert len(files(tmp_path)) == MOST_KEPT
    assert read(tmp_path, asked=f"question {MOST_KEPT + 1}")[0]
    assert not read(tmp_path, asked="question 0")[0]


def test_who_wants_nothing_kept_has_what_was_kept_deleted(tmp_path: Path) -> None:
    read(tmp_path)
    assert Keeping(tmp_path, NIGHT).file_of("corp", "asked", timedelta()) is None
    assert files(tmp_path) == []


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert Keeping(tmp_path / "file", NIGHT).file_of("corp", "asked", WEEK) is None
    (tmp_path / "kept").mkdir()
    lock = Keeping(tmp_path / "kept", NIGHT)
    place = tmp_path / "kept"
    kept = lock.file_of("corp", "asked", WEEK)
    assert kept is not None
    kept.release()
    kept.path.with_suffix(".new").mkdir(parents=True, exist_ok=True)
    assert lock.file_of("corp", "asked", WEEK) is None, "what is in the way is no file of ours"
    assert place.exists()


@pytest.mark.parametrize("damage", [b"", b"no database at all, but long enough to be looked at" * 100])
def test_a_file_that_is_none_is_not_built_on(tmp_path: Path, damage: bytes) -> None:
    read(tmp_path)
    [name] = files(tmp_path)
    (tmp_path / name).write_bytes(damage)
    assert read(tmp_path) == (False, ["a"])
    assert read(tmp_path) == (True, ["a"])


def test_a_damaged_file_is_told_from_a_disk_that_is_full(tmp_path: Path) -> None:
    path = tmp_path / "none"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(SpoolDamaged, match=r"^The copy is damaged: file is not a database\.") as caught:
        SpoolFile(path, "The copy", "Delete it.").run("SELECT * FROM users")
    assert caught.value.remedy == "Delete it."
    with pytest.raises(DirsyncError, match="unable to open database file") as unopened:
        SpoolFile(tmp_path / "no folder" / "file", "The copy", "Make room.")
    assert not isinstance(unopened.value, SpoolDamaged)
    file = SpoolFile(tmp_path / "new", "The copy", "Make room.")
    with pytest.raises(DirsyncError, match="no such table"):
        list(file.rows("SELECT * FROM users"))
    with pytest.raises(DirsyncError, match="no such table"):
        file.run_each("INSERT INTO users VALUES (?)", [("a",)])
    assert file.number("SELECT 1 WHERE 0") == 0
    file.close()


def test_the_name_of_a_directory_leads_nowhere_else(tmp_path: Path) -> None:
    kept = Keeping(tmp_path, NIGHT).file_of("../corp/x", "asked", WEEK)
    assert kept is not None
    assert kept.place.parent == tmp_path
    kept.release()
