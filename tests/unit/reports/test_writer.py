"""A report is on the disk whole, or not at all."""

import os
import resource
import stat
import subprocess
import sys
from dataclasses import replace

import pytest
from unit.reports.runs import a_run

from dirsync.errors import UsageInvalid
from dirsync.reports import REPORTS
from dirsync.reports.document import document
from dirsync.reports.interface import Report
from dirsync.reports.writer import write_file, write_reports


def test_reports_are_readable_by_their_owner_only_even_with_a_generous_umask(tmp_path):
    before = os.umask(0)
    try:
        written = write_reports(document(a_run()), ("html", "json"), tmp_path / "reports")
    finally:
        os.umask(before)

    assert [path.name for path in written] == [
        "dirsync-20261122T021501Z-7f3a.html",
        "dirsync-20261122T021501Z-7f3a.json",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert stat.S_IMODE((tmp_path / "reports").stat().st_mode) == 0o700
    assert len(list((tmp_path / "reports").iterdir())) == 2


def test_an_earlier_report_is_replaced_in_one_step(tmp_path):
    path = tmp_path / "report.json"
    path.write_text("old")
    before = path.stat().st_ino

    write_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_ino != before


def test_a_link_is_replaced_and_not_followed(tmp_path):
    other = tmp_path / "other"
    other.write_text("mine")
    link = tmp_path / "report.json"
    link.symlink_to(other)

    write_file(link, b"new")

    assert other.read_text() == "mine"
    assert not link.is_symlink()


def test_a_folder_that_is_a_file_is_an_error_that_names_it(tmp_path):
    (tmp_path / "taken").write_text("x")

    with pytest.raises(UsageInvalid) as caught:
        write_file(tmp_path / "taken" / "report.html", b"x")

    assert str(tmp_path / "taken") in caught.value.message
    assert "--out" in caught.value.remedy


def test_a_full_disk_leaves_the_old_report_and_nothing_half_written(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("the old one")
    # A limit on the size of files fails in the same call, and in the same way, as a full disk.
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from dirsync.errors import DirsyncError\n"
        "from dirsync.reports.writer import write_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        "try:\n"
        "    write_file(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except DirsyncError as error:\n"
        "    print(int(error.exit_code), error)\n"
    )
    assert resource.RLIMIT_FSIZE is not None

    run = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)

    assert run.stdout.startswith(f"1 {path} could not be written: File too large.")
    assert "Make room" in run.stdout
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
    assert path.read_text() == "the old one"


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(_handle):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "report.html", b"x")

    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageInvalid, match="No report format is called 'pdf'"):
        write_reports(document(a_run()), ("html", "pdf"), tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_run_id_can_not_lead_out_of_the_folder(tmp_path):
    (path,) = write_reports(document(replace(a_run(), id="../../etc/passwd")), ("json",), tmp_path)

    assert path.parent == tmp_path
    assert path.name == "dirsync-..-..-etc-passwd.json"


@pytest.mark.parametrize("name", REPORTS)
def test_the_table_gives_each_report_by_its_own_name(name):
    report: Report = REPORTS[name]()

    assert report.name == name
    assert report.suffix.startswith(".")
    assert report.render(document(a_run()))


def test_no_report_of_a_run_overwrites_another(tmp_path):
    written = write_reports(document(a_run()), REPORTS, tmp_path)

    assert len(set(written)) == len(list(tmp_path.iterdir())) == len(REPORTS)


def test_the_table_is_read_without_loading_what_renders():
    program = (
        "import sys; import dirsync.reports, dirsync.console; "
        "print([name for name in ('jinja2', 'rich') if name in sys.modules])"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"
