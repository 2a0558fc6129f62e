"""No secret of the settings is ever shown: every command, form and level of the log, and every way to end."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from servers.scripted import Asked, ScriptedServer, answer
from servers.workplace import Workplace

RAW = "c4n4ry"
KEY = b64encode(f"{RAW}-signing-key-of-32-bytes!!".encode()).decode()

COMMANDS = (
    ["audit"],
    ["audit", "--json", "--metrics", "m.prom"],
    ["plan", "--out", "plan.json"],
    ["apply", "nothing.json"],
    ["sync", "--dry-run"],
    ["sync", "--reports", "reports"],
    ["undo", "nothing"],
    ["explain", "p001"],
    ["history"],
    ["report", "--format", "json", "--format", "md", "--format", "csv", "--format", "nagios", "--out", "reports"],
    ["doctor"],
    ["doctor", "--offline", "--json"],
    ["doctor", "--facts"],
    ["doctor", "--grants", "jira"],
    ["rules"],
    ["init", "new"],
    ["doctor", "--rights"],
    ["support-bundle", "--out", "bundle.zip"],
    ["report", "--redact", "--format", "html", "--format", "opengraph", "--format", "ocsf", "--out", "reports"],
    ["deploy", "cron"],
    ["deploy", "systemd"],
    ["deploy", "docker", "--image", "example.org/dirsync"],
    ["deploy", "kubernetes", "--image", "example.org/dirsync", "--json"],
)
LOGGING = (["--log-format", "json", "--log-level", "debug"], ["--log-format", "text", "--verbose"], ["--quiet"])


TREE = "version: 1\nname: tree\naudience: agents\nsource: {directory: tree, users: {base: dc=example}}\n"
CHANNELS = ("PING_URL", "WEBHOOK_URL", "WEBHOOK_SECRET", "NOTIFY_URLS")


class Canaries:
    """Every secret setting with a word of its own, and what must not be found anywhere."""

    def __init__(self, listener: ScriptedServer) -> None:
        web = listener.url.removeprefix("http://")
        self.settings = {
            "DIRSYNC_DIRECTORIES__TREE__KIND": "ldap",
            "DIRSYNC_DIRECTORIES__TREE__URL": "ldap://127.0.0.1:9",
            "DIRSYNC_DIRECTORIES__TREE__BIND_DN": "cn=dirsync,dc=example,dc=org",
            "DIRSYNC_DIRECTORIES__TREE__PASSWORD": f"{RAW} tree/1",
            "DIRSYNC_DIRECTORIES__CROWD__PASSWORD": f"{RAW}-crowd&2",
            "DIRSYNC_JIRA__TOKEN": f"{RAW}-jira-3",
            "DIRSYNC_JIRA__DATABASE_URL": f"postgresql+psycopg://dirsync:{RAW}-jira-db-4@127.0.0.1:9/jira",
            "DIRSYNC_CROWD_ADMIN__URL": f"{listener.url}/crowd",
            "DIRSYNC_CROWD_ADMIN__USERNAME": "admin",
            "DIRSYNC_CROWD_ADMIN__PASSWORD": f"{RAW}-admin-5",
            "DIRSYNC_CROWD_ADMIN__DATABASE_URL": f"postgresql+psycopg://dirsync:{RAW}-crowd-db-6@127.0.0.1:9/crowd",
            "DIRSYNC_PING_URL": f"http://{web}/ping/{RAW}-ping-7",
            "DIRSYNC_WEBHOOK_URL": f"http://bot:{RAW}-hook-8@{web}/{RAW}-hook-9",
            "DIRSYNC_WEBHOOK_SECRET": f"whsec_{KEY}",
            "DIRSYNC_NOTIFY_URLS": f"json://bot:{RAW}-notify-10@{web}/{RAW}-notify-11",
            "DIRSYNC_LOG_FILE": "log/dirsync.log",
        }

    def found_in(self, text: str) -> list[str]:
        """Return what leaked; the key of the webhook also as the bytes it stands for."""
        forms = (
            RAW,
            quote(f"{RAW} tree/1", safe=""),
            KEY,
            b64decode(KEY).decode(),
            b64encode(RAW.encode()).decode()[:7],
        )
        return [form for form in forms if form in text]


def secrets_in(settings: Mapping[str, str]) -> list[str]:
    return [value for value in settings.values() if RAW in value or KEY in value]


def refuse(asked: Asked) -> bytes:
    """Refuse everything, and repeat all that was said, as servers do in their error pages."""
    said = json.dumps({"path": asked.target, "headers": asked.headers, "body": asked.body.decode("utf-8", "replace")})
    return answer(said, 401, crowd=None)


def everything_written(folder: Path) -> str:
    kept = {"dirsync.env"}
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in kept]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


@pytest.fixture
def canaries(desk: Workplace, script) -> Canaries:
    made = Canaries(script(refuse))
    desk.settings |= made.settings
    desk.mapping("tree", TREE)
    return made


@pytest.mark.parametrize("logging", LOGGING, ids=" ".join)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(desk: Workplace, canaries: Canaries, command: list[str], logging: list[str]) -> None:
    ran = desk.run(*command, *logging)
    assert canaries.found_in(ran.stdout) == []
    assert canaries.found_in(ran.stderr) == []
    assert canaries.found_in(everything_written(desk.folder)) == []
    if "json" in logging:
        lines = [json.loads(line) for line in ran.stderr.splitlines()]
        assert len({line["run"] for line in lines}) <= 1
        assert all(line["run"] for line in lines)


CRASH = """
import sys, threading
import dirsync.workflow.run as run
def fail(estate):
    secrets = {secrets!r}
    thread = threading.Thread(target=int, args=(" ".join(secrets),))
    thread.start()
    thread.join()
    try:
        raise ValueError("inner " + repr(secrets))
    except ValueError as error:
        raise RuntimeError("outer " + " ".join(secrets)) from error
run.audit = fail
from dirsync.cli import main
main()
"""


@pytest.mark.parametrize("logging", LOGGING, ids=" ".join)
def test_no_crash_shows_a_secret(desk: Workplace, canaries: Canaries, logging: list[str]) -> None:
    program = CRASH.replace("{secrets!r}", repr(secrets_in(canaries.settings)))
    words = [sys.executable, "-c", program, "audit", "--only", "customers", "--metrics", "m.prom", *logging]
    ran = subprocess.run(words, cwd=desk.folder, env=desk.environment(), capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    shown = ran.stdout + ran.stderr + everything_written(desk.folder)
    assert "RuntimeError" in shown
    assert canaries.found_in(shown) == []


@pytest.mark.parametrize("name", [*CHANNELS, "JIRA__DATABASE_URL", "STORE"])
def test_no_mistake_in_a_secret_shows_it(desk: Workplace, canaries: Canaries, name: str) -> None:
    desk.settings[f"DIRSYNC_{name}"] = f"{RAW} is no such thing"
    for command in (["audit"], ["doctor"], ["doctor", "--offline"]):
        ran = desk.run(*command)
        assert ran.code in {1, 2, 3}
        assert canaries.found_in(ran.stdout + ran.stderr + everything_written(desk.folder)) == []


def test_what_is_sent_to_one_channel_holds_no_secret_of_another(desk: Workplace, canaries: Canaries, script) -> None:
    listener = script(lambda _asked: answer({"ok": True}, crowd=None))
    web = listener.url.removeprefix("http://")
    others = {name: value for name, value in canaries.settings.items() if name.removeprefix("DIRSYNC_") not in CHANNELS}
    desk.settings |= {
        "DIRSYNC_PING_URL": f"http://{web}/ping",
        "DIRSYNC_WEBHOOK_URL": f"http://{web}/hook",
        "DIRSYNC_NOTIFY_URLS": f"json://{web}/notify",
    }
    program = CRASH.replace("{secrets!r}", repr([*secrets_in(others), f"whsec_{KEY}"]))
    words = [sys.executable, "-c", program, "audit", "--only", "customers"]
    subprocess.run(words, cwd=desk.folder, env=desk.environment(), capture_output=True, check=False)
    sent = [asked for asked in listener.asked if asked.path in {"/ping/start", "/ping/1", "/hook", "/notify"}]
    assert len(sent) == 4
    for asked in sent:
        assert canaries.found_in(asked.body.decode()) == []
        assert canaries.found_in(json.dumps(asked.headers)) == []
