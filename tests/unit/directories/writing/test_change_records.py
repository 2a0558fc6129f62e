"""Change records: as RFC 2849 wants them, and what a reader makes of them is what was meant."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from ldif import LDIFParser

from dirsync.directories.ldap.writing.change_records import change_record, remark
from dirsync.directories.ldap.writing.requests import Add, Delete, Modify, Rename, adding, deleting, replacing

DN = "uid=ana,ou=people,dc=example,dc=org"


def test_each_request_has_its_own_kind_of_record():
    assert change_record(Delete(DN)) == f"dn: {DN}\nchangetype: delete\n\n".encode()
    assert change_record(Rename(DN, "uid=anna")) == (
        f"dn: {DN}\nchangetype: modrdn\nnewrdn: uid=anna\ndeleteoldrdn: 1\n\n".encode()
    )
    assert change_record(Add(DN, (("objectClass", (b"top", b"person")), ("cn", (b"Ana",))))) == (
        f"dn: {DN}\nchangetype: add\nobjectClass: top\nobjectClass: person\ncn: Ana\n\n".encode()
    )
    changes = (deleting("member", b"a=1"), adding("member", b""), replacing("mail"))
    assert (
        change_record(Modify(DN, changes))
        == (
            f"dn: {DN}\nchangetype: modify\ndelete: member\nmember: a=1\n-\n"
            "add: member\nmember: \n-\nreplace: mail\n-\n\n"
        ).encode()
    )


def test_what_an_editor_would_spoil_is_in_base64():
    for value in (b" x", b"x ", b"\tx", b"x\t", b":x", b"<x", b"\xc3\xbc", b"a\nb", b"a\rb", b"a\0b"):
        record = change_record(Add(DN, (("cn", (value,)),)))
        assert b"\ncn:: " in record
    assert change_record(Delete("uid=ü,dc=x")).startswith(b"dn:: ")


def test_no_line_is_longer_than_76_and_nothing_is_lost_where_one_is_folded():
    for length in range(60, 240):
        record = change_record(Add(DN, (("cn", (b"x" * length,)),)))
        assert max(map(len, record.split(b"\n"))) <= 76
        assert b"cn: " + b"x" * length in record.replace(b"\n ", b"")
    assert b"\n " not in change_record(Add(DN, (("cn", (b"x" * 72,)),)))
    assert b"\n " in change_record(Add(DN, (("cn", (b"x" * 73,)),)))


@given(
    st.dictionaries(
        st.sampled_from(["cn", "sn", "mail", "member"]), st.lists(st.binary(min_size=1), min_size=1, max_size=3)
    )
)
def test_any_value_comes_back_as_it_was(attributes):
    record = change_record(Add(DN, tuple((name, tuple(values)) for name, values in attributes.items())))
    ((dn, found),) = LDIFParser(io.BytesIO(record), encoding=None).parse()
    assert dn == DN
    assert found.pop("changetype") == [b"add"]
    assert found == attributes


def test_a_remark_is_one_line_of_ascii():
    assert remark("ü\nobjectClass: x") == b"# \\xfc objectClass: x\n"


def test_what_an_account_holds_is_not_shown():
    assert "secret" not in repr(Add(DN, (("userPassword", (b"secret",)),)))
