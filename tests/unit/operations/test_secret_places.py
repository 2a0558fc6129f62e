"""Secrets where they don't belong: the environment of a shell, a git checkout."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dirsync.operations.doctor.checks import CHECKS
from dirsync.operations.doctor.examine import examine
from dirsync.operations.doctor.interface import Remark

PLACES = tuple(check for check in CHECKS if check.name == "exposure")
GIT = shutil.which("git")
needs_git = pytest.mark.skipif(GIT is None, reason="git is not there")


def remarks(*, is_interactive: bool = False, env_file: Path | None = None, **environment: str) -> list[Remark]:
    examined = examine(
        env_file, Path("mappings"), (), environment, lambda: datetime.now(UTC),
        is_offline=False, is_interactive=is_interactive, checks=PLACES,
    )  # fmt: skip
    return [one.remark for one in examined.told]


def git(folder: Path, *words: str) -> None:
    subprocess.run([str(GIT), *words], cwd=folder, check=True, capture_output=True, timeout=30)


def git_ignores(file: str, folder: Path) -> bool:
    return subprocess.run([str(GIT), "check-ignore", "-q", file], cwd=folder, check=False, timeout=30).returncode == 0


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    git(tmp_path, "init", "-q")
    folder = tmp_path / "deploy" / "night"
    folder.mkdir(parents=True)
    (folder / "dirsync.env").write_text("DIRSYNC_JIRA__URL=https://jira.example.org\nDIRSYNC_JIRA__TOKEN=c4n4ry\n")
    monkeypatch.chdir(folder)
    return tmp_path


def test_a_secret_in_the_environment_is_warned_about_where_somebody_sits() -> None:
    given = {"DIRSYNC_JIRA__TOKEN": "c4n4ry", "DIRSYNC_JIRA__URL": "https://jira.example.org"}
    [told] = remarks(is_interactive=True, **given)
    assert (told.state.value, told.subject) == ("warn", "DIRSYNC_JIRA__TOKEN")
    assert told.remedy == (
        "unset DIRSYNC_JIRA__TOKEN; put it into a file with mode 0600 and name that in DIRSYNC_JIRA__TOKEN_FILE."
    )
    assert "c4n4ry" not in str(told)
    assert remarks(is_interactive=False, **given) == []


def test_what_only_names_a_file_and_a_store_that_is_a_path_are_no_secrets(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("c4n4ry")
    given = {"DIRSYNC_JIRA__TOKEN_FILE": str(tmp_path / "token"), "DIRSYNC_STORE": "sqlite:///x.db"}
    assert remarks(is_interactive=True, **given) == []


@needs_git
def test_a_settings_file_in_a_checkout_is_warned_about_until_git_ignores_it(checkout: Path) -> None:
    [told] = remarks()
    assert told.subject == "dirsync.env"
    assert told.message == (
        f"holds a secret and lies in the git checkout {checkout}, where nothing keeps it from being committed."
    )
    assert told.remedy == f"Move it out of there, or add a line 'dirsync.env' to {checkout / '.gitignore'}."
    for line in (
        "dirsync.env",
        "*.env",
        "/deploy/night/dirsync.env",
        "deploy/",
        "/deploy",
        "**/night",
        "deploy/night/*",
    ):
        (checkout / ".gitignore").write_text(f"# secrets\n\n{line}\n")
        git_says = subprocess.run(
            [str(GIT), "check-ignore", "-q", "deploy/night/dirsync.env"], cwd=checkout, check=False
        )
        assert git_says.returncode == 0, line
        assert remarks() == [], line
    for line in ("!dirsync.env", "# dirsync.env", "other.env", "/dirsync.env", "night/dirsync.env", "/"):
        (checkout / ".gitignore").write_text(f"{line}\n")
        git_says = subprocess.run(
            [str(GIT), "check-ignore", "-q", "deploy/night/dirsync.env"], cwd=checkout, check=False
        )
        assert git_says.returncode == 1, line
        assert len(remarks()) == 1, line


@needs_git
def test_a_gitignore_beside_the_file_counts_and_one_above_the_checkout_does_not(checkout: Path) -> None:
    (checkout.parent / ".gitignore").write_text("dirsync.env\n")
    assert len(remarks()) == 1
    (checkout / "deploy" / "night" / ".gitignore").write_bytes(b"\xff\n")
    assert len(remarks()) == 1
    (checkout / "deploy" / "night" / ".gitignore").write_text("/dirsync.env\n")
    assert remarks() == []


@needs_git
@pytest.mark.parametrize("version", ["2", "3"])
def test_what_git_keeps_is_no_secret_any_more_even_where_it_is_ignored_now(checkout: Path, version: str) -> None:
    git(checkout, "add", "deploy/night/dirsync.env")
    git(checkout, "update-index", "--index-version", version)
    (checkout / ".gitignore").write_text("dirsync.env\n")
    [told] = remarks()
    assert told.message == f"holds a secret, and git keeps it in {checkout}: whoever has a clone has the secret."
    assert told.remedy.startswith("Change the secret, then: git rm --cached dirsync.env")


@needs_git
def test_another_file_of_a_longer_name_in_the_index_is_not_this_one(checkout: Path) -> None:
    (checkout / "x-deploy" / "night").mkdir(parents=True)
    for name in ("x-deploy/night/dirsync.env", "deploy/night/dirsync.env.example"):
        (checkout / name).write_text("x")
        git(checkout, "add", name)
    [told] = remarks()
    assert "nothing keeps it from being committed" in told.message


@needs_git
def test_secret_files_and_keys_count_and_a_settings_file_without_secrets_does_not(checkout: Path) -> None:
    Path("dirsync.env").write_text(
        "DIRSYNC_JIRA__URL=https://jira.example.org\nDIRSYNC_JIRA__TOKEN_FILE=jira.token\n"
        "DIRSYNC_DIRECTORIES__CORP__KIND=ldap\nDIRSYNC_DIRECTORIES__CORP__URL=ldaps://ldap.example.org\n"
        "DIRSYNC_DIRECTORIES__CORP__CLIENT_CERT_FILE=client.pem\nDIRSYNC_DIRECTORIES__CORP__CLIENT_KEY_FILE=client.key\n"
    )
    Path("jira.token").write_text("c4n4ry")
    Path("client.key").write_text("c4n4ry")
    assert [told.subject for told in remarks()] == ["client.key", "jira.token"]


def test_outside_of_a_checkout_there_is_nothing_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("dirsync.env").write_text("DIRSYNC_JIRA__TOKEN=c4n4ry\nDIRSYNC_JIRA__URL=https://jira.example.org\n")
    assert remarks(is_interactive=True) == []
