"""Looking at a store: what is said of it, and that nothing was made or changed by looking."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dirsync.store.database import VERSION
from dirsync.store.inspection import Looked, look_at_store
from dirsync.store.store import Store

CANARY = "c4n4ry-s3cr3t"


def look(path: Path | str) -> Looked:
    return look_at_store(f"sqlite:///{path}", may_connect=False)


def of_version(path: Path, version: int) -> None:
    Store(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE dirsync_store SET version = ?", (version,))


def test_a_store_that_is_not_there_yet_is_not_made_by_looking(tmp_path: Path) -> None:
    looked = look(tmp_path / "deep" / "er" / "dirsync.db")
    assert (looked.state, looked.problem) == ("not there yet; the first run makes it.", "")
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_the_default_place_is_looked_at(tmp_path: Path) -> None:
    assert look_at_store("", may_connect=False).shown == f"sqlite:///{tmp_path}/home/xdg_state_home/dirsync/dirsync.db"


def test_a_folder_that_can_not_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert look(tmp_path / "file" / "dirsync.db").problem == (
        f"can't be made: {tmp_path}/file is no folder that this account may write to."
    )


def test_a_store_of_today_is_fine_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "dirsync.db"
    Store(f"sqlite:///{path}").close()
    before = path.read_bytes()
    looked = look(path)
    assert (looked.state, looked.problem) == (f"there, of version {VERSION}, and may be written to.", "")
    assert path.read_bytes() == before


def test_an_older_store_is_told_and_not_migrated(tmp_path: Path) -> None:
    of_version(tmp_path / "dirsync.db", 1)
    assert look(tmp_path / "dirsync.db").state == f"of version 1; the next run brings it to version {VERSION}."
    with closing(sqlite3.connect(tmp_path / "dirsync.db")) as connection:
        assert connection.execute("SELECT version FROM dirsync_store").fetchall() == [(1,)]


def test_a_later_store_is_a_problem(tmp_path: Path) -> None:
    of_version(tmp_path / "dirsync.db", VERSION + 5)
    looked = look(tmp_path / "dirsync.db")
    assert looked.problem == f"is of version {VERSION + 5}; this dirsync works with version {VERSION}."
    assert "Run the dirsync that made it" in looked.remedy


def test_a_file_that_is_no_database_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "dirsync.db").write_text("no database, but as long as one" * 50)
    assert look(tmp_path / "dirsync.db").problem == "can't be opened: file is not a database."


def test_an_empty_file_is_a_store_to_be(tmp_path: Path) -> None:
    (tmp_path / "dirsync.db").touch()
    assert look(tmp_path / "dirsync.db").state == "there and empty; the first run makes its tables."
    assert (tmp_path / "dirsync.db").read_bytes() == b""


def test_a_store_this_account_may_not_write_to_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dirsync.db"
    Store(f"sqlite:///{path}").close()
    monkeypatch.setattr("os.access", lambda *_: False)  # the tests may run as root, who may write everywhere
    assert look(path).problem == "this account may not write to it and to its folder."
    assert look(tmp_path / "other.db").problem == (
        f"can't be made: {tmp_path} is no folder that this account may write to."
    )


def test_a_store_in_memory_is_a_problem() -> None:
    assert look(":memory:").problem == "keeps nothing: it is gone when the command ends."


def test_a_server_is_not_asked_offline_and_its_password_not_shown() -> None:
    url = f"postgresql+psycopg://dirsync:{CANARY}@db.example.org/dirsync?password={CANARY}"
    looked = look_at_store(url, may_connect=False)
    assert looked.state == "a database server, which is not asked offline."
    assert looked.shown == "postgresql+psycopg://dirsync:***@db.example.org/dirsync"


def test_what_is_no_url_or_has_no_driver_is_a_problem_without_its_password() -> None:
    assert look_at_store(CANARY, may_connect=True) == Looked(
        "DIRSYNC_STORE", "", "is not a database URL.", "Write e.g. sqlite:////var/lib/dirsync/dirsync.db."
    )
    looked = look_at_store(f"nonsense://u:{CANARY}@h/d", may_connect=True)
    assert "needs a driver that is not installed" in looked.problem
    assert CANARY not in str(looked)
