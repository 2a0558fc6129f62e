"""A store on a real PostgreSQL that is set differently, slow, locked, out of reach or gone in mid-run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from servers.postgresql import NAME, Account, PostgreSql
from sqlalchemy import event, text

from dirsync.errors import DirsyncError, ExitCode, UsageInvalid
from dirsync.model.findings import OpenFinding
from dirsync.model.links import MemberLink, UserLink
from dirsync.store import copying
from dirsync.store.advisory import CHANGING, IN_USE, key
from dirsync.store.database import USER_LINKS
from dirsync.store.inspection import look_at_store
from dirsync.store.links import StoredLinks
from dirsync.store.sessions import LIMITS
from dirsync.store.store import Store

SECRET = "reader-Pa55/@"
PEOPLE = [UserLink("crowd", "customers", f"{one:05}", f"key {one}", f"name {one}") for one in range(5000)]


@pytest.fixture
def url(postgresql: PostgreSql) -> str:
    return postgresql.store_url()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store(url)
    yield opened
    opened.close()


def administrator(server: PostgreSql, url: str) -> psycopg.Connection[tuple[Any, ...]]:
    name = url.partition("@/")[2].partition("?")[0]
    return psycopg.connect(server.conninfo(name), autocommit=True)


def database_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def failing(write: Callable[[], object]) -> DirsyncError:
    with pytest.raises(DirsyncError) as caught:
        write()
    assert caught.value.remedy
    return caught.value


def test_the_server_s_own_defaults_don_t_matter(postgresql: PostgreSql, url: str) -> None:
    with administrator(postgresql, url) as connection:
        for setting in (
            "default_transaction_isolation = 'serializable'",
            "synchronous_commit = off",
            "statement_timeout = '5s'",
            "idle_in_transaction_session_timeout = '5s'",
        ):
            connection.execute(f"ALTER DATABASE {database_of(url)} SET {setting}")
    store = Store(url)
    shown: dict[str, str] = {}
    names = ("transaction_isolation", "synchronous_commit", "lock_timeout", "statement_timeout", "application_name")
    with store._engine.connect() as connection:
        for name in (*names, "idle_in_transaction_session_timeout"):
            shown[name] = str(connection.execute(text(f"SHOW {name}")).scalar())
    assert list(shown.values()) == ["read committed", "on", "1min", "10min", "dirsync", "0"]
    with store.links() as links:
        isolation = links._connection.execute(text("SHOW transaction_isolation")).scalar()
        only_reads = links._connection.execute(text("SHOW transaction_read_only")).scalar()
    assert (isolation, only_reads) == ("repeatable read", "on")
    store.runs.begin("r1", "sync", "2026-11-20")
    store.close()


def test_a_server_that_is_stricter_about_what_is_durable_stays_so(postgresql: PostgreSql, url: str) -> None:
    with administrator(postgresql, url) as connection:
        connection.execute(f"ALTER DATABASE {database_of(url)} SET synchronous_commit = remote_apply")
    store = Store(url)
    with store._engine.connect() as connection:
        assert connection.execute(text("SHOW synchronous_commit")).scalar() == "remote_apply"
    store.close()


def test_runs_that_begin_at_once_get_numbers_of_their_own(url: str) -> None:
    stores = [Store(url) for _ in range(4)]
    together = threading.Barrier(len(stores))

    def begin(number: int) -> None:
        for turn in range(5):
            together.wait(30)
            stores[number].runs.begin(f"r{turn}-{number}", "audit", "2026-11-20")

    with ThreadPoolExecutor() as pool:
        list(pool.map(begin, range(len(stores))))
    with stores[0]._engine.connect() as connection:
        numbers = connection.execute(text("SELECT number FROM runs ORDER BY number")).scalars().all()
    for one in stores:
        one.close()
    assert list(numbers) == list(range(1, 21))


def test_links_come_bit_by_bit(postgresql: PostgreSql, url: str, store: Store) -> None:
    store.runs.remember_links(PEOPLE, ())
    with store.links() as links, administrator(postgresql, url) as asking:
        people = links.bare_users("crowd", "customers")
        next(people)
        asked = asking.execute(
            "SELECT query FROM pg_stat_activity WHERE application_name = 'dirsync' AND datname = current_database()"
        )
        assert any(query.startswith("FETCH FORWARD") for (query,) in asked)
        assert sum(1 for _ in people) == len(PEOPLE) - 1


def test_what_changes_meanwhile_is_not_seen_by_who_reads(store: Store) -> None:
    store.runs.remember_links(PEOPLE[:3], ())
    with store.links() as links:
        assert links.count_users("crowd", "customers") == 3
        store.runs.remember_links(PEOPLE[3:9], ())
        assert len(list(links.users("crowd", "customers"))) == 3
    with store.links() as links:
        assert links.count_users("crowd", "customers") == 9


def test_nobody_waits_for_ever_for_a_lock(postgresql: PostgreSql, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dirsync.store.sessions.LIMITS", LIMITS.replace("'60s'", "'200ms'"))
    store = Store(url)
    with administrator(postgresql, url) as other, other.transaction():
        other.execute("LOCK TABLE user_links")
        error = failing(lambda: store.runs.remember_links(PEOPLE[:1], ()))
        copied = failing(lambda: store.runs.remember_links(PEOPLE[:100], ()))
    assert error.message == copied.message
    assert "waited 60 s for a lock that somebody else holds (canceling statement due to lock timeout)" in error.message
    assert "pg_stat_activity" in error.remedy
    store.runs.remember_links(PEOPLE[:1], ())
    store.close()


def test_nobody_waits_for_ever_for_a_statement(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dirsync.store.sessions.LIMITS", LIMITS.replace("'600s'", "'200ms'"))
    store = Store(url)
    with store._engine.connect() as connection:
        error = failing(lambda: connection.execute(text("SELECT pg_sleep(20)")))
    assert "ended a statement, which may take 600 s (canceling statement due to statement timeout)" in error.message
    store.close()


def test_a_line_that_breaks_while_rows_are_copied_is_told(postgresql: PostgreSql, url: str, store: Store) -> None:
    @contextmanager
    def copying_rows() -> Iterator[None]:
        with store._engine.begin() as connection, administrator(postgresql, url) as other:
            pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()

            def rows() -> Iterator[tuple[Any, ...]]:
                yield ("crowd", "customers", "1", "key", "ana", 0, "", False)
                other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
                for number in range(100_000):
                    yield ("crowd", "customers", f"more {number}", "key", "ana", 0, "", False)

            copying.add(connection, USER_LINKS, UserLink.__slots__, rows())
            yield

    error = failing(lambda: copying_rows().__enter__())
    assert "was lost during the run: " in error.message
    assert "See that the database server is up" in error.remedy
    with store.links() as links:
        assert links.count_users("crowd", "customers") == 0
    store.runs.remember_links(PEOPLE[:100], ())  # over a new connection


def test_a_store_that_takes_no_writes_is_told(postgresql: PostgreSql, url: str, store: Store) -> None:
    with administrator(postgresql, url) as connection:
        connection.execute(f"ALTER DATABASE {database_of(url)} SET default_transaction_read_only = on")
    store._engine.dispose()
    error = failing(lambda: store.runs.begin("r1", "sync", "2026-11-20"))
    assert isinstance(error, UsageInvalid)
    assert "takes no writes: it is a standby" in error.message
    copied = failing(lambda: store.runs.remember_findings({f"f{one}": OpenFinding("now") for one in range(99)}, ()))
    assert copied.message == error.message
    with administrator(postgresql, url) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute("DROP TABLE dirsync_store, runs, reads, findings, user_links, member_links, group_links")
        connection.execute("DROP TABLE link_states, journal")
    assert "takes no writes" in failing(lambda: Store(url)).message


def test_whoever_comes_while_tables_are_changed_waits_and_is_told(
    postgresql: PostgreSql, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dirsync.store.sessions.LIMITS", LIMITS.replace("'60s'", "'300ms'"))
    Store(url).close()
    with administrator(postgresql, url) as other, other.transaction():
        for purpose in (IN_USE, CHANGING):
            other.execute(f"SELECT pg_advisory_xact_lock({key(purpose)})")
        error = failing(lambda: Store(url))
    assert error.exit_code is ExitCode.LOCKED
    assert "are being changed: another dirsync has it to itself." in error.message
    Store(url).close()


def test_a_large_report_is_kept(store: Store) -> None:
    document = {"run": {"finished_at": "now", "exit_code": 0}, "answer": "é" * 8_000_000}
    store.runs.begin("r1", "audit", "2026-11-20")
    store.runs.finish("r1", document, is_complete=True)
    assert store.runs.document("r1") == document
    assert [run.exit_code for run in store.runs.history(9)] == [0]


def test_people_are_walked_through_by_the_index_and_not_sorted(postgresql: PostgreSql, url: str, store: Store) -> None:
    store.runs.remember_links(PEOPLE, ())
    store.runs.remember_links([MemberLink("crowd", "customers", one.source_id, "all") for one in PEOPLE], ())
    asked: list[tuple[str, Any]] = []
    with store._engine.begin() as connection:
        connection.execute(text("ANALYZE"))
        event.listen(store._engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        links = StoredLinks(connection)
        for walk in (links.bare_users, links.members_by_person, links.groups_by_person):
            assert len(list(walk("crowd", "customers"))) == len(PEOPLE)
    with administrator(postgresql, url) as other:
        for statement, parameters in asked:
            whole = psycopg.ClientCursor(other).mogrify(statement, parameters)
            told = "\n".join(line for (line,) in other.execute(f"EXPLAIN DECLARE people CURSOR FOR {whole}"))
            assert "Sort" not in told, told
            assert "Index" in told, told
    assert len(asked) == 3


@pytest.fixture
def account(postgresql: PostgreSql) -> Account:
    return postgresql.database("").account(SECRET)


def test_an_account_that_may_not_make_tables_is_told_what_to_grant(account: Account) -> None:
    error = failing(lambda: Store(account.url()))
    assert "can't be opened: permission denied for schema public." in error.message
    assert "CREATE SCHEMA dirsync AUTHORIZATION account" in error.remedy
    assert error.exit_code is ExitCode.INVALID
    looked = look_at_store(account.url(), may_connect=True)
    assert looked.state == "there and empty; the first run makes its tables."


def test_a_schema_of_its_own_is_all_it_needs(account: Account) -> None:
    account.given(
        f"CREATE SCHEMA dirsync AUTHORIZATION {account.name}; ALTER ROLE {account.name} SET search_path = dirsync;"
    )
    store = Store(account.url())
    store.runs.remember_links(PEOPLE, ())
    store.runs.begin("r1", "sync", "2026-11-20")
    with store._engine.connect() as connection:
        schemas = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'journal'"
        assert connection.execute(text(schemas)).scalars().all() == ["dirsync"]
    account.given("REVOKE INSERT ON dirsync.runs FROM PUBLIC; ALTER TABLE dirsync.runs OWNER TO postgres;")
    error = failing(lambda: store.runs.begin("r2", "sync", "2026-11-20"))
    assert "refuses this account a right (permission denied for table runs)" in error.message
    store.close()


@pytest.mark.parametrize("password", ["wrong", SECRET])
def test_a_login_that_fails_says_so_without_its_password(account: Account, password: str) -> None:
    url = account.url(query="?connect_timeout=5").replace("%2F", "x") if password == "wrong" else account.url("[::1]")
    error = failing(lambda: Store(url))
    assert "can't be opened: " in error.message
    assert SECRET not in str(error)
    assert "reader-Pa55x@" not in str(error)
    looked = look_at_store(url, may_connect=True)
    assert looked.problem.startswith("can't be opened: ")
    assert looked.remedy == error.remedy


def test_over_a_network_the_server_must_prove_who_it_is(postgresql: PostgreSql, account: Account) -> None:
    account.given(f"GRANT CREATE ON SCHEMA public TO {account.name}")
    elsewhere = f"?hostaddr=127.0.0.1&application_name={account.name}"
    error = failing(lambda: Store(account.url(NAME, elsewhere)))
    assert "certificate" in error.message
    assert "?sslrootcert=" in error.remedy
    for more, is_encrypted in ((f"&sslrootcert={postgresql.ca_file}", True), ("&sslmode=disable", False)):
        store = Store(account.url(NAME, elsewhere + more))
        with store._engine.connect() as connection:
            asked = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
            assert connection.execute(asked).scalar() is is_encrypted
        store.close()
    assert failing(lambda: Store(account.url("other.example.org", f"{elsewhere}&sslrootcert={postgresql.ca_file}")))
