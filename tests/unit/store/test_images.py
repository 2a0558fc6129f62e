"""What the journal keeps of how things were before each Change, and what later undos read of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dirsync.model.journaled import Image, Journaled
from dirsync.model.links import GroupLink, Link, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.model.run import Mode
from dirsync.store.journal import Intent, Settled
from dirsync.store.store import Store

AT = "2026-11-20T01:00:00+00:00"
ANA = UserLink("crowd", "customers", "s1", "t1", "ana", missed=2, missed_at=AT, is_deactivated=True)
PORTAL = MemberLink("crowd", "customers", "s1", "portal")
OTHER = MemberLink("crowd", "customers", "s1", "other")
GROUP = GroupLink("crowd", "customers", "portal")
STRANGERS: list[Link] = [
    UserLink("crowd", "agents", "s1", "t1", "ana"), UserLink("ldap", "customers", "s1", "t1", "ana"),
    UserLink("crowd", "customers", "s2", "t2", "bob"), MemberLink("crowd", "customers", "s2", "portal"),
    MemberLink("crowd", "agents", "s1", "portal"), GroupLink("crowd", "agents", "portal"),
]  # fmt: skip


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    store = Store(store_url)
    store.runs.remember_links([ANA, PORTAL, OTHER, GROUP, *STRANGERS], ())
    yield store
    store.close()


def change(op: Op, **fields: object) -> Change:
    return Change(op, "crowd", "customers", source_id="s1", **fields)


def keep(store: Store, *changes: Change, run: str = "r1", **more: object) -> list[Intent]:
    intents = [Intent(run, position, one, **more) for position, one in enumerate(changes)]
    store.journal.write((), intents, AT)
    return intents


@pytest.mark.parametrize(
    ("one", "links"),
    [
        (change(Op.UPDATE_USER, user="ana"), (ANA,)),
        (change(Op.REMOVE_USER, user="ana"), (ANA, OTHER, PORTAL)),
        (change(Op.ADD_MEMBER, user="ana", group="Portal"), (PORTAL,)),
        (change(Op.REMOVE_MEMBER, user="ana", group="gone"), ()),
        (change(Op.REMOVE_GROUP, group="PORTAL"), (GROUP,)),
        (change(Op.CREATE_GROUP, group="new"), ()),
        (change(Op.UPDATE_GROUP, group="portal"), ()),
        (change(Op.ADD_CHILD_GROUP, group="portal", child_group="x"), ()),
    ],
)
def test_the_links_that_a_change_may_touch_are_kept_as_they_were(
    store: Store, one: Change, links: tuple[Link, ...]
) -> None:
    bob = Change(Op.REMOVE_USER, "crowd", "customers", user="bob", source_id="s2")
    keep(store, bob, one)
    store.runs.remember_links((), [ANA, PORTAL, OTHER, GROUP])
    found = store.journal.of_run("r1")
    assert (found[1].change, set(found[1].image.links), len(found[1].image.links)) == (one, set(links), len(links))
    assert {link.source_id for link in found[0].image.links} == {"s2"}


def test_what_only_the_run_knows_is_kept_with_the_intent(store: Store) -> None:
    restores = (ANA, PORTAL, GROUP)
    keep(store, change(Op.CREATE_GROUP, group="new"), groups=("Outer",), restores=restores)
    [entry] = store.journal.of_run("r1")
    assert entry.image == Image((), ("Outer",))
    [again] = store.journal.open_intents()
    assert again.restores == restores
    keep(store, change(Op.CREATE_GROUP, group="new"), run="r2", restores=())
    keep(store, change(Op.CREATE_GROUP, group="new"), run="r3")
    assert [one.restores for one in store.journal.open_intents()] == [restores, (), None]


def test_a_run_is_told_in_its_order_with_what_became_of_it(store: Store) -> None:
    first, second = keep(store, change(Op.CREATE_GROUP, group="b"), change(Op.CREATE_GROUP, group="a"))
    keep(store, change(Op.CREATE_GROUP, group="c"), run="r2")
    outcome = Outcome(second.change.id, Result.DONE, "made", AT, "t9")
    store.journal.write([Settled(second, outcome)], (), AT)
    assert store.journal.of_run("r1") == (
        Journaled("r1", 0, first.change, None, Image()), Journaled("r1", 1, second.change, outcome, Image()),
    )  # fmt: skip
    assert store.journal.of_run("r9") == ()


def test_later_runs_are_those_that_began_later_and_only_what_they_ended(store: Store) -> None:
    for run, mode in (("z", Mode.SYNC), ("y", Mode.SYNC), ("x", Mode.UNDO)):
        store.runs.begin(run, mode, AT)
        done, _ = keep(store, change(Op.CREATE_GROUP, group=run), change(Op.CREATE_GROUP, group="open"), run=run)
        store.journal.write([Settled(done, Outcome(done.change.id, Result.DONE))], (), AT)
    told = [(one.run, one.change.group, one.is_undo) for one in store.journal.later("z")]
    assert told == [("y", "y", False), ("x", "x", True)]
    assert list(store.journal.later("x")) == []


def test_a_run_is_known_by_what_it_was_asked_to_do(store: Store) -> None:
    store.runs.begin("r1", Mode.SYNC, AT)
    assert (store.runs.mode_of("r1"), store.runs.mode_of("r2")) == ("sync", None)
