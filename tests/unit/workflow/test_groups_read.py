"""Of which Directories the groups are read whole, in part, or not at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dirsync.mapping.checked import Mapping
from dirsync.mapping.document import Document, validate
from dirsync.mapping.mapping import MappingFile
from dirsync.workflow.read import groups_in_part, without_groups

PART, WHOLE, NONE = "part", "whole", "none"
BASE, FILTER = {"base": "ou=groups,dc=example,dc=org"}, {"filter": "(cn=portal-*)"}


def job(kind: str, *groups: dict[str, str]) -> Any:
    mappings = []
    for number, asked in enumerate(groups):
        source = {"directory": "corp", "users": {"base": "dc=example,dc=org"}, **({"groups": asked} if asked else {})}
        given = {"version": 1, "name": f"m{number}", "audience": "customers", "source": source}
        document = Document("m.yaml", given)
        mappings.append(Mapping(validate(document, MappingFile), document))
    return SimpleNamespace(
        policy=SimpleNamespace(mappings=mappings),
        settings=SimpleNamespace(directories={"corp": SimpleNamespace(kind=kind)}),
    )


@pytest.mark.parametrize(
    ("kind", "groups", "read"),
    [
        ("ldap", [BASE], PART),
        ("ldap", [BASE, {}], PART),
        ("ldap", [{}], NONE),
        ("ldif", [{}], WHOLE),
        ("ldif", [BASE], PART),
        ("ldif", [FILTER], PART),
        ("ldif", [BASE, {}], WHOLE),
        ("crowd", [FILTER], WHOLE),
        ("jira", [{}], WHOLE),
    ],
)
def test_any_base_or_filter_makes_a_part_and_one_mapping_that_asks_for_all_is_enough(
    kind: str, groups: list[dict[str, str]], read: str
) -> None:
    asked = job(kind, *groups)
    assert ("corp" in groups_in_part(asked), "corp" in without_groups(asked)) == (read == PART, read == NONE)
