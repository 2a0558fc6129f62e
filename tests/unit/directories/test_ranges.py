"""Groups whose members come in parts, and every way in which the rest may fail to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from dirsync.directories.interface import Selection
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.intake import Intake
from dirsync.directories.ldap.page_loop import Failure, LineBroken, Page, Undecodable
from dirsync.directories.ldap.ranges import PartlyGiven
from dirsync.directories.ldap.searches import searches_for
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import Completeness

BASE = "dc=example,dc=org"
NAME = f"cn=big,{BASE}"
DECODER = Decoder(ACTIVE_DIRECTORY, datetime(2026, 11, 22, tzinfo=UTC))
SEARCH = searches_for([Selection("all", (BASE,), group_bases=(BASE,))], DECODER)[0]


def part(numbers: str, *people: int, version: bytes = b"1", guid: int = 1, beside: str = "title") -> Entry:
    """Return the group with some of its members; no numbers: without a range."""
    described = f"member;range={numbers}" if numbers else "member"
    values = [
        ("objectGUID", [guid.to_bytes(16, "big")]),
        ("sAMAccountName", [b"big"]),
        ("uSNChanged", [version]),
        (beside, [b"of no concern"]),
        (described, [f"cn=user{n},{BASE}".encode() for n in people]),
    ]
    return entry_of(NAME, values)


def answer(*entries: Entry | Undecodable, code: int = 0) -> Page:
    return Page(code, "success" if code == 0 else "noSuchObject", "", entries, (), None)


class Conversation:
    """A group as the search gave it, and the answers to what is asked then."""

    def __init__(self, first: Entry, *answers: Page | LineBroken) -> None:
        self._answers: Iterator[Page | LineBroken] = iter(answers)
        self.asked: list[str] = []
        self._spool = MemorySpool("corp")
        intake = Intake(self._spool, DECODER)
        for n in range(20):
            intake.take_user(_user(n), SEARCH.selections)
        partly_given = PartlyGiven(SEARCH, intake, ACTIVE_DIRECTORY, self._ask)
        partly_given.note(first, intake.take_group(first, SEARCH.selections))
        self.failure: Failure | None = partly_given.complete()
        self.groups = intake.groups

    def _ask(self, name: str, attributes: tuple[str, ...]) -> Page:
        assert name == NAME
        assert {"objectGUID", "sAMAccountName", "uSNChanged"} <= set(attributes)
        assert "member" not in attributes
        self.asked.append(attributes[-1])
        given = next(self._answers)
        if isinstance(given, LineBroken):
            raise given
        return given

    @property
    def members(self) -> list[int]:
        snapshot = self._spool.finish(Completeness(is_complete=not self.failure))
        found = snapshot.group_named("big")
        assert found
        return sorted(int(user.username) for user in snapshot.members(found.id))


def _user(n: int) -> Entry:
    values = [
        ("objectGUID", [(100 + n).to_bytes(16, "big")]),
        ("sAMAccountName", [str(n).encode()]),
        ("userAccountControl", [b"512"]),
    ]
    return entry_of(f"cn=user{n},{BASE}", values)


def test_a_whole_group_is_asked_for_nothing_more() -> None:
    for whole in (part("", 0, 1), part("0-*", 0, 1)):
        talk = Conversation(whole)
        assert (talk.members, talk.asked, talk.failure) == ([0, 1], [], None)


def test_the_rest_is_asked_for_part_by_part_until_the_last() -> None:
    talk = Conversation(part("0-1", 0, 1), answer(part("2-3", 2, 3)), answer(part("4-*", 4)))
    assert talk.asked == ["member;range=2-*", "member;range=4-*"]
    assert (talk.members, talk.failure, talk.groups) == ([0, 1, 2, 3, 4], None, 1)


def test_a_group_that_was_begun_in_the_middle_is_read_from_the_start() -> None:
    for begun in (part("3-*", 3), part("2-3", 2, 3)):
        talk = Conversation(begun, answer(part("0-2", 0, 1, 2)), answer(part("3-*", 3)))
        assert talk.asked == ["member;range=0-*", "member;range=3-*"]
        assert (talk.members, talk.failure) == ([0, 1, 2, 3], None)


def test_the_range_of_another_attribute_says_nothing_about_the_members() -> None:
    talk = Conversation(part("0-1", 0, 1), answer(part("2-*", 2, beside="memberOf;range=0-7")))
    assert (talk.members, talk.failure) == ([0, 1, 2], None)


def test_a_server_may_give_the_rest_without_a_range() -> None:
    talk = Conversation(part("0-1", 0, 1), answer(part("", 0, 1, 2)))
    assert (talk.members, talk.failure) == ([0, 1, 2], None)


def test_a_group_that_changed_meanwhile_is_begun_anew_since_its_members_have_moved_up() -> None:
    changed = part("2-*", 3, version=b"2")
    talk = Conversation(
        part("0-1", 0, 1),
        answer(changed),
        answer(part("0-1", 1, 2, version=b"2")),
        answer(part("2-*", 3, version=b"2")),
    )
    assert talk.asked == ["member;range=2-*", "member;range=0-*", "member;range=2-*"]
    assert (talk.members, talk.failure) == ([0, 1, 2, 3], None)


def test_a_group_that_never_stays_the_same_is_given_up() -> None:
    talk = Conversation(part("0-1", 0, 1), *(answer(part("2-*", 2, version=b"%d" % n)) for n in range(2, 9)))
    assert talk.failure
    assert "it changed again and again" in talk.failure.reason
    assert len(talk.asked) == 4


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (answer(code=32), "answered noSuchObject without the entry"),
        (answer(part("2-*", 2), code=4), "answered noSuchObject without the entry"),
        (answer(), "without the entry"),
        (answer(Undecodable("odd", "its name is not UTF-8")), "without the entry"),
        (answer(part("2-*", 2, guid=2)), "another group has its name by now"),
        (answer(part("3-*", 3)), "asked for values from 2, it gave member;range=3-*"),
        (answer(part("0-1", 0, 1)), "asked for values from 2, it gave member;range=0-1"),
        (answer(part("2-1")), "asked for values from 2, it gave member;range=2-1"),
        (answer(part("x-y", 2)), "asked for values from 2, it gave member;range=-1-*"),
        (answer(part("")), "asked for values from 2, it gave none"),
    ],
)
def test_a_rest_that_does_not_come_makes_the_read_incomplete(given: Page, complaint: str) -> None:
    talk = Conversation(part("0-1", 0, 1), given)
    assert talk.failure
    assert talk.failure.reason.startswith(f"of {NAME} it gave only a part of member (MaxValRange): ")
    assert complaint in talk.failure.reason
    assert "MaxValRange" in talk.failure.remedy
    assert not talk.failure.line_is_broken
    assert {0, 1} <= set(talk.members), "what did come is shown all the same"


def test_the_members_of_another_group_are_not_taken_for_this_ones() -> None:
    assert Conversation(part("0-1", 0, 1), answer(part("2-*", 2, guid=2))).members == [0, 1]


def test_a_line_that_breaks_is_told_as_such() -> None:
    talk = Conversation(part("0-1", 0, 1), LineBroken("the server closed the connection"))
    assert talk.failure
    assert talk.failure.line_is_broken
    assert talk.failure.reason == "the server closed the connection"


def test_a_group_that_is_of_no_use_is_not_completed() -> None:
    nameless = entry_of(NAME, [("objectGUID", [b"1" * 16]), ("member;range=0-1", [b"cn=user0,dc=example,dc=org"])])
    spool = MemorySpool("corp")
    intake = Intake(spool, DECODER)
    partly_given = PartlyGiven(SEARCH, intake, ACTIVE_DIRECTORY, lambda *_: pytest.fail("nothing is to be asked"))
    partly_given.note(nameless, intake.take_group(nameless, SEARCH.selections))
    assert partly_given.complete() is None


def test_a_group_that_does_not_show_whether_it_changes_is_incomplete() -> None:
    told = Conversation(part("0-1", 0, 1, version=b""), answer(part("2-*", 2, version=b"")))
    assert told.failure
    assert "a member might be overlooked" in told.failure.reason
    assert told.asked == []
