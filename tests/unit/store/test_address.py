"""DIRSYNC_STORE understood: which driver, what it is told besides, and what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from dirsync.errors import DirsyncError, UsageInvalid
from dirsync.store.address import store_address
from dirsync.store.failures import tell_failures
from dirsync.store.sessions import bare_engine

CANARY = "c4n4ry-s3cr3t"


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "postgresql", "postgres"])
def test_postgresql_is_reached_with_the_driver_that_comes_with_dirsync(scheme: str) -> None:
    address = store_address(f"{scheme}://dirsync:{CANARY}@db.example.org/dirsync?password={CANARY}")
    assert address.url.drivername == "postgresql+psycopg"
    assert address.shown == "postgresql+psycopg://dirsync:***@db.example.org/dirsync"
    assert CANARY not in repr(address)
    assert CANARY in address.secrets
    assert address.is_postgresql
    assert not address.is_in_memory


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://db.example.org/dirsync", "verify-full"),
        ("postgresql://192.0.2.7/dirsync", "verify-full"),
        ("postgresql://db.example.org/dirsync?sslmode=disable", None),
        ("postgresql://127.0.0.1/dirsync", None),
        ("postgresql://[::1]/dirsync", None),
        ("postgresql:///dirsync?host=/run/postgresql", None),
    ],
)
def test_over_a_network_the_server_must_prove_who_it_is_unless_the_url_says_otherwise(
    url: str, mode: str | None
) -> None:
    arguments = store_address(url).arguments
    assert arguments.get("sslmode") == mode
    assert arguments.get("sslrootcert") == ("system" if mode else None)
    assert arguments["application_name"] == "dirsync"
    assert arguments["keepalives_count"] == 3


def test_a_store_that_is_a_file_is_told_nothing_besides() -> None:
    address = store_address("sqlite:////var/lib/dirsync/dirsync.db")
    assert address.arguments == {}
    assert not address.is_postgresql
    assert not address.is_in_memory
    assert store_address("sqlite://").is_in_memory
    assert store_address("sqlite:///:memory:").is_in_memory


def test_what_is_no_url_is_not_repeated() -> None:
    with pytest.raises(UsageInvalid) as caught:
        store_address(CANARY)
    assert CANARY not in str(caught.value)


def test_a_server_for_which_nobody_answers_any_more_was_lost(tmp_path: Path) -> None:
    address = store_address(f"postgresql://nobody:{CANARY}@/dirsync?host={tmp_path}")
    engine = bare_engine(address)
    tell_failures(engine, address)
    with pytest.raises(DirsyncError, match="was lost during the run: connection ") as caught:
        engine.connect()
    assert "See that the database server is up and can be reached" in caught.value.remedy
    assert CANARY not in str(caught.value)
