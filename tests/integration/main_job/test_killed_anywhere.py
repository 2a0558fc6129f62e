"""Kill -9 at every write of a night with four writers: the next run ends where no interruption would have ended.

Everything is real: the command line, the store on disk, the requests. A few of the points are tried each time, all of
them with `--long`.
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from servers.estate import ONLY_CUSTOMERS
from servers.mortal import Hospital, Life, hospital
from servers.sandbox import StartSandbox
from servers.workplace import Workplace

from dirsync.sandbox.server import RunningSandbox
from dirsync.store.store import Store

KILLED = -9
SAMPLE = 5
PEOPLE = ("ana", "bob", "cyd", "dan", "eva", "fay")

HELPERS = ("ana", "bob", "cyd")


def account(name: str) -> str:
    groups = "[portal, helpers]" if name in HELPERS else "[portal]"
    return f"{{username: {name}, email: {name}@example.org, display_name: {name}, groups: {groups}}}"


SEED = f"""
crowd:
  directories:
    - name: customers
      users: [{", ".join(map(account, PEOPLE))}]
      groups: [{{name: portal}}, {{name: helpers}}]
  applications: [{{name: dirsync-customers, password: sandbox-only, directories: [{{directory: customers}}]}}]
"""

MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
target: {directory: crowd, groups: {"*": "*"}, missing: deactivate, missing_after: 1}
default_groups: [portal]
public_signup: off
guards: {max_removal_share: 1.0}
"""


def ldif(people: dict[str, str], groups: dict[str, tuple[str, ...]]) -> str:
    """Return people (id to name, with a mail that tells both) in groups."""
    entries = ["dn: dc=example,dc=org\nobjectClass: domain\ndc: example"]
    for person, name in people.items():
        entries.append(
            f"dn: uid={name},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\n"
            f"sn: {name}\nmail: {person}@example.org\nentryUUID: id-{person}"
        )
    for group, members in groups.items():
        listed = "".join(f"\nmember: uid={name},ou=people,dc=example,dc=org" for name in members)
        entries.append(
            f"dn: cn={group},ou=groups,dc=example,dc=org\nobjectClass: groupOfNames\ncn: {group}\n"
            f"entryUUID: gid-{group}{listed}"
        )
    return "\n\n".join(entries) + "\n"


FIRST_NIGHT = ldif({name: name for name in PEOPLE}, {"helpers": HELPERS})
SECOND_NIGHT = ldif(
    {"ana": "anna", "bob": "bob", "cyd": "cyd", "dan": "dan"} | {name: name for name in ("gus", "hal", "ida")},
    {"helpers": ("cyd", "dan", "gus"), "newcomers": ("gus", "hal", "ida", "anna")},
)


@dataclass
class Desk:
    """A workplace and its Crowd, as the first night left them."""

    place: Workplace
    sandbox: RunningSandbox
    lives: Hospital
    before: Counter[str] = field(default_factory=Counter)

    def sync(self, dies_at: int = 0) -> Life:
        return self.lives.run(self.place.folder, self.place.environment(), "sync", "--json", dies_at=dies_at)

    def happened(self) -> Counter[str]:
        """Return what has been changed in Crowd since the first night, each thing as often as it was."""
        with self.sandbox.state.lock:
            return Counter(_told(event.what) for event in self.sandbox.state.events._events) - self.before

    def settle_down(self) -> None:
        """Wait until Crowd has ended what a killed process has asked of it."""
        seen = -1
        while seen != (seen := len(self.sandbox.requests) + sum(self.happened().values())):
            time.sleep(0.05)

    def held(self) -> object:
        """Return what Crowd holds, without the keys of new accounts."""
        directory = self.sandbox.state.directory("customers")
        with self.sandbox.state.lock:
            people = {(user.name, user.email, user.display_name, user.active) for user in directory.users.values()}
            return people, {group.name: set(group.users) for group in directory.groups.values()}

    def known(self) -> object:
        """Return the links, and check that each of them is to the account of that name."""
        store = Store(f"sqlite:///{self.place.folder}/state/dirsync/dirsync.db")
        directory = self.sandbox.state.directory("customers")
        with store.links() as links:
            users = list(links.users("crowd", "customers"))
            assert all(directory.users[link.username].key == link.target_id for link in users if link.username != "ana")
            found = {(link.source_id, link.is_deactivated) for link in users}  # every run counts who is missing
            found_members = set(links.members("crowd", "customers"))
            result = found, found_members, set(links.groups("crowd", "customers"))
        assert store.journal.open_intents() == ()
        store.close()
        return result


def _told(what: Any) -> str:
    names = [getattr(what, name, "") for name in ("child", "parent", "old_name")]
    entry = getattr(what, "user", None) or getattr(what, "group", None)
    details = (entry.name, getattr(entry, "email", ""), entry.active) if entry else ()
    return f"{type(what).__name__} {what.operation} {names} {details}"


@pytest.fixture(scope="module")
def lives() -> Iterator[Hospital]:
    with hospital() as running:
        yield running


@pytest.fixture
def first_night(tmp_path: Path, start_sandbox: StartSandbox, lives: Hospital) -> Callable[[], Desk]:
    """Return a maker of desks, each with a Crowd of its own; the first night is worked once, and its store copied."""
    kept: list[Path] = []

    def make() -> Desk:
        folder = tmp_path / f"desk-{time.time_ns()}"
        folder.mkdir()
        place, sandbox = Workplace(folder), start_sandbox(SEED)
        place.crowd("crowd", sandbox.crowd_url, "dirsync-customers", retry_seconds="2", writers="4")
        place.directory("corp", kind="ldif", path=str(folder / "corp.ldif"))
        place.mapping("customers", MAPPING)
        place.mapping("estate", ONLY_CUSTOMERS)
        place.write("corp.ldif", FIRST_NIGHT)
        desk = Desk(place, sandbox, lives)
        if kept:
            shutil.copytree(kept[0], folder / "state")
        else:
            first = desk.sync()
            assert first.code in {0, 10, 12}, first.stderr
            assert not desk.happened() - Counter(event for event in desk.happened() if "UPDATED" in event)
            kept.append(tmp_path / "state-of-first-night")
            shutil.copytree(folder / "state", kept[0])
        place.write("corp.ldif", SECOND_NIGHT)
        desk.before = desk.happened()
        return desk

    return make


def test_killed_at_any_write_the_next_run_ends_alike_and_does_nothing_twice(
    first_night: Callable[[], Desk], request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    first_night()
    undisturbed = first_night()
    whole = undisturbed.sync()
    assert whole.code in {0, 10, 12}, whole.stderr
    points = range(1, whole.writes + 1)
    assert len(undisturbed.happened()) >= 12
    is_long = request.config.getoption("--long")
    chance = random.Random(0 if os.environ.get("CI") == "true" else None)
    died = 0
    for point in points if is_long else chance.sample(points, SAMPLE):
        desk = first_night()
        killed = desk.sync(dies_at=point)
        died += killed.code == KILLED
        desk.settle_down()
        rest = desk.sync()
        where = f"killed at write {point} of {whole.writes}: {rest.stderr}"
        assert rest.code in {whole.code, 0, 10, 12}, where
        assert desk.happened() == undisturbed.happened(), where
        assert desk.held() == undisturbed.held(), where
        assert desk.known() == undisturbed.known(), where
        desk.sandbox.stop()
    tried = len(points) if is_long else SAMPLE
    # a commit more or less, when an outcome waits for company for more than a second on a slow machine
    assert died >= 0.9 * tried - 1
    with capsys.disabled():
        print(f"\nkilled at {died} of {tried} points of {whole.writes}")  # noqa: T201
