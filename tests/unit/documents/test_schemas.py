"""The schemas in the mappings folder are those of the code, and disturb nobody who reads the folder."""

from __future__ import annotations

import pytest
from documents import out_of_date
from schemas import MAPPINGS, published

from dirsync.mapping.policy import load_policy

KINDS = {"corp": "ldap", "crowd_agents": "crowd", "crowd_customers": "crowd"}


@pytest.mark.parametrize("path", published(), ids=lambda path: path.name)
def test_a_published_schema_is_up_to_date(path):
    assert path.read_text(encoding="utf-8") == published()[path], "run: python tests/documents.py"


def test_no_schema_lies_about_that_nothing_makes():
    assert set(MAPPINGS.glob("*.json")) == set(published())


def test_the_loader_passes_over_them():
    assert [mapping.name for mapping in load_policy(MAPPINGS, KINDS).mappings] == ["agents", "customers"]


def test_what_is_rewritten_is_what_differs(monkeypatch, tmp_path):
    lost, stale, right = (tmp_path / name for name in ("lost.json", "stale.json", "right.json"))
    stale.write_text("old")
    right.write_text("same")
    monkeypatch.setattr("documents.published", lambda: {lost: "new", stale: "new", right: "same"})

    assert {path: text for path, text in out_of_date().items() if path.parent == tmp_path} == {
        lost: "new",
        stale: "new",
    }
