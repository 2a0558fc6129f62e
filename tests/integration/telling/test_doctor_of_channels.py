"""`dirsync doctor` on the channels: a line for each that is set up, and nothing is sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from servers.scripted import ScriptedServer
from servers.workplace import Workplace

SECRET = f"whsec_{'A' * 43}="


@pytest.fixture
def offline(workplace: Workplace) -> Workplace:
    workplace.directory("corp", kind="ldif", path=str(workplace.folder / "corp.ldif"))
    workplace.write("corp.ldif", "version: 1\n")
    workplace.mapping("customers", "version: 1\nname: customers\naudience: customers\nsource: {directory: corp}\n")
    return workplace


def told(desk: Workplace, *arguments: str) -> dict[str, tuple[str, str]]:
    """Return state and message by setting."""
    ran = desk.run("doctor", "--json", *arguments)
    checks = json.loads(ran.stdout)["checks"]
    return {one["subject"]: (one["state"], one["message"]) for one in checks if one["check"] == "telling"}


def test_without_channels_there_is_nothing_to_say(offline: Workplace) -> None:
    assert told(offline) == {}


def test_channels_that_would_work(offline: Workplace, listener: ScriptedServer) -> None:
    offline.settings |= {
        "DIRSYNC_LOG_FILE": str(offline.folder / "not" / "yet" / "dirsync.log"),
        "DIRSYNC_METRICS_FILE": str(offline.folder / "m.prom"),
        "DIRSYNC_PING_URL": f"{listener.url}/ping/0f9e8d7c-4711",
        "DIRSYNC_WEBHOOK_URL": f"{listener.url.replace('127.0.0.1', 'localhost')}/hook",
        "DIRSYNC_WEBHOOK_SECRET": SECRET,
        "DIRSYNC_NOTIFY_URLS": "json://hooks.example.org mailtos://bot:s3cr3t@mail.example.org?to=admins@example.org",
    }
    expected = {
        "DIRSYNC_LOG_FILE": ("ok", f"{offline.folder}/not/yet/dirsync.log can be written."),
        "DIRSYNC_METRICS_FILE": ("ok", f"{offline.folder}/m.prom can be written."),
        "DIRSYNC_PING_URL": ("ok", "the host 127.0.0.1 is found."),
        "DIRSYNC_WEBHOOK_URL": ("ok", "the host localhost is found."),
        "DIRSYNC_NOTIFY_URLS": ("ok", "apprise understands 2 addresses."),
    }
    assert told(offline) == expected
    assert told(offline, "--offline") == {
        **expected,
        "DIRSYNC_PING_URL": ("ok", "would be sent to 127.0.0.1."),
        "DIRSYNC_WEBHOOK_URL": ("ok", "would be sent to localhost."),
    }
    assert listener.asked == []
    shown = offline.run("doctor").stdout
    assert "secret: DIRSYNC_PING_URL: from dirsync.env:" in shown
    for secret in ("0f9e8d7c", "s3cr3t", SECRET[6:]):
        assert secret not in shown


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_closed(offline: Workplace) -> None:
    (offline.folder / "closed").mkdir(mode=0o500)
    offline.settings["DIRSYNC_METRICS_FILE"] = str(offline.folder / "closed" / "m.prom")
    assert told(offline)["DIRSYNC_METRICS_FILE"] == ("fail", f"{offline.folder}/closed/m.prom can't be written.")


def test_channels_that_would_not_work(offline: Workplace) -> None:
    (offline.folder / "file").write_text("")
    offline.settings |= {
        "DIRSYNC_METRICS_FILE": "/nowhere/at/all/m.prom",
        "DIRSYNC_PING_URL": "https://no-such-host.invalid/0f9e8d7c-4711",
        "DIRSYNC_NOTIFY_URLS": "json://hooks.example.org nonsense://token-4711",
    }
    found = told(offline)
    assert found["DIRSYNC_METRICS_FILE"] == ("fail", "there is no folder /nowhere/at/all.")
    state, message = found["DIRSYNC_PING_URL"]
    assert state == "warn"
    assert message.startswith("the host no-such-host.invalid is not found: ")
    assert found["DIRSYNC_NOTIFY_URLS"] == ("fail", "apprise does not understand 1 address, counted from 1: 2.")
    assert told(offline, "--offline")["DIRSYNC_METRICS_FILE"] == ("warn", "/nowhere/at/all is not on this machine.")
    offline.settings["DIRSYNC_METRICS_FILE"] = str(offline.folder / "file" / "m.prom")
    assert told(offline)["DIRSYNC_METRICS_FILE"] == ("fail", f"{offline.folder}/file/m.prom can't be written.")


def test_what_would_travel_in_clear_is_a_warning(offline: Workplace) -> None:
    # an address nobody needs a name service for (RFC 5737), and nobody is asked
    offline.settings["DIRSYNC_PING_URL"] = "http://192.0.2.1/0f9e8d7c-4711"
    assert told(offline)["DIRSYNC_PING_URL"] == ("warn", "what is sent to 192.0.2.1 travels in clear.")
    offline.settings["DIRSYNC_PING_URL"] = "https://192.0.2.1/0f9e8d7c-4711"
    assert told(offline)["DIRSYNC_PING_URL"] == ("ok", "the host 192.0.2.1 is found.")


def test_a_look_around_makes_no_log_file_that_the_job_could_not_write(offline: Workplace) -> None:
    offline.settings["DIRSYNC_LOG_FILE"] = str(offline.folder / "dirsync.log")
    for words in (["doctor"], ["history"], ["explain", "ana"], ["report"]):
        offline.run(*words)
    assert not (offline.folder / "dirsync.log").exists()
    offline.run("audit")
    assert "audit ended" in (offline.folder / "dirsync.log").read_text()


def test_secrets_that_are_elsewhere_are_told_as_such_offline(offline: Workplace, tmp_path: Path) -> None:
    for name in ("PING_URL", "WEBHOOK_URL", "WEBHOOK_SECRET", "NOTIFY_URLS"):
        offline.settings[f"DIRSYNC_{name}_FILE"] = str(tmp_path / "gone" / name)
    ran = offline.run("doctor", "--offline")
    assert ran.code == 0, ran.stdout
    assert ran.stdout.count("not on this machine: DIRSYNC_") == 4
    assert "telling" not in ran.stdout


@pytest.mark.parametrize(
    ("module", "remedy"),
    [
        ("apprise", "Install dirsync-connector[notify], or unset DIRSYNC_NOTIFY_URLS."),
        ("prometheus_client", "Install dirsync-connector[metrics], or unset DIRSYNC_METRICS_FILE."),
    ],
)
def test_an_extra_that_is_missing_is_named(offline: Workplace, module: str, remedy: str) -> None:
    offline.settings["DIRSYNC_METRICS_FILE"] = "m.prom"
    offline.settings["DIRSYNC_NOTIFY_URLS"] = "json://hooks.example.org"
    program = f"import sys\nsys.modules[{module!r}] = None\nfrom dirsync.cli import main\nmain()\n"
    words = [sys.executable, "-c", program, "doctor", "--offline", "--json"]
    ran = subprocess.run(
        words, cwd=offline.folder, env=offline.environment(), capture_output=True, text=True, check=False
    )
    checks = [one for one in json.loads(ran.stdout)["checks"] if one["check"] == "telling"]
    assert [one["remedy"] for one in checks if one["state"] == "fail"] == [remedy]
    assert ran.returncode == 2
