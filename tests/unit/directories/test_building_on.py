"""A read on top of the last one, told by feeds that say what real servers say only now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dirsync.directories.interface import Selection
from dirsync.directories.ldap.building_on import Asking, changed_since, positions_before
from dirsync.directories.ldap.changes.interface import Changes, Receiver
from dirsync.directories.ldap.changes.position import NO_POSITION, Position
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.intake import Intake
from dirsync.directories.ldap.page_loop import Failure, Page, SearchEnd, Undecodable
from dirsync.directories.ldap.searches import Search, searches_for
from dirsync.directories.ldap.taking import TakingInParts
from dirsync.model.snapshot import Completeness, Snapshot
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping

NIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)
BASE = "dc=example,dc=org"
DECODER = Decoder(GENERIC, NIGHT)
GROUPS, USERS = searches_for([Selection("all", (BASE,), group_bases=(BASE,))], DECODER)
Tell = Callable[[Receiver], None]


def person(uid: str, where: str = BASE, **values: str) -> Entry:
    given = {"uid": uid, "entryUUID": f"id-{uid}", **values}
    return entry_of(f"uid={uid},{where}", [(name, [value.encode()]) for name, value in given.items()])


def changed(*people: Entry) -> Tell:
    def tell(receiver: Receiver) -> None:
        for one in people:
            receiver.changed(next(iter(one.values("entryUUID"))).decode(), one)

    return tell


class Feed:
    """Says what it is told to say, poll after poll."""

    name = "a feed"
    tells_deletions = True

    def __init__(self, *polls: tuple[Tell, str | None, bool]) -> None:
        self._polls = iter(polls)
        self.positions: list[Position | None] = []
        self.knows_deletions = True

    def poll(self, _questions: object, _search: object, position: Position | None, receiver: Receiver):
        self.positions.append(position)
        tell, why_full, others_are_gone = next(self._polls)
        receiver.start_over()
        tell(receiver)
        if why_full is None:
            return Failure("it did not work", "Mend it.")
        number = str(len(self.positions)).encode()
        return Changes(Position("asked", number), others_are_gone, why_full, self.knows_deletions)


class Shown:
    """Answers questions for one entry by name: with its id, or, where it is not there, with nothing."""

    def __init__(self, **ids: bytes) -> None:
        self.ids = ids
        self.asked: list[str] = []

    def at(self, name: str, _filter: str, attributes: tuple[str, ...]) -> Page:
        assert attributes == ("entryUUID",)
        self.asked.append(name)
        entry_id = self.ids.get(name.partition(",")[0].partition("=")[2])
        found = (entry_of(name, [("entryUUID", [entry_id])]),) if entry_id else ()
        return Page(0 if found else 32, "", "", found, (), None)


class Night:
    """One read of the people, on top of the last one."""

    def __init__(
        self,
        folder: Path,
        feed: Feed,
        *,
        accepts_silence: bool = False,
        is_kept: bool = True,
        wants_aliases: bool = False,
        search: Search = USERS,
        answer: Page | None = None,
        questions: Shown | None = None,
    ) -> None:
        kept = Keeping(folder, NIGHT).file_of("corp", "asked", timedelta(days=7))
        assert kept is not None
        spool = SqliteSpool("corp", Path(), only="all", kept=kept)
        assert spool.parts is not None
        self.end, self.progress = SearchEnd(), list[int]()
        intake = Intake(spool, DECODER, wants_aliases=wants_aliases)
        taking = TakingInParts(search, intake, spool.parts, lambda _name, _asked: answer)  # type: ignore[arg-type,return-value]
        positions = positions_before(spool.parts)
        asking = Asking(questions or Shown(), search, self.end, taking, spool.parts, positions, self.progress.append)  # type: ignore[arg-type]
        self.told = changed_since(asking, feed, accepts_silence=accepts_silence)
        if isinstance(self.told, Failure) and answer:
            # what `whole_again` does with entries it has not met
            taking.answers("whole")
            taking.take_part(b"run", answer.entries, covers_ranges=False)
            assert taking.complete() is None
        self.counted = intake.users, intake.left_out.count
        self.snapshot: Snapshot = spool.finish(Completeness(is_complete=True))
        self.names = [user.username for user in self.snapshot.users()]
        self.members = {
            group.name: [user.username for user in self.snapshot.members(group.id)] for group in self.snapshot.groups()
        }
        self.left_out = [one.entry for one in self.snapshot.quarantined]
        if is_kept:
            self.snapshot.keep()
        self.snapshot.close()


FIRST = (changed(person("ana"), person("bo"), person("cem")), NO_POSITION, True)


def test_what_changed_is_put_on_what_was_kept(tmp_path: Path) -> None:
    first = Night(tmp_path, Feed(FIRST))
    assert (first.names, first.told, first.counted) == (["ana", "bo", "cem"], "", (3, 0))

    def tell(receiver: Receiver) -> None:
        changed(person("dora"), person("bo", mail="bo@example.org"))(receiver)
        receiver.gone(["id-ana", "id-nobody-knew"])

    feed = Feed((tell, "", False))
    second = Night(tmp_path, feed)
    assert feed.positions == [Position("asked", b"1")]
    assert second.names == ["bo", "cem", "dora"]
    assert second.told == "a feed: 2 users changed, 1 are gone"
    assert second.counted == (3, 0)
    assert (second.end.entries, second.end.result, second.end.pages) == (3, "success", 1)


def test_of_a_full_answer_only_what_it_told_is_there(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))

    def tell(receiver: Receiver) -> None:
        receiver.still_there(["id-bo", "id-nobody-knew"])
        changed(person("dora"))(receiver)

    second = Night(tmp_path, Feed((tell, "the server forgot", True)))
    assert second.names == ["bo", "dora"]
    assert second.told == "a feed: everything was asked for anew, since the server forgot"


def test_what_came_before_a_server_began_anew_does_not_count(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))

    def tell(receiver: Receiver) -> None:
        changed(person("eve"), person("bo", mail="wrong@example.org"))(receiver)
        receiver.start_over()
        changed(person("bo"))(receiver)

    assert Night(tmp_path, Feed((tell, "begun anew", True))).names == ["bo"]


def test_a_feed_that_fails_leaves_no_position_behind(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))
    failed = Night(tmp_path, Feed((changed(person("eve")), None, False)))
    assert isinstance(failed.told, Failure)
    after = Feed(FIRST)
    Night(tmp_path, after)
    assert after.positions == [None], "what was kept meanwhile is not what the position belongs to"


def test_what_a_feed_told_before_it_failed_does_not_count(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))
    told = changed(person("eve"), person("bo", mail="of another instant"))
    for _ in range(2):  # also in a new file
        assert Night(tmp_path, Feed((told, None, False)), is_kept=False).names == []
        Keeping(tmp_path, NIGHT).forget("corp")


def test_a_question_that_was_not_asked_for_a_night_is_told_of_everybody(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))
    # a group names people by login for one night: another question, of which nothing of the first one is kept
    with_logins = Feed(FIRST)
    assert Night(tmp_path, with_logins, wants_aliases=True).names == ["ana", "bo", "cem"]
    assert with_logins.positions == [None]
    again = Feed(FIRST)
    assert Night(tmp_path, again).names == ["ana", "bo", "cem"]
    assert again.positions == [None], "what the first night's position leads from is gone"
    assert Night(tmp_path, Feed((changed(person("dora")), "", False))).names == ["ana", "bo", "cem", "dora"]


def test_an_entry_told_twice_in_the_first_night_leaves_nothing_behind(tmp_path: Path) -> None:
    twice = changed(person("ana", mail="old@example.org"), person("ana", mail="new@example.org"))
    first = Night(tmp_path, Feed((twice, NO_POSITION, True)))
    assert first.names == ["ana"]
    assert Night(tmp_path, Feed((lambda receiver: receiver.gone(["id-ana"]), "", False))).names == []


def club(members: str, *people: str) -> Entry:
    """Return a group with its members, or with a part of them; of `ranges`, nobody is asked further after the end."""
    named = [f"uid={uid},{BASE}".encode() for uid in people]
    held = [("cn", [b"club"]), ("entryUUID", [b"id-club"]), ("modifyTimestamp", [b"1"]), (members, named)]
    return entry_of(f"cn=club,{BASE}", held)


def test_the_rest_of_a_group_is_not_asked_for_on_behalf_of_an_answer_that_failed(tmp_path: Path) -> None:
    """What came for it would be of no part, and stay for good: so would the members who left."""
    told = changed(club("member;range=0-0", "ana"))
    rest = Page(0, "success", "", (club("member", "ana", "bo"),), (), None)
    first = Night(tmp_path, Feed((told, None, False)), search=GROUPS, answer=rest)
    kept = Keeping(tmp_path, NIGHT).file_of("corp", "asked", timedelta(days=7))
    assert kept is not None
    spool = SqliteSpool("corp", Path(), only="all", kept=kept)
    members = list(spool._file.rows("SELECT ref FROM members WHERE part NOT IN (SELECT number FROM parts)"))
    spool.abandon()
    assert (isinstance(first.told, Failure), members) == (True, [])


def test_what_a_run_that_was_not_kept_was_told_is_told_again(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))
    Night(tmp_path, Feed((changed(person("eve")), "", False)), is_kept=False)
    again = Feed((changed(person("eve")), "", False))
    assert Night(tmp_path, again).names == ["ana", "bo", "cem", "eve"]
    assert again.positions == [Position("asked", b"1")]


def test_an_entry_of_which_the_feed_says_two_things_is_what_it_said_last(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))

    def tell(receiver: Receiver) -> None:
        receiver.gone(["id-ana"])
        changed(person("ana", mail="ana@example.org"))(receiver)
        changed(person("bo"), person("bo", mail="bo@example.org"))(receiver)
        changed(person("eve"))(receiver)
        receiver.gone(["id-eve"])

    with_mail = Night(tmp_path, Feed((tell, "", False)))
    assert with_mail.names == ["ana", "bo", "cem"]


@pytest.mark.parametrize("told", ["renamed", "removed"])
def test_a_name_that_others_end_in_is_never_gone_without_asking_for_everything(tmp_path: Path, told: str) -> None:
    device = person("phone", f"uid=ana,{BASE}")
    Night(tmp_path, Feed((changed(person("ana"), person("bo"), device), NO_POSITION, True)))

    def tell(receiver: Receiver) -> None:
        if told == "removed":
            receiver.gone(["id-ana"])
        else:
            changed(entry_of(f"uid=anna,{BASE}", [("uid", [b"anna"]), ("entryUUID", [b"id-ana"])]))(receiver)

    feed = Feed((tell, "", False), (changed(person("bo")), NO_POSITION, True))
    second = Night(tmp_path, feed)
    assert feed.positions == [Position("asked", b"1"), None]
    assert second.names == ["bo"]
    assert second.told == (
        "a feed: everything was asked for anew, since an entry was renamed or removed that had others below it"
    )


def test_who_is_gone_with_all_that_was_below_needs_no_further_question(tmp_path: Path) -> None:
    device = person("phone", f"uid=ana,{BASE}")
    Night(tmp_path, Feed((changed(person("ana"), person("bo"), device), NO_POSITION, True)))
    second = Night(tmp_path, Feed((lambda receiver: receiver.gone(["id-ana", "id-phone"]), "", False)))
    assert second.names == ["bo"]
    assert second.told == "a feed: 0 users changed, 2 are gone"


def test_a_renamed_person_with_nobody_below_is_just_renamed(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))
    renamed = entry_of(f"uid=anna,{BASE}", [("uid", [b"anna"]), ("entryUUID", [b"id-ana"])])
    assert Night(tmp_path, Feed((changed(renamed), "", False))).names == ["anna", "bo", "cem"]


def test_a_feed_that_does_not_tell_what_is_gone_is_good_enough_only_for_who_said_so(tmp_path: Path) -> None:
    Night(tmp_path, Feed(FIRST))
    feed = Feed(*[(changed(person("dora")), "", False)] * 2)
    feed.knows_deletions = False
    assert Night(tmp_path, feed, accepts_silence=True).names == ["ana", "bo", "cem", "dora"]
    assert Night(tmp_path, feed, accepts_silence=False).told == Failure("it can't tell what is gone", "")


def test_what_can_not_be_used_is_left_out_by_name_as_long_as_it_is_there(tmp_path: Path) -> None:
    def tell(receiver: Receiver) -> None:
        receiver.changed("id-1", Undecodable("cn=\\ff", "its name is not UTF-8"))
        receiver.changed("id-2", entry_of(f"uid=x,{BASE}", [("uid", [b"x"])]))
        receiver.changed("id-3", entry_of("no name", [("uid", [b"y"]), ("entryUUID", [b"id-3"])]))

    first = Night(tmp_path, Feed((tell, NO_POSITION, True)))
    second = Night(tmp_path, Feed((changed(person("ana")), "", False)))
    assert first.left_out == second.left_out == ["cn=\\ff", f"uid=x,{BASE}", "no name"]
    assert (first.counted, second.counted) == ((0, 3), (1, 3))
    third = Night(tmp_path, Feed((lambda receiver: receiver.gone(["id-1", "id-2"]), "", False)))
    assert (third.left_out, third.counted) == (["no name"], (1, 1))


PHONE = (changed(person("ana"), person("phone", f"uid=ana,{BASE}")), NO_POSITION, True)


@pytest.mark.parametrize("now", [{}, {"ana": b"another"}])
def test_an_entry_that_others_are_below_is_looked_at_before_each_poll(tmp_path: Path, now: dict[str, bytes]) -> None:
    shown = Shown(ana=b"id-ana")
    Night(tmp_path, Feed(PHONE), questions=shown)
    assert shown.asked == [f"uid=ana,{BASE}"], "the others are below what is a container for every feed"
    quiet = Feed((changed(), "", False))
    assert Night(tmp_path, quiet, questions=shown).names == ["ana", "phone"]
    assert quiet.positions == [Position("asked", b"1")]
    moved = Feed((changed(person("ana")), NO_POSITION, True))
    assert Night(tmp_path, moved, questions=Shown(**now)).names == ["ana"]
    assert moved.positions == [None]


def test_one_that_the_account_is_not_shown_makes_nobody_ask_for_everything_each_night(tmp_path: Path) -> None:
    Night(tmp_path, Feed(PHONE), questions=Shown())
    feed = Feed((changed(), "", False))
    Night(tmp_path, feed, questions=Shown())
    assert feed.positions == [Position("asked", b"1")]


def test_where_too_many_entries_have_others_below_everything_is_asked_for(tmp_path: Path) -> None:
    crowd = [person(f"p{n}", f"cn=c{n},{BASE}") for n in range(201)]
    shown = Shown(**{f"c{n}": b"x" for n in range(201)})
    Night(tmp_path, Feed((changed(*crowd), NO_POSITION, True)), questions=shown)
    feed = Feed((changed(*crowd[1:]), NO_POSITION, True), (changed(), "", False))
    Night(tmp_path, feed, questions=shown)
    Night(tmp_path, feed, questions=shown)
    assert feed.positions == [None, Position("asked", b"1")], "200 of them are not too many"


def test_who_waits_sees_how_far_it_is(tmp_path: Path) -> None:
    crowd = changed(*(person(f"p{n}") for n in range(2500)))
    assert Night(tmp_path, Feed((crowd, NO_POSITION, True))).progress == [1000, 2000]


@contextmanager
def parts_of(folder: Path) -> Iterator[SqliteSpool]:
    kept = Keeping(folder, NIGHT).file_of("corp", "asked", timedelta(days=7))
    spool = SqliteSpool("corp", Path(), only="all", kept=kept)
    yield spool
    spool.abandon()


def test_parts_of_another_question_are_not_met_again(tmp_path: Path) -> None:
    with parts_of(tmp_path) as spool:
        assert spool.parts is not None
        searches = [
            USERS,
            GROUPS,
            *searches_for([Selection("all", (BASE,), user_filter="(uid=a*)")], DECODER),
            *searches_for([Selection("other", (BASE,))], DECODER),
        ]
        takings = [
            TakingInParts(search, Intake(spool, DECODER, wants_aliases=wants), spool.parts, lambda _n, _a: None)  # type: ignore[arg-type,return-value]
            for search in searches
            for wants in (True, False)
        ]
        asked = [taking.answers(way) for taking in takings for way in ("one", "another")]
    assert len(set(asked)) == len(asked) == 16
