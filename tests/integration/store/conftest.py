"""A store on PostgreSQL, whose own order of texts is that of a language, written to in both ways."""

from __future__ import annotations

import pytest
from servers.postgresql import PostgreSql


@pytest.fixture(params=[0, 10**9], ids=["copied", "row-by-row"])
def store_url(request: pytest.FixtureRequest, postgresql: PostgreSql, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("dirsync.store.copying.FEW", request.param)
    return postgresql.store_url()
