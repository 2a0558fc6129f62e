"""A real PgBouncer before the tests' PostgreSQL, in whichever pool mode; on a free port of 127.0.0.1."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from servers.postgresql import NOBODY, PostgreSql, as_nobody
from servers.programs import skip_or_fail
from servers.slapd import free_port

StartPooler = Callable[[str], int]
"""Start one in a pool mode, and return its port."""

SETTINGS = """
[databases]
* = host={socket} port={server} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
"""


@pytest.fixture
def start_pooler(postgresql: PostgreSql) -> Iterator[StartPooler]:
    with ExitStack() as running:
        yield lambda mode: running.enter_context(_pooler(postgresql, mode))


@contextmanager
def _pooler(server: PostgreSql, mode: str) -> Iterator[int]:
    program = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        skip_or_fail("PgBouncer (pgbouncer)")
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        port, settings, log = free_port(), Path(folder, "pgbouncer.ini"), Path(folder, "log")
        settings.write_text(SETTINGS.format(socket=server.folder, server=server.port, port=port, mode=mode))
        for path in (Path(folder), settings):
            os.chown(path, NOBODY if os.getuid() == 0 else -1, -1)
        with log.open("wb") as told:
            process = subprocess.Popen([*as_nobody(), str(program), str(settings)], stdout=told, stderr=told)
        try:
            _wait_for(process, port, log)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} dbname=postgres user=postgres connect_timeout=5").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"PgBouncer did not start: {log.read_text()[-2000:]}")
