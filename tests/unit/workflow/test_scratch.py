"""Scratch folders: gone with their run, and with the next one where it was killed; nothing else in that place is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from dirsync.workflow.scratch import MARK, scratch_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def hold(place: Path, line: Connection) -> None:
    tempfile.tempdir = str(place)
    with scratch_folder() as folder:
        (folder / "corp.spool").write_bytes(b"people")
        (folder / "corp.spool-journal").write_bytes(b"people")
        line.send(folder)
        signal.pause()


def test_it_is_gone_when_the_run_is_over(place: Path) -> None:
    with scratch_folder() as folder:
        (folder / "corp.spool").write_bytes(b"people")
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700
    assert [*place.iterdir()] == []


def test_that_of_a_killed_run_goes_with_the_next_one_and_that_of_a_living_one_stays(place: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    run = context.Process(target=hold, args=(place, theirs), daemon=True)
    run.start()
    assert ours.poll(60)
    folder = ours.recv()
    with scratch_folder():
        assert (folder / "corp.spool").exists(), "its run lives"
    assert run.pid is not None
    os.kill(run.pid, signal.SIGKILL)
    run.join(30)
    assert (folder / "corp.spool").exists()
    with scratch_folder() as mine:
        assert [*place.iterdir()] == [mine]


def test_what_is_not_a_scratch_folder_of_ours_is_left_alone(place: Path) -> None:
    elsewhere = place / "elsewhere"
    for folder in (place / "dirsync-backups", place / "dirsync-abcdefgh", elsewhere):
        folder.mkdir()
        (folder / "people.ldif").write_bytes(b"kept")
    for folder in (place / "dirsync-backups", elsewhere):
        (folder / MARK).touch()
    (place / "dirsync-ijklmnop").symlink_to(elsewhere)
    (place / "dirsync-qrstuvwx").write_bytes(b"kept")
    more = place / "dirsync-12345678"
    more.mkdir()
    (more / MARK).touch()
    (more / "people.ldif").write_bytes(b"kept")
    before = {path.relative_to(place) for path in place.rglob("*")} - {(more / MARK).relative_to(place)}
    with scratch_folder():
        pass
    assert {path.relative_to(place) for path in place.rglob("*")} == before


def test_that_of_another_account_is_left_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place / "dirsync-abcdefgh"
    folder.mkdir()
    (folder / MARK).touch()
    monkeypatch.setattr("dirsync.workflow.scratch.getuid", lambda: os.getuid() + 1)
    with scratch_folder():
        pass
    assert (folder / MARK).exists()
