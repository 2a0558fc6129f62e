from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.directories.changes.kept import Kept
from unit.directories.changes.test_content_sync import SEARCH, SETTINGS, Questions

from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp, read_time, written_time
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.page_loop import Failure, Page, Undecodable

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEVER_SAID = "(&(uid=*)(|(createTimestamp>={0})(modifyTimestamp>={0})))"


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (b"20261122144734Z", datetime(2026, 11, 22, 14, 47, 34, tzinfo=UTC)),
        (b"20261122144734.123Z", datetime(2026, 11, 22, 14, 47, 34, tzinfo=UTC)),
        (b"20261122144734,5Z", datetime(2026, 11, 22, 14, 47, 34, tzinfo=UTC)),
        (b"202611221447Z", datetime(2026, 11, 22, 14, 47, tzinfo=UTC)),
        (b"2026112214Z", datetime(2026, 11, 22, 14, tzinfo=UTC)),
        (b"20261122154734+0100", datetime(2026, 11, 22, 14, 47, 34, tzinfo=UTC)),
        (b"20261122144734", None),
        (b"20261322144734Z", None),
        (b"00010101000000+0100", None),
        (b"", None),
        (b"\xff", None),
    ],
)
def test_generalized_time_is_read(value: bytes, time: datetime | None) -> None:
    assert read_time(value) == time


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants it so
def test_a_time_written_is_read(time: datetime) -> None:
    assert read_time(written_time(time)) == time.replace(microsecond=0)


@given(st.binary(max_size=25))
def test_any_bytes_are_a_time_or_none(value: bytes) -> None:
    assert read_time(value) is None or read_time(value).tzinfo is UTC  # type: ignore[union-attr]


def modified(name: str, time: bytes, attribute: str = "modifyTimestamp", entry_id: bytes | None = b"id") -> Entry:
    ids = [] if entry_id is None else [("entryUUID", [entry_id])]
    return entry_of(f"uid={name},dc=x", [(attribute, [time]), *ids])


def page(*entries: Entry | Undecodable, code: int = 0) -> Page:
    return Page(code, f"code {code}", "", entries, (), b"")


def polled(questions: Questions, position=None) -> tuple[Changes | Failure, Kept]:
    kept = Kept()
    feed = ModifyTimestamp(SETTINGS, RootDse(), dialect_of(RootDse()), NOW)
    return feed.poll(questions, SEARCH, position, kept), kept  # type: ignore[arg-type] # see Questions


def mark_after(*entries: Entry | Undecodable) -> bytes:
    found, _ = polled(Questions([], {"(uid=*)": page(*entries)}))
    assert isinstance(found, Changes)
    return found.position.cookie


def test_the_mark_is_the_latest_time_of_any_entry() -> None:
    entries = [modified("a", b"20260101000000Z"), modified("b", b"20260301000000Z", "createTimestamp")]
    assert mark_after(*entries, modified("c", b"20260201000000Z")) == b"20260301000000Z"


def test_the_mark_is_never_later_than_now() -> None:
    assert mark_after(modified("a", b"20990101000000Z")) == b"20260601000000Z"


def test_without_any_time_there_is_no_mark() -> None:
    assert mark_after(modified("a", b"whenever"), Undecodable("b", "why")) == b""


def test_the_next_question_begins_ten_minutes_before_the_mark_and_keeps_the_later_one() -> None:
    first, _ = polled(Questions([], {"(uid=*)": page(modified("a", b"20260101001000Z"))}))
    assert isinstance(first, Changes)
    asked = NEVER_SAID.format("20260101000000Z")
    for entry, mark in (
        (modified("b", b"20260101000100Z"), b"20260101001000Z"),
        (modified("c", b"20260102Z"), b"20260101001000Z"),
        (modified("d", b"20260102000000Z"), b"20260102000000Z"),
    ):
        found, kept = polled(Questions([], {asked: page(entry)}), first.position)
        assert isinstance(found, Changes)
        assert (found.is_full, found.knows_deletions, found.others_are_gone) == (False, False, False)
        assert found.position.cookie == mark
        assert list(kept.told) == ["id"]


def test_entries_without_a_readable_id_go_by_their_names() -> None:
    entries = [modified("a", b"", entry_id=None), modified("b", b"", entry_id=b"\xff"), Undecodable("uid=c", "why")]
    _, kept = polled(Questions([], {"(uid=*)": page(*entries)}))
    assert list(kept.told) == ["uid=a,dc=x", "uid=b,dc=x", "uid=c"]


def test_a_search_that_does_not_reach_its_end_is_a_failure() -> None:
    found, _ = polled(Questions([], {"(uid=*)": page(modified("a", b"20260101000000Z"), code=4)}))
    assert isinstance(found, Failure)
    assert found.code == 4


def test_names_of_containers_are_compared_with_their_ids() -> None:
    from dirsync.directories.ldap.changes.containers import CONTAINERS

    def position(*containers: Entry | Undecodable) -> str:
        found, _ = polled(Questions([], {CONTAINERS: page(*containers), "(uid=*)": page(modified("a", b"20260101Z"))}))
        assert isinstance(found, Changes)
        return found.position.containers

    one, two = (entry_of("ou=a,dc=x", [("entryUUID", [b"%d" % n])]) for n in (1, 2))
    other_name = entry_of("ou=b,dc=x", [("entryUUID", [b"1"])])
    unreadable = Undecodable("ou=a,dc=x", "why")
    marks = [position(one), position(two), position(other_name), position(unreadable), position(), position(one, two)]
    assert len(set(marks)) == len(marks)
    assert position(two, one) == position(one, two)


def test_containers_that_can_t_be_read_are_a_failure() -> None:
    from dirsync.directories.ldap.changes.containers import CONTAINERS

    found, kept = polled(Questions([], {CONTAINERS: page(code=50), "(uid=*)": page(modified("a", b""))}))
    assert isinstance(found, Failure)
    assert kept.told == {}
