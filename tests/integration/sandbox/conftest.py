"""Callers of the emulated products that hide nothing: plain requests, the answer as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests

from dirsync.sandbox.server import RunningSandbox


@dataclass
class Caller:
    """An HTTP client of one product."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)

    def __call__(self, method: str, path: str, body: object = None, /, **query: object) -> requests.Response:
        params = {name.replace("_", "-"): value for name, value in query.items()}
        return self.session.request(method, f"{self.base}/{path}", params=params, json=body, timeout=30)


@pytest.fixture
def crowd_caller() -> Iterator[Callable[..., Caller]]:
    """Return what makes callers of a Crowd application: `crowd_caller(sandbox, "app", "password")`."""
    callers: list[Caller] = []

    def make(sandbox: RunningSandbox, application: str = "app", password: str = "app-password") -> Caller:
        caller = Caller(f"{sandbox.crowd_url}/rest/usermanagement/1")
        caller.session.auth = (application, password)
        caller.session.headers["Accept"] = "application/json"
        callers.append(caller)
        return caller

    yield make
    for caller in callers:
        caller.session.close()


@pytest.fixture
def jira_caller() -> Iterator[Callable[..., Caller]]:
    """Return what makes callers of Jira: `jira_caller(sandbox)` has the token, `auth=` is for others."""
    callers: list[Caller] = []

    def make(sandbox: RunningSandbox, auth: tuple[str, str] | None = None) -> Caller:
        caller = Caller(f"{sandbox.jira_url}/rest/api/2")
        if auth:
            caller.session.auth = auth
        else:
            caller.session.headers["Authorization"] = "Bearer sandbox-jira-token"
        callers.append(caller)
        return caller

    yield make
    for caller in callers:
        caller.session.close()
