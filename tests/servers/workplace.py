"""An admin's desk for tests: a folder with settings and mappings, and the real command line."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from servers.command import run_dirsync


@dataclass(frozen=True)
class Ran:
    """How one command went."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON report on stdout; of a command run with `--json`."""
        return json.loads(self.stdout)

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(op, user, group) of each planned change."""
        return [(one["op"], one["user"], one["group"]) for one in self.document["plan"]["changes"]]

    def findings(self, rule: str, verdict: str = "") -> list[dict[str, Any]]:
        return [one for one in self.document["findings"] if one["rule"] == rule and verdict in {"", one["verdict"]}]


@dataclass
class Workplace:
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def directory(self, name: str, **settings: str) -> None:
        """Add a Directory to the settings, e.g. `directory("corp", kind="ldap", url=…)`."""
        for key, value in settings.items():
            self.settings[f"DIRSYNC_DIRECTORIES__{name.upper().replace('-', '_')}__{key.upper()}"] = value

    def crowd(self, name: str, url: str, application: str, password: str = "sandbox-only", **more: str) -> None:
        self.directory(name, kind="crowd", url=url, application=application, password=password, **more)

    def ldap(self, name: str, server: Any, **more: str) -> None:
        """Add a test slapd as a Directory, read by its limited reader."""
        given = {"url": server.url, "bind_dn": server.reader_dn, "password": server.reader_password, **more}
        self.directory(name, kind="ldap", **given)

    def jira(self, url: str, token: str = "sandbox-jira-token") -> None:
        self.settings |= {"DIRSYNC_JIRA__URL": url, "DIRSYNC_JIRA__TOKEN": token}

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def mapping(self, name: str, text: str) -> Path:
        return self.write(f"mappings/{name}.yaml", text)

    def environment(self) -> dict[str, str]:
        lines = "".join(f"{name}='{value}'\n" for name, value in self.settings.items())
        self.write("dirsync.env", lines)
        return {**os.environ, "XDG_STATE_HOME": str(self.folder / "state")}

    def run(self, *arguments: str, timeout: float = 240) -> Ran:
        """Run `dirsync` with these arguments in the folder."""
        return Ran(*run_dirsync(arguments, self.folder, self.environment(), timeout))


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    folder = tmp_path / "workplace"
    folder.mkdir()
    return Workplace(folder)
