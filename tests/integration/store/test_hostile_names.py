"""Names that some database can't hold: nobody's name ends a run on one database that goes on with the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.postgresql import PostgreSql

from dirsync.model.findings import OpenFinding
from dirsync.model.links import GroupLink, Link, MemberLink, UserLink
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent, Maker, Settled
from dirsync.store.store import Store
from dirsync.store.texts import meant, written

NAMES = ["".join(signs) for signs in product("\x00\x01\x02a", repeat=2)] + [
    *("", "a", "\x00", "\x01", "\x00\x00\x00", "tab\tand\\N", "\\.", "line\nbreak\r", "quote\"s'", "{a,b}", "NULL"),
    *("\ufffd", "\ufeff", "\U0010ffff", "\x7f", "\u0085"),
]
AT = "2026-11-20T01:00:00+00:00"


@pytest.fixture(params=["sqlite", "copied", "row-by-row"])
def store(request: pytest.FixtureRequest, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path / 'dirsync.db'}")
    else:
        monkeypatch.setattr("dirsync.store.copying.FEW", 0 if request.param == "copied" else 10**9)
        server: PostgreSql = request.getfixturevalue("postgresql")
        opened = Store(server.store_url())
    yield opened
    opened.close()


def people() -> list[UserLink]:
    return [UserLink("crowd", "customers", name, f"key {name}", f"name {name}") for name in NAMES]


def test_links_come_out_as_they_went_in_and_in_their_order(store: Store) -> None:
    memberships = [MemberLink("crowd", "customers", name, group) for name in NAMES for group in ("a\x00", "\x01", "b")]
    groups: list[Link] = [GroupLink("crowd", "customers", name) for name in NAMES]
    for _ in range(2):  # the second time each is replaced
        store.runs.remember_links([*people(), *memberships, *groups], ())
    with store.links() as links:
        assert list(links.users("crowd", "customers")) == sorted(people(), key=lambda link: link.source_id)
        together = [(name, "\x01\na\x00\nb") for name in sorted(NAMES)]
        assert [(name, held) for name, held in links.groups_by_person("crowd", "customers")] == together
        assert sorted(links.members("crowd", "customers"), key=repr) == sorted(memberships, key=repr)
        assert [one.group for one in links.groups("crowd", "customers")] == sorted(NAMES)
        assert set(links.known("crowd", "customers", NAMES)) == set(NAMES)
        for one in people():
            assert links.user("crowd", "customers", one.source_id) == links.owner("crowd", one.target_id) == one
        assert set(links.owners("crowd", [one.target_id for one in people()])) == set(people())
    store.runs.remember_links((), [*people()[1:], *memberships[3:], *groups[1:]])
    with store.links() as links:
        assert list(links.users("crowd", "customers")) == people()[:1]
        assert set(links.members("crowd", "customers")) == set(memberships[:3])
        assert list(links.groups("crowd", "customers")) == groups[:1]


def test_the_journal_takes_what_a_server_said_and_who_it_was_about(store: Store) -> None:
    changes = [Change(Op.CREATE_USER, "crowd", "customers", user=f"a{name}", source_id=name) for name in NAMES]
    intents = [Intent("r1", at, change) for at, change in enumerate(changes)]
    store.runs.remember_links(people(), ())
    store.journal.write((), intents, AT)
    assert store.journal.open_intents() == tuple(intents)
    said = "no: \x00 and half a character: \ud83d"
    outcomes = [Outcome(one.change.id, Result.DONE, said, AT, f"key {one.change.source_id}") for one in intents]
    store.journal.write([Settled(one, told) for one, told in zip(intents, outcomes, strict=True)], (), AT)
    done = store.journal.of_run("r1")
    assert [one.change for one in done] == changes
    assert {one.outcome.message for one in done if one.outcome} == {"no: \ufffd and half a character: \ufffd"}
    assert [one.outcome.target_id for one in done if one.outcome] == [f"key {name}" for name in NAMES]
    assert [one.image.links for one in done if one.image] == [(link,) for link in people()]
    assert [store.journal.maker_of("crowd", f"key {name}") for name in NAMES] == [Maker("r1", AT)] * len(NAMES)


def test_reports_and_findings_may_hold_anything(store: Store) -> None:
    document = {"run": {"finished_at": AT, "exit_code": 0}, "answer": "\x00 \ud83d \x01 '\\"}
    store.runs.begin("r1", "audit", AT)
    store.runs.finish("r1", document, is_complete=True)
    assert store.runs.document("r1") == document
    known = OpenFinding(AT, "masked-seat")
    for _ in range(2):
        store.runs.remember_findings({f"f{at}": known for at in range(9)}, ())
    assert store.runs.open_findings() == {f"f{at}": known for at in range(9)}


@given(st.text(st.sampled_from("\x00\x01\x02\x03a\U0001f600")), st.text(st.sampled_from("\x00\x01\x02\x03a")))
def test_what_stands_for_a_name_holds_no_nul_and_keeps_the_order(one: str, other: str) -> None:
    as_written = [written(one), written(other)]
    assert not any("\x00" in (text or "") for text in as_written)
    assert [meant(text) for text in as_written] == [one, other]
    assert ((as_written[0] or "") < (as_written[1] or "")) == (one < other)
    assert meant(f"{as_written[0]}\n{as_written[1]}") == f"{one}\n{other}", "several, one behind the other"
    assert written(None) is meant(None) is None
