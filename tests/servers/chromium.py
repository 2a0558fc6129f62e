"""A headless Chromium that does what it is told over a pipe, in the words of its DevTools protocol.

The pipe is of its own making (`--remote-debugging-pipe`): commands on descriptor 3, answers on 4, each a JSON text that
ends in NUL. So nothing listens on a port, and no driver has to fit the version of the browser.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Self

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 30
"""Seconds to wait for any one answer."""


class Page:
    """One tab. `complaints` is what the console and the policy said since the page was opened."""

    def __init__(self, folder: Path) -> None:
        self.complaints: list[str] = []
        self._folder = folder
        self._number = 0
        self._unread = b""
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        theirs_in, self._commands = (_high(end) for end in os.pipe())
        self._answers, theirs_out = (_high(end) for end in os.pipe())
        chromium = [
            str(CHROMIUM),
            "--headless=new",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *("--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"),
            f"--user-data-dir={self._folder / 'profile'}",
            "--remote-debugging-pipe",
        ]
        # a descriptor can be given another number only by the child itself
        renumber = ["bash", "-c", 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"', "bash", str(theirs_in), str(theirs_out)]
        self._process = subprocess.Popen(
            [*renumber, *chromium],
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(10)
        os.close(self._commands)
        os.close(self._answers)

    def open(self, html: bytes) -> None:
        """Show a page from a file, and wait until it is loaded."""
        file = self._folder / "page.html"
        file.write_bytes(html)
        self.complaints.clear()
        self._events.clear()
        self.call("Page.navigate", url=file.as_uri())
        self._wait_for("Page.loadEventFired")

    def ask(self, expression: str) -> Any:
        """Return what an expression is worth, a promise when it is kept. The page's policy has no say in it."""
        told = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command and return its result."""
        self._number += 1
        command: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            command["sessionId"] = self._session
        waiting = json.dumps(command).encode() + b"\0"
        while waiting:
            waiting = waiting[os.write(self._commands, waiting) :]
        until = time.monotonic() + PATIENCE
        while (message := self._next(until)).get("id") != self._number:
            self._note(message)
        assert "error" not in message, message
        return message["result"]

    def _wait_for(self, event: str) -> None:
        until = time.monotonic() + PATIENCE
        while not any(seen["method"] == event for seen in self._events):
            self._note(self._next(until))

    def _note(self, message: dict[str, Any]) -> None:
        self._events.append(message)
        if message.get("method") in {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}:
            self.complaints.append(json.dumps(message["params"]))

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._answers], [], [], max(0, until - time.monotonic()))
            more = os.read(self._answers, 1 << 20) if ready else b""
            assert more, "Chromium did not answer" if self._process.poll() is None else "Chromium has ended"
            self._unread += more
        text, _, self._unread = self._unread.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


def _high(descriptor: int) -> int:
    """Return the same under a number that is in nobody's way."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved
