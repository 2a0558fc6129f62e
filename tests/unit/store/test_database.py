"""Opening the store: whose files it makes, and what is said where it can't be opened."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from dirsync.errors import DirsyncError, ExitCode, UsageInvalid
from dirsync.model.findings import OpenFinding
from dirsync.store.database import VERSION
from dirsync.store.store import Store

CANARY = "c4n4ry-s3cr3t"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refused(url: str) -> UsageInvalid:
    with pytest.raises(UsageInvalid) as caught:
        Store(url)
    assert caught.value.exit_code is ExitCode.INVALID
    assert CANARY not in str(caught.value)
    assert caught.value.remedy
    return caught.value


def test_a_new_store_and_all_beside_it_are_its_owner_s_only(tmp_path: Path):
    path = tmp_path / "state" / "dirsync.db"
    store = Store(f"sqlite:///{path}")
    store.runs.begin("r1", "audit", "2026-11-20T01:00:00Z")
    assert mode(path.parent) == 0o700
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["dirsync.db", "dirsync.db-shm", "dirsync.db-wal"]
    assert {mode(file) for file in files} == {0o600}
    store.close()


def test_without_a_setting_the_store_is_in_the_user_s_state_folder(tmp_path: Path):
    store = Store()
    assert store.folder == tmp_path / "home" / "xdg_state_home" / "dirsync"
    assert (store.folder / "dirsync.db").is_file()
    store.close()


@pytest.mark.parametrize(
    ("url", "folder"),
    [("sqlite:////var/lib/dirsync/dirsync.db", "/var/lib/dirsync"), ("sqlite:///dirsync.db", ".")],
)
def test_the_lock_lies_beside_a_store_that_is_a_file(url: str, folder: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dirsync.store.store.open_database", lambda _url: None)
    assert Store(url).folder == Path(folder)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://db/dirsync"])
def test_the_lock_of_a_store_elsewhere_lies_in_the_user_s_state_folder(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("dirsync.store.store.open_database", lambda _url: None)
    assert Store(url).folder == tmp_path / "home" / "xdg_state_home" / "dirsync"


def test_a_commit_survives_a_power_cut(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'dirsync.db'}")
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2, "FULL: WAL itself is synced"
    store.close()


def test_a_store_is_opened_again_with_what_it_held(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'dirsync.db'}"
    first = Store(url)
    first.runs.remember_findings({"f1": OpenFinding("2026-11-20")}, ())
    first.close()
    again = Store(url)
    assert again.runs.open_findings() == {"f1": OpenFinding("2026-11-20")}
    again.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (
            lambda path: path.write_text("no database, but as long as one" * 50),
            "file is not a database",
        ),
        (lambda path: path.mkdir(), "unable to open database file"),
    ],
)
def test_a_place_that_is_no_database_is_named_with_the_reason(tmp_path: Path, make: object, said: str):
    path = tmp_path / "dirsync.db"
    make(path)  # type: ignore[operator]
    error = refused(f"sqlite:///{path}")
    assert error.message == f"The store sqlite:///{path} can't be opened: {said}."
    assert "DIRSYNC_STORE" in error.remedy


@pytest.mark.parametrize("path", ["/proc/nowhere/dirsync.db", "/dev/null/dirsync.db"])
def test_a_place_nobody_can_write_to_is_named(path: str):
    error = refused(f"sqlite:///{path}")
    assert error.message == f"The store sqlite:///{path} can't be opened: unable to open database file."


def test_a_disk_that_fills_up_during_a_run_is_told_in_words(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'dirsync.db'}")
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite's own word for a full disk
    with pytest.raises(DirsyncError) as caught:
        store.runs.remember_findings({f"f{n}": OpenFinding("2026-11-20" * 100) for n in range(1000)}, ())
    assert caught.value.message.startswith(f"The store sqlite:///{tmp_path}")
    assert "failed during the run: database or disk is full." in caught.value.message
    assert "Make room there" in caught.value.remedy
    store.close()


def test_a_store_of_another_version_is_refused_by_its_version(tmp_path: Path):
    path = tmp_path / "dirsync.db"
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE dirsync_store SET version = 99")
    connection.close()
    error = refused(f"sqlite:///{path}")
    assert error.message == f"The store sqlite:///{path} is of version 99; this dirsync works with version {VERSION}."


def test_a_store_without_its_version_is_refused(tmp_path: Path):
    path = tmp_path / "dirsync.db"
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM dirsync_store")
    connection.close()
    assert "is of version 0;" in refused(f"sqlite:///{path}").message


def test_somebody_else_s_database_is_refused_and_left_as_it_was(tmp_path: Path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (id TEXT)")
    connection.close()
    error = refused(f"sqlite:///{path}")
    assert "has tables called runs that are not of this dirsync" in error.message
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("runs",)]
    connection.close()


def test_foreign_tables_of_other_names_are_no_obstacle(tmp_path: Path):
    path = tmp_path / "shared.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE somebody_elses (id TEXT)")
    connection.close()
    Store(f"sqlite:///{path}").close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (CANARY, "DIRSYNC_STORE is not a database URL."),
        (f"postgresql://u:{CANARY}@host:port/db", "DIRSYNC_STORE is not a database URL."),
        (f"nonsense://u:{CANARY}@host/db", "The store nonsense://u:***@host/db needs a driver that is not installed"),
        (f"postgresql+pg8000://u:{CANARY}@host/db", "The store postgresql+pg8000://u:***@host/db needs a driver"),
        (f"postgresql+pg8000://host/db?password={CANARY}", "The store postgresql+pg8000://host/db needs a driver"),
    ],
)
def test_a_wrong_url_is_told_without_its_password(url: str, said: str):
    assert refused(url).message.startswith(said)


def test_many_processes_may_open_a_new_store_at_once(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'dirsync.db'}"
    code = f"from dirsync.store.store import Store; Store({url!r}).close()"
    opening = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(6)]
    ended = [(process.communicate(timeout=60)[1].decode(), process.returncode) for process in opening]
    assert ended == [("", 0)] * 6
