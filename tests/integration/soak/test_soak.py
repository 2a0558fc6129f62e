"""Hours in minutes: whatever breaks, at the end the targets hold what the sources say, and nothing else has changed.

`tests/run --long -k soak --seed N --nights M` does a chosen one again.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping

import pytest
from integration.soak.by_workers import SoakByWorkers
from integration.soak.oracle import Promise
from integration.soak.scene import AT_ONCE, PROMISES, disks, set_up
from integration.soak.soak import Soak
from servers.postgresql import PostgreSql
from servers.sandbox import StartSandbox
from servers.slapd import StartSlapd
from servers.workplace import Workplace

pytestmark = pytest.mark.server
NIGHTS, FEW_NIGHTS, NIGHTS_OF_WORKERS = 100, 6, 30
STEADY = 7
"""The seed of the few nights that every run of the tests has."""
Work = Callable[..., None]


@pytest.fixture
def work(
    workplace: Workplace,
    start_slapd: StartSlapd,
    start_sandbox: StartSandbox,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> Work:
    """Return what lets nights go by, and fails if anything is not as it must be."""
    chosen = request.config.getoption("--seed")
    asked = request.config.getoption("--nights")

    def work(
        nights: int,
        seed: int | None,
        store: str,
        database: PostgreSql | None = None,
        kind: type[Soak] = Soak,
        promises: Mapping[str, Promise] = PROMISES,
    ) -> None:
        seed = chosen if chosen is not None else random.SystemRandom().randrange(10**6) if seed is None else seed
        folders = [workplace.folder / name for name in ("tmp", "state")]
        with disks(*folders) as has_disks:
            scene = set_up(workplace, start_slapd, start_sandbox, store, promises)
            soak = kind(scene, seed, store, database, has_disks=has_disks)
            try:
                soak.work(asked or nights)
            finally:
                soak.stop()
                record_property("told", soak.told())
                if soak.differences:  # for whoever looks into it
                    shutil.copytree(workplace.folder / "state", workplace.folder / "state-at-the-end")
        assert soak.differences == [], f"seed {seed}:\n" + "\n".join(soak.differences)

    return work


def test_a_few_nights_with_a_store_in_a_file(work: Work, workplace: Workplace) -> None:
    work(FEW_NIGHTS, STEADY, f"sqlite:///{workplace.folder}/state/dirsync/dirsync.db")


@pytest.mark.long
def test_many_nights_with_a_store_in_a_file(work: Work, workplace: Workplace) -> None:
    work(NIGHTS, None, f"sqlite:///{workplace.folder}/state/dirsync/dirsync.db")


@pytest.mark.long
def test_many_nights_with_a_store_in_postgresql(work: Work, postgresql: PostgreSql) -> None:
    store = postgresql.store_url()
    work(NIGHTS, None, store, postgresql)


@pytest.mark.long
def test_many_nights_that_workers_work_through(work: Work, postgresql: PostgreSql) -> None:
    work(NIGHTS_OF_WORKERS, None, postgresql.store_url(), postgresql, SoakByWorkers, AT_ONCE)
