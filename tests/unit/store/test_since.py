"""What a kept Snapshot knows of the reads before it."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from unit.store.test_kept_spool import START, WEEK, Person, put, read_at

from dirsync.errors import DirsyncError
from dirsync.model.entries import Group, MemberKind, User
from dirsync.model.memory import MemorySpool
from dirsync.model.rest import Rest
from dirsync.model.snapshot import Tally
from dirsync.store.spool import SqliteSpool, since
from dirsync.store.spool.file import SpoolFile
from dirsync.store.spool.kept import Keeping
from dirsync.store.spool.snapshot import SqliteSnapshot

ANA, BO, CY = (User(str(number), f"r{number}", name) for number, name in enumerate(("ana", "bo", "cy"), start=1))
STAFF = (Group("g", "rg", "staff"), "customers")


def read(folder: Path, night: int = 0, /, **parts: object) -> SqliteSnapshot:
    """Read some parts anew on top of what is kept; the others stay."""
    kept = Keeping(folder, START + timedelta(night)).file_of("corp", "asked", WEEK)
    spool = SqliteSpool("corp", Path(), only="customers", kept=kept)
    assert spool.parts is not None
    spool.parts.keep_all("people")
    for key, held in parts.items():
        spool.parts.begin("people", key.encode())
        put(spool, tuple(Person(one, "customers", None) if isinstance(one, User) else one for one in held))
        spool.parts.end(Tally(len(held)))
    return spool.finish(read_at(night))


def keep(snapshot: SqliteSnapshot) -> str:
    with closing(snapshot):
        snapshot.keep()
        return snapshot.continuity.state


def changed(folder: Path, state: str, night: int = 1, /, **parts: object) -> set[str] | None:
    with closing(read(folder, night, **parts)) as snapshot:
        since_then = snapshot.continuity.changed_since(state)
        return None if since_then is None else {*since_then}


def everybody(*members: str) -> dict[str, object]:
    staff = tuple(("g", ref, MemberKind.USER) for ref in members)
    return {"a": (ANA, BO), "c": (CY,), "staff": (STAFF, *staff)}


@pytest.mark.parametrize(
    ("parts", "who"),
    [
        ({}, set()),
        ({"a": (ANA, BO), "c": (CY,)}, set()),
        ({"a": (ANA._replace(email="ana@example.org"), BO)}, {"1"}),
        ({"a": (ANA,)}, {"2"}),
        ({"d": (User("4", "r4", "di"),)}, {"4"}),
        ({"staff": everybody("r1", "r2")["staff"]}, {"2"}),
        ({"staff": everybody()["staff"]}, {"1"}),
        ({"staff": ()}, {"1"}),
        ({"other": ((Group("h", "rh", "others"), "customers"),)}, set()),
        ({"other": ((Group("h", "rh", "others"), "customers"), ("h", "r3", MemberKind.ANY))}, {"3"}),
        ({"staff": ((Group("g", "rg", "renamed"), "customers"), ("g", "r1", MemberKind.USER))}, set()),
    ],
)
def test_only_who_says_something_else_or_is_in_other_groups_has_changed(
    parts: dict[str, object], who: set[str], tmp_path: Path
) -> None:
    state = keep(read(tmp_path, **everybody("r1")))
    assert changed(tmp_path, state, **parts) == who


def test_who_changed_since_an_earlier_night_is_known_and_what_was_not_kept_never_was(tmp_path: Path) -> None:
    first = keep(read(tmp_path, **everybody()))
    second = keep(read(tmp_path, 1, a=(ANA._replace(email="one"), BO)))
    with closing(read(tmp_path, 2, a=(ANA, BO), c=(CY._replace(email="two"),))) as lost:
        gone = lost.continuity.state
        assert {*lost.continuity.changed_since(first)} == {"1", "3"}
    third = keep(read(tmp_path, 3, c=(CY._replace(email="three"),)))
    assert changed(tmp_path, first) == {"1", "3"}
    assert changed(tmp_path, second) == {"3"}
    assert changed(tmp_path, third) == set()
    assert changed(tmp_path, gone) is None
    assert len({first, second, third, gone}) == 4


def test_a_file_begun_anew_knows_nothing_of_the_one_before(tmp_path: Path) -> None:
    state = keep(read(tmp_path, **everybody()))
    Keeping(tmp_path, START).forget("corp")
    assert changed(tmp_path, state, **everybody()) is None


def test_whoever_expired_meanwhile_has_changed_though_nothing_was_read_of_them(tmp_path: Path) -> None:
    expiring = (Person(ANA, "customers", START + timedelta(1.5)), Person(BO, "customers", START + timedelta(9)))
    state = keep(read(tmp_path, a=expiring))
    assert changed(tmp_path, state, 1) == set()
    assert changed(tmp_path, state, 2) == {"1"}
    later = keep(read(tmp_path, 2))
    assert changed(tmp_path, later, 1) == {"1"}, "a clock that went back"


def test_of_more_than_can_be_noted_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = keep(read(tmp_path, **everybody()))
    monkeypatch.setattr(since, "MOST_NOTED", 2)
    moved = {"a": (ANA._replace(email="one"), BO._replace(email="two"))}
    assert changed(tmp_path, state, **moved) == {"1", "2"}
    after = keep(read(tmp_path, 1, **moved))
    assert changed(tmp_path, state, c=(CY._replace(email="three"),)) is None
    with closing(read(tmp_path, 2, c=(CY._replace(email="three"),))) as snapshot:
        assert snapshot.continuity.changed_since(after) is None
        assert snapshot.continuity.changed_since(snapshot.continuity.state) == frozenset()


def test_a_rest_is_kept_with_the_snapshot_and_only_with_it(tmp_path: Path) -> None:
    noted = Rest(
        "ground", {"corp": "s1", "crowd": "s2"}, {"customers": "l1"}, {"corp": ["1", "caf\u00e9"], "hr": ["1"]}
    )
    for is_kept in (False, True):
        with closing(read(tmp_path, **everybody())) as snapshot:
            assert snapshot.continuity.rest is None
            snapshot.continuity.note_rest(noted)
            if is_kept:
                snapshot.keep()
    with closing(read(tmp_path, 1)) as snapshot:
        found = snapshot.continuity.rest
        assert (found.ground, found.states, found.links) == (noted.ground, noted.states, noted.links)
        assert {source: sorted(ids) for source, ids in found.restless.items()} == noted.restless
        snapshot.continuity.note_rest(None)
        assert snapshot.continuity.rest is None
        snapshot.keep()
    with closing(read(tmp_path, 2)) as snapshot:
        assert snapshot.continuity.rest is None


def test_what_could_be_noted_in_part_only_is_not_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, say: whoever is missing from the restless would be taken for somebody at rest."""

    def full(*_: object) -> None:
        raise DirsyncError("The kept copy of corp failed during the run: database or disk is full.", "Make room there.")

    noted = Rest("ground", {"corp": "s1"}, {"customers": "l1"}, {"corp": ["1"]})
    with closing(read(tmp_path, **everybody())) as snapshot:
        snapshot.continuity.note_rest(noted)
        with monkeypatch.context() as patched:
            patched.setattr(SpoolFile, "run_each", full)
            with pytest.raises(DirsyncError):
                snapshot.continuity.note_rest(noted)
        assert snapshot.continuity.rest is None


def test_what_is_not_kept_has_no_continuity(tmp_path: Path) -> None:
    with closing(SqliteSpool("corp", tmp_path / "scratch").finish(read_at(0))) as snapshot:
        assert snapshot.continuity is None
    assert MemorySpool("corp").finish(read_at(0)).continuity is None
