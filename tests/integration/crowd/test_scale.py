"""A large Crowd: questions grow with the pages, memory does not grow at all, and a quiet night costs one request."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from servers.sandbox import StartSandbox

from dirsync.http import Endpoint

READ = """
import json, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from dirsync.directories.crowd import CrowdDirectory
from dirsync.directories.interface import Selection
from dirsync.http import Endpoint
from dirsync.model.snapshot import LastRead
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

url, folder = sys.argv[1:]
kept = Keeping(Path(folder), datetime.now(UTC)).file_of("crowd", "asked", timedelta(days=7))
spool = SqliteSpool("crowd", Path(), only="", kept=kept)
before = peak()
endpoint = Endpoint(name="crowd", url=url, username="dirsync-customers", password="canary-password")
snapshot = CrowdDirectory(endpoint, [Selection()]).read(LastRead(), spool)
counts, read = snapshot.counts(), snapshot.completeness
snapshot.keep()
print(json.dumps([counts.users, counts.memberships, read.is_complete, read.requests, peak() - before]))
"""


def seed(people: int) -> str:
    users = "".join(f"\n        - {{username: user{n}, groups: [portal]}}" for n in range(people))
    return f"""
crowd:
  directories:
    - name: customers
      groups: [{{name: portal}}]
      users: {users}
  applications:
    - {{name: dirsync-customers, password: canary-password, directories: [{{directory: customers}}]}}
"""


@pytest.mark.long
def test_memory_and_requests_do_not_grow_with_crowd(
    start_sandbox: StartSandbox, endpoint: Callable[..., Endpoint], tmp_path: Path
) -> None:
    growth = {}
    for people in (5_000, 100_000):
        sandbox = start_sandbox(seed(people))
        command = [sys.executable, "-c", READ, endpoint(sandbox.crowd_url).url, str(tmp_path / str(people))]
        for night in ("first", "quiet"):
            told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
            users, memberships, is_complete, requests, growth[people, night] = json.loads(told)
            assert (users, memberships, is_complete) == (people, people, True)
            # beside pages of 1,000 that overlap by one: the token, the groups, the memberships
            pages = requests - 3 if night == "first" else 0
            assert requests == 1 if night == "quiet" else people // 999 <= pages <= people // 999 + 2
    first, quiet = growth[100_000, "first"], growth[100_000, "quiet"]
    assert first < growth[5_000, "first"] + 16_384, growth
    assert quiet < 16_384, growth
