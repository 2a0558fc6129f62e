"""What every Spool and its Snapshot must do, asked of the one in memory and of the one in a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dirsync.errors import DirsyncError
from dirsync.model.addresses import Addresses
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory import DUPLICATE_ID, NO_ID, NO_NAME, MemorySpool, in_order
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE, BareUser, Completeness, Counts, Snapshot, Spool
from dirsync.store.spool import BATCH, SqliteSpool
from dirsync.store.spool.file import AT_ONCE
from dirsync.store.spool.spool import MANY

DONE = Completeness(is_complete=True, read_at="2026-11-20T01:00:00Z")
USER, GROUP, ANY = MemberKind.USER, MemberKind.GROUP, MemberKind.ANY
MakeSpool = Callable[..., Spool]


@pytest.fixture(params=["memory", "sqlite"])
def make_spool(request: pytest.FixtureRequest, tmp_path: Path) -> MakeSpool:
    def make(exceptions: Mapping[str, str] | None = None) -> Spool:
        if request.param == "memory":
            return MemorySpool("corp", exceptions)
        return SqliteSpool("corp", tmp_path / "a folder?with#signs" / "corp.spool", exceptions)

    (tmp_path / "a folder?with#signs").mkdir()
    return make


def user(name: str, ref: str = "", username: str = "") -> User:
    return User(name, ref or f"uid={name}", username or name)


def group(name: str, ref: str = "") -> Group:
    return Group(name, ref or f"cn={name}", name)


def ids(entries: object) -> list[str]:
    return [entry.id for entry in entries]  # type: ignore[attr-defined]


def test_everything_put_in_comes_out_sorted_by_id_with_every_attribute(make_spool: MakeSpool):
    spool = make_spool()
    full = User("2", "uid=é", "É", "é@example.org", "Zoë", 'O\'Brien "x"', "שלום 😀", active=False)
    spool.add_user(full)
    spool.add_user(user("10"))
    odd = Group("g2", "cn=a;b", "'; DROP TABLE users; --", "line\nbreak", "team@example.org")
    spool.add_group(odd, "customers")
    spool.add_group(group("g1"))
    with closing(spool.finish(DONE)) as snapshot:
        assert list(snapshot.users()) == [user("10"), full]
        assert [one.name for one in snapshot.groups()] == ["g1", "'; DROP TABLE users; --"]
        assert snapshot.group_named("'; drop  table USERS; --") == odd
        assert (snapshot.directory, snapshot.completeness, tuple(snapshot.quarantined)) == ("corp", DONE, ())
        assert snapshot.counts() == Counts(2, 2, 0)


def test_a_full_scratch_disk_is_told_in_words_with_the_way_to_another_one(tmp_path: Path):
    spool = SqliteSpool("corp", tmp_path / "corp.spool")
    spool._file.run("PRAGMA max_page_count = 1")  # SQLite's own word for a full disk
    for n in range(BATCH - 1):
        spool.add_user(user(f"{n:05}"))
    with pytest.raises(DirsyncError) as caught:
        spool.add_user(user("the last of a batch"))
    assert caught.value.message == (
        f"The scratch file {tmp_path}/corp.spool for what corp holds failed during the run: database or disk is full."
    )
    assert "TMPDIR" in caught.value.remedy
    spool._file.close()


def test_an_empty_spool_gives_an_empty_snapshot(make_spool: MakeSpool):
    with closing(make_spool().finish(DONE)) as snapshot:
        assert snapshot.counts() == snapshot.counts("nobody") == Counts(0, 0, 0)
        assert list(snapshot.users()) == list(snapshot.groups()) == list(snapshot.namesakes()) == []
        assert snapshot.user("x") is snapshot.user_named("x") is snapshot.group_named("x") is None
        assert list(snapshot.members("x")) == list(snapshot.groups_of("x")) == []
        assert list(snapshot.child_groups("x")) == list(snapshot.parent_groups("x")) == []


def test_a_selection_holds_its_own_and_the_whole_holds_each_once(make_spool: MakeSpool):
    spool = make_spool()
    for name, selection in (("a", "agents"), ("b", "agents"), ("b", "customers"), ("c", "customers"), ("d", WHOLE)):
        spool.add_user(user(name), selection)
        spool.add_group(group(f"g{name}"), selection)
    spool.add_user(user("b"), "agents")  # met again through an overlapping base
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.users("agents")) == ["a", "b"]
        assert ids(snapshot.groups("customers")) == ["gb", "gc"]
        assert ids(snapshot.users()) == ["a", "b", "c", "d"]
        assert ids(snapshot.groups()) == ["ga", "gb", "gc", "gd"]
        assert snapshot.user("c") == user("c")
        assert snapshot.user("c", "agents") is None
        assert snapshot.user_named("C", "agents") is None
        assert snapshot.group_named("GA", "customers") is None
        assert (snapshot.counts("agents"), snapshot.counts()) == (Counts(2, 2, 0), Counts(4, 4, 0))


def test_of_two_readings_of_one_entry_the_first_counts_whatever_the_selection(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(User("1", "r", "second"), "b")
    spool.add_user(User("1", "r", "first"), "a")
    spool.add_user(User("1", "r", "third"), "a")
    with closing(spool.finish(DONE)) as snapshot:
        assert [one.username for one in snapshot.users()] == ["first"]
        assert [one.username for one in snapshot.users("a")] == ["first"]
        assert [one.username for one in snapshot.users("b")] == ["second"]


def test_two_entries_of_one_id_are_both_left_out_by_name_and_nobody_else_is(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(user("1", "uid=a"), "agents")
    spool.add_user(user("1", "uid=b"), "customers")
    spool.add_user(user("2"))
    spool.add_group(group("1", "cn=a"))
    spool.add_group(group("3", "cn=c"))
    spool.add_group(group("3", "cn=d"))
    spool.add_member("1", "uid=a", ANY)
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.users()) == ["2"]
        assert ids(snapshot.groups()) == ["1"], "a group may have the id of a user"
        assert set(snapshot.quarantined) == {
            Quarantined("uid=a", DUPLICATE_ID.format(id="1"), "1"),
            Quarantined("uid=b", DUPLICATE_ID.format(id="1"), "1"),
            Quarantined("cn=c", DUPLICATE_ID.format(id="3"), "3"),
            Quarantined("cn=d", DUPLICATE_ID.format(id="3"), "3"),
        }
        assert ids(snapshot.users("agents")) == ids(snapshot.users("customers")) == []
        assert list(snapshot.members("1")) == []


def test_an_entry_without_id_or_name_is_left_out_by_name(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(User(" ", "uid=a", "a"))
    spool.add_user(User("2", "uid=b", " "))
    spool.add_group(Group("", "cn=a", "a"))
    spool.add_group(Group("4", "", ""))
    by_hand = Quarantined("uid=z", "its mail holds a line break", "9")
    spool.quarantine(by_hand)
    spool.quarantine(by_hand)
    with closing(spool.finish(DONE)) as snapshot:
        assert snapshot.counts() == Counts(0, 0, 0)
        assert list(snapshot.quarantined) == [
            Quarantined("uid=a", NO_ID, " "),
            Quarantined("uid=b", NO_NAME, "2"),
            Quarantined("cn=a", NO_ID, ""),
            Quarantined("4", NO_NAME, "4"),
            by_hand,
        ]


def test_who_is_refused_or_met_again_leaves_no_expiry_behind(make_spool: MakeSpool):
    past = datetime(2026, 11, 19, tzinfo=UTC)
    spool = make_spool()
    spool.add_user(User("1", "uid=a", " "), "agents", past)
    spool.add_user(user("1", "uid=a"), "agents")
    spool.add_user(user("1", "uid=a"), "agents", past)
    spool.add_user(user("2"), "agents", past)
    with closing(spool.finish(DONE)) as snapshot:
        assert [one.active for one in snapshot.users("agents")] == [True, False]


def test_a_mapping_that_excepts_another_leaves_out_its_people_also_along_a_chain(make_spool: MakeSpool):
    spool = make_spool({"everybody": "staff", "staff": "agents"})
    for name, taken in (
        ("1", "everybody"),
        ("2", "everybody"),
        ("3", "everybody"),
        ("1", "staff"),
        ("2", "staff"),
        ("1", "agents"),
    ):
        spool.add_user(user(name), taken)
    spool.add_group(group("g"), "everybody")
    spool.add_member("g", "uid=1", ANY)
    spool.add_member("g", "uid=3", ANY)
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.users("agents")) == ["1"]
        assert ids(snapshot.users("staff")) == ["2"]
        # "1" is no longer staff, so that everybody-but-staff holds it again
        assert ids(snapshot.users("everybody")) == ["1", "3"]
        assert ids(snapshot.users()) == ["1", "2", "3"]
        assert ids(snapshot.members("g", "agents")) == ["1"]
        assert ids(snapshot.members("g")) == ["1", "3"]


def test_exceptions_are_taken_in_an_order_in_which_what_is_excepted_is_settled_first():
    assert list(in_order({"a": "b", "b": "c", "x": "y"})) in (
        [("b", "c"), ("x", "y"), ("a", "b")],
        [("x", "y"), ("b", "c"), ("a", "b")],
    )


def test_memberships_are_resolved_by_ref_to_users_or_groups_as_their_kind_allows(make_spool: MakeSpool):
    spool = make_spool()
    for name in ("a", "b"):
        spool.add_user(User(f"u{name}", name, name))
    for name in ("a", "c", "top"):
        spool.add_group(Group(f"g{name}", name, name))
    spool.add_member("gtop", "a", ANY)  # a user of that ref comes first
    spool.add_member("gtop", "c", ANY)
    spool.add_member("gtop", "a", GROUP)
    spool.add_member("gtop", "b", GROUP)  # there is no such group
    spool.add_member("gtop", "c", USER)  # there is no such user
    spool.add_member("gtop", "nobody", ANY)
    spool.add_member("gtop", "a", USER)
    spool.add_member("nowhere", "a", USER)
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.members("gtop")) == ["ua"]
        assert ids(snapshot.child_groups("gtop")) == ["ga", "gc"]
        assert ids(snapshot.parent_groups("ga")) == ids(snapshot.parent_groups("gc")) == ["gtop"]
        assert ids(snapshot.groups_of("ua")) == ["gtop"]
        assert list(snapshot.groups_of("ub")) == []
        assert list(snapshot.members("nowhere")) == []
        assert snapshot.counts() == Counts(2, 3, 3)
        assert list(snapshot.strangers("gtop")) == ["nobody"]
        assert list(snapshot.strangers("nowhere")) == list(snapshot.strangers("ga")) == []


def test_a_member_that_was_not_read_is_a_stranger_whatever_its_kind_but_not_by_an_alias(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_group(Group("g", "cn=g", "g"))
    for ref, kind in (("uid=2", USER), ("cn=1", GROUP), ("uid=3", ANY), ("uid=3", USER), ("three", MemberKind.ALIAS)):
        spool.add_member("g", ref, kind)
    spool.add_member("left out", "uid=4", ANY)
    with closing(spool.finish(DONE)) as snapshot:
        assert list(snapshot.strangers("g")) == ["cn=1", "uid=2", "uid=3"]
        assert list(snapshot.strangers("left out")) == []


def test_a_membership_of_a_ref_that_two_share_is_one_of_both(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(User("1", "strasse", "strasse"))
    spool.add_user(User("2", "strasse", "straße"))
    spool.add_group(group("g"))
    spool.add_member("g", "strasse", USER)
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.members("g")) == ["1", "2"]
        assert list(snapshot.namesakes()) == ["strasse"]
        assert snapshot.user_named("STRASSE") == User("1", "strasse", "strasse")


def test_groups_may_hold_each_other_and_themselves(make_spool: MakeSpool):
    spool = make_spool()
    for name in ("a", "b"):
        spool.add_group(group(name))
    for holder, held in (("a", "b"), ("b", "a"), ("a", "a")):
        spool.add_member(holder, f"cn={held}", GROUP)
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.child_groups("a")) == ["a", "b"]
        assert ids(snapshot.parent_groups("a")) == ["a", "b"]
        assert snapshot.counts() == Counts(0, 2, 3)


def test_memberships_are_counted_for_the_groups_a_selection_holds(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(user("u"), "a")
    for name, selection in (("g", "a"), ("h", "b")):
        spool.add_group(group(name), selection)
        spool.add_member(name, "uid=u", ANY)
    with closing(spool.finish(DONE)) as snapshot:
        assert [snapshot.counts(one).memberships for one in ("a", "b", WHOLE)] == [1, 1, 2]


def test_names_compare_folded_and_composed(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(User("1", "r1", "Jose\u0301  Maria"))
    spool.add_user(User("2", "r2", "JOSÉ MARIA"), "customers")
    spool.add_user(User("3", "r3", "ana"), "customers")
    spool.add_group(Group("g", "r", "Straße"))
    with closing(spool.finish(DONE)) as snapshot:
        found = snapshot.user_named("josé maria")
        assert found
        assert found.id == "1"
        assert found.username == "Jose\u0301  Maria", "names come out as they went in"
        in_customers = snapshot.user_named("josé maria", "customers")
        assert in_customers
        assert in_customers.id == "2"
        assert list(snapshot.namesakes()) == ["josé maria"]
        assert list(snapshot.namesakes("customers")) == []
        assert snapshot.group_named("STRASSE")


def test_addresses_come_folded_and_sorted_with_whom_they_belong_to(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(User("3", "r3", "Zoë", "  ANA@Example.org "), "customers")
    spool.add_user(User("1", "r1", "ben", "zoe\u0308@example.org"))
    spool.add_user(User("2", "r2", "ana", "ana@example.org"), "customers")
    spool.add_user(User("4", "r4", "nobody", " "))
    spool.add_user(User("5", "r5", "off", "off@example.org", active=False))
    with closing(spool.finish(DONE)) as snapshot:
        anas = [("ana@example.org", "ana", "2"), ("ana@example.org", "zoë", "3")]
        assert list(snapshot.addresses()) == [*anas, ("zoë@example.org", "ben", "1")]
        assert list(snapshot.addresses("customers")) == anas
        assert list(snapshot.addresses("agents")) == []


def test_an_address_is_folded_behind_a_sign_that_sqlite_ends_at(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_user(User("1", "r1", "ana", "a\x00B@Example.org"))
    with closing(spool.finish(DONE)) as snapshot:
        assert list(snapshot.addresses()) == [("a\x00b@example.org", "ana", "1")]


SOUGHT = Addresses(frozenset({"list@example.org", "zo\u00eb@example.org"}), frozenset({"info"}), ("-owner", "_bot"))


@pytest.mark.parametrize(
    ("email", "is_found"),
    [
        ("list@example.org", True),
        ("LIST@Example.org", True),
        ("  list@example.org\t", True),
        ("Zoe\u0308@EXAMPLE.org", True),
        ("info@example.com", True),
        ("\u0130nfo@example.com", False),  # folds to more than `info`
        ("IN\ufb00O@example.com", False),
        ("\u017fales-Owner@example.org", True),
        ("Info@one.example@two.example", True),
        ("my-OWNER@example.org", True),
        ("xbot@example.org", False),  # what SQL's LIKE would take for `_bot`
        ("a_bot@example.org", True),
        ("ana@x-owner@example.org", False),
        ("my-owner", False),
        ("info", False),
        ("infos@example.org", False),
        ("info\x00@example.org", False),
        ("\x00-OWNER@example.org", True),
        ("mailing-list@example.org", False),
        ("", False),
        (" ", False),
    ],
)
def test_users_are_found_by_their_address_or_mailbox(make_spool: MakeSpool, email: str, *, is_found: bool):
    spool = make_spool()
    spool.add_user(User("2", "r2", "ana", email), "customers")
    spool.add_user(User("1", "r1", "ben", email))
    spool.add_user(User("3", "r3", "off", email, active=False))
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.users_at(SOUGHT)) == (["1", "2"] if is_found else [])
        assert ids(snapshot.users_at(SOUGHT, "customers")) == (["2"] if is_found else [])
        assert ids(snapshot.users_at(SOUGHT, "agents")) == []


def test_iterators_may_be_nested_and_taken_again_and_left_unfinished(make_spool: MakeSpool):
    spool = make_spool()
    for name in ("a", "b", "c"):
        spool.add_user(user(name))
        spool.add_group(group(f"g{name}"))
        spool.add_member(f"g{name}", f"uid={name}", USER)
    with closing(spool.finish(DONE)) as snapshot:
        pairs = [
            (one.id, held.id, snapshot.counts().users, ids(snapshot.users()))
            for one in snapshot.groups()
            for held in snapshot.members(one.id)
            if snapshot.user_named(held.username)
        ]
        assert pairs == [(f"g{name}", name, 3, ["a", "b", "c"]) for name in ("a", "b", "c")]
        next(iter(snapshot.users()))
        assert ids(snapshot.users()) == ids(snapshot.users()) == ["a", "b", "c"]


def test_fifty_thousand_users_are_taken_within_seconds(make_spool: MakeSpool):
    began = time.monotonic()
    spool = make_spool({"customers": "agents"})
    number = 50_000
    for place in range(BATCH + 1):
        spool.add_group(Group(f"g{place:05}", f"cn={place}", f"g{place}"), "customers")
    for place in range(number):
        spool.add_user(User(f"{place:06}", f"uid={place}", f"user{place}"), "customers")
        spool.add_member(f"g{place % 100:05}", f"uid={place}", ANY)
        if place % 10 == 0:
            spool.add_user(User(f"{place:06}", f"uid={place}", f"user{place}"), "agents")
    with closing(spool.finish(DONE)) as snapshot:
        assert snapshot.counts() == Counts(number, BATCH + 1, number)
        assert snapshot.counts("customers").users == number * 9 // 10
        assert len(ids(snapshot.members("g00001"))) == number // 100
    assert time.monotonic() - began < 20


def test_a_spool_in_a_file_keeps_no_more_in_memory_than_a_batch(tmp_path: Path):
    spool = SqliteSpool("corp", tmp_path / "spool")
    most = 0
    for place in range(3 * BATCH):
        spool.add_group(group(f"g{place}"))
        spool.add_user(user(f"u{place}"))
        spool.add_member(f"g{place}", f"uid=u{place}", ANY)
        most = max(most, len(spool._groups), len(spool._users), len(spool._members))
    assert most <= BATCH
    with closing(spool.finish(DONE)) as snapshot:
        assert snapshot.counts() == Counts(3 * BATCH, 3 * BATCH, 3 * BATCH)


def whole(snapshot: Snapshot, selections: tuple[str, ...]) -> dict[str, object]:
    """Everything a Snapshot can be asked."""
    people, groups = list(snapshot.users()), list(snapshot.groups())
    ids = [group.id for group in groups]
    several = [ids, [*reversed(ids), "nobody's", *ids], ids[1:], []]
    those = [[*(one.id for one in people), "nobody's", *(one.id for one in people)], [one.id for one in people][1:], []]
    names = [[one.username.upper() for one in people], [one.username for one in people][1:], ["nobody's"], []]
    return {
        "quarantined": sorted(snapshot.quarantined, key=repr),
        "counts": [snapshot.counts(one) for one in selections],
        "active users": [snapshot.active_users(one) for one in selections],
        "users": [list(snapshot.users(one)) for one in selections],
        "groups": [list(snapshot.groups(one)) for one in selections],
        "namesakes": [list(snapshot.namesakes(one)) for one in selections],
        "named": [[snapshot.user_named(one.username, s) for one in people] for s in selections],
        "by id": [[snapshot.user(one.id, s) for one in people] for s in selections],
        "group named": [[snapshot.group_named(one.name, s) for one in groups] for s in selections],
        "members": [[list(snapshot.members(one.id, s)) for one in groups] for s in selections],
        "children": [list(snapshot.child_groups(one.id)) for one in groups],
        "strangers": [list(snapshot.strangers(one.id)) for one in groups],
        "parents": [list(snapshot.parent_groups(one.id)) for one in groups],
        "groups of": [list(snapshot.groups_of(one.id)) for one in people],
        "all named": [[list(snapshot.users_named(one.username, s)) for one in people] for s in selections],
        "among": [sorted(snapshot.users_among(asked, s)) for s in selections for asked in those],
        "named among": [list(snapshot.users_named_among(asked, s)) for s in selections for asked in names],
        "memberships of": [sorted(snapshot.memberships_of(asked, s)) for s in selections for asked in those],
        "bare": [_read(snapshot, snapshot.bare_users(one)) for one in selections],
        "bare among": [
            sorted(_read(snapshot, snapshot.bare_users_among(asked, s))) for s in selections for asked in those
        ],
        "usernames": [list(snapshot.usernames(one)) for one in selections],
        "addresses": [list(snapshot.addresses(one)) for one in selections],
        "at": [[list(snapshot.users_at(Addresses({fold(one.email)}), s)) for one in people] for s in selections],
        "accounts in": [[set(snapshot.accounts_in(one.id, s)) for one in groups] for s in selections],
        "accounts in any": [sorted(snapshot.accounts_in_any(asked, s)) for s in selections for asked in several],
        "members of any": [list(snapshot.members_of_any(asked, s)) for s in selections for asked in several],
        "nestings": list(snapshot.nestings()),
    }


def _read(snapshot: Snapshot, rows: Iterable[BareUser]) -> list[tuple[object, ...]]:
    """Return bare users with their groups by id, as far as the Snapshot holds these."""
    there = {group.id for group in snapshot.groups()}
    return [(*row[:-1], sorted(there.intersection(snapshot.groups_marked(row[-1])))) for row in rows]


def test_what_was_read_has_no_name_on_the_disk_so_that_a_killed_run_leaves_nobody_s_data(tmp_path):
    path = tmp_path / "corp.spool"
    spool = SqliteSpool("corp", path)
    for number in range(20_000):
        spool.add_user(User(f"id-{number:05}", f"r-{number}", f"user{number}", email="x" * 200))
    assert list(tmp_path.iterdir()) == []
    snapshot = spool.finish(Completeness(is_complete=True))
    assert sum(1 for _ in snapshot.users()) == 20_000
    assert list(tmp_path.iterdir()) == []
    snapshot.close()


def test_half_a_character_is_nobody_s_name(tmp_path):
    spool = SqliteSpool("corp", tmp_path / "corp.spool")
    spool.add_user(User("id-1", "r-1", "ana"))
    snapshot = spool.finish(Completeness(is_complete=True))
    assert snapshot.user_named("ana")
    assert snapshot.user_named("a\ud800") is None
    assert snapshot.group_named("a\udfff") is None
    snapshot.close()


def test_more_people_than_fit_one_question_are_asked_for_at_once(make_spool: MakeSpool):
    spool = make_spool()
    everybody = [user(f"{number:05}\0", f"ref-{number}", f"Person.{number}") for number in range(2 * AT_ONCE + 1)]
    spool.add_group(group("all"))
    for one in everybody:
        spool.add_user(one)
        spool.add_member("all", one.ref, USER)
    with closing(spool.finish(DONE)) as snapshot:
        backwards = [one.id for one in reversed(everybody)]
        assert sorted(snapshot.users_among([*backwards, *backwards, "nobody"])) == everybody
        assert list(snapshot.users_named_among([one.username.upper() for one in everybody])) == everybody
        assert sorted(snapshot.memberships_of(backwards)) == [(one.id, "all") for one in everybody]
        bare = sorted(snapshot.bare_users_among([*backwards, *backwards, "nobody"]))
        assert bare == list(snapshot.bare_users()), "each once"
        assert [(*one[:-1],) for one in bare] == everybody
        assert {(*snapshot.groups_marked(one[-1]),) for one in bare} == {("all",)}


def test_the_first_few_that_are_asked_for_by_id_are_told_as_the_many_after_them(make_spool: MakeSpool):
    spool = make_spool()
    everybody = [user(f"id-{number:03}", f"ref-{number}", f"Person.{number}") for number in range(300)]
    for one in everybody[::2]:
        spool.add_user(one, "half")
    for one in everybody:
        spool.add_user(one, "all")
        spool.add_member("all", one.ref, USER)
    spool.add_group(group("all"), "all")
    with closing(spool.finish(DONE)) as snapshot:
        told = {one[0]: (User(*one[:-1]), (*snapshot.groups_marked(one[-1]),)) for one in snapshot.bare_users()}
        assert told == {one.id: (one, ("all",)) for one in everybody}
        for selection, known in (("all", everybody), ("half", everybody[::2]), (WHOLE, everybody), ("all", everybody)):
            for one in everybody:
                found = list(snapshot.bare_users_among([one.id], selection))
                assert [User(*each[:-1]) for each in found] == [one][: one in known]
                assert all((*snapshot.groups_marked(each[-1]),) == ("all",) for each in found)


def test_the_groups_of_many_are_told_while_people_are_still_read(make_spool: MakeSpool):
    spool = make_spool()
    spool.add_group(group("all"))
    for number in range(5):
        spool.add_user(user(f"id-{number}", f"ref-{number}"))
        spool.add_member("all", f"ref-{number}", USER)
    with closing(spool.finish(DONE)) as snapshot:
        told = [list(snapshot.memberships_of([one.id])) for one in snapshot.users()]
        assert told == [[(f"id-{number}", "all")] for number in range(5)]


def test_half_a_character_is_nobody_s_name_among_others_either(tmp_path):
    spool = SqliteSpool("corp", tmp_path / "corp.spool")
    spool.add_user(User("id-1", "r-1", "ana"))
    with closing(spool.finish(DONE)) as snapshot:
        assert ids(snapshot.users_named_among(["a\ud800", "ANA"])) == ["id-1"]


@pytest.mark.parametrize("number", [1, MANY - 1, MANY, BATCH + MANY, 2 * BATCH + 1])
@pytest.mark.parametrize("odd", ["uid=a\x00b", 'uid="q\\', "uid=\\u0000", "uid=é😀", "12", "null", ""])
def test_members_that_come_together_are_those_that_come_one_by_one(make_spool: MakeSpool, number: int, odd: str):
    refs = [odd, *(f"uid=p{place}" for place in range(1, number))]
    spool = make_spool()
    for place, ref in enumerate(refs):
        spool.add_user(User(f"{place:05}", ref or "uid=unnamed", f"p{place}"))
    spool.add_group(group("g"))
    spool.add_group(group("one by one"))
    spool.add_members("g", iter(refs), ANY)
    for ref in refs:
        spool.add_member("one by one", ref, ANY)
    with closing(spool.finish(DONE)) as snapshot:
        found = ids(snapshot.members("g"))
        assert len(found) == number - (not odd)
        assert found == ids(snapshot.members("one by one"))
        assert [*snapshot.strangers("g")] == [*snapshot.strangers("one by one")]


@pytest.mark.parametrize("number", [1, MANY, BATCH + MANY])
def test_aliases_that_come_together_mean_those_who_bear_them(make_spool: MakeSpool, number: int):
    spool = make_spool()
    for place in range(number):
        spool.add_user(user(f"{place:05}"))
        spool.add_alias(f"uid={place:05}", f"login:{place}")
    spool.add_group(group("g"))
    spool.add_members("g", (f"login:{place}" for place in range(number)), MemberKind.ALIAS)
    with closing(spool.finish(DONE)) as snapshot:
        assert len(ids(snapshot.members("g"))) == number
