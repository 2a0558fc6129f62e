"""The run history, and one writing run at a time."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from dirsync.errors import ExitCode, LockHeld, UsageInvalid
from dirsync.model.findings import Mechanism, OpenFinding, ResolvedFinding, Severity, Subject, SubjectKind
from dirsync.model.run import DirectoryRead
from dirsync.model.snapshot import Completeness, Counts, LastRead
from dirsync.store.lock import only_run
from dirsync.store.store import Store, passing_store, stored


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()


def of(day: str, *, waived: bool = False) -> OpenFinding:
    return OpenFinding(day, "audit-incomplete", is_waived=waived)


def report(finished_at: str) -> dict[str, object]:
    return {"run": {"finished_at": finished_at, "exit_code": 0}, "answer": "0 of 3, naïve 😀"}


def test_the_newest_finished_run_is_shown_or_the_one_that_is_named(store: Store):
    assert store.runs.document() is None
    for name, day in (("r1", "20"), ("r3", "22"), ("r2", "21")):
        store.runs.begin(name, "audit", f"2026-11-{day}T01:00:00+00:00")
    assert store.runs.document() is None, "begun is not finished"
    store.runs.finish("r1", report("a"), is_complete=True)
    store.runs.finish("r2", report("b"), is_complete=False)
    assert store.runs.document() == report("b")
    assert store.runs.document("r1") == report("a")
    assert store.runs.document("r3") is None
    assert store.runs.document("nobody's") is None


def test_the_newest_run_is_the_one_that_came_last_whatever_the_clock_said(store: Store):
    for name, day in (("r1", "2026-11-20"), ("r9", "2031-01-01"), ("r2", "2026-11-21")):
        store.runs.begin(name, "audit", f"{day}T01:00:00+00:00")
        store.runs.finish(name, report(name), is_complete=True)
    assert store.runs.document() == report("r2")
    assert [run.id for run in store.runs.history(9)] == ["r2", "r9", "r1"]


def test_only_a_complete_read_says_what_a_directory_held(store: Store):
    def read(name: str, users: int, *, is_complete: bool = True) -> DirectoryRead:
        return DirectoryRead(name, "ldap", Completeness(is_complete=is_complete, read_at="t"), Counts(users, 2, 3))

    assert store.runs.last_read("corp") == LastRead()
    store.runs.remember_reads([read("corp", 10), read("other", 5)])
    store.runs.remember_reads([read("corp", 1, is_complete=False), read("other", 6)])
    assert store.runs.last_read("corp") == LastRead(10, 2)
    assert store.runs.last_read("other") == LastRead(6, 2)


def test_findings_stay_open_with_their_first_day_until_they_are_resolved(store: Store):
    store.runs.remember_findings({"a": of("day1"), "b": of("day1")}, ())
    store.runs.remember_findings({"a": of("day1"), "c": of("day2", waived=True)}, ["b", "never there"])
    assert store.runs.open_findings() == {"a": of("day1"), "c": of("day2", waived=True)}
    store.runs.remember_findings({}, ())
    store.runs.remember_findings({}, ["a", "c"])
    assert store.runs.open_findings() == {}


def test_what_was_resolved_is_kept_for_a_year_with_what_it_was_about(store: Store):
    subject = Subject(SubjectKind.GROUP, "portal", "id-1", "crowd")
    was = OpenFinding(
        "2026-11-01T01:00:00+00:00", "a-rule", subject=subject, application="jira-core", mapping="customers",
        mechanism=Mechanism.MAPPING, severity=Severity.HIGH, news_at="2026-11-02T01:00:00+00:00",
    )  # fmt: skip
    store.runs.remember_findings({"a": was, "b": of("day1"), "c": of("day1")}, ())
    assert store.runs.open_findings()["a"] == was
    store.runs.remember_findings({"c": of("day1")}, ["b"], "2026-11-19T01:00:00+00:00")
    store.runs.remember_findings({}, ["a"], "2026-11-20T01:00:00+00:00")
    assert store.runs.resolved_findings() == (
        ResolvedFinding("a", "2026-11-20T01:00:00+00:00", was),
        ResolvedFinding("b", "2026-11-19T01:00:00+00:00", of("day1")),
    )
    store.runs.remember_findings({"a": was}, (), "2026-11-21T01:00:00+00:00")
    assert [one.id for one in store.runs.resolved_findings()] == ["b"], "one that is back is resolved no longer"
    assert set(store.runs.open_findings()) == {"a", "c"}
    store.runs.remember_findings({}, (), "2027-11-20T01:00:01+00:00")
    assert store.runs.resolved_findings() == ()


def test_what_only_reads_finds_a_store_or_makes_none(tmp_path: Path):
    place = tmp_path / "deep" / "dirsync.db"
    url = f"sqlite:///{place}"
    assert stored(url) is None
    assert not place.parent.exists()
    Store(url).close()
    known = stored(url)
    assert known is not None
    assert not known.is_passing
    known.close()
    place.write_bytes(b"")
    assert stored(url) is None, "an empty file holds no store"
    assert place.read_bytes() == b""
    place.write_bytes(b"no database at all, whatever it is")
    with pytest.raises(UsageInvalid, match="can't be opened"):
        stored(url)
    with pytest.raises(UsageInvalid, match="is not a database URL"):
        stored("nonsense")


def test_a_passing_store_is_whole_and_kept_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    passing = passing_store()
    assert passing.is_passing
    assert (passing.runs.open_findings(), passing.runs.history(5)) == ({}, ())
    passing.close()
    assert list(tmp_path.iterdir()) == []


def test_many_findings_are_remembered_quickly(store: Store):
    many = {f"f{place}": of("day1") for place in range(20_000)}
    store.runs.remember_findings(many, ())
    store.runs.remember_findings(many, ())
    assert len(store.runs.open_findings()) == 20_000


HOLDER = """
import sys, time
from pathlib import Path
from dirsync.store.lock import only_run
with only_run(Path(sys.argv[1]), "2026-11-20T01:00:00+00:00"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "store")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait(timeout=30)
    process.stdout.close()


def test_a_second_run_is_told_who_holds_the_lock_and_since_when(tmp_path: Path, holder: subprocess.Popen[str]):
    with pytest.raises(LockHeld) as caught, only_run(tmp_path / "store", "now"):
        pass
    assert caught.value.exit_code is ExitCode.LOCKED
    assert caught.value.message == (f"Another run is under way: process {holder.pid}, since 2026-11-20T01:00:00+00:00.")


@pytest.mark.parametrize("content", [None, "", "3", '{"pid": 1}', "{"])
def test_a_lock_whose_holder_is_not_told_is_held_all_the_same(
    tmp_path: Path, holder: subprocess.Popen[str], content: str | None
):
    note = tmp_path / "store" / "dirsync.lock.json"
    note.unlink()
    if content is not None:
        note.write_text(content)
    with pytest.raises(LockHeld, match=r"^Another run is under way\. "), only_run(tmp_path / "store", "now"):
        pass


def test_the_lock_of_a_killed_run_is_free_again(tmp_path: Path, holder: subprocess.Popen[str]):
    holder.send_signal(signal.SIGKILL)
    holder.wait(timeout=30)
    with only_run(tmp_path / "store", "now"):
        held = json.loads((tmp_path / "store" / "dirsync.lock.json").read_text())
    assert held == {"pid": os.getpid(), "started_at": "now"}


def test_a_full_disk_keeps_nobody_from_holding_the_lock_though_it_can_t_be_told_who_does(tmp_path: Path):
    told = tmp_path / "dirsync.lock.json"
    told.symlink_to("/dev/full")
    with only_run(tmp_path, "2026-11-20T01:00:00+00:00"):
        with pytest.raises(Timeout):
            FileLock(tmp_path / "dirsync.lock", timeout=0).acquire()
        assert told.is_symlink()
    assert not told.is_symlink()


def test_the_lock_is_given_back_also_after_an_error_and_its_folder_is_its_owner_s(tmp_path: Path):
    folder = tmp_path / "store"
    with pytest.raises(ZeroDivisionError), only_run(folder, "now"):
        raise ZeroDivisionError
    with only_run(folder, "later"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not (folder / "dirsync.lock.json").exists()


def test_a_folder_that_can_t_be_locked_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UsageInvalid, match=r"file/dirsync.lock can't be taken: File exists"),
        only_run(tmp_path / "file", "now"),
    ):
        pass
