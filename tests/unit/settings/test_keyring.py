"""Secrets out of a keyring: a real one that is a file, and every way in which there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.backends.null import Keyring as EmptyKeyring
from keyring.errors import InitError, KeyringLocked
from keyrings.alt.file import PlaintextKeyring

from dirsync.errors import ConfigurationInvalid
from dirsync.http import utc_now
from dirsync.operations.deploy.installation import installation
from dirsync.operations.doctor.checks import CHECKS
from dirsync.operations.doctor.examine import examine
from dirsync.settings.from_keyring import look_up
from dirsync.settings.gather import gather, secret_values
from dirsync.settings.load import load_settings

FIRST = CHECKS[:3]
"""Settings, secrets and modes of files."""
SETTING = "DIRSYNC_DIRECTORIES__CORP__PASSWORD_KEYRING"
CORP = {
    "DIRSYNC_DIRECTORIES__CORP__KIND": "crowd",
    "DIRSYNC_DIRECTORIES__CORP__URL": "https://id.example.org/crowd",
    "DIRSYNC_DIRECTORIES__CORP__APPLICATION": "dirsync",
}
SECRET = "c4n4ry in a keyring "


class FileKeyring(PlaintextKeyring):
    folder = Path()

    @property
    def file_path(self) -> str:
        return str(self.folder / "keyring.cfg")


class Locked(NoKeyring):
    def get_password(self, *_entry: str) -> str:
        raise KeyringLocked("c4n4ry")


class Broken(NoKeyring):
    def get_password(self, *_entry: str) -> str:
        raise InitError("c4n4ry")


@pytest.fixture(autouse=True)
def _a_keyring_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    before = keyring.get_keyring()
    FileKeyring.folder = tmp_path
    keyring.set_keyring(FileKeyring())
    look_up.cache_clear()
    yield
    keyring.set_keyring(before)
    look_up.cache_clear()


def why(place: str, **more: str) -> str:
    with pytest.raises(ConfigurationInvalid) as caught:
        load_settings(None, CORP | {SETTING: place} | more)
    [told] = caught.value.mistakes
    return str(told)


def test_a_secret_is_found_in_the_keyring_as_it_was_put_there() -> None:
    keyring.set_password("dirsync", "corp", SECRET)
    loaded = load_settings(None, CORP | {SETTING: " dirsync/corp "})
    assert loaded.directories["corp"].password.get_secret_value() == SECRET  # type: ignore[union-attr]
    gathered = gather(None, CORP | {SETTING: "dirsync/corp"})
    assert gathered.keyring == {"DIRECTORIES__CORP__PASSWORD": "dirsync/corp"}
    assert gathered.origins["DIRECTORIES__CORP__PASSWORD"] == f"{SETTING} (environment)"
    assert SECRET in secret_values(gathered)


def test_a_service_may_be_an_address() -> None:
    keyring.set_password("https://id.example.org/crowd", "dirsync", SECRET)
    assert look_up("https://id.example.org/crowd/dirsync").secret == SECRET


def test_it_is_asked_once_however_often_settings_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    class Counting(NoKeyring):
        def get_password(self, service: str, username: str) -> str:
            asked.append((service, username))
            return SECRET

    keyring.set_keyring(Counting())
    for _ in range(3):
        gather(None, CORP | {SETTING: "dirsync/corp"})
    assert asked == [("dirsync", "corp")]


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        (EmptyKeyring(), "the keyring has no such entry; make it with 'keyring set dirsync corp'"),
        (NoKeyring(), "there is no keyring here; jobs of cron and systemd have none, so give them a file"),
        (Locked(), "the keyring is locked; unlock it and run this again"),
        (Broken(), "the keyring can't be read (InitError); try 'keyring get dirsync corp'"),
    ],
)
def test_why_there_is_none_is_said_without_what_the_backend_says(backend: NoKeyring, said: str) -> None:
    keyring.set_keyring(backend)
    assert why("dirsync/corp") == f"{SETTING} (environment): {said}"


@pytest.mark.parametrize("place", ["corp", "/corp", "dirsync/", "/"])
def test_an_entry_has_a_service_and_a_username(place: str) -> None:
    assert why(place) == f"{SETTING} (environment): must be SERVICE/USERNAME, such as dirsync/corp"


def test_without_the_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "is not installed; install dirsync-connector[keyring]" in why("dirsync/corp")


@pytest.mark.parametrize("other", ["PASSWORD", "PASSWORD_FILE"])
def test_a_secret_stands_in_one_place_only(other: str, tmp_path: Path) -> None:
    keyring.set_password("dirsync", "corp", SECRET)
    (tmp_path / "x").write_text("x")
    name = f"DIRSYNC_DIRECTORIES__CORP__{other}"
    assert why("dirsync/corp", **{name: "x"}) == f"{name} (environment): is set, and so is {SETTING}; keep one"


def test_offline_a_keyring_that_is_elsewhere_is_no_mistake_but_a_wrong_name_is() -> None:
    keyring.set_keyring(NoKeyring())

    def told(place: str) -> set[tuple[str, str]]:
        examined = examine(None, Path("mappings"), (), CORP | {SETTING: place}, utc_now, is_offline=True, checks=FIRST)
        return {(one.remark.state.value, one.remark.subject) for one in examined.told}

    assert ("warn", "DIRSYNC_DIRECTORIES__CORP__PASSWORD") in told("dirsync/corp")
    assert not {one for one in told("dirsync/corp") if one[0] == "fail"}
    assert ("fail", f"{SETTING} (environment)") in told("corp")


def test_the_doctor_names_the_entry_and_never_the_secret() -> None:
    keyring.set_password("dirsync", "corp", SECRET)
    examined = examine(
        None, Path("mappings"), (), CORP | {SETTING: "dirsync/corp"}, utc_now, is_offline=True, checks=FIRST
    )
    [said] = [one.remark for one in examined.told if one.check == "secret"]
    assert said.message == (
        "from the keyring (entry dirsync/corp), named in the environment. Jobs of cron and systemd have no keyring."
    )
    assert SECRET not in repr(examined)


def test_a_job_is_told_that_it_will_have_no_keyring() -> None:
    keyring.set_password("dirsync", "corp", SECRET)
    made = installation(("dirsync",), ("sync",), None, Path("mappings"), CORP | {SETTING: "dirsync/corp"})
    what = "DIRSYNC_DIRECTORIES__CORP__PASSWORD is in your keyring, which no job has: put it into a file for the job."
    assert what in made.notes
    assert SECRET not in repr(made)
