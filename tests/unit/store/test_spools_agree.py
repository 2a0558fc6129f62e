"""The Spool in memory and the one in a file give the same answers to whatever is put into them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from unit.store.test_spools import DONE, whole

from dirsync.model.conditions import GroupConditions
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, Spool
from dirsync.store.spool import SqliteSpool

SELECTIONS = (WHOLE, "agents", "customers", "staff")
few = st.sampled_from(
    ["", " ", "1", "2", "3", "é", "e\u0301", "E\u0301", "ß", "SS", "a b", "A  B", "\u202e", "'", "😀", "%"]
)
names = st.one_of(few, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4))
selections = st.sampled_from(SELECTIONS)
kinds = st.sampled_from(MemberKind)
users = st.tuples(st.builds(User, names, names, names, email=names, active=st.booleans()), selections)
groups = st.tuples(st.builds(Group, names, names, names, names, names), selections)
members = st.tuples(names, names, kinds)
exceptions = st.sampled_from([
    {},
    {"customers": "agents"},
    {"customers": "agents", "staff": "customers"},
    {"customers": "agents", "staff": "agents"},
    {"agents": "staff", "staff": "customers"},
    {"agents": "nobody"},
])  # fmt: skip
quarantined = st.builds(Quarantined, names, names, names, st.booleans())
patterns = st.lists(st.sampled_from(["1", "2", "É", "s*", "*", "nobody"]), max_size=2, unique=True).map(tuple)
conditions = st.dictionaries(
    st.sampled_from(SELECTIONS[1:]), st.builds(GroupConditions, patterns, patterns, st.booleans()), max_size=2
)


def fill(spool: Spool, records: list[object]) -> None:
    for record in records:
        match record:
            case (User() as user, str(selection)):
                spool.add_user(user, selection)
            case (Group() as group, str(selection)):
                spool.add_group(group, selection)
            case (str(group_id), str(ref), MemberKind() as kind):
                spool.add_member(group_id, ref, kind)
            case Quarantined() as entry:
                spool.quarantine(entry)


@given(st.lists(st.one_of(users, groups, members, quarantined), max_size=40), exceptions, conditions)
@settings(deadline=None, max_examples=400)
def test_both_spools_give_equal_answers(
    records: list[object], left_out: dict[str, str], chosen: dict[str, GroupConditions]
):
    in_memory = MemorySpool("corp", left_out, chosen)
    fill(in_memory, records)
    with TemporaryDirectory() as folder:
        in_a_file = SqliteSpool("corp", Path(folder) / "spool", left_out, conditions=chosen)
        fill(in_a_file, records)
        with closing(in_a_file.finish(DONE)) as snapshot:
            simple = in_memory.finish(DONE)
            assert snapshot.completeness == simple.completeness
            assert whole(snapshot, SELECTIONS) == whole(simple, SELECTIONS)
