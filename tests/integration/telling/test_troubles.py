"""What kept a run from its work is in the log, whatever becomes of the reports."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from servers.workplace import Workplace

from dirsync.model.run_id import began

BIN = Path(sys.executable).parent
MAPPING = """\
version: 1
name: customers
audience: customers
source: {directory: hr}
public_signup: off
"""
WHY = "hr could not be read whole: "


@pytest.fixture
def desk(workplace: Workplace) -> Workplace:
    workplace.directory("hr", kind="ldif", path="gone.ldif")
    workplace.mapping("customers", MAPPING)
    workplace.settings["DIRSYNC_LOG_FILE"] = str(workplace.folder / "run.log")
    return workplace


def errors(text: str) -> list[str]:
    records = [json.loads(line) for line in text.splitlines()]
    return [record["message"] for record in records if record["level"] == "ERROR"]


@pytest.mark.parametrize("words", [["audit"], ["audit", "--quiet"], ["audit", "--json"]])
def test_the_cause_of_exit_code_3_is_the_last_error_on_stderr_and_in_the_file(
    desk: Workplace, words: list[str]
) -> None:
    ran = desk.run(*words)
    assert ran.code == 3
    [told] = errors(ran.stderr)
    assert told.startswith(WHY)
    assert "gone.ldif" in told
    if "--json" in words:
        run = ran.document["run"]
        assert datetime.fromisoformat(run["started_at"]) == began(run["id"]), "one instant, however slowly it starts"
    assert errors((desk.folder / "run.log").read_text("utf-8")) == [told]


def test_a_terminal_that_shows_the_report_is_not_told_twice_and_the_file_is(desk: Workplace) -> None:
    leader, follower = pty.openpty()
    environment = {**desk.environment(), "TERM": "xterm"}
    with subprocess.Popen(
        [BIN / "dirsync", "audit"], cwd=desk.folder, env=environment, stdout=follower, stderr=subprocess.PIPE
    ) as ran:
        os.close(follower)
        shown = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        _, stderr = ran.communicate(timeout=60)
    os.close(leader)
    assert ran.returncode == 3
    assert b"NOT READ WHOLE" in shown
    assert errors(stderr.decode()) == []
    [told] = errors((desk.folder / "run.log").read_text("utf-8"))
    assert told.startswith(WHY)
