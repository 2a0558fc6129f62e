from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.filter import check_filter, parse_filter, unsupported_rules

ANA = entry_of(
    "uid=ana,ou=people,dc=example,dc=org",
    [
        ("objectClass", [b"inetOrgPerson"]),
        ("uid", [b"ana"]),
        ("cn", ["Ana Müller".encode()]),
        ("cn;lang-de", ["Änne".encode()]),
        ("uidNumber", [b"1000"]),
        ("userAccountControl", [b"514"]),
        ("memberOf", [rb"CN=Help\2C Desk, DC=Example,DC=org"]),
        ("description", [b"a*(b)\\c"]),
    ],
)


@pytest.mark.parametrize(
    "text",
    [
        "(uid=ANA)",
        "(userid=ana)",
        "(0.9.2342.19200300.100.1.1=ana)",
        "(objectClass=person)",
        "(objectclass=*)",
        "(cn=ana  müller)",
        "(cn=an*ül*er)",
        "(cn=*)",
        "(cn;lang-de=änne)",
        "(cn=änne)",
        "(&(uid=ana)(!(mail=*)))",
        "(|(uid=bob)(uid=ana))",
        "(!(uid=bob))",
        "(uidNumber>=999)",
        "(uidNumber<=1000)",
        "(cn~=ANA MÜLLER)",
        r"(description=a\2a\28b\29\5cc)",
        r"(description=a\2a*\5cc)",
        r"(memberOf=cn=help\5c, desk,dc=example,dc=org)",
        "(userAccountControl:1.2.840.113556.1.4.803:=2)",
        "(userAccountControl:1.2.840.113556.1.4.804:=6)",
        "(uid:caseIgnoreMatch:=ANA)",
        "(&)",
        " ( & (uid=ana) (cn=*) ) ",
    ],
)
def test_a_filter_finds_what_a_server_would_find(text: str) -> None:
    assert check_filter(text) is None
    assert parse_filter(text).matches(ANA)


@pytest.mark.parametrize(
    "text",
    [
        "(uid=an)",
        "(uid=bob)",
        "(mail=*)",
        "(uidNumber>=1001)",
        "(uidNumber<=99)",
        "(uidNumber=01000)",
        "(cn=ana*ana*)",
        "(cn=*müller*r)",
        "(cn;lang-de=ana müller)",
        "(&(uid=ana)(mail=*))",
        "(!(uid=ana))",
        "(userAccountControl:1.2.840.113556.1.4.803:=3)",
        "(|)",
        "(objectClass=groupOfNames)",
        "(memberOf=cn=help,dc=example,dc=org)",
    ],
)
def test_a_filter_leaves_what_a_server_would_leave(text: str) -> None:
    assert not parse_filter(text).matches(ANA)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "'(' is missing"),
        ("uid=ana", "'(' is missing"),
        ("(uid=ana", "not closed"),
        ("(uid=ana))", "behind the end"),
        ("(uid=ana)(cn=x)", "behind the end"),
        ("(!(a=b)(c=d))", "exactly one"),
        ("(!)", "exactly one"),
        ("()", "missing"),
        ("(uid)", "missing"),
        ("(ü=x)", "not the name of an attribute"),
        ("(cn=a\\zz)", "two hexadecimal digits"),
        ("(uac:1.2.840.113556.1.4.803:=two)", "not a number"),
        ("(&" * 200 + "(a=b)" + ")" * 200, "nests deeper"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_reason(text: str, complaint: str) -> None:
    assert complaint in (check_filter(text) or "")


def test_a_rule_that_only_a_server_knows_is_named() -> None:
    chain = parse_filter("(&(uid=*)(!(member:1.2.840.113556.1.4.1941:=cn=x)))")
    assert unsupported_rules(chain) == ["1.2.840.113556.1.4.1941"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_any_value_is_found_by_its_escaped_form(value: str) -> None:
    escaped = "".join(f"\\{byte:02x}" for byte in value.encode())
    assert parse_filter(f"(cn={escaped})").matches(entry_of("cn=x", [("cn", [value.encode()])]))


@given(st.text(max_size=40))
def test_no_text_makes_the_check_fail_otherwise_than_by_a_reason(text: str) -> None:
    reason = check_filter(text)
    assert reason is None or reason
