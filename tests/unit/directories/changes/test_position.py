from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.changes.position import Position, parse_position, question_digest, why_not
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.searches import Kind, Search

SETTINGS = LdapConnection("corp", "ldap://127.0.0.1", "cn=reader,dc=x", "secret-canary")
ROOT = RootDse(naming_contexts=("dc=x",), vendor="Example")
SEARCH = Search(Kind.USERS, "ou=people,dc=x", "(uid=*)", ("cn", "uid"), ())
HERE = Position("asked", b"cookie", "containers")


@given(st.builds(Position, st.text(), st.binary(), st.text()))
def test_a_position_is_kept_as_text(position: Position) -> None:
    assert parse_position(str(position)) == position


@given(at=st.integers(0, 10_000), letter=st.characters())
def test_a_position_with_one_wrong_character_is_none(at: int, letter: str) -> None:
    text = str(HERE)
    at %= len(text)
    altered = text[:at] + letter + text[at + 1 :]
    assert parse_position(altered) == (HERE if altered == text else None)


@given(st.text())
def test_any_text_is_a_position_or_none(text: str) -> None:
    assert parse_position(text) is None


@pytest.mark.parametrize(
    "other",
    [
        {"feed": "other"},
        {"root": replace(ROOT, vendor="Other")},
        {"root": replace(ROOT, naming_contexts=("dc=x", "dc=y"))},
        {"settings": replace(SETTINGS, url="ldap://127.0.0.1:1389")},
        {"settings": replace(SETTINGS, bind_dn="cn=other,dc=x")},
        {"search": replace(SEARCH, base="dc=x")},
        {"search": replace(SEARCH, filter="(cn=*)")},
        {"search": replace(SEARCH, attributes=("cn", "uid", "mail"))},
    ],
)
def test_another_question_has_another_digest(other) -> None:
    asked = {"feed": "feed", "root": ROOT, "settings": SETTINGS, "search": SEARCH}
    assert question_digest(**asked) != question_digest(**asked | other)


def test_order_and_case_of_attributes_and_a_new_password_ask_nothing_else() -> None:
    same = question_digest("feed", ROOT, replace(SETTINGS, password="new"), replace(SEARCH, attributes=("UID", "cn")))
    assert same == question_digest("feed", ROOT, SETTINGS, SEARCH)


@pytest.mark.parametrize(
    ("position", "why"),
    [
        (None, "nothing was kept"),
        (replace(HERE, asked="other"), "are not those of the last read"),
        (replace(HERE, cookie=b""), "gave no mark"),
        (replace(HERE, containers="other"), "a container was added, removed or renamed"),
    ],
)
def test_a_position_of_no_use_says_why(position: Position | None, why: str) -> None:
    assert why in why_not(position, "asked", "containers")
    assert why_not(HERE, "asked", "containers") == ""
