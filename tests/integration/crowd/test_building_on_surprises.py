"""A Crowd that does what the sandbox would not: an event is missing, comes late or is wrong, and nobody may be lost."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from integration.crowd.conftest import clock
from servers.scripted import answer
from unit.store.test_spools import whole

from dirsync.directories.crowd import CrowdDirectory
from dirsync.directories.crowd.building_on import AT_A_TIME
from dirsync.directories.interface import Selection
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, LastRead
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping

NIGHT = datetime(2026, 11, 22, 1, tzinfo=UTC)
EVERYBODY = Selection("everybody")
ACTIVE = Selection("active", user_filter="active = true")
MEMBERS = '<memberships><membership group="g"><users>{}</users></membership></memberships>'


class Crowd:
    """Users by key, and what happened, as a test says."""

    def __init__(self) -> None:
        self.users = {"1:a": "ana", "1:b": "bob", "1:c": "cyd"}
        self.groups: list[object] = [{"name": "g", "description": ""}]
        self.events: list[object] = []
        self.token = 10
        self.inactive: set[str] = set()
        self.more: list[object] = []
        """Records beside the users."""
        self.failing = ""
        """What a request's target holds that fails."""
        self.asked: list[str] = []

    def rename(self, key: str, name: str, told_as: str = "") -> None:
        self.users[key] = name
        self.happens(told_as or name, key)

    def happens(self, name: str, key: str) -> None:
        self.token += 1
        self.events.append({"userEvent": {"operation": "UPDATED", "user": {"name": name, "key": key}}})

    def goes(self, key: str) -> None:
        self.token += 1
        name = self.users.pop(key)
        self.events.append({"userEvent": {"operation": "DELETED", "user": {"name": name, "link": {}}}})

    def __call__(self, asked) -> bytes:
        self.asked.append(asked.path)
        if self.failing and self.failing in asked.target:
            return answer({"reason": "OPERATION_FAILED", "message": "it failed"}, 500)
        if "/event" in asked.path:
            told = {"newEventToken": f"77:{self.token}", "incrementalSynchronisationAvailable": True}
            return answer({**told, "events": self.events if asked.path.count("/") > 4 else []})
        if asked.path.endswith("/user"):
            return self.user(asked.params["key"])
        if "membership" in asked.path:
            members = "".join(f'<user name="{name}"/>' for name in self.users.values())
            return answer(MEMBERS.format(members), content_type="application/xml")
        if asked.params["entity-type"] == "group":
            return answer({"groups": self.groups})
        return self.search(asked.params.get("restriction", ""), asked.params)

    def user(self, key: str) -> bytes:
        if key not in self.users:
            return answer({"reason": "USER_NOT_FOUND", "message": "not there"}, 404)
        return answer({"name": self.users[key], "key": key})

    def search(self, restriction: str, params: dict[str, str]) -> bytes:
        names = {name.lower() for name in re.findall('name = "([^"]*)"', restriction)}
        records = [{"name": name, "key": key, "active": key not in self.inactive} for key, name in self.users.items()]
        found = [
            record
            for record in [*records, *self.more]
            if (not names or str(record["name"]).lower() in names)  # type: ignore[index]
            and ("active = true" not in restriction or record.get("active"))  # type: ignore[attr-defined]
        ]
        start, size = int(params["start-index"]), int(params["max-results"])
        return answer({"users": found[start : start + size]})


class Nights:
    def __init__(self, crowd: Crowd, endpoint, url: str, folder: Path) -> None:
        self.crowd, self.endpoint, self.url, self.folder = crowd, endpoint, url, folder
        self.now = clock()

    def read(self, spool):
        asked = [EVERYBODY, ACTIVE]
        return CrowdDirectory(self.endpoint(self.url), asked, page_size=1000, clock=lambda: self.now).read(
            LastRead(), spool
        )

    def night(self):
        """Return how it was read; check that it is what a read of everything gives. Only whole reads are kept."""
        self.crowd.asked.clear()
        self.now += timedelta(days=1)
        kept = Keeping(self.folder, NIGHT).file_of("crowd", "asked", timedelta(days=7))
        with closing(self.read(SqliteSpool("crowd_customers", Path(), kept=kept))) as snapshot:
            told = snapshot.completeness
            if told.is_complete:
                fresh = self.read(MemorySpool("crowd_customers"))
                assert whole(snapshot, (WHOLE, "everybody", "active")) == whole(fresh, (WHOLE, "everybody", "active"))
                snapshot.keep()
                self.crowd.events.clear()
            return told

    def by_events(self) -> bool:
        told = self.night()
        assert told.is_complete
        return told.method.startswith("Crowd's events")


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


@pytest.fixture
def nights(script, endpoint, crowd, tmp_path) -> Nights:
    found = Nights(crowd, endpoint, script(crowd).url, tmp_path)
    assert found.night().method == ""
    assert found.by_events()
    return found


@pytest.mark.parametrize("what", ["users", "groups"])
def test_what_was_left_out_is_left_out_by_name_every_night(nights: Nights, crowd: Crowd, what: str) -> None:
    (crowd.more if what == "users" else crowd.groups).append({"name": "half \ud800", "key": "1:x"})
    if what == "users":
        crowd.happens("half", "1:x")
    else:
        crowd.events.append({"groupEvent": {"operation": "CREATED", "group": {"name": "half"}}})
    for _ in range(3):
        assert not nights.by_events(), "a read on top of this one would forget who was left out"
        crowd.token += 1


def test_an_event_about_somebody_who_can_no_longer_be_taken_means_a_whole_read(nights: Nights, crowd: Crowd) -> None:
    crowd.users.pop("1:a")
    crowd.more.append({"name": "ana", "key": "1:a", "email": "\ud800@example.org"})
    crowd.happens("ana", "1:a")
    assert not nights.by_events()


@pytest.mark.parametrize("told", [{"name": "\ud800", "key": "1:b"}, {"name": "bob", "key": "1:\ud800", "email": ""}])
def test_an_event_with_half_a_character_means_a_whole_read(nights: Nights, crowd: Crowd, told: object) -> None:
    crowd.events.append({"userEvent": {"operation": "UPDATED", "user": told}})
    assert not nights.by_events()


def test_a_second_directory_that_no_event_tells_of_makes_the_read_incomplete(nights: Nights, crowd: Crowd) -> None:
    crowd.users["2:d"] = "dan"
    told = nights.night()
    assert not told.is_complete
    assert "shows several directories: 1 (such as ana), 2 (such as dan)" in told.reason
    del crowd.users["2:d"]
    assert nights.by_events(), "and as soon as it is gone all is well"


def test_a_directory_that_takes_the_place_of_another_is_not_taken_for_a_second_one(nights, crowd) -> None:
    crowd.users = {"2:a": "ana", "2:b": "bob", "2:c": "cyd"}
    crowd.happens("ana", "2:a")
    assert not nights.by_events()


@pytest.mark.parametrize("left", [["1:a"], []])
def test_users_who_went_without_an_event_are_noticed(nights: Nights, crowd: Crowd, left: list[str]) -> None:
    crowd.users = {key: crowd.users[key] for key in left}
    assert not nights.by_events()


def test_one_for_another_in_a_filter_is_told_by_events(nights: Nights, crowd: Crowd) -> None:
    crowd.inactive = {"1:a"}
    crowd.happens("ana", "1:a")
    assert nights.by_events()
    crowd.inactive = set()
    crowd.happens("ana", "1:a")
    assert nights.by_events()


def test_who_has_nearly_the_name_of_somebody_new_is_not_lost(nights: Nights, crowd: Crowd) -> None:
    crowd.rename("1:d", "strasse")
    assert nights.by_events()
    crowd.rename("1:e", "straße")
    assert nights.by_events()
    crowd.goes("1:e")
    assert nights.by_events()
    assert "1:d" in crowd.users


def test_who_was_renamed_after_the_events_were_told_is_not_lost(nights: Nights, crowd: Crowd) -> None:
    crowd.rename("1:a", "annie", told_as="anna")
    assert nights.by_events()
    crowd.rename("1:a", "ana", told_as="annie")
    assert nights.by_events()


@pytest.mark.parametrize("order", [("1:a", "1:b"), ("1:b", "1:a")])
def test_names_that_change_hands_stay_with_their_keys(nights: Nights, crowd: Crowd, order: tuple[str, str]) -> None:
    first, second = order
    old = crowd.users[first]
    crowd.rename(first, "somebody else")
    crowd.rename(second, old)
    assert nights.by_events()
    crowd.goes(first)
    crowd.rename(second, "once more")
    crowd.goes(second)
    crowd.rename("1:z", old)
    assert nights.by_events()


@pytest.mark.parametrize(
    "reply",
    [
        answer({"reason": "OPERATION_FAILED", "message": "x"}, 500),
        answer({"reason": "ILLEGAL_ARGUMENT", "message": "username"}, 400),
        answer({"reason": "SOMETHING", "message": "x"}, 404),
        answer({"name": "cyd", "key": "1:c"}),
        answer({"key": "1:a"}),
        answer([]),
        answer("{", content_type="application/json"),
    ],
)
def test_where_crowd_does_not_say_whether_somebody_is_gone_everything_is_read(
    script, endpoint, crowd: Crowd, tmp_path, reply: bytes
) -> None:
    server = script(lambda asked: reply if asked.path.endswith("/user") else crowd(asked))
    nights = Nights(crowd, endpoint, server.url, tmp_path)
    nights.night()
    crowd.goes("1:a")
    assert not nights.by_events()


def test_who_is_found_by_the_key_and_not_by_the_name_means_a_whole_read(nights: Nights, crowd: Crowd, monkeypatch):
    search = crowd.search
    monkeypatch.setattr(
        crowd, "search", lambda what, params: answer({"users": []}) if "name" in what else search(what, params)
    )
    crowd.happens("ana", "1:a")
    assert not nights.by_events()


def test_a_crowd_that_counts_from_before_the_last_read_was_restored(nights: Nights, crowd: Crowd) -> None:
    crowd.token = 9
    assert "restored backup" in nights.night().method
    assert nights.by_events()


def test_of_two_users_with_one_key_neither_is_taken_and_nobody_else_is_lost(nights: Nights, crowd: Crowd) -> None:
    crowd.more = [{"name": "twin", "key": "1:t", "active": True}, {"name": "other twin", "key": "1:t", "active": True}]
    for _ in range(3):
        assert not nights.by_events()
    crowd.more = []
    assert not nights.by_events()
    assert nights.by_events()


def test_a_question_that_fails_between_others_leaves_what_was_kept(nights: Nights, crowd: Crowd) -> None:
    for number in range(AT_A_TIME + 10):
        crowd.rename(f"1:n{number:02}", f"name-{number:02}")
    crowd.goes("1:a")
    crowd.failing = "name-59"
    told = nights.night()
    assert not told.is_complete
    assert "it failed" in told.reason
    crowd.failing = ""
    assert nights.by_events()
    assert nights.by_events()


def test_who_is_gone_is_asked_for_once_whatever_the_filters(nights: Nights, crowd: Crowd) -> None:
    crowd.goes("1:a")
    nights.by_events()
    assert sum(path.endswith("/user") for path in crowd.asked) == 1
