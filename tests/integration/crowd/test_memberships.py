import pytest

from dirsync.directories.crowd.memberships import read_memberships
from dirsync.errors import AnswerMalformed
from dirsync.model.entries import MemberKind

QUESTION = "crowd_customers: GET https://crowd.example.org/crowd/rest/usermanagement/1/group/membership"
WHOLE = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<memberships>
  <membership group="agents">
    <users><user name="ada"/><user name="svc desk"/></users>
    <groups><group name="agents-emea"/></groups>
  </membership>
  <membership group="agents-emea"><users/><groups/></membership>
  <membership group="R&amp;D &lt;1&gt;"><users><user name="gr&#xE4;ce \xf0\x9f\x98\x80"/></users></membership>
</memberships>
"""
MEMBERSHIPS = [
    ("agents", MemberKind.USER, "ada"),
    ("agents", MemberKind.USER, "svc desk"),
    ("agents", MemberKind.GROUP, "agents-emea"),
    ("R&D <1>", MemberKind.USER, "gr\u00e4ce \U0001f600"),
]


def read(*chunks: bytes):
    return list(read_memberships(chunks, QUESTION))


def test_users_and_groups_of_each_group_are_read():
    assert read(WHOLE) == MEMBERSHIPS


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_it_does_not_matter_where_the_pieces_are_cut(size):
    assert read(*(WHOLE[start : start + size] for start in range(0, len(WHOLE), size))) == MEMBERSHIPS


def test_an_empty_listing_has_no_memberships():
    assert read(b"<memberships/>") == []


@pytest.mark.parametrize("length", range(0, len(WHOLE) - 20, 11))
def test_every_truncation_is_noticed_and_says_how_much_came(length):
    with pytest.raises(AnswerMalformed, match=f"after {length:,} bytes") as cut:
        read(WHOLE[:length])
    assert cut.value.message.startswith(QUESTION)


def test_what_came_before_the_truncation_is_not_lost():
    reading = read_memberships([WHOLE[:200], WHOLE[200:300]], QUESTION)
    assert next(reading) == MEMBERSHIPS[0]
    with pytest.raises(AnswerMalformed):
        list(reading)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE memberships [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><memberships><membership group="&c;"/></memberships>"""


@pytest.mark.parametrize(
    "document",
    [
        BOMB,
        b'<!DOCTYPE memberships SYSTEM "file:///etc/passwd"><memberships/>',
        b'<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]><memberships><membership group="&x;"/></memberships>',
        b"<!DOCTYPE memberships><memberships/>",
    ],
)
def test_a_dtd_is_refused_before_anything_in_it_is_used(document):
    with pytest.raises(AnswerMalformed, match="DTD or an entity"):
        read(document)


def test_an_entity_nobody_declared_is_refused():
    with pytest.raises(AnswerMalformed, match="undefined entity"):
        read(b'<memberships><membership group="&x;"/></memberships>')


def test_endless_nesting_is_refused():
    with pytest.raises(AnswerMalformed, match="nested more than 16 deep"):
        read(b"<memberships>" + b"<a>" * 100_000)


def test_an_endless_name_is_refused_before_it_fills_the_memory():
    fed = 0

    def endless():
        nonlocal fed
        yield b'<memberships><membership group="'
        while fed < 100 * 1024 * 1024:
            fed += 65536
            yield b"x" * 65536

    with pytest.raises(AnswerMalformed, match="bytes without an element"):
        list(read_memberships(endless(), QUESTION))
    assert fed < 2 * 1024 * 1024


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (b"<html><body>Log in</body></html>", "begins with <html>"),
        (b"<memberships><membership><users/></membership></memberships>", "without group="),
        (b'<memberships><membership group="a"><users><user/></users></membership></memberships>', "without name="),
        (b'{"memberships": []}', "not whole"),
        (b"<memberships></wrong>", "mismatched tag"),
        (b"<memberships/><memberships/>", "junk after document element"),
    ],
)
def test_another_document_is_refused_with_what_is_wrong(document, says):
    with pytest.raises(AnswerMalformed, match=says):
        read(document)


def test_elements_of_later_versions_are_passed_over():
    document = WHOLE.replace(b"<users/>", b'<note user="x"><user name="nobody"/></note><users/>')
    assert read(document) == MEMBERSHIPS
