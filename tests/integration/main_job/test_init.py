"""`dirsync init`: files to start from, and the way they lead on. Nothing that is there is touched."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from servers.command import run_dirsync

REPOSITORY = Path(__file__).parents[3]
OF_FILES_PEOPLE_WRITE = "json-schema.org/draft-07/"
"""Schemas for editors; the others are of documents that dirsync writes, and nobody needs them beside mappings."""
SAMPLES = sorted(
    path.name
    for path in (REPOSITORY / "mappings").iterdir()
    if path.suffix == ".yaml" or OF_FILES_PEOPLE_WRITE in path.read_text(encoding="utf-8")
)


def dirsync(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess(words, *run_dirsync(words, folder, os.environ, 60))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_it_writes_the_samples_of_the_repository_and_says_what_to_do_next(empty: Path) -> None:
    ran = dirsync(empty, "init")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert stat.S_IMODE((empty / "dirsync.env").stat().st_mode) == 0o600
    written = contents(empty)
    assert written.pop("dirsync.env") == (REPOSITORY / "dirsync.env.example").read_bytes()
    assert written == {f"mappings/{name}": (REPOSITORY / "mappings" / name).read_bytes() for name in SAMPLES}
    told = ran.stdout.split("Next steps")[0].split()
    assert told == ["Written:", "dirsync.env", *(f"mappings/{name}" for name in SAMPLES)]
    for step in ("DIRSYNC_JIRA__URL", "mappings/estate.yaml", "dirsync doctor --offline", "dirsync audit"):
        assert step in ran.stdout
    assert "cd " not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_a_second_time_it_touches_nothing_and_says_so(empty: Path) -> None:
    dirsync(empty, "init")
    (empty / "dirsync.env").write_text("# mine\n")
    (empty / "mappings" / "estate.yaml").write_text("# mine\n")
    before = contents(empty)
    ran = dirsync(empty, "init")
    assert ran.returncode == 0
    assert contents(empty) == before
    assert "Written:" not in ran.stdout
    assert "There already, left as it is:\n  dirsync.env\n  mappings/agents.yaml\n" in ran.stdout


def test_what_is_missing_is_added_without_touching_the_rest(empty: Path) -> None:
    dirsync(empty, "init")
    (empty / "mappings" / "customers.yaml").unlink()
    ran = dirsync(empty, "init", "--json")
    told = json.loads(ran.stdout)
    assert told["written"] == ["mappings/customers.yaml"]
    assert "dirsync.env" in told["kept"]
    assert told["held_back"] == []
    assert (empty / "mappings" / "customers.yaml").is_file()


def test_no_sample_mapping_is_put_beside_mappings_that_are_in_use(empty: Path) -> None:
    (empty / "mappings").mkdir()
    (empty / "mappings" / "ours.yml").write_text("name: ours\n")
    ran = dirsync(empty, "init")
    assert sorted(path.name for path in (empty / "mappings").glob("*.y*ml")) == ["ours.yml"]
    assert (empty / "mappings" / "mapping.schema.json").is_file(), "a schema takes part in no sync"
    assert "Not written, since mappings of yours are there" in ran.stdout
    assert "  mappings/agents.yaml\n  mappings/customers.yaml\n  mappings/estate.yaml\n" in ran.stdout


def test_a_sample_somebody_has_edited_is_in_use(empty: Path) -> None:
    dirsync(empty, "init")
    (empty / "mappings" / "estate.yaml").write_text("version: 1\n")
    (empty / "mappings" / "agents.yaml").unlink()
    assert json.loads(dirsync(empty, "init", "--json").stdout)["held_back"] == ["mappings/agents.yaml"]
    assert not (empty / "mappings" / "agents.yaml").exists()


def test_a_link_is_not_followed(empty: Path, tmp_path: Path) -> None:
    (empty / "dirsync.env").symlink_to(tmp_path / "elsewhere")
    assert dirsync(empty, "init").returncode == 0
    assert not (tmp_path / "elsewhere").exists()


def test_another_folder_is_made_and_gone_to_in_the_next_steps(empty: Path) -> None:
    ran = dirsync(empty, "init", "a new/place")
    assert (empty / "a new" / "place" / "dirsync.env").is_file()
    assert "  cd 'a new/place'\n" in ran.stdout


@pytest.mark.parametrize("taken", ["mappings", "there"])
def test_a_file_where_a_folder_should_be_is_named(empty: Path, taken: str) -> None:
    (empty / taken).write_text("a file")
    ran = dirsync(empty, "init", *(["there"] if taken == "there" else []))
    assert ran.returncode == 2
    assert f"Error: {taken} can't be made: a file stands where a folder should be." in ran.stderr
    assert "-> Move that file away, or name another folder: dirsync init DIR." in ran.stderr


def test_a_folder_nobody_may_write_to_is_named(empty: Path) -> None:
    ran = dirsync(empty, "init", "/proc/dirsync")
    assert ran.returncode == 2
    assert "Error: /proc/dirsync can't be written: " in ran.stderr
    assert "-> Name a folder that this account may write to" in ran.stderr


def test_a_full_disk_leaves_no_half_file_behind(empty: Path) -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)); import signal;"
    code += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); from dirsync.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", code, "init"], cwd=empty, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 2
    assert "dirsync.env can't be written: File too large." in ran.stderr
    assert contents(empty) == {}


def test_the_samples_lead_a_newcomer_on_until_the_audit_runs(empty: Path) -> None:
    missing = dirsync(empty, "audit")
    assert missing.returncode == 2
    assert "dirsync init" in missing.stderr
    dirsync(empty, "init")
    doctor = dirsync(empty, "doctor", "--offline")
    assert doctor.returncode == 2
    assert "take the # off one block for each directory" in doctor.stdout
    audit = dirsync(empty, "audit")
    assert audit.returncode == 2
    assert "fill in DIRSYNC_DIRECTORIES__CORP__KIND and what goes with it in dirsync.env" in audit.stderr
    (empty / "people.ldif").write_text(
        "dn: uid=ana,ou=customers,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: ana\ncn: a\nsn: a\n"
    )
    lines = [f"DIRSYNC_DIRECTORIES__{name}__KIND=ldif\nDIRSYNC_DIRECTORIES__{name}__PATH=people.ldif"
             for name in ("CORP", "CROWD_AGENTS", "CROWD_CUSTOMERS")]  # fmt: skip
    (empty / "dirsync.env").write_text("\n".join(lines))
    doctor = dirsync(empty, "doctor", "--offline")
    assert doctor.returncode == 0, doctor.stdout
    assert "mappings/estate.yaml: is still the sample that 'dirsync init' wrote" in doctor.stdout
    assert dirsync(empty, "audit").returncode in {0, 10, 12}


def test_an_installed_wheel_finds_the_samples_it_carries(empty: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(REPOSITORY / "dirsync", site / "dirsync", ignore=shutil.ignore_patterns("__pycache__"))
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    for source, place in build["targets"]["wheel"]["force-include"].items():
        copy = shutil.copytree if (REPOSITORY / source).is_dir() else shutil.copy2
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        copy(REPOSITORY / source, site / place)
    command = [sys.executable, "-m", "dirsync", "init"]
    environment = {**os.environ, "PYTHONPATH": str(site)}
    ran = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(path.name for path in (empty / "mappings").iterdir()) == SAMPLES
    shutil.rmtree(site / "dirsync" / "examples")
    lost = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert lost.returncode == 1
    assert "Install dirsync-connector again" in lost.stderr
