"""What goes wrong: one small function for each kind, which arms a night and heals the world again when it is over.

Each says which exit codes fit it beside those of a night in which all went well.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
from integration.soak.crew import Crew
from integration.soak.estate import Estate
from integration.soak.runs import Order, Ran, Runs
from integration.soak.scene import Scene, tell
from servers.ldap_server import LdapServer
from servers.postgresql import PostgreSql
from servers.proxy import line_cut_after

from dirsync.sandbox.faults import Fault

WELL = frozenset({0, 4, 10, 12})
"""Exit codes of a night in which everything was done, or a guard wanted to be told a number."""
KILLED, HELD_UP = -9, 75
CHANGING = "POST|PUT|DELETE"
SLOW = 0.3
"""Seconds that Crowd takes for a request during which a run is killed."""


@dataclass
class Night:
    """One night to be, and how it is disturbed."""

    scene: Scene
    estate: Estate
    chance: Random
    runs: Runs
    order: Order
    typical: float
    """Seconds that a run takes when nothing disturbs it."""
    database: PostgreSql | None = None
    look: Callable[[], None] = lambda: None
    """Is called when the source has changed in the middle of the night."""
    codes: frozenset[int] = frozenset()
    """Exit codes that fit, beside those of a good night."""
    is_own_process: bool = False
    meanwhile: Callable[[int], None] = lambda _: None
    """What happens while it runs; gets the process id."""
    was_felt: Callable[[Ran], bool] = lambda _: True
    others: list[Ran] = field(default_factory=list)
    """Further runs of this night."""
    crew: Crew | None = None
    """Who does the work where that is not one process."""

    def some_time(self) -> None:
        """Wait until some moment of the run."""
        time.sleep(self.chance.uniform(0.02, 1.1) * self.typical)

    def changes(self, **more: object) -> None:
        """Give the run other settings or another time."""
        self.order = replace(self.order, **more)  # type: ignore[arg-type]

    def crowd(self, *, times: int | None = 1, among: int = 30, **rule: object) -> Fault:
        """Let the sandbox answer some requests otherwise, and go by whether it did."""
        first = 1 if times is None else self.chance.randint(1, among)
        fault = Fault(first=first, times=times, **rule)  # type: ignore[arg-type]
        self.scene.sandbox.faults.add(fault)
        self.was_felt = lambda _: self.scene.sandbox.faults.struck(fault) > 0
        return fault


# the run itself


@contextmanager
def killed(night: Night) -> Iterator[None]:
    night.is_own_process, night.codes = True, frozenset({KILLED})
    night.was_felt = lambda ran: ran.code == KILLED

    def meanwhile(process: int) -> None:
        night.some_time()
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)

    night.meanwhile = meanwhile
    yield


@contextmanager
def killed_while_crowd_writes(night: Night) -> Iterator[None]:
    fault = night.crowd(method=CHANGING, path="/crowd/", latency=SLOW, among=6)
    night.is_own_process, night.codes = True, frozenset({KILLED})
    night.was_felt = lambda ran: ran.code == KILLED

    def meanwhile(process: int) -> None:
        while not night.scene.sandbox.faults.struck(fault) and _runs(process):
            time.sleep(0.01)
        time.sleep(night.chance.uniform(0, 1.5 * SLOW))
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)

    night.meanwhile = meanwhile
    yield
    time.sleep(2 * SLOW)  # it ends what a killed run has asked of it


@contextmanager
def asked_to_stop(night: Night) -> Iterator[None]:
    # before it listens to that signal, it ends the process as it ends any other
    night.is_own_process, night.codes = True, frozenset({130, -signal.SIGTERM})
    night.was_felt = lambda ran: ran.code in night.codes

    def meanwhile(process: int) -> None:
        night.some_time()
        with suppress(ProcessLookupError):
            os.kill(process, night.chance.choice([signal.SIGTERM, signal.SIGINT]))

    night.codes |= {-signal.SIGINT}
    night.meanwhile = meanwhile
    yield


@contextmanager
def two_at_once(night: Night) -> Iterator[None]:
    night.is_own_process, night.codes = True, frozenset({HELD_UP})
    night.was_felt = lambda ran: HELD_UP in {ran.code, *(one.code for one in night.others)}

    def meanwhile(_process: int) -> None:
        time.sleep(night.chance.uniform(0, 0.5) * night.typical)
        night.others.append(night.runs.in_own_process(night.order, name="other"))

    night.meanwhile = meanwhile
    yield


@contextmanager
def clock_jumps(night: Night) -> Iterator[None]:
    hours = timedelta(hours=night.chance.choice([-2, 2]))
    night.changes(jump=hours, jump_after=night.chance.uniform(0, 1) * night.typical)
    yield


@contextmanager
def clock_ahead(night: Night) -> Iterator[None]:
    night.changes(at=night.order.at + timedelta(days=night.chance.choice([3, 30, 3000])))
    yield


# the source


@contextmanager
def source_away(night: Night) -> Iterator[None]:
    yield from _away(night, night.scene.source, frozenset({3}))


@contextmanager
def source_killed(night: Night) -> Iterator[None]:
    yield from _killed(night, night.scene.source, frozenset({3}))


@contextmanager
def source_hangs(night: Night) -> Iterator[None]:
    yield from _hangs(night, night.scene.source, frozenset({3}))


@contextmanager
def source_limits_answers(night: Night) -> Iterator[None]:
    source = night.scene.source
    login = {"BIND_DN": source.reader_dn, "PASSWORD": source.reader_password}
    night.changes(environment={f"DIRSYNC_DIRECTORIES__CORP__{name}": value for name, value in login.items()})
    night.codes, night.was_felt = frozenset({3}), lambda ran: ran.code == 3
    yield


@contextmanager
def source_line_cut(night: Night) -> Iterator[None]:
    with _cut(night, night.scene.source, "CORP"):
        yield


@contextmanager
def source_changes_meanwhile(night: Night) -> Iterator[None]:
    def meanwhile(_process: int) -> None:
        for _ in range(3):
            time.sleep(night.chance.uniform(0, 0.3) * night.typical)
            tell(night.scene, night.estate, 2)
            night.look()

    night.meanwhile = meanwhile
    yield


# the targets


@contextmanager
def tree_away(night: Night) -> Iterator[None]:
    yield from _away(night, night.scene.tree, frozenset({3}))


@contextmanager
def tree_killed(night: Night) -> Iterator[None]:
    yield from _killed(night, night.scene.tree, frozenset({3, 5}))


@contextmanager
def tree_hangs(night: Night) -> Iterator[None]:
    yield from _hangs(night, night.scene.tree, frozenset({3, 5}))


@contextmanager
def tree_line_cut(night: Night) -> Iterator[None]:
    with _cut(night, night.scene.tree, "TREE"):
        yield


@contextmanager
def crowd_is_busy(night: Night) -> Iterator[None]:
    night.crowd(path="/crowd/", status=429, headers={"Retry-After": "1"}, times=night.chance.randint(1, 3))
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def crowd_breaks(night: Night) -> Iterator[None]:
    night.crowd(path="/crowd/", status=night.chance.choice([500, 502, 503]), times=night.chance.randint(1, 12))
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def crowd_breaks_off(night: Night) -> Iterator[None]:
    night.crowd(path="/crowd/", cut_body_after=night.chance.randint(0, 400), times=night.chance.randint(1, 4))
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def crowd_loses_answers(night: Night) -> Iterator[None]:
    night.crowd(method=CHANGING, path="/crowd/", drop="after", among=8, times=night.chance.randint(1, 6))
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def crowd_loses_requests(night: Night) -> Iterator[None]:
    night.crowd(path="/crowd/", drop="before", times=night.chance.randint(1, 6))
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def crowd_refuses(night: Night) -> Iterator[None]:
    headers = {"X-Embedded-Crowd-Version": "Crowd/6.0.2"}
    body = b'{"reason": "OPERATION_FAILED", "message": "not tonight"}'
    night.crowd(
        method=CHANGING, path="/crowd/", status=night.chance.choice([400, 403]), among=8, headers=headers, body=body,
        content_type="application/json", times=night.chance.randint(1, 6),
    )  # fmt: skip
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def crowd_away(night: Night) -> Iterator[None]:
    night.crowd(path="/crowd/", drop="before", times=None)
    night.codes = frozenset({3})
    yield


@contextmanager
def crowd_away_from_now_on(night: Night) -> Iterator[None]:
    night.crowd(method=CHANGING, path="/crowd/", drop=night.chance.choice(["before", "after"]), times=1000, among=8)
    night.codes = frozenset({3, 5})
    yield


@contextmanager
def jira_away(night: Night) -> Iterator[None]:
    night.crowd(path="/jira/", drop="before", times=None)
    yield


@contextmanager
def jira_breaks(night: Night) -> Iterator[None]:
    night.crowd(path="/jira/", status=night.chance.choice([401, 429, 500]), times=night.chance.randint(1, 9), among=12)
    yield


# this machine


@contextmanager
def files_may_not_grow(night: Night) -> Iterator[None]:
    night.is_own_process, night.codes = True, frozenset({1, 2, 3, 5})
    night.changes(largest_file=night.chance.choice([1_000, 20_000, 50_000, 100_000, 150_000, 200_000, 300_000]))
    night.was_felt = lambda ran: ran.code in night.codes
    yield


@contextmanager
def scratch_disk_full(night: Night) -> Iterator[None]:
    with _full(night, night.scene.desk.folder / "tmp"):
        yield


@contextmanager
def state_disk_full(night: Night) -> Iterator[None]:
    with _full(night, night.scene.desk.folder / "state"):
        yield


# the store's server


@contextmanager
def database_away(night: Night) -> Iterator[None]:
    server = _server(night)
    night.codes, night.was_felt = frozenset({1, 2}), lambda ran: ran.code in night.codes
    server.crash()
    yield
    server.start_again()


@contextmanager
def database_killed(night: Night) -> Iterator[None]:
    server = _server(night)
    night.codes, night.was_felt = frozenset({1, 2, 5}), lambda ran: ran.code in night.codes

    def meanwhile(_process: int) -> None:
        night.some_time()
        server.crash()
        server.start_again()

    night.meanwhile = meanwhile
    yield


@contextmanager
def database_ends_sessions(night: Night) -> Iterator[None]:
    server = _server(night)
    night.codes, night.was_felt = frozenset({1, 2, 5}), lambda ran: ran.code in night.codes

    def meanwhile(_process: int) -> None:
        for _ in range(3):
            time.sleep(night.chance.uniform(0.02, 0.5) * night.typical)
            with psycopg.connect(server.conninfo("postgres"), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
                )

    night.meanwhile = meanwhile
    yield


Kind = Callable[[Night], AbstractContextManager[None]]

FAULTS: tuple[Kind, ...] = (
    killed, killed_while_crowd_writes, asked_to_stop, two_at_once, clock_jumps, clock_ahead,
    source_away, source_killed, source_hangs, source_limits_answers, source_line_cut, source_changes_meanwhile,
    tree_away, tree_killed, tree_hangs, tree_line_cut,
    crowd_is_busy, crowd_breaks, crowd_breaks_off, crowd_loses_answers, crowd_loses_requests, crowd_refuses,
    crowd_away, crowd_away_from_now_on, jira_away, jira_breaks, files_may_not_grow,
)  # fmt: skip
OF_DISKS: tuple[Kind, ...] = (scratch_disk_full, state_disk_full)
"""Where these have a disk of their own."""
OF_THE_DATABASE: tuple[Kind, ...] = (database_away, database_killed, database_ends_sessions)


def _away(night: Night, server: LdapServer, codes: frozenset[int]) -> Iterator[None]:
    night.codes = codes
    server.stop()
    yield
    server.start()


def _killed(night: Night, server: LdapServer, codes: frozenset[int]) -> Iterator[None]:
    night.codes, night.was_felt = codes, lambda ran: ran.code in codes

    def meanwhile(_process: int) -> None:
        night.some_time()
        server.kill()
        time.sleep(night.chance.choice([0, 0.3]))
        server.start()

    night.meanwhile = meanwhile
    yield


def _hangs(night: Night, server: LdapServer, codes: frozenset[int]) -> Iterator[None]:
    night.codes, night.was_felt = codes, lambda ran: ran.code in codes

    def meanwhile(_process: int) -> None:
        night.some_time()
        server.hang()

    night.meanwhile = meanwhile
    try:
        yield
    finally:
        server.wake()


@contextmanager
def _cut(night: Night, server: LdapServer, name: str) -> Iterator[None]:
    port, most = int(server.url.rpartition(":")[2]), night.chance.choice([100, 2_000, 10_000, 30_000])
    night.codes, night.was_felt = frozenset({3, 5}), lambda ran: ran.code in night.codes
    with line_cut_after(port, night.chance.randint(0, most), reset=night.chance.random() < 0.5) as leads_there:
        night.changes(environment={f"DIRSYNC_DIRECTORIES__{name}__URL": f"ldap://127.0.0.1:{leads_there}"})
        yield


@contextmanager
def _full(night: Night, disk: Path) -> Iterator[None]:
    """Leave little room on a disk."""
    ballast = disk / "ballast"
    night.codes, night.was_felt = frozenset({1, 2, 3, 5}), lambda ran: ran.code in night.codes
    room = os.statvfs(disk)
    left = night.chance.choice([0, 8_192, 40_960, 122_880, 409_600])
    with ballast.open("wb") as file, suppress(OSError):
        os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_frsize - left))
    yield
    ballast.unlink(missing_ok=True)


def _server(night: Night) -> PostgreSql:
    assert night.database is not None
    return night.database


def _runs(process: int) -> bool:
    """Say whether a process of ours still runs."""
    try:
        return Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
