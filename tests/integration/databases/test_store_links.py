"""Links in a store, also on PostgreSQL, whose own order of texts is that of a language: no plan may show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from servers.postgresql import PostgreSql

from dirsync.model.links import GroupLink, MemberLink, UserLink
from dirsync.store.links import AT_ONCE
from dirsync.store.store import Store

PEOPLE = ["a", "B", "é", "z", "Z", "_", "-1", "10", "9", "ß", "\U0001f600", "\uffee"]
GROUPS = ["portal", "all", "é", "_", "\U0001f600", "10"]
NAMES = "\n".join(sorted(GROUPS))
MANY = 2 * AT_ONCE + 1


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path) -> Iterator[Store]:
    if request.param == "sqlite":
        opened = Store(f"sqlite:///{tmp_path / 'dirsync.db'}")
    else:
        server: PostgreSql = request.getfixturevalue("postgresql")
        opened = Store(server.store_url())
    yield opened
    opened.close()


def link(source_id: str, target_id: str = "", mapping: str = "customers", directory: str = "crowd") -> UserLink:
    return UserLink(directory, mapping, source_id, target_id or f"key of {source_id}", f"name of {source_id}")


def test_people_and_their_memberships_come_as_python_sorts_text(store: Store) -> None:
    kept = replace(link("a"), missed=2, missed_at="2026-11-20", is_deactivated=True)
    memberships = [MemberLink("crowd", "customers", one, group) for one in PEOPLE for group in GROUPS]
    strangers = [link("a", mapping="agents"), MemberLink("crowd", "agents", "a", "all"), link("a", directory="other")]
    store.runs.remember_links([*map(link, PEOPLE), kept, *memberships, *strangers], ())
    with store.links() as links:
        assert list(links.users("crowd", "customers")) == [kept if one == "a" else link(one) for one in sorted(PEOPLE)]
        by_person = list(links.members_by_person("crowd", "customers"))
        assert [source_id for source_id, _ in by_person] == sorted(len(GROUPS) * PEOPLE)
        assert sorted(by_person) == sorted((one.source_id, one.group) for one in memberships)
        told = ((one.source_id, one.target_id, one.username) for one in map(link, sorted(PEOPLE)))
        bare = [one[:3] for one in links.bare_users("crowd", "customers")]
        assert bare == list(told)
        assert {one[3:] for one in links.bare_users("crowd", "customers")} == {(0, "", False), (2, "2026-11-20", True)}
        assert list(links.groups_by_person("crowd", "customers")) == [(one, NAMES) for one in sorted(PEOPLE)]
        assert links.count_users("crowd", "customers") == len(PEOPLE)
        assert links.count_users("crowd", "nobody") == 0


def test_the_owners_of_many_accounts_are_found_at_once_the_first_of_each(store: Store) -> None:
    several = [link(f"{one:04}", "key-0000", mapping) for mapping in ("zulu", "agents") for one in (7, 3)]
    many = [link(f"{one:04}", f"key-{one:04}") for one in range(MANY)]
    elsewhere = [link("0001", "key-0001", directory="other"), link("0002", "key-0001", directory="other")]
    store.runs.remember_links([*several, *many, *elsewhere, GroupLink("crowd", "customers", "all")], ())
    asked = [f"key-{one:04}" for one in reversed(range(MANY + 10))]
    with store.links() as links:
        found = {one.target_id: one for one in links.owners("crowd", asked)}
        assert len(list(links.owners("crowd", asked))) == MANY
        assert found == {one: links.owner("crowd", one) for one in asked[10:]}
        assert found["key-0000"] == link("0003", "key-0000", "agents")
        assert list(links.owners("crowd", [])) == []
        assert sorted(links.known("crowd", "customers", [f"{one:04}" for one in range(MANY + 10)] * 2)) == [
            f"{one:04}" for one in range(MANY)
        ], "each once"
        assert sorted(links.known("crowd", "zulu", ["0001", "0003", "0007"])) == ["0003", "0007"]
        assert list(links.known("other", "zulu", ["0003"])) == list(links.known("crowd", "zulu", [])) == []
        assert list(links.shared("crowd")) == ["key-0000"]
        assert list(links.shared("nowhere")) == []


def test_all_is_read_side_by_side(store: Store) -> None:
    store.runs.remember_links([link(f"{one:04}") for one in range(2500)], ())
    store.runs.remember_links([MemberLink("crowd", "customers", f"{one:04}", "all") for one in range(2500)], ())
    with store.links() as links:
        pairs = zip(links.users("crowd", "customers"), links.members_by_person("crowd", "customers"), strict=True)
        assert sum(one.source_id == source_id for one, (source_id, _) in pairs) == 2500
