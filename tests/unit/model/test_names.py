"""The laws by which names compare."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dirsync.model.names import ANY_NAME, NameRule, directory_key, fold, matches, nfc, same

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="*?"), min_size=1, max_size=8)


@given(text)
@example("ͅ")
@example("İ")
@example("ΑΙΣ")
def test_a_folded_name_is_folded_already(name: str):
    assert fold(fold(name)) == fold(name)


@given(text)
def test_a_name_is_the_same_however_its_characters_are_composed(name: str):
    assert same(unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name))
    assert nfc(unicodedata.normalize("NFD", name)) == nfc(name)


@given(words)
def test_a_plain_name_is_the_same_in_capitals(name: str):
    assert same(name.upper(), name.lower())


@given(st.lists(words, min_size=1, max_size=4))
def test_the_number_of_blanks_makes_no_difference(parts: list[str]):
    assert same(f"  {'   '.join(parts)} ", "\u00a0".join(parts))


@pytest.mark.parametrize(
    ("one", "other"), [("Straße", "STRASSE"), ("e\u0301", "É"), ("K", "k"), ("ﬁ", "FI"), ("ς", "Σ")]
)
def test_names_that_directories_hold_for_one_are_one(one: str, other: str):
    assert same(one, other)


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("ana", "a na"), ("a\u200db", "ab"), ("user", "us\u0435r")])
def test_names_that_only_look_alike_are_two(one: str, other: str):
    assert not same(one, other)


@given(words)
@example("team[ab]")
@example("[!a]")
@example("a]b")
def test_a_pattern_without_wildcards_fits_just_its_own_name(name: str):
    assert matches(name, name.swapcase())
    assert not matches(name, f"{name}x")


@given(words, words)
def test_a_star_stands_for_anything_and_a_question_mark_for_one_character(start: str, end: str):
    assert matches(f"{start}*", f"{start}{end}")
    assert matches(f"*{end}", f"{start}{end}")
    assert matches("*", start)
    assert matches(f"{start}?", f"{start}x")
    assert not matches(f"{start}?", start)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("svc-*", "SVC-backup", True),
        ("svc-*", "my-svc-backup", False),
        ("team[ab]", "team[ab]", True),
        ("team[ab]", "teama", False),
        ("é*", "E\u0301mile", True),
        ("a.c", "abc", False),
    ],
)
def test_patterns_compare_as_directories_compare_names(pattern: str, name: str, fits: bool):  # noqa: FBT001 - a table
    assert matches(pattern, name) is fits


@given(text)
def test_a_directory_s_key_is_its_own_key(name: str):
    assert directory_key(directory_key(name)) == directory_key(name)


def test_hyphen_and_underscore_and_case_make_one_directory():
    assert directory_key(" Crowd-Customers ") == directory_key("CROWD_CUSTOMERS") == "crowd_customers"


def test_a_rule_of_names_says_what_a_server_would_refuse() -> None:
    rule = NameRule("a login", 4, "+*", ".")
    assert [rule.why_not(name) for name in ("ana", "anna", "a.b")] == ["", "", ""]
    assert rule.why_not("annas") == "the name has 5 characters, and a login takes 4"
    assert rule.why_not("a*+") == "the name holds *, which a login does not take"
    assert rule.why_not("ana.") == "the name ends with ., which a login does not take"
    assert ANY_NAME.why_not("+*. " * 1_000) == ""
