"""The key of the pseudonyms: made once, private, and never silently another one."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from dirsync.errors import UsageInvalid
from dirsync.store.pseudonym_key import pseudonym_key


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path):
    folder = tmp_path / "state"

    key = pseudonym_key(folder)

    assert len(key) == 32
    assert pseudonym_key(folder) == key
    assert [path.name for path in folder.iterdir()] == ["pseudonyms.key"]
    assert stat.S_IMODE((folder / "pseudonyms.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_two_installations_have_two_keys(tmp_path):
    assert pseudonym_key(tmp_path / "a") != pseudonym_key(tmp_path / "b")


def test_of_two_that_make_it_at_once_the_first_one_counts(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "exists", lambda _path: False)
    first = pseudonym_key(tmp_path)

    assert pseudonym_key(tmp_path) == first
    assert len(list(tmp_path.iterdir())) == 1


def test_many_at_once_agree(tmp_path):
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(pseudonym_key(tmp_path))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_a_key_that_was_cut_is_told_and_not_replaced(tmp_path):
    (tmp_path / "pseudonyms.key").write_bytes(b"short")

    with pytest.raises(UsageInvalid) as caught:
        pseudonym_key(tmp_path)

    assert "has 5 bytes and must have 32" in caught.value.message
    assert (tmp_path / "pseudonyms.key").read_bytes() == b"short"


def test_a_folder_that_can_t_be_used_is_told(tmp_path):
    (tmp_path / "taken").write_text("x")

    with pytest.raises(UsageInvalid) as caught:
        pseudonym_key(tmp_path / "taken")

    assert str(tmp_path / "taken") in caught.value.message
