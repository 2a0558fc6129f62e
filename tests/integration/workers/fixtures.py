"""The estate that workers and hosts share: a directory with six trees, three targets, a store on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from integration.workers.scene import SEED, Scene, people
from servers.postgresql import PostgreSql
from servers.sandbox import StartSandbox
from servers.slapd import Slapd, StartSlapd


@pytest.fixture(scope="session")
def six_trees(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=people())


@pytest.fixture
def scene(six_trees: Slapd, start_sandbox: StartSandbox, postgresql: PostgreSql, tmp_path: Path) -> Scene:
    return Scene(tmp_path, postgresql.store_url(), six_trees, start_sandbox(SEED))
