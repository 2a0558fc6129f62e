"""Which of the Directories that Jira holds are read although no Mapping names them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from dirsync.directories.interface import Selection
from dirsync.mapping.policy import load_policy
from dirsync.model.facts import observed
from dirsync.model.products import DirectoryType, JiraDirectory
from dirsync.workflow.seen import asked_of_jira

KINDS = {"corp": "ldif", "other": "ldif", "corp_in_jira": "jira", "other_in_jira": "jira", "portal": "jira"}
FACTS = {
    "jira.user_directories": observed(
        "jira.user_directories",
        (
            JiraDirectory("Corp", DirectoryType.LDAP, "corp", held_in="corp_in_jira"),
            JiraDirectory("Other", DirectoryType.LDAP, "other", held_in="other_in_jira"),
            JiraDirectory("Internal", DirectoryType.INTERNAL, "portal"),
        ),
        "",
        "",
    )
}
DATABASE = SimpleNamespace(database_url="postgresql://db.example.org/jira")


def asked(folder: Path, *only: str, jira: object = DATABASE) -> set[str]:
    for name in ("corp", "other"):
        text = f"version: 1\nname: {name}\naudience: agents\nsource: {{directory: {name}}}\n"
        (folder / f"{name}.yaml").write_text(text)
    directories = {name: SimpleNamespace(kind=kind) for name, kind in KINDS.items()}
    settings = SimpleNamespace(jira=jira, directories=directories)
    found = asked_of_jira(SimpleNamespace(settings=settings, policy=load_policy(folder, KINDS, only)), FACTS)
    assert set(found.values()) <= {(Selection(),)}
    return set(found)


def test_all_are_read_since_jira_sees_people_there(tmp_path: Path) -> None:
    assert asked(tmp_path) == {"corp_in_jira", "other_in_jira", "portal"}


def test_for_one_mapping_only_what_belongs_to_its_directory(tmp_path: Path) -> None:
    assert asked(tmp_path, "corp") == {"corp_in_jira"}


@pytest.mark.parametrize("jira", [None, SimpleNamespace(database_url=None)])
def test_none_without_jira_s_database(tmp_path: Path, jira: object) -> None:
    assert asked(tmp_path, jira=jira) == set()
