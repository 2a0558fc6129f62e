"""Whatever happens in Crowd: a read by its events gives the Snapshot of a read of everything."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from integration.crowd.conftest import clock
from servers.sandbox import StartSandbox
from unit.store.test_spools import whole

from dirsync.directories.crowd import CrowdDirectory
from dirsync.directories.crowd.client import CrowdClient
from dirsync.directories.interface import Selection
from dirsync.http import Endpoint
from dirsync.model.conditions import Conditions, GroupConditions
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, LastRead, Snapshot, Spool
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping

SEED = """
crowd:
  version: "6.0.2"
  events: {EVENTS}
  directories:
    - name: customers
      groups: [{name: Portal}, {name: staff, groups: [Portal]}]
      users:
        - {username: Ada, email: ada@example.org, groups: [Portal]}
        - {username: bob, first_name: Bob}
        - {username: 'O"Brien \\\\ "', groups: [staff]}
  applications:
    - {name: dirsync-customers, password: canary-password, directories: [{directory: customers}]OPTIONS}
"""
EVERYBODY = Selection("everybody")
BOBS = Selection("bobs", user_filter='firstName = "Bob"')
DAY = timedelta(days=1)
NIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)
CHOSEN = Selection("chosen", conditions=Conditions((), (("first_name", ("rob*",)),), GroupConditions(("*",), (), True)))
CONDITIONS = {"chosen": GroupConditions(("*",), (), is_nested=True)}
SELECTIONS = (WHOLE, "everybody", "bobs", "chosen")


class Nights:
    """Reads an application every night, each time on top of the last one."""

    def __init__(self, endpoint: Endpoint, folder: Path) -> None:
        self.endpoint, self.folder = endpoint, folder
        self.later = timedelta()

    def read(self, spool: Spool) -> Snapshot:
        now = clock() + self.later
        directory = CrowdDirectory(self.endpoint, [EVERYBODY, BOBS, CHOSEN], page_size=7, clock=lambda: now)
        return directory.read(LastRead(), spool)

    def night(self, *, is_kept: bool = True, after: timedelta = DAY) -> tuple[str, int, list[str]]:
        """Return how it was read, in how many requests, and who is there; check that it equals a read from nothing."""
        self.later += after
        kept = Keeping(self.folder, NIGHT).file_of("crowd", "asked", timedelta(days=7))
        assert kept is not None
        with closing(self.read(SqliteSpool("crowd_customers", Path(), kept=kept, conditions=CONDITIONS))) as snapshot:
            fresh = self.read(MemorySpool("crowd_customers", conditions=CONDITIONS))
            assert whole(snapshot, SELECTIONS) == whole(fresh, SELECTIONS)
            assert snapshot.completeness.is_complete
            if is_kept:
                snapshot.keep()
            told = snapshot.completeness
            return told.method, told.requests, [user.username for user in snapshot.users()]


@pytest.fixture
def nights(start_sandbox: StartSandbox, endpoint: Callable[..., Endpoint], tmp_path: Path):
    def start(events: str = "{}", options: str = "") -> Nights:
        sandbox = start_sandbox(SEED.replace("{EVENTS}", events).replace("OPTIONS", options))
        found = Nights(endpoint(sandbox.crowd_url), tmp_path)
        found.sandbox = sandbox  # type: ignore[attr-defined]
        return found

    return start


class Admin:
    """Somebody who changes what Crowd holds."""

    def __init__(self, client: CrowdClient, chance: random.Random) -> None:
        self.client, self.chance = client, chance
        self.count = 0

    def ask(self, method: str, path: str, body: object = None, **params: str) -> object:
        return self.client.send(method, path, params, body)

    def names(self, entity: str) -> list[str]:
        return [record["name"] for record in self.client.search(entity, "", 0, 1000)]  # type: ignore[index]

    def new_name(self) -> str:
        self.count += 1
        return self.chance.choice(["Ärger {}", "name-{}", 'quo"ted {}', "a+b&c={}", "名前{}"]).format(self.count)

    def user(self, name: str, **values: object) -> dict[str, object]:
        known = {"first-name": "", "last-name": "", "display-name": "", "email": "", "active": True}
        return {"name": name, **known, **values}

    def do_something(self) -> None:
        users, groups = self.names("user"), self.names("group")
        someone, group = self.chance.choice(users), self.chance.choice(groups)
        new = self.new_name()
        bob = {"first-name": self.chance.choice(["Bob", "Rob"]), "active": self.chance.random() < 0.5}
        act = self.chance.randrange(11)
        if act == 0:
            self.ask("POST", "/user", self.user(new, **bob) | {"password": {"value": "Pa55-word"}})
        elif act == 1 and len(users) > 2:
            self.ask("DELETE", "/user", username=someone)
        elif act == 2:
            self.ask("PUT", "/user", self.user(someone, **bob), username=someone)
        elif act == 3:
            self.ask("POST", "/user/rename", {"new-name": new}, username=someone)
        elif act == 4:
            self.ask("POST", "/group", {"name": new, "type": "GROUP", "active": True})
        elif act == 5 and len(groups) > 2:
            self.ask("DELETE", "/group", groupname=group)
        elif act in {6, 7}:
            self.ask("POST", "/group/user/direct", {"name": someone}, groupname=group)
        elif act == 8:
            self.ask("DELETE", "/group/user/direct", groupname=group, username=someone)
        elif act == 9:
            self.ask("POST", "/group/child-group/direct", {"name": self.chance.choice(groups)}, groupname=group)
        else:  # gone, and another of the same name
            self.ask("DELETE", "/user", username=someone)
            self.ask("POST", "/user", self.user(someone, **bob) | {"password": {"value": "Pa55-word"}})


@pytest.mark.parametrize("events", ["{}", "{memberships: all, spelling: hyphen}", "{operation: attribute}"])
@pytest.mark.parametrize("seed", range(3))
def test_what_happened_put_on_the_last_read_makes_a_whole_one(nights, events: str, seed: int) -> None:
    reader = nights(events)
    assert reader.night()[0] == ""
    by_events = 0
    with CrowdClient(reader.endpoint) as client:
        admin = Admin(client, random.Random(seed))
        for _ in range(12):
            for _ in range(admin.chance.randrange(1, 6)):
                admin.do_something()
            by_events += reader.night(is_kept=admin.chance.random() < 0.8)[0].startswith("Crowd's events: ")
    assert by_events == 12


def test_what_did_not_change_costs_one_request_and_once_a_night_one_for_each_filter(nights) -> None:
    reader = nights()
    method, requests, names = reader.night()
    assert (method, requests) == ("", 5), "the token, two questions for users, one for groups and one for memberships"
    nothing = "Crowd's events: 0 since the last read, 0 users read again"
    for hours in (0, 1, 18):
        assert reader.night(after=timedelta(hours=hours)) == (nothing, 1, names)
    assert reader.night(after=timedelta(hours=1)) == (nothing, 3, names), "the number of users is proved once a night"
    assert reader.night(after=timedelta(hours=1)) == (nothing, 1, names)
    assert reader.night(after=-timedelta(days=2)) == (nothing, 3, names), (
        "by a clock that has gone back nothing is young"
    )


def test_who_changed_is_asked_for_by_name_and_memberships_only_where_they_may_have_changed(nights) -> None:
    reader = nights()
    reader.night()
    with CrowdClient(reader.endpoint) as client:
        admin = Admin(client, random.Random(1))
        admin.ask("PUT", "/user", admin.user("bob", email="bob@example.org", **{"first-name": "Bob"}), username="bob")
        assert reader.night()[1] == 5, "the events, and for each filter one question and one for the number"
        admin.ask("POST", "/group/user/direct", {"name": "bob"}, groupname="staff")
        assert reader.night()[1] == 6, "and the memberships"


def test_where_no_events_are_told_everything_is_read_every_time(nights) -> None:
    reader = nights(options=", access_based_sync: users")
    for _ in range(2):
        assert reader.night()[:2] == (
            "everything is read every time, since Crowd says that incremental synchronisation is not available",
            5,
        )


def test_a_token_that_has_expired_means_that_everything_is_read(nights) -> None:
    reader = nights("{kept: 2}")
    reader.night()
    with CrowdClient(reader.endpoint) as client:
        admin = Admin(client, random.Random(1))
        for n in range(3):
            admin.ask("POST", "/user", admin.user(f"new {n}") | {"password": {"value": "Pa55-word"}})
    method, requests, names = reader.night()
    assert "EVENT_TOKEN_EXPIRED" in method
    assert requests == 6
    assert len(names) == 6
    assert reader.night()[1] == 3, "from then on events will do again"
