"""Other texts in the place of certain values: listed ones, others, and none."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.directories.test_made_attributes import ana, read
from unit.mapping.folders import changed, mistakes

from dirsync.directories.interface import Attributes, TextValues
from dirsync.directories.ldap.decoding import attributes_to_ask_for
from dirsync.directories.selections import selection
from dirsync.mapping.policy import parse_mapping

KNOWN = (("-", ""), ("it", "Information Technology"))
BASE = "    base: ou=customers,dc=example,dc=org\n"


@pytest.mark.parametrize(
    ("value", "default", "carried"),
    [
        ([b"IT"], None, "Information Technology"),
        ([b" it "], "Other", "Information Technology"),
        ([b"it", b"hr"], None, "Information Technology"),
        ([b"hr", b"it"], None, "hr"),
        ([b"hr"], "Other", "Other"),
        ([b"-"], "Other", ""),
        ([], None, ""),
        ([], "Other", "Other"),
        ([b"hr"], "", ""),
    ],
)
def test_a_listed_value_is_replaced_and_others_go_by_the_default(
    value: list[bytes], default: str | None, carried: str
) -> None:
    mapped = TextValues("last_name", KNOWN, default)
    entry = ana(ou=value) if value else ana()
    for username in ("uid", "{uid}"):
        user = read(entry, username=username, last_name="ou", text_values=(mapped,))
        assert (user.last_name, user.username, user.first_name) == (carried, "ana", "Ana")


def test_no_value_without_a_default_leaves_the_usual_fallback() -> None:
    mapped = TextValues("display_name", KNOWN)
    assert read(ana(), display_name="ou", text_values=(mapped,)).display_name == "Ana of Old"
    told = TextValues("display_name", KNOWN, "Nobody")
    assert read(ana(), display_name="ou", text_values=(told,)).display_name == "Nobody"


def test_a_template_is_made_first_and_several_may_be_mapped() -> None:
    both = (
        TextValues("email", (("ana.example", "ana@example.org"),)),
        TextValues("display_name", (("example", "The Example"),), "x"),
    )
    user = read(ana(), email="{givenName|lower}.{sn}", display_name="sn", text_values=both, organization="sn")
    assert (user.email, user.display_name, user.organization) == ("ana@example.org", "The Example", "Example")


def test_its_attribute_is_asked_for_and_the_values_are_not() -> None:
    asked = attributes_to_ask_for([Attributes(email="{mail|lower}", text_values=(TextValues("email", KNOWN),))])
    assert asked == ("mail",)


def test_a_mapping_says_it_in_the_words_of_active() -> None:
    lines = f"""{BASE}    attributes:
      email: mail
      display_name: {{attribute: "{{ou|upper}}", values: {{" It ": Information Technology, "-": ""}}}}
      last_name: {{attribute: sn, values: {{x: y}}, default: z}}
"""
    found = selection(parse_mapping(changed(BASE, lines), "c.yaml")).attributes
    assert (found.email, found.display_name, found.last_name, found.first_name) == ("mail", "{ou|upper}", "sn", "")
    assert found.text_values == (
        TextValues("last_name", (("x", "y"),), "z"),
        TextValues("display_name", KNOWN),
    )
    assert found.active_values is None


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("email: {attribute: mail}", "'values' is missing"),
        ("email: {attribute: mail, values: {}}", "'values' needs at least one value, and each one once"),
        ("email: {attribute: mail, values: {a: b, ' A': c}}", "'values' needs at least one value, and each one once"),
        ("email: {attribute: '', values: {a: b}}", "'attribute' must be filled in, not empty"),
        ("email: {attribute: '{mail|lwer}', values: {a: b}}", "there is no 'lwer' to be done to a value"),
        ("email: '{mail|lwer}'", "there is no 'lwer' to be done to a value"),
        ("username: '{mail|lwer}'", "there is no 'lwer' to be done to a value"),
        ("email: {attribute: mail, values: {a: 1}}", "'a' must be text, not 1; put it in quotes"),
        ("email: {attribute: mail, values: {a: b}, defualt: c}", "unknown key 'defualt', did you mean 'default'?"),
        ("username: {attribute: uid, values: {a: b}}", "'username' must be text, not keys and values"),
        ("email: [mail]", "must be text, not a list"),
    ],
)
def test_what_is_wrong_with_values_is_told_with_its_place(tmp_path: Path, told: str, said: str) -> None:
    [mistake] = mistakes(tmp_path, {"c.yaml": changed(BASE, f"{BASE}    attributes: {{{told}}}\n")})
    assert mistake.startswith("c.yaml:8:")
    assert said in mistake
