"""Many rows at once on the connection of a lease, which left the pool when it was taken."""

from __future__ import annotations

import contextlib

from servers.postgresql import PostgreSql

from dirsync.model.plans import Change, Op
from dirsync.store.copying import pays
from dirsync.store.journal import Intent
from dirsync.store.lease.interface import Holder
from dirsync.store.store import Store

NOW = "2026-11-20T01:00:00+00:00"
MANY = 10


def test_a_group_of_intents_is_written_by_whoever_holds_the_lease(postgresql: PostgreSql) -> None:
    changes = [Change(Op.CREATE_USER, "crowd", "customers", f"user{n}", source_id=f"id-{n}") for n in range(MANY)]
    with contextlib.closing(Store(postgresql.store_url())) as store:
        with store.links() as links:
            assert pays(links._connection, MANY), "few rows take another way"
        with store.leased([("crowd",)], Holder("host-a.example.org", 4711, "run-1", NOW)):
            store.journal.write((), [Intent("run-1", n, change) for n, change in enumerate(changes)], NOW)
        assert [one.change for one in store.journal.open_intents()] == changes
