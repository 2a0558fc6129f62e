"""What is ours on a target, and what apply was about to do: kept whole, whenever the process ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from dirsync.model.links import GroupLink, Link, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store import links as links_module
from dirsync.store.journal import Intent, Settled, read_change, write_change
from dirsync.store.store import Store

AT = "2026-11-20T01:00:00+00:00"
ANA = UserLink("crowd", "customers", "s1", "t1", "ana")
MEMBER = MemberLink("crowd", "customers", "s1", "portal")
GROUP = GroupLink("crowd", "customers", "portal")


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    yield store
    store.close()


def links_of(store: Store, directory: str = "crowd", mapping: str = "customers") -> list[Link]:
    with store.links() as links:
        return [
            *links.users(directory, mapping),
            *links.members(directory, mapping),
            *links.groups(directory, mapping),
        ]


def intent(position: int, run: str = "r1") -> Intent:
    change = Change(Op.CREATE_USER, "crowd", "customers", user=f"user{position}", after={"active": True})
    return Intent(run, position, change)


def settled(position: int, recorded: tuple[Link, ...] = (), forgotten: tuple[Link, ...] = ()) -> Settled:
    one = intent(position)
    return Settled(one, Outcome(one.change.id, Result.DONE, "made", AT, f"t{position}"), recorded, forgotten)


def states(store: Store) -> dict[str, str]:
    places = {"ours": ("crowd", "customers"), "of another": ("crowd", "staff"), "elsewhere": ("jira", "customers")}
    with store.links() as links:
        return {what: links.state(*place) for what, place in places.items()}


@pytest.mark.parametrize("link", [ANA, MEMBER, GROUP], ids=lambda link: type(link).__name__)
def test_whoever_writes_links_gives_them_another_state_and_no_others(store: Store, link: Link):
    met = [states(store)]
    assert set(met[0].values()) == {""}
    for write in (
        lambda: store.runs.remember_links([link], []),
        lambda: store.runs.remember_links([link], []),
        lambda: store.runs.remember_links([], [link]),
        lambda: store.journal.write((settled(1, recorded=(link,)),), (), AT),
        lambda: store.journal.write((settled(1, forgotten=(link,)),), (), AT),
    ):
        write()
        met.append(states(store))
    assert len({one["ours"] for one in met}) == len(met)
    assert {(one["of another"], one["elsewhere"]) for one in met} == {("", "")}


def test_where_no_link_is_written_the_state_stays(store: Store):
    store.runs.remember_links([ANA], [])
    before = states(store)
    store.runs.remember_links([], [])
    store.journal.write((), (intent(1),), AT)
    store.journal.write((settled(1),), (), AT)
    assert states(store) == before


def test_links_of_some_people_come_as_those_of_all_do(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(links_module, "AT_ONCE", 2)
    people = [replace(ANA, source_id=f"s{one}", target_id=f"t{one}") for one in (3, 1, 10, 2, 20)]
    inside = [MemberLink("crowd", "customers", f"s{one}", group) for one in (1, 10, 20) for group in ("b", "a")]
    store.runs.remember_links([*people, *inside, replace(ANA, mapping="staff")], [])
    wanted = ["s20", "s1", "s10", "s4", "s2"]
    with store.links() as links:
        everybody = list(links.bare_users("crowd", "customers"))
        groups = list(links.groups_by_person("crowd", "customers"))
        some = list(links.bare_users_among("crowd", "customers", wanted))
        assert some == [one for one in everybody if one[0] in wanted]
        assert [one[0] for one in some] == ["s1", "s10", "s2", "s20"]
        assert list(links.groups_among("crowd", "customers", wanted)) == [one for one in groups if one[0] in wanted]
        assert not list(links.bare_users_among("crowd", "customers", []))


def test_links_by_the_thousand_are_written_some_at_a_time_and_of_one_key_the_last_counts(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(links_module, "AT_A_TIME", 3)
    many = [replace(ANA, source_id=f"s{one}", target_id=f"t{one}") for one in range(7)]
    again = [replace(many[0], username="ana2"), replace(many[0], username="ana3"), replace(many[6], missed=2)]
    store.runs.remember_links(iter([*many, MEMBER, GROUP, *again, MEMBER, GROUP]), ())
    assert links_of(store) == [again[1], *many[1:6], again[2], MEMBER, GROUP]
    store.runs.remember_links((), iter([*many[1:], GROUP]))
    assert links_of(store) == [again[1], MEMBER]


def test_links_are_found_by_person_by_account_and_by_mapping_in_order(store: Store):
    ben = UserLink("crowd", "customers", "s2", "t2", "ben", missed=1, missed_at=AT, is_deactivated=True)
    others = [replace(ANA, mapping="agents"), replace(ANA, directory="ldap"), replace(MEMBER, source_id="s0")]
    store.runs.remember_links([ben, GROUP, MEMBER, ANA, *others], ())
    assert links_of(store) == [ANA, ben, replace(MEMBER, source_id="s0"), MEMBER, GROUP]
    with store.links() as links:
        assert links.user("crowd", "customers", "s2") == ben
        assert links.user("crowd", "customers", "t2") is None
        assert links.owner("crowd", "t2") == ben
        assert links.owner("crowd", "t1") == replace(ANA, mapping="agents"), "whatever the mapping"
        assert links.owner("elsewhere", "t2") is None


def test_a_link_of_the_same_key_is_replaced_and_a_forgotten_one_is_gone(store: Store):
    renamed = replace(ANA, username="anna", target_id="t9")
    store.runs.remember_links([ANA, renamed, GROUP], ())
    assert links_of(store) == [renamed, GROUP]
    store.runs.remember_links([ANA], [GROUP, replace(GROUP, group="never there")])
    assert links_of(store) == [ANA]


def test_links_may_be_read_while_others_are_written(store: Store):
    many = [replace(ANA, source_id=f"s{place:05}") for place in range(2500)]
    store.runs.remember_links(many, ())
    with store.links() as links:
        seen = 0
        for link in links.users("crowd", "customers"):
            assert links.user("crowd", "customers", link.source_id) == link
            if seen % 1000 == 0:
                store.runs.remember_links([], [link])
            seen += 1
    assert seen == 2500
    assert len(links_of(store)) == 2497


def test_intents_are_open_until_settled_and_come_oldest_first(store: Store):
    store.journal.write((), [intent(2, "r2")], "2026-11-21T01:00:00+00:00")
    store.journal.write((), [intent(2), intent(1)], AT)
    assert store.journal.open_intents() == (intent(1), intent(2), intent(2, "r2"))
    store.journal.write([settled(1, recorded=(ANA, MEMBER))], [intent(3)], AT)
    assert store.journal.open_intents() == (intent(2), intent(3), intent(2, "r2"))
    assert links_of(store) == [ANA, MEMBER]


def test_of_what_one_group_of_changes_records_and_forgets_the_last_word_counts(store: Store):
    store.journal.write((), [intent(1), intent(2)], AT)
    store.journal.write([settled(1, recorded=(ANA, GROUP)), settled(2, forgotten=(ANA,))], (), AT)
    assert links_of(store) == [GROUP]
    store.journal.write([settled(1, forgotten=(GROUP,)), settled(2, recorded=(GROUP,))], (), AT)
    assert links_of(store) == [GROUP]


def test_writing_nothing_is_no_commit(store: Store):
    commits: list[object] = []
    event.listen(store._engine, "commit", commits.append)
    store.journal.write((), (), AT)
    assert commits == []
    store.journal.write((), [intent(1)], AT)
    assert len(commits) == 1


def test_a_group_that_can_t_be_written_whole_is_not_written_at_all(store: Store):
    store.journal.write((), [intent(1)], AT)
    with pytest.raises(IntegrityError):
        store.journal.write([settled(1, recorded=(ANA,))], [intent(2), intent(1)], AT)
    assert store.journal.open_intents() == (intent(1),)
    assert links_of(store) == []


@given(
    st.builds(
        Change,
        st.sampled_from(Op),
        *[st.text(max_size=5)] * 6,
        before=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.booleans()),
        after=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.booleans()),
        reason=st.text(max_size=5),
        source_id=st.text(max_size=5),
    )
)
def test_a_change_comes_out_of_the_journal_as_it_went_in(change: Change):
    again = read_change(write_change(change))
    assert again == change
    assert (again.id, again.reason, type(again.op)) == (change.id, change.reason, Op)


WRITER = """
import sys
from dirsync.model.links import UserLink
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent, Settled
from dirsync.store.store import Store

SIZE = 5
store = Store(sys.argv[1])
before = []
for group in range(1000):
    intents = [
        Intent("r1", group * SIZE + place, Change(Op.CREATE_USER, "crowd", "customers", user=f"u{group}-{place}"))
        for place in range(SIZE)
    ]
    settled = [
        Settled(one, Outcome(one.change.id, Result.DONE, at="now"),
                (UserLink("crowd", "customers", one.change.user, "t", one.change.user),))
        for one in before
    ]
    store.journal.write(settled, intents, f"{group:06}")
    print(group, flush=True)  # only now would requests leave
    before = intents
"""


@pytest.mark.parametrize("after", [0, 1, 7, 30, 60])
def test_what_was_committed_is_there_after_kill_9_and_no_group_is_half_there(store_url: str, after: int):
    process = subprocess.Popen([sys.executable, "-c", WRITER, store_url], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    told = -1
    deadline = time.monotonic() + 60
    while told < after and time.monotonic() < deadline:
        told = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    told = max([told, *(int(line) for line in process.stdout.read().split())])
    process.wait(timeout=30)
    process.stdout.close()
    store = Store(store_url)
    left = store.journal.open_intents()
    assert len(left) == 5, "exactly one group was under way"
    group = left[0].position // 5
    assert [one.position for one in left] == [group * 5 + place for place in range(5)]
    assert group in {told, told + 1}, "what was told is durable; at most the next group was committed untold"
    assert len(links_of(store)) == group * 5, "the links of every settled group, and of no other"
    store.close()
