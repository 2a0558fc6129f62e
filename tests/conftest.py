"""What every test gets: no network in unit tests, no settings from outside, `--long`, and the servers' fixtures."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings

# CI judges a change by the same cases every time; a developer's machine goes on looking for new ones. Neither
# judges by the clock: the machines are noisy.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("developer", UNHURRIED)
settings.register_profile("ci", UNHURRIED, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")

pytest_plugins = [
    "servers.slapd",
    "servers.ds389",
    "servers.samba",
    "servers.postgresql",
    "servers.pgbouncer",
    "servers.sandbox",
    "servers.workplace",
]

UNIT = Path(__file__).parent / "unit"
INTEGRATION = Path(__file__).parent / "integration"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the tests that take minutes, too")
    parser.addoption("--seed", type=int, help="of the soak: do the nights of an earlier run again")
    parser.addoption("--nights", type=int, help="of the soak: how many")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests have to tell, whichever worker ran them."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    for what in [text for one in reports for name, text in one.user_properties if name == "told"]:
        terminalreporter.write_line(str(what))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: tests/run --long"))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep a developer's own settings, state and proxies out of the tests."""
    proxies = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "CREDENTIALS_DIRECTORY"}
    for name in list(os.environ):
        if name.upper().startswith("DIRSYNC_") or name.upper() in proxies:
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))


@pytest.fixture(autouse=True)
def _no_network_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection of a test below tests/unit an error: what needs a server is an integration test."""
    if UNIT not in request.path.parents:
        return

    def refuse(self: socket.socket, address: object) -> NoReturn:
        raise AssertionError(f"a unit test tried to connect to {address}; move it to {INTEGRATION}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
