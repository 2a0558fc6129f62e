"""A client that is not there is never passed over in silence."""

from __future__ import annotations

import pytest
from clients.presence import client


def test_a_missing_client_is_skipped_with_a_warning(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="WARNING: the client no-such-client is not installed"):
        client("no_such_client", "no-such-client")


def test_a_missing_client_is_a_failure_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI=true: the client no-such-client is not installed"):
        client("no_such_client", "no-such-client")
