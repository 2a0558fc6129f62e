"""A store behind a real PgBouncer: fine where each connection keeps its session, told and refused where it does not."""

from __future__ import annotations

import pytest
from servers.pgbouncer import StartPooler
from servers.postgresql import PostgreSql
from servers.workplace import Workplace

from dirsync.errors import UsageInvalid
from dirsync.store.address import store_address
from dirsync.store.inspection import look_at_store
from dirsync.store.migrations.moving import take_back
from dirsync.store.store import Store


def behind(postgresql: PostgreSql, port: int) -> tuple[str, str]:
    """Return a store's address by way of the pooler, and without it."""
    direct = postgresql.store_url()
    name = direct.partition("@/")[2].partition("?")[0]
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/{name}", direct


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pool_that_hands_sessions_on_is_refused(
    postgresql: PostgreSql, start_pooler: StartPooler, workplace: Workplace, mode: str
) -> None:
    url, direct = behind(postgresql, start_pooler(mode))
    Store(direct).close()
    said = "is behind a pooler in transaction mode, which gives each transaction another session."
    if mode == "transaction":
        with pytest.raises(UsageInvalid, match=said) as caught:
            Store(url)
        assert "pool_mode = session" in caught.value.remedy
        assert look_at_store(url, may_connect=True).problem == said
        workplace.settings["DIRSYNC_STORE"] = url
        doctor = workplace.run("doctor")
        assert said in " ".join(doctor.stdout.split())
        assert doctor.code == 2
    else:  # it lets no transaction through at all
        with pytest.raises(UsageInvalid, match="can't be opened"):
            Store(url)
    assert take_back(store_address(direct), 7) == 7, "nobody is left who is said to use it"


def test_a_pool_that_keeps_sessions_is_as_good_as_none(postgresql: PostgreSql, start_pooler: StartPooler) -> None:
    url, _ = behind(postgresql, start_pooler("session"))
    store = Store(url)
    store.runs.begin("r1", "sync", "2026-11-20")
    assert store.runs.count() == 1
    assert "may be written to" in look_at_store(url, may_connect=True).state
    store.close()
