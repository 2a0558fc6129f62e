"""A mapping without mistakes, and what is said of a folder that holds some."""

from __future__ import annotations

from pathlib import Path

import pytest

from dirsync.errors import ConfigurationInvalid, ExitCode
from dirsync.mapping.policy import load_policy

KINDS = {"corp": "ldap", "crowd_customers": "crowd", "hr": "ldif", "portal": "jira"}
MAPPING = """\
version: 1
name: customers
audience: customers
source:
  directory: corp
  users:
    base: ou=customers,dc=example,dc=org
target:
  directory: crowd-customers
"""
LAST = MAPPING.count("\n")


def mistakes(tmp_path: Path, files: dict[str, str | bytes], only: tuple[str, ...] = ()) -> list[str]:
    folder = tmp_path / "mappings"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationInvalid) as caught:
        load_policy(folder, KINDS, only)
    assert caught.value.exit_code is ExitCode.INVALID
    assert str(caught.value) == "\n".join(str(mistake) for mistake in caught.value.mistakes)
    return [str(mistake).replace(f"{folder}/", "") for mistake in caught.value.mistakes]


def changed(old: str, new: str) -> str:
    assert MAPPING.count(old) >= 1
    return MAPPING.replace(old, new, 1)
