"""What `--keep` deletes, and what it must never touch."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from unit.reports.runs import a_run

from dirsync.errors import DirsyncError
from dirsync.reports import REPORTS
from dirsync.reports.document import document
from dirsync.reports.retention import keep_newest
from dirsync.reports.writer import write_reports

DAYS = ("20261120T021501Z-ffff", "20261121T021501Z-0001", "20261122T021501Z-7f3a")


def write(folder: Path, *runs: str, formats: tuple[str, ...] = ("json", "md")) -> None:
    for run in runs:
        write_reports(document(replace(a_run(), id=run)), formats, folder)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_newest_runs_stay_with_all_their_files(tmp_path):
    write(tmp_path, *DAYS)

    deleted = keep_newest(tmp_path, 2)

    assert [path.name for path in deleted] == [f"dirsync-{DAYS[0]}.json", f"dirsync-{DAYS[0]}.md"]
    assert names(tmp_path) == [f"dirsync-{run}.{end}" for run in DAYS[1:] for end in ("json", "md")]


def test_all_formats_are_known_redacted_ones_too(tmp_path):
    write(tmp_path, *DAYS[:2], formats=tuple(REPORTS))
    write_reports(document(replace(a_run(), id=DAYS[0])), REPORTS, tmp_path, is_redacted=True)

    keep_newest(tmp_path, 1)

    assert len(names(tmp_path)) == len(REPORTS)
    assert all(DAYS[1] in name for name in names(tmp_path))


def test_fewer_runs_than_are_kept_all_stay(tmp_path):
    write(tmp_path, *DAYS)

    assert keep_newest(tmp_path, 3) == ()
    assert len(names(tmp_path)) == 6


def test_what_was_written_just_now_stays_however_old_its_run_is(tmp_path):
    write(tmp_path, *DAYS)
    again = write_reports(document(replace(a_run(), id=DAYS[0])), ("csv",), tmp_path)

    keep_newest(tmp_path, 1, again)

    assert names(tmp_path) == [f"dirsync-{DAYS[0]}.csv", *(f"dirsync-{DAYS[2]}.{end}" for end in ("json", "md"))]


@pytest.mark.parametrize(
    "name",
    [
        "dirsync.env",
        "dirsync.db",
        "dirsync-notes.html",
        f"dirsync-{DAYS[0]}.html.bak",
        f"dirsync-{DAYS[0]}.plan",
        f"copy of dirsync-{DAYS[0]}.html",
        f"dirsync-{DAYS[0]}-signed.html",
        f"dirsync-{DAYS[0]}",
        "dirsync-20261120T021501Z-XYZ.html",
    ],
)
def test_what_dirsync_did_not_write_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine")
    write(tmp_path, DAYS[2])

    keep_newest(tmp_path, 1)

    assert (tmp_path / name).read_text() == "mine"


def test_folders_and_links_are_left_alone(tmp_path):
    (tmp_path / f"dirsync-{DAYS[0]}.html").mkdir()
    (tmp_path / f"dirsync-{DAYS[1]}.html").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_text("mine")
    write(tmp_path, DAYS[2])

    assert keep_newest(tmp_path, 1) == ()
    assert (tmp_path / f"dirsync-{DAYS[1]}.html").is_symlink()


def test_what_can_t_be_deleted_is_named(tmp_path, monkeypatch):
    write(tmp_path, *DAYS)

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(DirsyncError) as caught:
        keep_newest(tmp_path, 1)

    assert f"dirsync-{DAYS[0]}.json could not be deleted: Permission denied" in caught.value.message
    assert str(tmp_path) in caught.value.remedy


def test_of_several_runs_in_one_second_the_one_written_first_is_the_oldest(tmp_path):
    earlier, later = "20261122T021501Z-ffff", "20261122T021501Z-0000"
    write(tmp_path, earlier, later)
    for number, name in enumerate((f"{earlier}.json", f"{later}.json", f"{later}.md", f"{earlier}.md")):
        os.utime(tmp_path / f"dirsync-{name}", ns=(number, number))

    keep_newest(tmp_path, 1)

    assert names(tmp_path) == [f"dirsync-{later}.json", f"dirsync-{later}.md"]
