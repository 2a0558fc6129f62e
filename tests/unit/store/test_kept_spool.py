"""A Snapshot that builds on the last read equals one that was read anew, whatever came, stayed and went."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.store.test_spools import whole

from dirsync.model.conditions import GroupConditions
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, Completeness, Parts, Spool, Tally
from dirsync.store.spool import SqliteSpool, laid_out
from dirsync.store.spool.kept import Keeping
from dirsync.store.spool.snapshot import SqliteSnapshot

START = datetime(2026, 11, 22, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
SELECTIONS = (WHOLE, "agents", "customers")
names = st.sampled_from(["1", "2", "3", "4", "ana", "bo", " "])
refs = st.sampled_from(["r1", "r2", "r3", "x,r1"])
expiries = st.none() | st.integers(-2, 5).map(lambda nights: START + timedelta(nights, hours=12))
selections = st.sampled_from(SELECTIONS[1:])


@dataclass(frozen=True)
class Person:
    user: User
    selection: str
    expires: datetime | None


@dataclass(frozen=True)
class Alias:
    ref: str
    alias: str


records = st.lists(
    st.one_of(
        st.builds(Person, st.builds(User, names, refs, names, active=st.booleans()), selections, expiries),
        st.tuples(st.builds(Group, names, refs, names), selections),
        st.tuples(names, st.sampled_from(["r1", "r2", "r3", "ana"]), st.sampled_from(MemberKind)),
        st.builds(Alias, refs, st.sampled_from(["ana", "bo"])),
        st.builds(Quarantined, names, names, names, st.booleans()),
    ),
    max_size=4,
).map(tuple)
patterns = st.lists(st.sampled_from(["1", "2", "A*", "*"]), max_size=2, unique=True).map(tuple)
conditions = st.dictionaries(
    st.sampled_from(SELECTIONS[1:]), st.builds(GroupConditions, patterns, patterns, st.booleans()), max_size=2
)
keys = st.sampled_from([b"a", b"b", b"c", b"d"])
questions = st.sampled_from(["people", "groups"])


@dataclass
class Step:
    """One read: parts that come, by question and key; those that go; and for each question, whether others stay."""

    come: dict[tuple[str, bytes], tuple[object, ...]]
    go: set[tuple[str, bytes]]
    stay: dict[str, bool]
    kept_by_name: set[tuple[str, bytes]]
    loose: tuple[object, ...]
    passing: set[tuple[str, bytes]]
    """Those of the parts that come which are not lasting."""
    is_kept: bool = True


parts = st.tuples(questions, keys)
steps = st.lists(
    st.builds(
        Step,
        st.dictionaries(parts, records, max_size=4),
        st.sets(parts, max_size=2),
        st.fixed_dictionaries({"people": st.booleans(), "groups": st.booleans()}),
        st.sets(parts, max_size=3),
        records,
        st.sets(parts, max_size=2),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


def put(spool: Spool, held: tuple[object, ...]) -> None:
    for record in held:
        match record:
            case Person(user, selection, expires):
                spool.add_user(user, selection, expires)
            case Alias(ref, alias):
                spool.add_alias(ref, alias)
            case (Group() as group, str(selection)):
                spool.add_group(group, selection)
            case (str(group_id), str(ref), MemberKind() as kind):
                spool.add_member(group_id, ref, kind)
            case Quarantined() as entry:
                spool.quarantine(entry)


@dataclass
class Model:
    """What the Snapshot must hold."""

    parts: dict[tuple[str, bytes], tuple[object, ...]] = field(default_factory=dict)
    passing: set[tuple[str, bytes]] = field(default_factory=set)

    def take(self, step: Step) -> Model:
        stays = {
            part: held
            for part, held in self.parts.items()
            if (part not in step.go if step.stay[part[0]] else part in step.kept_by_name - self.passing)
        }
        others = {part: held for part, held in stays.items() if part not in step.come}
        return Model(others | step.come, (self.passing & set(stays)) - set(step.come) | (step.passing & set(step.come)))

    def fill(self, spool: Spool, step: Step) -> None:
        """Put everything in the order in which it was read: of two records of one entry the first one counts."""
        for part, held in self.parts.items():
            if part not in step.come:
                put(spool, held)
        put(spool, step.loose)
        for held in step.come.values():
            put(spool, held)


def take(parts: Parts, spool: Spool, step: Step) -> None:
    for question, stays in step.stay.items():
        if stays:
            parts.drop(question, [key for asked, key in sorted(step.go) if asked == question])
            parts.keep_all(question)
        else:
            for asked, key in sorted(step.kept_by_name):
                if asked == question:
                    parts.keep(question, key)
    for (question, key), held in step.come.items():
        parts.begin(question, key)
        put(spool, held)
        parts.end(Tally(len(held), left_out=1), is_lasting=(question, key) not in step.passing)
    put(spool, step.loose)


def read_at(night: int) -> Completeness:
    return Completeness(is_complete=True, read_at=(START + timedelta(night)).isoformat())


@given(steps, st.sampled_from([{}, {"customers": "agents"}]), conditions, st.sampled_from([0, laid_out.MOST]))
@settings(deadline=None, max_examples=250)
def test_a_kept_spool_equals_one_that_was_read_anew(
    nights: list[Step], exceptions: dict[str, str], chosen: dict[str, GroupConditions], most: int
):
    """`most`: whoever is concerned by a read is laid out anew by themselves, or with everybody."""
    compare(nights, exceptions, chosen, most)


def of_one(records: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(
        replace(one, selection="customers")
        if isinstance(one, Person)
        else (one[0], "customers")
        if isinstance(one, tuple) and isinstance(one[0], Group)
        else one
        for one in records
    )


@given(steps, st.sampled_from([0, laid_out.MOST]))
@settings(deadline=None, max_examples=250)
def test_so_it_does_where_one_mapping_reads_it_whose_rows_are_changed_where_they_are(nights: list[Step], most: int):
    told = [
        replace(one, come={part: of_one(held) for part, held in one.come.items()}, loose=of_one(one.loose))
        for one in nights
    ]
    compare(told, {}, {}, most, only="customers")


def compare(
    nights: list[Step],
    exceptions: dict[str, str],
    chosen: dict[str, GroupConditions],
    most: int,
    only: str | None = None,
) -> None:
    model = Model()
    told: dict[str, dict[tuple[str, str], object]] = {}
    with TemporaryDirectory() as folder, patch.object(laid_out, "MOST", most):
        for night, step in enumerate(nights):
            kept = Keeping(Path(folder), START + timedelta(night / 24)).file_of("corp", "asked", WEEK)
            assert kept is not None
            spool = SqliteSpool("corp", Path(), exceptions, only, kept=kept, conditions=chosen)
            assert spool.parts is not None
            take(spool.parts, spool, step)
            seen = model.take(step)
            tallies = {question: spool.parts.tally(question) for question in step.stay}
            for question, tally in tallies.items():
                held = [records for (asked, _), records in seen.parts.items() if asked == question]
                assert (tally.entries, tally.left_out) == (sum(map(len, held)), len(held))
            fresh = MemorySpool("corp", exceptions, chosen)
            seen.fill(fresh, step)
            with closing(spool.finish(read_at(night))) as snapshot:
                simple = fresh.finish(read_at(night))
                assert snapshot.completeness == simple.completeness
                told_of = (WHOLE, only) if only else SELECTIONS
                assert whole(snapshot, told_of) == whole(simple, told_of)
                for state, before in told.items():
                    assert others(before, bare(snapshot, told_of)) <= set(snapshot.continuity.changed_since(state))
                assert snapshot.continuity.changed_since(snapshot.continuity.state) == frozenset()
                if step.is_kept:
                    told[snapshot.continuity.state] = bare(snapshot, told_of)
                    snapshot.keep()
                    model = seen


def bare(snapshot: SqliteSnapshot, selections: tuple[str, ...]) -> dict[tuple[str, str], object]:
    """Return what a plan is told of everybody, with the groups behind their marks."""
    return {
        (name, row[0]): (row[:-1], sorted(snapshot.groups_marked(row[-1])))
        for name in selections
        for row in snapshot.bare_users(name)
    }


def others(before: dict[tuple[str, str], object], now: dict[tuple[str, str], object]) -> set[str]:
    return {user_id for name, user_id in {*before, *now} if before.get((name, user_id)) != now.get((name, user_id))}


def nights_of(*nights: dict[str, list[User]], tmp_path: Path) -> list[list[User]]:
    """Return who is seen after each of some reads, of parts by key; the parts of a night are all that is not kept."""
    seen = []
    for night, parts in enumerate(nights):
        kept = Keeping(tmp_path, START + timedelta(night)).file_of("corp", "asked", WEEK)
        spool = SqliteSpool("corp", Path(), only="customers", kept=kept)
        assert spool.parts is not None
        spool.parts.keep_all("people")
        for key, users in parts.items():
            spool.parts.begin("people", key.encode())
            put(spool, tuple(Person(user, "customers", None) for user in users))
            spool.parts.end(Tally(len(users)))
        with closing(spool.finish(read_at(night))) as snapshot:
            seen.append(list(snapshot.users()))
            snapshot.keep()
    return seen


def test_of_two_records_of_somebody_the_one_of_the_part_that_stayed_counts_when_the_other_comes_again(tmp_path: Path):
    ana, as_bo = User("1", "r1", "ana"), User("1", "r1", "bo")
    seen = nights_of({"a": [ana], "b": [as_bo]}, {"a": [ana]}, {"a": []}, tmp_path=tmp_path)
    assert seen == [[ana], [as_bo], [as_bo]]


def test_who_says_something_else_keeps_their_groups_and_who_moves_leaves_them(tmp_path: Path):
    ana = User("1", "r1", "ana")
    renamed, moved = ana._replace(username="anna"), ana._replace(ref="r2")
    seen = nights_of({"a": [ana]}, {"a": [renamed]}, {"a": [renamed, renamed]}, {"a": [moved]}, tmp_path=tmp_path)
    assert seen == [[ana], [renamed], [renamed], [moved]]


def test_who_is_left_out_and_comes_back_is_who_they_were_when_they_were_told_twice():
    twice = (
        Person(User("1", "r1", "ana"), "agents", None),
        Person(User("1", "r1", "ana", organization="x"), "agents", None),
    )
    nobody_stays = {"people": False, "groups": False}
    first = Step({("people", b"a"): twice, ("groups", b"a"): (twice[0],)}, set(), nobody_stays, set(), (), set())
    second = Step({}, set(), {"people": True, "groups": False}, set(), (), set())
    compare([first, second, second], {}, {"agents": GroupConditions(("1",), (), False)}, 0)
