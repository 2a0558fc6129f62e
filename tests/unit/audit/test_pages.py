"""The page of each rule."""

from __future__ import annotations

import pytest

from dirsync.audit.pages import page, title
from dirsync.audit.rules import RULES


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_has_everything_a_reviewer_looks_for(rule):
    text = page(rule)
    assert text.startswith(f"{rule.id}\nseverity: {rule.severity}, since {rule.since}")
    assert title(rule) in text
    for part in ("cost", "Remedy.", "Sources:", "icence-risk rule"):
        assert part in text
    assert ("exit code 12" in text) == rule.decides_seats


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_title_is_one_sentence_that_names_the_problem(rule):
    assert not title(rule).endswith(".")
    assert "\n" not in title(rule)
    assert len(title(rule)) < 100


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_page_is_flush_left_and_fits_a_wide_terminal(rule):
    lines = page(rule).splitlines()
    assert all(len(line) <= 120 for line in lines)
    assert not any(line.startswith("    ") for line in lines)


def test_a_rule_without_a_docstring_is_called_by_its_id():
    class Bare:
        id = "bare"

    assert title(Bare()) == "bare"


def test_ids_are_unique_and_in_kebab_case():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    assert all(part.isalpha() and part.islower() for name in ids for part in name.split("-"))
