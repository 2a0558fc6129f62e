"""Whatever happens to a directory: a read that builds on the last one gives the Snapshot of a read from nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import settings
from hypothesis.stateful import initialize, run_state_machine_as_test
from integration.ldap.changes.test_keeping_up import FEW, FEWER, MANY, Happenings
from integration.ldap.changes.watching import Branch, Place
from unit.store.test_spools import whole

from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapDirectory
from dirsync.directories.ldap.changes.choice import feed_of
from dirsync.directories.ldap.changes.interface import ChangeFeed
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, LastRead, Snapshot, Spool
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping

pytestmark = pytest.mark.server
WEEK = timedelta(days=7)
LEFT_OUT = {"all": "marked"}


class Nights:
    """Reads a branch every night, each time on top of the last one."""

    def __init__(self, branch: Branch, folder: Path, make_feed: Callable[..., ChangeFeed]) -> None:
        asked = Selection("all", (branch.base,), branch.people, group_bases=(branch.base,), group_filter=branch.groups)
        # a second mapping takes some of the people, and the first one leaves those out
        marked = replace(asked, name="marked", user_filter=f"(&{branch.people}({branch.words}=second))")
        self.asked = (asked, marked)
        self.folder = folder
        self.make_feed = make_feed
        self.settings = branch.place.settings
        self.seen: Snapshot | None = None

    def changes(self) -> None:
        if self.seen:
            self.seen.close()
        kept = Keeping(self.folder, datetime.now(UTC)).file_of("corp", "asked", WEEK)
        assert kept is not None
        with patch("dirsync.directories.ldap.directory.feed_of", self.make_feed):
            self.seen = self.read(SqliteSpool("corp", Path(), LEFT_OUT, kept=kept))
        self.seen.keep()

    def read(self, spool: Spool) -> Snapshot:
        snapshot = LdapDirectory(self.settings, self.asked).read(LastRead(), spool)
        assert snapshot.completeness.is_complete, snapshot.completeness
        return snapshot

    def assert_up_to_date(self) -> None:
        fresh = self.read(MemorySpool("corp", LEFT_OUT))
        assert self.seen is not None
        selections = (WHOLE, "all", "marked")
        assert whole(self.seen, selections) == whole(fresh, selections)
        ours, theirs = ([proof.entries for proof in one.completeness.searches] for one in (self.seen, fresh))
        assert ours == theirs


class NightlyHappenings(Happenings):
    """The same random changes, under the eyes of whoever reads every night."""

    make_feed: Callable[..., ChangeFeed]

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.folder = TemporaryDirectory()
        self.watchers_have_a_clock = False
        self.watchers = [Nights(self.branch, Path(self.folder.name), self.make_feed)]  # type: ignore[assignment,list-item]

    def teardown(self) -> None:
        for watcher in getattr(self, "watchers", ()):
            if watcher.seen:
                watcher.seen.close()
        if hasattr(self, "folder"):
            self.folder.cleanup()


@pytest.fixture(params=["openldap", "ds389", pytest.param("sees_living", marks=pytest.mark.long), "sees_deleted"])
def any_place(request: pytest.FixtureRequest) -> Place:
    return request.getfixturevalue(request.param)


def nightly(place: Place, make_feed: Callable[..., ChangeFeed], how: settings) -> None:
    machine = type("Nightly", (NightlyHappenings,), {"make_feed": staticmethod(make_feed)})
    restarts = place.id_attribute == "entryUUID"
    run_state_machine_as_test(partial(machine, place, restarts=restarts), settings=how)


def test_what_changed_put_on_the_last_read_makes_a_whole_one(any_place: Place) -> None:
    nightly(any_place, feed_of, FEWER if any_place.id_attribute == "objectGUID" else FEW)


@pytest.mark.parametrize("which", ["openldap", "ds389", pytest.param("sees_living", marks=pytest.mark.long)])
def test_a_night_without_a_feed_leaves_no_position_that_leads_from_nothing(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """As when another server answers for one night, which offers no content synchronization."""
    branch = request.getfixturevalue(which).branch()
    ana = branch.person("ana")
    branch.group("team", ana)
    nights = Nights(branch, tmp_path, feed_of)
    for make_feed, uid in ((feed_of, "bo"), (ModifyTimestamp, "cem"), (feed_of, "dora"), (feed_of, "eve")):
        nights.make_feed = make_feed
        nights.changes()
        nights.assert_up_to_date()
        branch.person(uid)
    assert nights.seen is not None
    assert nights.seen.counts().users == 4
    nights.seen.close()


@pytest.mark.parametrize("which", ["openldap", "sees_living"])
def test_what_looks_as_it_did_need_not_be_decoded_again(which: str, request: pytest.FixtureRequest) -> None:
    nightly(request.getfixturevalue(which), ModifyTimestamp, FEWER)


def test_people_below_a_group_or_a_role_are_renamed_with_it(openldap: Place, tmp_path: Path) -> None:
    """Neither is a container to any feed; a group is read in another search, and a role in none."""
    branch = openldap.branch()
    role = f"cn=role,{branch.base}"
    branch.change(role, "add\nobjectClass: organizationalRole\ncn: role")
    group = branch.group("group")
    for place, below in ((role, "one"), (group, "two")):
        branch.person(below, place)
    nights = Nights(branch, tmp_path, feed_of)
    nights.changes()
    for place, name in ((role, "cn=new-role"), (group, "cn=new-group")):
        branch.rename(place, name)
        nights.changes()
        nights.assert_up_to_date()
    assert nights.seen is not None
    nights.seen.close()


@pytest.mark.long
@pytest.mark.parametrize("make_feed", [feed_of, ModifyTimestamp])
def test_reading_on_top_of_the_last_read_for_long(any_place: Place, make_feed: Callable[..., ChangeFeed]) -> None:
    nightly(any_place, make_feed, MANY)
