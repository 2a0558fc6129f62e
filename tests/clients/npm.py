"""The npm client, from Python: a process of Node that carries out a call a line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

NPM_PACKAGE = "atlassian-crowd-client"
END_SECONDS = 60


class NpmRefused(Exception):
    """The npm client's promise was rejected; `kind` is what it takes for Crowd's reason."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind


class NpmClient:
    """The npm client in a process of its own: a call a line."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        driver = Path(__file__).with_name("npm_crowd_client.js")
        self._process = subprocess.Popen(
            ["node", "--no-deprecation", str(driver), str(folder / "node_modules" / NPM_PACKAGE), json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, call: str, *args: object) -> Any:
        """Call such as `user.groups.list`; an argument `{"$user": {…}}` becomes the client's own kind of object."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        stdin.write(json.dumps({"call": call, "args": args}) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the npm client's process has ended"
        answer = json.loads(line)
        if "error" in answer:
            raise NpmRefused(answer["error"]["type"], answer["error"]["message"])
        return answer.get("value")

    def close(self) -> None:
        self._process.communicate(timeout=END_SECONDS)
