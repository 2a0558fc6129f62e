"""Where a store is made; tests/integration/store runs the same tests on PostgreSQL by saying something else here."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'dirsync.db'}"
