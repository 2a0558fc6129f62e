from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.directories.ldap import dn
from dirsync.directories.ldap.dn import _normal, check_dn, escape_value, fold_value, is_below, normal, parse

SPECIAL = '\\,+"<>;#= '
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20).filter(
    lambda text: text.strip(" ")
)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a value, and one of the legal ways to write it into a name."""
    value = draw(values)
    way = draw(st.sampled_from(["escaped", "hexadecimal", "quoted"]))
    if way == "hexadecimal":
        encoded = value.encode()
        return value, "#04" + bytes([len(encoded)]).hex() + encoded.hex()
    if way == "quoted":
        return value, '"' + "".join("\\" + sign if sign in '"\\' else sign for sign in value) + '"'
    written = []
    for place, sign in enumerate(value):
        at_an_end = place in {0, len(value) - 1}
        must = sign in '\\,+"<>;' or (at_an_end and sign in " #")
        how = draw(st.sampled_from(["bare", "backslash", "hex"]))
        if how == "hex":
            written.append("".join(f"\\{byte:02x}" for byte in sign.encode()))
        elif must or (how == "backslash" and sign in SPECIAL):
            written.append("\\" + sign)
        else:
            written.append(sign)
    return value, "".join(written)


@given(spellings(), st.sampled_from(["cn", "CN", "commonName", "2.5.4.3", "OID.2.5.4.3"]), st.sampled_from(["", " "]))
def test_every_legal_way_to_write_a_name_has_the_same_normal_form(
    spelling: tuple[str, str], attribute: str, space: str
) -> None:
    value, written = spelling
    name = f"{space}{attribute}{space}={space}{written}{space},{space}DC{space}={space}Example"
    assert normal(name) == f"cn={escape_value(fold_value(value))},dc=example"


@given(values)
def test_a_normal_form_is_its_own_normal_form(value: str) -> None:
    once = normal(f"cn={escape_value(value)},ou=x")
    assert normal(once) == once


@given(values, values)
def test_two_values_share_a_normal_form_only_when_they_fold_alike(one: str, other: str) -> None:
    same = normal(f"cn={escape_value(one)},dc=x") == normal(f"cn={escape_value(other)},dc=x")
    assert same == (fold_value(one) == fold_value(other))


@given(values)
def test_a_value_comes_back_from_its_escaped_form(value: str) -> None:
    assert parse(f"cn={escape_value(value)}") == ((("cn", value),),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"cn=Doe\, Jane,dc=x", r"CN=doe\2C jane , DC=X"),
        (r"cn=Doe\, Jane,dc=x", 'cn="Doe, Jane";dc=x'),
        ("uid=a+cn=b,dc=x", "CN=B + UserID=A,dc=x"),
        ("cn=Jane  Doe,dc=x", "cn=jane doe,dc=x"),
        ("cn=\u00e9,dc=x", "cn=e\u0301,dc=x"),
        ("cn=É,dc=x", r"cn=\c3\a9,dc=x"),
        ("cn=ΟΔΟΣ,dc=x", "cn=οδοσ,dc=x"),
        ("0.9.2342.19200300.100.1.1=a,dc=x", "uid=a,dc=x"),
        ("uid=x, ou=People, dc=example,dc=com", "uid=X,ou=people,dc=example,dc=com"),
    ],
)
def test_names_that_servers_take_for_one_are_equal(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cn=Straße,dc=x", "cn=Strasse,dc=x"),
        (r"cn=a\,dc=b,dc=x", "cn=a,dc=b,dc=x"),
        ("cn=a+sn=b,dc=x", r"cn=a\+sn=b,dc=x"),
        ("cn=ab,dc=x", "cn=a\u200fb,dc=x"),
        ("cn=a,dc=x", "uid=a,dc=x"),
    ],
)
def test_names_that_servers_keep_apart_stay_apart(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_a_long_value_in_hexadecimal_is_read_too() -> None:
    value = "x" * 300
    assert normal("cn=#04820 12c".replace(" ", "") + value.encode().hex() + ",dc=x") == f"cn={value},dc=x"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("people", "has no '='"),
        ("cn=a,", "has no '='"),
        ("cn=a,,dc=x", "not the name of an attribute"),
        ("=a", "not the name of an attribute"),
        ("c n=a", "not the name of an attribute"),
        ("cn=a\\", "escape"),
        ("cn=a\\zz", "escape"),
        ('cn="a', "never closed"),
        ('cn="a"b,dc=x', "behind a closed quotation"),
        ("cn=a<b", "must be escaped"),
        ("cn=#zz", "not hexadecimal"),
        ("cn=#", "is empty"),
        (r"cn=\ff", "not UTF-8"),
    ],
)
def test_a_malformed_name_is_refused_with_the_reason(text: str, complaint: str) -> None:
    assert complaint in (check_dn(text) or "")
    with pytest.raises(ValueError, match=r".+"):
        normal(text)


def test_a_base_holds_what_stands_below_it_and_nothing_that_ends_alike() -> None:
    assert is_below(normal("uid=a,OU=People,dc=x"), normal("ou=people, dc=x"))
    assert is_below("ou=people,dc=x", "ou=people,dc=x")
    assert is_below("dc=x", "")
    assert not is_below("uid=a,ou=morepeople,dc=x", "people,dc=x")
    assert not is_below(normal("uid=a,ou=sales people,dc=x"), normal("ou=people,dc=x"))


PIECES = [
    "cn",
    "2.5.4.3",
    "=",
    "=",
    ",",
    ";",
    "+",
    "\\,",
    "\\2C",
    "\\",
    '"',
    "#",
    "a",
    "B ",
    " ",
    "  ",
    "É",
    "\u03a3",
    "\x00",
    "<",
]


@given(st.lists(st.sampled_from(PIECES), max_size=7).map("".join), st.sampled_from(["", "dc=x", "dc=example, DC=Org"]))
def test_the_short_ways_lead_where_the_long_one_does(first: str, suffix: str) -> None:
    for text in (f"{first},{suffix}", f"cn={first},{suffix}"):
        try:
            expected = _normal(text)
        except ValueError:
            with pytest.raises(ValueError, match=r".+"):
                normal(text)
        else:
            assert normal(text) == expected


def test_only_spaces_that_are_escaped_belong_to_a_value() -> None:
    assert parse(r"cn=\ a\  , dc=x ") == ((("cn", " a "),), (("dc", "x"),))
    assert parse(r"cn=a\+b\2C  +sn=c\\  ") == ((("cn", "a+b,"), ("sn", "c\\")),)


@pytest.mark.parametrize("value", [" a", "a ", "a  b", " ", "  ", "", "a b", " É", "É "])
def test_spaces_are_folded(value: str) -> None:
    assert fold_value(value) == (" ".join(value.lower().split()) or value[:1])


def test_a_first_part_of_nothing_but_spaces_is_no_part() -> None:
    with pytest.raises(ValueError, match="not the name of an attribute"):
        normal("  ,dc=example,dc=org")


def test_what_names_end_in_is_remembered_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dn._Suffixes, "_most", 3)
    monkeypatch.setattr(dn._ShortNames, "_most", 3)
    monkeypatch.setattr(dn, "_SUFFIXES", dn._Suffixes())
    monkeypatch.setattr(dn, "_SHORT_NAMES", dn._ShortNames())
    for _ in range(2):
        assert [normal(f"CN{n}=A,DC=X{n}") for n in range(9)] == [f"cn{n}=a,dc=x{n}" for n in range(9)]
    assert len(dn._SUFFIXES) == len(dn._SHORT_NAMES) == 3


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(" \u03a3\u03c3\u0301\u212a\u0130")))
def test_case_goes_letter_by_letter_and_spaces_go_but_one(value: str) -> None:
    composed = unicodedata.normalize("NFC", value)
    lowered = unicodedata.normalize("NFC", "".join(letter.lower() for letter in composed))
    assert fold_value(value) == (" ".join(part for part in lowered.split(" ") if part) or lowered[:1])


def test_a_sign_that_becomes_a_separator_is_escaped_as_one() -> None:
    assert normal("cn=a\u037e,dc=x") == normal(r"cn=a\;,dc=x")
