from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from servers.scripted import script

from dirsync.http import Endpoint

__all__ = ["script"]

NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture
def endpoint() -> Callable[..., Endpoint]:
    """Make the endpoint of the application `dirsync-customers`; one try only, unless a test wants more."""

    def make(url: str, **given) -> Endpoint:
        known = {"username": "dirsync-customers", "password": "canary-password", "retry_seconds": 0.0}
        return Endpoint(**{"name": "crowd_customers", "url": url, **known, **given})

    return make
