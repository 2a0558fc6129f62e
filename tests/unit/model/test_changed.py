"""A Snapshot with Changes laid over it says what one that was read after them would say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from dirsync.model.addresses import Addresses
from dirsync.model.changed import ChangedSnapshot
from dirsync.model.entries import Group, MemberKind, Quarantined, User
from dirsync.model.memory import MemorySpool
from dirsync.model.names import fold
from dirsync.model.plans import Change, Op
from dirsync.model.snapshot import WHOLE, Completeness, Snapshot
from dirsync.model.touched import NEW

NAMES = ("ana", "Ben", "cleo", "DAN")
GROUPS = ("agents", "Portal", "staff")
ADDRESSES = st.sampled_from(["", "X@example.org", "y@example.org"])


@dataclass
class Content:
    """What is in a directory, as plain dictionaries: the naive reading of what a Change does."""

    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    inside: set[tuple[str, str]] = field(default_factory=set)
    selected: frozenset[str] = frozenset()

    def snapshot(self) -> Snapshot:
        spool = MemorySpool("crowd")
        for user in self.users.values():
            for selection in (WHOLE, *(["some"] if user.id in self.selected else [])):
                spool.add_user(user, selection)
        for group in self.groups.values():
            spool.add_group(group)
        for group, inner in self.inside:
            entries: Any = self.users if inner in self.users else self.groups
            if inner in entries:
                kind = MemberKind.USER if inner in self.users else MemberKind.GROUP
                spool.add_member(group, entries[inner].ref, kind)
        spool.quarantine(Quarantined("somebody", "it has no id"))
        return spool.finish(Completeness(is_complete=True, cursor="7"))

    def after(self, change: Change) -> Content:
        users, groups, inside = dict(self.users), dict(self.groups), set(self.inside)
        user = self._found(users, change.user_id, change.user)
        group = self._found(groups, change.group_id, change.group)
        inner = self._found(groups, "", change.child_group) if change.child_group else user
        op = change.op
        if op is Op.CREATE_USER:
            made = User(f"{NEW}{fold(change.user)}", fold(change.user), change.user)
            users[made.id] = made._replace(**change.after)
        elif op is Op.CREATE_GROUP:
            groups |= _made(change)
        elif op in {Op.ADD_MEMBER, Op.ADD_CHILD_GROUP}:
            if inner and not group and op is Op.ADD_MEMBER:
                groups |= _made(change)
                (group,) = _made(change)
            inside |= {(group, inner)} if group and inner else set()
        elif op in {Op.REMOVE_MEMBER, Op.REMOVE_CHILD_GROUP}:
            inside.discard((group, inner))
        elif change.user:
            users = _altered(users, user, change, is_gone=op is Op.REMOVE_USER)
        else:
            groups = _altered(groups, group, change, is_gone=op is Op.REMOVE_GROUP)
        known = {*users, *groups}
        return Content(users, groups, {pair for pair in inside if known.issuperset(pair)}, self.selected)

    @staticmethod
    def _found(entries: dict[str, Any], entry_id: str, name: str) -> str | None:
        """Find by id where a Change has one, else by name: somebody new first, then the first id."""
        if entry_id:
            return entry_id if entry_id in entries else None
        if f"{NEW}{fold(name)}" in entries and isinstance(entries[f"{NEW}{fold(name)}"], User):
            return f"{NEW}{fold(name)}"
        return min((key for key, entry in entries.items() if fold(_name(entry)) == fold(name)), default=None)


def _name(entry: User | Group) -> str:
    return entry.username if isinstance(entry, User) else entry.name


def _made(change: Change) -> dict[str, Group]:
    made = Group(f"{NEW}{fold(change.group)}", fold(change.group), change.group)
    return {made.id: replace(made, **change.after)}


def _altered(entries: dict[str, Any], key: str | None, change: Change, *, is_gone: bool) -> dict[str, Any]:
    if key is None:
        return entries
    if is_gone:
        return {one: entry for one, entry in entries.items() if one != key}
    entry = entries[key]
    return entries | {
        key: entry._replace(**change.after) if isinstance(entry, User) else replace(entry, **change.after)
    }


@st.composite
def contents(draw: st.DrawFn) -> Content:
    users = {
        f"u{n}": User(
            f"u{n}", f"ref-u{n}", name, draw(st.sampled_from(["", "x@example.org"])), active=draw(st.booleans())
        )
        for n, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=4)))
    }
    groups = {
        f"g{n}": Group(f"g{n}", f"ref-g{n}", name)
        for n, name in enumerate(draw(st.lists(st.sampled_from(GROUPS), max_size=4)))
    }
    pairs = st.tuples(st.sampled_from([*groups, "g0"]), st.sampled_from([*users, *groups, "u0"]))
    known = {*users, *groups}
    inside = {pair for pair in draw(st.sets(pairs, max_size=8)) if known.issuperset(pair)}
    selected = draw(st.frozensets(st.sampled_from([*users, "u0"])))
    return Content(users, groups, inside, selected)


@st.composite
def changes(draw: st.DrawFn, content: Content) -> Change:
    """Draw a Change as plans make them: by id where the target has one, else by name."""
    op = draw(st.sampled_from(list(Op)))
    user = draw(st.sampled_from([*NAMES, "eva"]))
    ids = sorted(key for key in content.users if not key.startswith(NEW))
    user_id = draw(st.sampled_from(["", *ids]))
    group = draw(st.sampled_from([*GROUPS, "new"]))
    group_ids = sorted(key for key in content.groups if not key.startswith(NEW))
    group_id = draw(st.sampled_from(["", *group_ids]))
    about: dict[str, Any] = {}
    if "user" in op.value or "member" in op.value:
        about |= {"user": user, "user_id": "" if op is Op.CREATE_USER else user_id}
    if "group" in op.value or "member" in op.value:
        about |= {"group": group, "group_id": "" if op is Op.CREATE_GROUP else group_id}
    if "child" in op.value:
        about["child_group"] = draw(st.sampled_from(GROUPS))
    after: dict[str, Any] = {}
    if op in {Op.CREATE_USER, Op.UPDATE_USER}:
        after = {"email": draw(ADDRESSES), "active": draw(st.booleans())}
    if op in {Op.DEACTIVATE_USER, Op.REACTIVATE_USER}:
        after = {"active": op is Op.REACTIVATE_USER}
    if op is Op.RENAME_USER:
        after = {"username": draw(st.sampled_from(NAMES))}
    if op in {Op.CREATE_GROUP, Op.UPDATE_GROUP}:
        after = {"description": "told"}
    if op is Op.RENAME_GROUP:
        after = {"name": draw(st.sampled_from(GROUPS))}
    return Change(op, "crowd", "agents", **about, after=after)


def said(snapshot: Snapshot, ids: set[str]) -> dict[str, Any]:
    """Ask everything there is to ask."""
    return {
        "counts": [snapshot.counts(each) for each in (WHOLE, "some")],
        **{
            f"{what} {selection}": list(getattr(snapshot, what)(selection))
            for what in ("users", "groups", "usernames", "namesakes", "addresses")
            for selection in (WHOLE, "some")
        },
        **{
            f"users_at {at} {selection}": list(snapshot.users_at(at, selection))
            for at in (Addresses(frozenset({"x@example.org"})), Addresses(mailboxes=frozenset("y")))
            for selection in (WHOLE, "some")
        },
        "nestings": list(snapshot.nestings()),
        **{
            f"bare {selection}": [
                [(*row[:-1], sorted(snapshot.groups_marked(row[-1]))) for row in rows]
                for rows in (snapshot.bare_users(selection), sorted(snapshot.bare_users_among(ids, selection)))
            ]
            for selection in (WHOLE, "some")
        },
        **{
            f"{what} {one} {selection}": sorted(set(getattr(snapshot, what)(one, selection)))
            for what in ("members", "accounts_in")
            for one in sorted(ids)
            for selection in (WHOLE, "some")
        },
        **{
            f"{what} {one}": list(getattr(snapshot, what)(one))
            for what in ("child_groups", "strangers", "parent_groups", "groups_of")
            for one in sorted(ids)
        },
        **{f"user {one} {s}": snapshot.user(one, s) for one in sorted(ids) for s in (WHOLE, "some")},
        **{
            f"named {name} {s}": (list(snapshot.users_named(name, s)), snapshot.user_named(name, s))
            for name in (*NAMES, "EVA")
            for s in (WHOLE, "some")
        },
        **{f"group {name} {s}": snapshot.group_named(name, s) for name in (*GROUPS, "NEW") for s in (WHOLE, "some")},
    }


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_it_says_what_a_read_after_the_changes_would_say(data: st.DataObject) -> None:
    before = content = data.draw(contents())
    made: list[Change] = []
    for _ in range(data.draw(st.integers(0, 6))):
        change = data.draw(changes(content))
        # as in every plan, nothing is made that is there
        taken = {fold(user.username) for user in content.users.values()} | {
            fold(g.name) for g in content.groups.values()
        }
        is_new = change.op in {Op.CREATE_USER, Op.CREATE_GROUP}
        known = {*content.users, *content.groups}
        gone = any(key and key not in known for key in (change.user_id, change.group_id))
        if gone or (is_new and fold(change.user or change.group) in taken):
            continue
        if is_new and f"{NEW}{fold(change.user or change.group)}" in known:
            continue
        made.append(change)
        content = content.after(change)
    note("\n".join(change.canonical() for change in made))
    ids = {*before.users, *before.groups, *content.users, *content.groups}
    assert said(ChangedSnapshot(before.snapshot(), made), ids) == said(content.snapshot(), ids)


def test_of_what_is_not_touched_it_is_the_snapshot_itself() -> None:
    base = Content({"u": User("u", "u", "ana")}, selected=frozenset({"u"})).snapshot()
    over = ChangedSnapshot(base, [])
    assert (over.directory, over.completeness, over.quarantined) == (
        base.directory,
        base.completeness,
        base.quarantined,
    )
    assert over.user("u") is base.user("u")
    assert over.counts("some") == base.counts("some")


def test_what_is_only_supposed_is_neither_kept_nor_closed() -> None:
    class Base:
        def keep(self) -> None:
            raise AssertionError

        close = keep

    over = ChangedSnapshot(Base(), [])  # type: ignore[arg-type]
    over.keep()
    over.close()


def test_a_change_of_what_is_not_there_does_nothing() -> None:
    base = Content({"u": User("u", "u", "ana")}, {"g": Group("g", "g", "agents")}).snapshot()
    changes = [
        Change(op, "crowd", "agents", **about)
        for op, about in (
            (Op.REMOVE_USER, {"user": "nobody"}),
            (Op.DEACTIVATE_USER, {"user": "nobody", "user_id": "u-9", "after": {"active": False}}),
            (Op.REMOVE_GROUP, {"group": "none"}),
            (Op.RENAME_GROUP, {"group": "none", "group_id": "g-9", "after": {"name": "agents"}}),
            (Op.ADD_MEMBER, {"user": "nobody", "group": "agents"}),
            (Op.REMOVE_MEMBER, {"user": "ana", "group": "none"}),
            (Op.REMOVE_MEMBER, {"user": "nobody", "group": "agents"}),
            (Op.ADD_CHILD_GROUP, {"group": "agents", "child_group": "none"}),
            (Op.REMOVE_CHILD_GROUP, {"group": "none", "child_group": "agents"}),
        )
    ]
    assert said(ChangedSnapshot(base, changes), {"u", "g"}) == said(base, {"u", "g"})


def test_a_name_that_is_made_anew_means_the_new_one_from_then_on() -> None:
    base = Content({"0": User("0", "0", "Ana")}, {"g": Group("g", "g", "agents")}).snapshot()
    about = {"user": "ana", "group": "agents"}
    made = [Change(Op.CREATE_USER, "crowd", "agents", user="ana"), Change(Op.ADD_MEMBER, "crowd", "agents", **about)]
    after = ChangedSnapshot(base, made)
    assert [user.id for user in after.users_named("ANA")] == ["0", f"{NEW}ana"]
    assert [user.id for user in after.members("g")] == [f"{NEW}ana"]
