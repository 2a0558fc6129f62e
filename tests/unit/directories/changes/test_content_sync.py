"""What a feed makes of everything a server may say, decent servers and others: written down byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from unit.directories.changes.kept import Kept
from unit.directories.changes.sync_bytes import done_value, id_set, info, maybe, state_controls, truth
from unit.directories.wire.messages import ENTRY, element, entry, message

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.changes import content_sync, content_sync_389, reading
from dirsync.directories.ldap.changes.choice import feed_of
from dirsync.directories.ldap.changes.content_sync import ContentSync
from dirsync.directories.ldap.changes.content_sync_389 import ContentSync389
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp
from dirsync.directories.ldap.changes.position import Position
from dirsync.directories.ldap.changes.sync_messages import SYNC_DONE, SYNC_REQUEST, request_control
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.page_loop import Failure, LineBroken, Page
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldap.wire.frames import Frames, Message
from dirsync.directories.ldap.wire.stream import INTERMEDIATE, Answer

OPENLDAP = RootDse(frozenset({"openldaprootdse"}), controls=frozenset({SYNC_REQUEST}))
DS389 = RootDse(vendor="389 Project", controls=frozenset({SYNC_REQUEST}))
OTHER = RootDse(vendor="Other", controls=frozenset({SYNC_REQUEST}))
SEARCH = Search(Kind.USERS, "dc=x", "(uid=*)", ("uid",), ())
SETTINGS = LdapConnection("corp", "ldap://127.0.0.1")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
COOKIE = b"rid=000,csn=20260101000000.000000Z#000000#000#000000"
NEXT = COOKIE.replace(b"2026", b"2027")


def uuid(number: int) -> bytes:
    return number.to_bytes(16, "big")


def text(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012x}"


def says(state: int, number: int, cookie: bytes | None = None) -> bytes:
    content = entry(b"uid=%d,dc=x" % number, {b"uid": [b"%d" % number]} if state in {1, 2} else {})
    return message(2, ENTRY, content, state_controls(state, uuid(number), cookie))


def tells(value: bytes) -> bytes:
    return message(2, INTERMEDIATE, info(value))


@dataclass
class Script:
    """Answers that stand in for a server: what it sends, and how it ends."""

    messages: Iterable[bytes] = ()
    done: object = None
    code: int = 0
    references: tuple[str, ...] = ()


@dataclass
class Questions:
    """Takes the place of a connection: the bytes below are as good as those of a server, and as bad as none's."""

    answers: list[Script | LineBroken]
    pages_of_search: dict[str, Page] = field(default_factory=dict)
    cookies: list[bytes] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def pages(self, search: Search) -> Callable[[bytes | None], Page]:
        self.asked.append(search.filter)
        nothing = Page(0, "success", "", (), (), b"")
        return lambda _: self.pages_of_search.get(search.filter, nothing)

    def with_control(self, _: Search, control, take, take_intermediate) -> Answer:
        self.cookies.append(control[2])
        answer = self.answers.pop(0)
        if isinstance(answer, LineBroken):
            raise answer
        for one in cut(b"".join(answer.messages)):
            (take if one[1] == ENTRY else take_intermediate)(one)
        controls = {} if answer.done is None else {SYNC_DONE: answer.done}
        return Answer(answer.code, f"code {answer.code}", "", answer.references, controls)


def cut(data: bytes) -> Iterator[Message]:
    given = iter([data])
    try:
        yield from Frames(lambda _: next(given, b"")).messages()
    except EOFError:
        return


def first_position(root: RootDse, cookie: bytes = COOKIE) -> Position:
    found = poll(root, Questions([Script(done=done_value(cookie, True))]), None)
    assert isinstance(found, Changes)
    return found.position


def poll(root: RootDse, questions: Questions, position: Position | None, kept: Kept | None = None) -> Changes | Failure:
    feed = feed_of(SETTINGS, root, dialect_of(root), NOW)
    return feed.poll(questions, SEARCH, position, kept or Kept())  # type: ignore[arg-type] # see Questions


def incremental(*messages: bytes, done: bytes, root: RootDse = OPENLDAP) -> tuple[Changes | Failure, dict[str, object]]:
    kept = Kept()
    found = poll(root, Questions([Script(messages, done)]), first_position(root), kept)
    return found, {key: told.dn if isinstance(told, Entry) else told for key, told in kept.told.items()}


def test_deletions_told_leave_all_others_as_they_were() -> None:
    found, told = incremental(
        says(1, 1), says(2, 2), says(3, 3), tells(id_set([uuid(4), uuid(5)], True)), done=done_value(NEXT, True)
    )
    assert isinstance(found, Changes)
    assert told == {
        text(1): "uid=1,dc=x", text(2): "uid=2,dc=x", text(3): "gone", text(4): "gone", text(5): "gone",
    }  # fmt: skip
    assert (found.others_are_gone, found.is_full, found.position.cookie) == (False, False, NEXT)


def test_what_is_present_is_still_there_and_all_others_are_gone() -> None:
    found, told = incremental(says(1, 1), says(0, 2), tells(id_set([uuid(3)])), done=done_value(NEXT, None))
    assert isinstance(found, Changes)
    assert told == {text(1): "uid=1,dc=x", text(2): "still there", text(3): "still there"}
    assert (found.others_are_gone, found.is_full) == (True, False)


def test_deletions_may_follow_what_is_present() -> None:
    ends_present = tells(element(0xA2, truth(False)))
    deleted = tells(id_set([uuid(1)], True))
    found, told = incremental(tells(id_set([uuid(1)])), ends_present, deleted, done=done_value(NEXT, True))
    assert isinstance(found, Changes)
    assert found.others_are_gone
    assert told == {text(1): "gone"}


def test_the_start_of_deletions_alone_says_nothing_of_others() -> None:
    found, _ = incremental(tells(element(0xA1, b"")), done=done_value(NEXT, True))
    assert isinstance(found, Changes)
    assert not found.others_are_gone


@pytest.mark.parametrize(
    ("messages", "done", "expected"),
    [
        ([], None, COOKIE),
        ([], NEXT, NEXT),
        ([tells(element(0x80, NEXT))], None, NEXT),
        ([says(1, 1, NEXT)], None, NEXT),
        ([tells(element(0xA1, maybe(0x04, NEXT)))], None, NEXT),
        ([says(1, 1, b"older")], NEXT, NEXT),
    ],
)
def test_the_last_cookie_told_is_where_it_goes_on(messages, done, expected: bytes) -> None:
    found, _ = incremental(*messages, done=done_value(done, True))
    assert isinstance(found, Changes)
    assert found.position.cookie == expected
    assert not found.is_full


def test_an_empty_cookie_for_one_that_was_sent_means_that_everything_came() -> None:
    found, _ = incremental(says(1, 1), done=done_value(b"", True))
    assert isinstance(found, Changes)
    assert "made nothing of the mark" in found.why_full
    assert found.others_are_gone
    again = poll(OPENLDAP, Questions([Script(done=done_value(NEXT, True))]), found.position)
    assert isinstance(again, Changes)
    assert "gave no mark" in again.why_full


@pytest.mark.parametrize("cookie", [b"rid=000", b"rid=000,csn=", b"rid=000,csn=2026", b"garbage"])
def test_a_cookie_without_csn_is_not_sent_to_an_openldap(cookie: bytes) -> None:
    questions = Questions([Script(done=done_value(NEXT, True))])
    found = poll(OPENLDAP, questions, first_position(OPENLDAP, cookie))
    assert isinstance(found, Changes)
    assert "none that this server makes" in found.why_full
    assert questions.cookies == [request_control(b"")[2]]


def test_other_servers_have_cookies_of_their_own() -> None:
    questions = Questions([Script(done=done_value(b"42", True))])
    found = poll(OTHER, questions, first_position(OTHER, b"41"))
    assert isinstance(found, Changes)
    assert not found.is_full
    assert questions.cookies == [request_control(b"41")[2]]


@pytest.mark.parametrize("code", [2, 53, 4096])
def test_a_refused_cookie_is_followed_by_the_question_for_everything(code: int) -> None:
    kept = Kept()
    questions = Questions([Script([says(1, 1)], code=code), Script([says(1, 2)], done_value(NEXT, True))])
    found = poll(OPENLDAP, questions, first_position(OPENLDAP), kept)
    assert isinstance(found, Changes)
    assert found.why_full == content_sync.COOKIE_REFUSED[code]
    assert found.others_are_gone
    assert list(kept.told) == [text(2)], "what came before the refusal is void"
    assert questions.cookies == [request_control(COOKIE)[2], request_control(b"")[2]]


@pytest.mark.parametrize("code", [2, 53, 4096])
def test_a_refusal_without_a_cookie_is_a_failure(code: int) -> None:
    found = poll(OPENLDAP, Questions([Script(code=code)]), None)
    assert isinstance(found, Failure)
    assert found.code == code
    again = poll(OPENLDAP, Questions([Script(code=code), Script(code=code)]), first_position(OPENLDAP))
    assert isinstance(again, Failure)


@pytest.mark.parametrize("code", [1, 3, 4, 10, 11, 12, 32, 50, 51, 52, 80])
def test_no_other_end_than_success_gives_changes(code: int) -> None:
    for position in (None, first_position(OPENLDAP)):
        questions = Questions([Script([says(1, 1)], done_value(NEXT, True), code)])
        found = poll(OPENLDAP, questions, position)
        assert isinstance(found, Failure)
        assert found.code == code
        assert found.remedy
        assert ("syncprov" in found.remedy) == (code == 12)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (Script([says(1, 1)]), "without the Sync Done control"),
        (Script(done=b"\x30\x01"), "no content synchronization"),
        (Script(done=done_value(NEXT, True), references=("ldap://other/",)), "ldap://other/"),
        (LineBroken("the server closed the connection"), "closed the connection"),
    ],
)
def test_an_end_that_is_none_is_a_failure(script, why: str) -> None:
    found = poll(OPENLDAP, Questions([script]), first_position(OPENLDAP))
    assert isinstance(found, Failure)
    assert why in found.reason
    assert found.remedy
    assert found.line_is_broken == isinstance(script, LineBroken)


def test_containers_that_can_t_be_read_are_a_failure() -> None:
    from dirsync.directories.ldap.changes.containers import CONTAINERS

    refused = Page(50, "insufficientAccessRights", "", (), (), b"")
    for root in (OPENLDAP, DS389):
        found = poll(root, Questions([], {CONTAINERS: refused}), None)
        assert isinstance(found, Failure)
        assert found.code == 50


def test_more_entries_than_any_directory_has_are_circles(monkeypatch) -> None:
    monkeypatch.setattr(content_sync, "MOST_ENTRIES", 2)
    assert isinstance(incremental(says(1, 1), says(1, 2), done=done_value(NEXT, True))[0], Changes)
    for too_many in ([says(1, n) for n in range(3)], [tells(id_set([uuid(n) for n in range(3)]))]):
        with pytest.raises(ValueError, match="more than 2 entries"):
            incremental(*too_many, done=done_value(NEXT, True))


NAMED = "(nsUniqueId=00000000-00000000-00000000-000000{})"


def known_to_389(*numbers: int) -> Page:
    found = (
        entry_of(f"uid={n},dc=x", [("nsUniqueId", [f"00000000-00000000-00000000-{n:08x}".encode()])]) for n in numbers
    )
    return Page(0, "success", "", tuple(found), (), b"")


def test_of_389_the_ids_are_believed_and_the_entries_asked_for() -> None:
    kept = Kept()
    asked = f"(&(uid=*)(|{NAMED.format('01')}{NAMED.format('02')}))"
    messages = [says(1, 1), says(1, 2), says(3, 3), tells(id_set([uuid(4)], True))]
    questions = Questions([Script(messages, done_value(NEXT, False))], {asked: known_to_389(1)})
    found = poll(DS389, questions, first_position(DS389), kept)
    assert isinstance(found, Changes), found
    assert not found.others_are_gone
    told = {key[-1]: told.dn if isinstance(told, Entry) else told for key, told in kept.told.items()}
    assert told == {"1": "uid=1,dc=x", "2": "gone", "3": "gone", "4": "gone"}


def test_of_389_the_last_word_about_an_id_counts() -> None:
    kept = Kept()
    messages = [says(3, 1), says(1, 1), says(1, 2), says(3, 2)]
    asked = f"(&(uid=*)(|{NAMED.format('01')}))"
    questions = Questions([Script(messages, done_value(NEXT, False))], {asked: known_to_389(1)})
    assert isinstance(poll(DS389, questions, first_position(DS389), kept), Changes)
    assert {key[-1]: isinstance(told, Entry) for key, told in kept.told.items()} == {"1": True, "2": False}


def test_of_389_no_entry_is_believed_to_be_present() -> None:
    for messages in ([says(0, 1)], [tells(id_set([uuid(1)]))]):
        questions = Questions([Script(messages, done_value(NEXT, False))])
        found = poll(DS389, questions, first_position(DS389))
        assert isinstance(found, Failure)
        assert "told as present" in found.reason


@pytest.mark.parametrize("state", [1, 3])
def test_where_too_much_changed_a_389_is_read_whole(monkeypatch, state: int) -> None:
    monkeypatch.setattr(content_sync_389, "MOST_IDS", 2)
    for count, is_full in ((2, False), (3, True), (4, True)):
        kept = Kept()
        messages = [says(state, n) for n in range(count)]
        questions = Questions([Script(messages, done_value(NEXT, False))], {"(uid=*)": known_to_389(7)})
        found = poll(DS389, questions, first_position(DS389), kept)
        assert isinstance(found, Changes)
        assert found.is_full == is_full
        assert found.others_are_gone == is_full
        assert len(kept.told) == (1 if is_full else count)


def test_ids_are_asked_for_in_parts(monkeypatch) -> None:
    monkeypatch.setattr(reading, "AT_A_TIME", 2)
    questions = Questions([Script([says(1, n) for n in range(5)], done_value(NEXT, False))])
    assert isinstance(poll(DS389, questions, first_position(DS389)), Changes)
    assert [asked.count("nsUniqueId") for asked in questions.asked[1:]] == [2, 2, 1]


@pytest.mark.parametrize("position", [True, False])
def test_entries_of_389_that_can_t_be_read_are_a_failure(*, position: bool) -> None:
    refused = Page(3, "timeLimitExceeded", "", (), (), b"")
    questions = Questions(
        [Script([says(1, 1)], done_value(NEXT, False))],
        {"(uid=*)": refused, f"(&(uid=*)(|{NAMED.format('01')}))": refused},
    )
    found = poll(DS389, questions, first_position(DS389) if position else None)
    assert isinstance(found, Failure)
    assert found.code == 3


@pytest.mark.parametrize(
    ("root", "settings", "feed"),
    [
        (OPENLDAP, SETTINGS, ContentSync),
        (OTHER, SETTINGS, ContentSync),
        (DS389, SETTINGS, ContentSync389),
        (RootDse(), SETTINGS, ModifyTimestamp),
        (OPENLDAP, LdapConnection("corp", "ldap://127.0.0.1", uses_stock_decoder=True), ModifyTimestamp),
    ],
)
def test_the_best_feed_a_server_offers_is_chosen(root: RootDse, settings: LdapConnection, feed: type) -> None:
    assert type(feed_of(settings, root, dialect_of(root), NOW)) is feed
