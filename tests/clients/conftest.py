"""Other people's clients against the running sandbox; what can't be installed is said, and in CI it is a failure."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from clients.npm import NPM_PACKAGE, NpmClient
from clients.presence import unavailable

INSTALL_SECONDS = 120

SEED = """
jira:
  version: "9.12.8"
  credentials: {token: canary-token, username: robot, password: robot-password, permissions: [ADMINISTER]}
  permissions: {ADMINISTER: [jira-administrators], SYSTEM_ADMIN: [jira-administrators]}
  applications:
    - {key: jira-software, name: Jira Software, groups: [agents], default_groups: [agents], seats: 10}
  organizations: [{name: Acme, users: [ada]}]
  service_projects:
    - {key: HELP, name: Help desk, customers: [ada, bob], organizations: [Acme],
       roles: {Service Desk Team: {groups: [agents], users: [bob]}}}
    - {key: IT}
  user_directories:
    - {name: Crowd, type: crowd, crowd_application: app}
    - name: Jira Internal Directory
      type: internal
      groups: [{name: jira-administrators}]
      users: [{username: admin, password: admin-password, groups: [jira-administrators]}, {username: bob}]
crowd:
  directories:
    - name: agents
      groups: [{name: agents, groups: [night shift]}, {name: night shift}]
      users:
        - {username: ada, email: ada@example.org, first_name: Ada, last_name: King, display_name: Ada King,
           password: analytical, groups: [night shift]}
        - {username: bob, email: bob@example.org, groups: [agents]}
  applications:
    - {name: app, password: app-password, directories: [{directory: agents}]}
    - {name: reader, password: app-password, directories: [{directory: agents, allowed_operations: []}]}
    - {name: elsewhere, password: app-password, remote_addresses: [192.0.2.1], directories: [{directory: agents}]}
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture(scope="session")
def npm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the npm client once, from wherever the machine's npm gets its packages."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        unavailable("node and npm are not on this machine, so the npm client is not tried")
    folder = tmp_path_factory.mktemp("npm")
    (folder / "package.json").write_text('{"private": true}')
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--loglevel=error"]
    try:
        done = subprocess.run(
            [npm, "install", *options, f"{NPM_PACKAGE}@2"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        unavailable(f"npm did not install {NPM_PACKAGE} within {INSTALL_SECONDS} seconds")
    if done.returncode != 0:
        unavailable(f"npm could not install {NPM_PACKAGE}: {done.stderr.strip()[-500:]}")
    return folder


@pytest.fixture
def npm_client(npm_folder, sandbox) -> Iterator[Any]:
    """Return what makes npm clients: `npm_client()`, or with another application."""
    clients: list[NpmClient] = []

    def make(application: str = "app", password: str = "app-password", **settings: object) -> NpmClient:
        login = {"name": application, "password": password}
        clients.append(NpmClient(npm_folder, {"baseUrl": sandbox.crowd_url, "application": login, **settings}))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
