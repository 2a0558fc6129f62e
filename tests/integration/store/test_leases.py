"""Leases on a real PostgreSQL: who gets what, whatever comes at once, and what a session leaves behind."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from servers.postgresql import PostgreSql

from dirsync.errors import ExitCode, LeaseLost
from dirsync.model.links import UserLink
from dirsync.store.lease.interface import Holder
from dirsync.store.store import Store

PLACES = ("crowd", "jira organizations", "ldap", "Übergang 'x'")
ROUNDS = 100


def holder(run: str = "20261120T010000Z-abc123", host: str = "host-a.example.org") -> Holder:
    return Holder(host, 4711, run, "2026-11-20T01:00:00+00:00")


@pytest.fixture
def url(postgresql: PostgreSql) -> str:
    return postgresql.store_url()


@pytest.fixture
def stores(url: str) -> Iterator[list[Store]]:
    made = [Store(url), Store(url)]
    yield made
    for one in made:
        one.close()


def ask(url: str, query: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(query)


def test_a_group_is_held_whole_or_not_at_all(stores: list[Store]) -> None:
    one, other = stores
    with one.leased([("b",), ("d",)], holder()) as first:
        assert (first.held, first.elsewhere) == ({"b", "d"}, {})
        with other.leased([("a", "b", "c"), ("e",)], holder()) as second:
            assert second.held == {"e"}
            assert [*second.elsewhere] == ["b"]
            assert second.elsewhere["b"].startswith("process 4711 on host-a.example.org, run abc123, since 2")
            assert other.is_ours("e")
            assert not other.is_ours("a")
        with other.leased([("a",), ("c",)], holder()) as again:
            assert again.held == {"a", "c"}, "what was given back is free"
    with other.leased([("b", "d")], holder()) as third:
        assert third.held == {"b", "d"}
    assert other.is_ours("z"), "nothing was asked for"


@pytest.mark.parametrize("name", ["", "dirsync", "dirsync x abc host", "psql 1 abc host"])
def test_a_holder_that_says_nothing_of_itself_holds_it_all_the_same(url: str, stores: list[Store], name: str) -> None:
    with stores[0].leased([("crowd",)], holder()) as first:
        with first.writing() as connection:
            connection.exec_driver_sql("SELECT set_config('application_name', %s, false)", (name,))
        with stores[1].leased([("crowd",)], holder()) as second:
            assert second.elsewhere == {"crowd": ""}


def test_a_long_name_of_a_host_is_cut_off_and_nothing_else(stores: list[Store]) -> None:
    with (
        stores[0].leased([("crowd",)], holder(host="h" * 200)),
        stores[1].leased([("crowd",)], holder()) as second,
    ):
        assert second.elsewhere["crowd"].startswith("process 4711 on hhhhhhhhhhhhhhhhhhhh")
        assert ", run abc123, since 2" in second.elsewhere["crowd"]


def test_stores_in_two_schemas_of_a_database_have_leases_of_their_own(url: str) -> None:
    for schema in ("east", "west"):
        ask(url, f"CREATE SCHEMA {schema}")
    east, west = (Store(f"{url}&options=-csearch_path%3D{schema}") for schema in ("east", "west"))
    with east.leased([("crowd",)], holder()), west.leased([("crowd",)], holder()) as second:
        assert second.held == {"crowd"}
    east.close()
    west.close()


def test_the_session_outlasts_a_server_that_ends_idle_ones(url: str) -> None:
    name = url.partition("@/")[2].partition("?")[0]
    ask(url, f"ALTER DATABASE {name} SET idle_session_timeout = '100ms'")
    store = Store(url)
    with store.leased([("crowd",)], holder()) as lease:
        threading.Event().wait(0.5)
        with lease.writing() as connection:
            shown = [connection.exec_driver_sql(f"SHOW {one}").scalar() for one in ("idle_session_timeout",)]
        assert shown == ["0"]
    store.close()


def test_who_lost_the_lease_writes_neither_links_nor_journal(url: str, stores: list[Store]) -> None:
    one, other = stores
    link = UserLink("crowd", "customers", "1", "k1", "ana")
    with one.leased([("crowd",)], holder()):
        one.runs.remember_links([link], ())
        ask(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'dirsync %'")
        with other.leased([("crowd",)], holder()) as second:
            assert second.held == {"crowd"}
            for _ in range(2):  # SQLAlchemy has made the connection anew by the second time
                with pytest.raises(LeaseLost, match=r"^The lease of crowd was lost during the run; ") as caught:
                    one.runs.remember_links((), [link])
            with pytest.raises(LeaseLost), one.own_links():
                pytest.fail("what another run may have written is not told as one's own")
            assert caught.value.exit_code is ExitCode.UNEXPECTED
            assert caught.value.remedy.startswith("No change was begun since. ")
            assert caught.value.message.endswith("The database answered in another session.")
    with other.links() as links:
        assert [*links.users("crowd", "customers")] == [link]


def test_of_all_who_come_at_once_nobody_has_what_another_has(url: str) -> None:
    """Each place is one run's alone, each group whole; and when all want all, somebody gets it."""
    chance = random.Random(9)
    stores = [Store(url) for _ in range(4)]
    start = threading.Barrier(len(stores))
    inside: dict[str, int] = {}
    lock = threading.Lock()
    wishes = [
        [
            [tuple(sorted(chance.sample(PLACES, chance.randint(1, len(PLACES)))))] if turn % 2 else [PLACES]
            for _ in stores
        ]
        for turn in range(ROUNDS)
    ]
    got: list[int] = [0] * ROUNDS

    def take(number: int) -> None:
        for turn in range(ROUNDS):
            with ExitStack() as stack:
                start.wait(60)
                wanted = wishes[turn][number]
                lease = stack.enter_context(stores[number].leased(wanted, holder()))
                assert lease.held in ({*wanted[0]}, set())
                with lock:
                    for place in lease.held:
                        inside[place] = inside.get(place, 0) + 1
                        assert inside[place] == 1, place
                    got[turn] += bool(lease.held)
                start.wait(60)
                with lock:
                    for place in lease.held:
                        inside[place] -= 1

    with ThreadPoolExecutor() as pool:
        list(pool.map(take, range(len(stores))))
    for one in stores:
        one.close()
    assert min(got) >= 1
    assert got[::2] == [1] * (ROUNDS // 2)
