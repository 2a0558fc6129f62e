"""What an attribute is made of: read, checked, and filled."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.mapping.folders import changed, mistakes

from dirsync.mapping.policy import parse_mapping
from dirsync.mapping.templates import TRANSFORMS, Value, attributes_in, is_template, template

ANA = {"givenName": "Ana", "sn": " Example ", "mail": "ANA@Example.ORG", "l": "Ko\u0308ln", "blank": "  "}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{givenName} {sn}", "Ana  Example"),
        ("{givenName} {sn|strip|upper}", "Ana EXAMPLE"),
        ("{mail|lower}", "ana@example.org"),
        ("{l|nfc}", "K\u00f6ln"),
        ("{l}", "Ko\u0308ln"),
        ("{givenName} ({phone:-no phone})", "Ana (no phone)"),
        ("{givenName} ({blank:-none})", "Ana (none)"),
        ("{givenName} {phone}", "Ana"),
        ("{phone} {fax}", ""),
        ("({phone}, {blank})", ""),
        ("{phone:-}x{fax}", ""),
        ("{phone:-0} or {fax}", "0 or"),
        ("{phone:-a:-b|c}", "a:-b|c"),
        ("{{{givenName}}}", "{Ana}"),
        ("{cn;lang-de:-x}", "x"),
        ("{2.5.4.42:-y}", "y"),
    ],
)
def test_a_template_is_filled(text: str, filled: str) -> None:
    assert template(text).filled(lambda name: ANA.get(name, "")) == filled


def test_what_is_asked_for_follows_from_it() -> None:
    assert attributes_in("{givenName} {sn|lower} {givenName:-x}") == ("givenName", "sn")
    assert attributes_in("mail") == ("mail",)
    assert attributes_in("") == ()
    assert (is_template("mail"), is_template("{mail}"), is_template("mail}")) == (False, True, True)
    assert template("a{b|lower|strip:-c}").pieces == ("a", Value("b", ("lower", "strip"), "c"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{givenName", "at character 1 of '{givenName' a brace has no other one; write '{{' for the character itself"),
        ("givenName}", "at character 10 of 'givenName}' a brace has no other one; write '}}'"),
        ("{a} {}", "at character 5 of '{a} {}' '' is not the name of an attribute"),
        ("{given name}", "'given name' is not the name of an attribute"),
        ("{mail|lowr}", "there is no 'lowr' to be done to a value, did you mean 'lower'?"),
        ("{mail|zzz}", "there is no 'zzz' to be done to a value; there are lower, upper, strip, nfc"),
        ("{mail|}", "there is no '' to be done to a value"),
        ("{{mail}}", "'{{mail}}' names no attribute; put the name of one in braces, such as {mail}"),
        ("{mail.__class__}", "'mail.__class__' is not the name of an attribute"),
    ],
)
def test_a_template_that_cannot_be_read_is_told_with_the_character(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        template(text)
    assert said in str(caught.value)


@given(st.text(alphabet="{}|:-a1. ", max_size=12), st.text(max_size=5))
def test_any_text_is_read_or_refused_in_words(text: str, value: str) -> None:
    try:
        read = template(text)
    except ValueError:
        return
    filled = read.filled(lambda _: value)
    assert filled == filled.strip()
    assert read.attributes


@given(st.text())
def test_what_is_done_to_a_value_is_done_once(value: str) -> None:
    for name in ("lower", "strip", "nfc"):
        done = TRANSFORMS[name](value)
        assert name == "lower" or TRANSFORMS[name](done) == done


def test_all_bad_templates_of_a_file_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    wrong = """users:
    attributes:
      id: "{entryUUID}"
      display_name: "{givenName} {sn"
      email: "{mail|lowr}"
      active: {attribute: employeeType, values: {}}"""
    found = mistakes(tmp_path, {"customers.yaml": changed("users:", wrong)})
    assert len(found) == 4, found
    told = " ".join(found)
    for place, what in (
        ("customers.yaml:8:11", "'{entryUUID}' is a template"),
        ("customers.yaml:9:21", "a brace has no other one"),
        ("customers.yaml:10:14", "did you mean 'lower'?"),
        ("customers.yaml:11:49", "'values' needs at least one value"),
    ):
        assert any(line.startswith(place) and what in line for line in found), told


def test_a_mapping_may_say_both(tmp_path: Path) -> None:
    text = changed(
        "users:",
        """users:
    attributes: {display_name: "{givenName} {sn}", active: {attribute: employeeType, values: {staff: true}}}""",
    )
    attributes = parse_mapping(text, "mappings/x.yaml").content.source.users.attributes
    assert attributes.display_name == "{givenName} {sn}"
    assert attributes.active.values == {"staff": True}
    assert attributes.active.default is None
