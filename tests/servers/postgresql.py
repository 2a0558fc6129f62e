"""A real PostgreSQL for tests: a cluster of its own, a free port on 127.0.0.1 with TLS, stopped by its process id."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from servers.certificates import Authority
from servers.programs import skip_or_fail
from servers.slapd import free_port

NOBODY = 65534
OWNER = "owner"
"""Who owns the tables, as the product's own account does."""
NAME = "db.example.org"
"""In the certificate, besides localhost: what clients call the server where `hostaddr` says where it is."""
RULES = """
local all postgres trust
hostssl all all 127.0.0.1/32 scram-sha-256
hostnossl all all 127.0.0.1/32 scram-sha-256
"""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "ssl": "on",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "32MB",
    "max_connections": "20",
}


@dataclass(frozen=True)
class Database:
    """One database of the server, with tables that `owner` owns."""

    server: PostgreSql
    name: str

    def run(self, script: str) -> None:
        """Run statements as the owner of the tables."""
        with psycopg.connect(self.server.conninfo(self.name), autocommit=True) as connection:
            connection.execute(f"SET ROLE {OWNER}")
            connection.execute(script)

    def account(self, password: str = "reader-Pa55/@") -> Account:
        """Make an account that may log in, and nothing else."""
        name = f"reader_{next(self.server.numbers)}"
        with psycopg.connect(self.server.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        return Account(self, name, password)


@dataclass(frozen=True)
class Account:
    """An account of one database."""

    database: Database
    name: str
    password: str

    def url(self, host: str = "127.0.0.1", query: str = "") -> str:
        """Return the address as the settings have it."""
        secret = quote(self.password, safe="")
        port, database = self.database.server.port, self.database.name
        return f"postgresql+psycopg://{self.name}:{secret}@{host}:{port}/{database}{query}"

    def given(self, script: str) -> Account:
        """Let an administrator run a script of grants with psql, for which a statement that fails ends nothing."""
        self.database.server.psql(self.database.name, script)
        return self


class PostgreSql:
    """The one server of a session. PostgreSQL refuses root, so root becomes nobody for it."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        self.folder, self.port, self.numbers = folder, free_port(), itertools.count()
        self.ca_file = authority.ca_file
        self._programs = _find_postgresql()
        used = authority.issue("postgresql", f"DNS:localhost,DNS:{NAME},IP:127.0.0.1")
        data = folder / "data"
        os.chown(folder, _user(), -1)
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        for source, name in ((used.certificate, "server.crt"), (used.key, "server.key")):
            shutil.copy(source, data / name)
            (data / name).chmod(0o600)
            os.chown(data / name, _user(), -1)
        (data / "pg_hba.conf").write_text(RULES, encoding="utf-8")
        self._start(data)
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {OWNER}")

    def conninfo(self, database: str) -> str:
        """Return how the tests reach it as its administrator: over its socket file."""
        return f"host={self.folder} port={self.port} user=postgres dbname={database}"

    def psql(self, database: str, script: str) -> None:
        """Run a script as an administrator does."""
        command = [str(self._programs / "psql"), "-X", "-q", self.conninfo(database)]
        done = subprocess.run(
            command, input=script, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def database(self, script: str) -> Database:
        """Make a database of its own with the tables of a script."""
        made = Database(self, f"product_{next(self.numbers)}")
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {made.name} OWNER {OWNER} TEMPLATE template0")
        with psycopg.connect(self.conninfo(made.name), autocommit=True) as connection:
            connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
        made.run(script)
        return made

    def store_url(self) -> str:
        """Make an empty database for a store, which sorts text as a language does, and return what DIRSYNC_STORE is."""
        name = f"store_{next(self.numbers)}"
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(
                f"CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'"
            )
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}&port={self.port}"

    def _run(self, program: str, *arguments: object) -> None:
        command = [*as_nobody(), str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{program}: {done.stdout[-2000:]}{done.stderr[-2000:]}"

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C"}

    def _start(self, data: Path) -> None:
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [*as_nobody(), str(self._programs / "postgres"), "-D", str(data), "-p", str(self.port)]
        log = (self.folder / "postgresql.log").open("ab")
        self.process = subprocess.Popen(
            [*command, "-k", str(self.folder), *settings],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                psycopg.connect(self.conninfo("postgres")).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"PostgreSQL did not start: {(self.folder / 'postgresql.log').read_text()[-3000:]}")

    def crash(self) -> None:
        """End it as a power cut does: no connection hears of it beforehand, no session ends in order."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def start_again(self) -> None:
        """Start it after `crash`, with the same data on the same port."""
        self._start(self.folder / "data")

    def stop(self) -> None:
        """End it at once; nobody needs its data any more."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(30)


def _find_postgresql() -> Path:
    """Return the folder of initdb and postgres; Debian keeps one for each version, the newest is taken."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    folders += [Path(found).resolve().parent for name in ("postgres",) if (found := shutil.which(name))]
    found = [folder for folder in folders if (folder / "initdb").is_file() and (folder / "postgres").is_file()]
    if not found or (os.getuid() == 0 and not shutil.which("setpriv")):
        skip_or_fail("PostgreSQL (postgresql)")
    return found[-1]


def _user() -> int:
    return os.getuid() or NOBODY


def as_nobody() -> list[str]:
    """Return what a command begins with that root may not run."""
    if os.getuid() != 0:
        return []
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSql]:
    authority = Authority(tmp_path_factory.mktemp("postgresql-authority"))
    # not below pytest's folder, which nobody but its owner may enter; and short, for its socket's sake
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = PostgreSql(Path(folder), authority)
        yield server
        server.stop()
