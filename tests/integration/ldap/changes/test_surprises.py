"""What servers and lines do to somebody who asks for changes: everything anew and why, or a failure, never less."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from integration.ldap.changes.watching import Place, Watcher
from servers.proxy import line_cut_after
from servers.slapd import StartSlapd, people_ldif

from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapDirectory
from dirsync.directories.ldap.changes.content_sync import ContentSync
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.position import parse_position
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, LineBroken
from dirsync.directories.ldap.searches import Kind
from dirsync.errors import DirectoryUnreadable
from dirsync.model.snapshot import LastRead
from dirsync.store.spool import SqliteSpool
from dirsync.store.spool.kept import Keeping

pytestmark = pytest.mark.server


def watched(place: Place, people: int = 3) -> tuple[Watcher, list[str]]:
    branch = place.branch()
    names = [branch.person(f"p{n}") for n in range(people)]
    watcher = Watcher(place, branch.search())
    first = watcher.changes()
    assert first.is_full
    assert first.why_full == "nothing was kept of an earlier read"
    watcher.assert_up_to_date()
    assert len(watcher.kept.state) == people
    return watcher, names


def test_nothing_is_told_where_nothing_changed(place: Place) -> None:
    watcher, _ = watched(place)
    for _ in range(2):
        changes = watcher.changes()
        assert (changes.is_full, changes.others_are_gone, changes.knows_deletions) == (False, False, True)
        assert watcher.told() == {}
    watcher.assert_up_to_date()


def test_only_what_changed_is_told(place: Place) -> None:
    watcher, names = watched(place)
    place.server.modify(
        f"dn: {names[0]}\nchangetype: delete\n\n"
        f"dn: {names[1]}\nchangetype: modify\nreplace: mail\nmail: new@example.org\n"
    )
    assert not watcher.changes().is_full
    assert sorted(watcher.told().values()) == ["gone", "p1"]
    watcher.assert_up_to_date()


def test_after_a_restart_nothing_is_missed(place: Place) -> None:
    """OpenLDAP has lost its session log then, and tells who is still there instead of who is gone."""
    watcher, names = watched(place, 5)
    place.server.modify(
        f"dn: {names[0]}\nchangetype: delete\n\n"
        f"dn: {names[1]}\nchangetype: modify\nreplace: mail\nmail: new@example.org\n"
    )
    place.server.restart()
    changes = watcher.changes()
    assert not changes.is_full
    told = list(watcher.told().values())
    if place.id_attribute == "entryUUID":
        assert changes.others_are_gone
        assert told.count("still there") >= 3
        assert "gone" not in told
    else:
        assert not changes.others_are_gone
        assert sorted(told) == ["gone", "p1"]
    watcher.assert_up_to_date()


@pytest.mark.parametrize("cookie", [b"garbage", b"\0\xff" * 40, b"rid=000,csn="])
def test_a_cookie_that_means_nothing_is_answered_with_everything(openldap: Place, cookie: bytes) -> None:
    watcher, names = watched(openldap)
    assert watcher.position
    openldap.server.modify(f"dn: {names[0]}\nchangetype: delete\n")
    watcher.position = replace(watcher.position, cookie=cookie)
    changes = watcher.changes()
    assert changes.is_full
    assert changes.others_are_gone
    assert "mark of the last read" in changes.why_full
    watcher.assert_up_to_date()
    assert not watcher.changes().is_full


def test_a_cookie_of_the_future_is_answered_with_everything(openldap: Place) -> None:
    watcher, names = watched(openldap)
    assert watcher.position
    openldap.server.modify(f"dn: {names[0]}\nchangetype: delete\n")
    later = re.sub(rb"csn=\d{4}", b"csn=2099", watcher.position.cookie)
    watcher.position = replace(watcher.position, cookie=later)
    changes = watcher.changes()
    assert "restored from a backup" in changes.why_full
    watcher.assert_up_to_date()
    assert not watcher.changes().is_full


@pytest.mark.parametrize("damage", [rb".+", rb"#", rb"\d+$"])
def test_389_asks_back_for_a_whole_read_where_a_cookie_means_nothing(ds389: Place, damage: bytes) -> None:
    watcher, names = watched(ds389)
    position = watcher.position
    assert position
    ds389.server.modify(f"dn: {names[0]}\nchangetype: delete\n")
    inner = parse_position(position.cookie.decode())
    assert inner
    damaged = re.sub(damage, b"99999", inner.cookie)
    watcher.position = replace(position, cookie=str(replace(inner, cookie=damaged)).encode())
    assert "no longer knows what changed" in watcher.changes().why_full
    watcher.assert_up_to_date()
    assert not watcher.changes().is_full


def test_another_question_is_answered_with_everything(place: Place) -> None:
    watcher, _ = watched(place)
    watcher.search = replace(watcher.search, attributes=(*watcher.search.attributes, "sn"))
    assert "are not those of the last read" in watcher.changes().why_full
    watcher.assert_up_to_date()
    assert not watcher.changes().is_full


def test_a_renamed_container_renames_all_in_it(place: Place) -> None:
    branch = place.branch()
    branch.person("inside-deeper", branch.deeper)
    watcher = Watcher(place, branch.search())
    watcher.changes()
    branch.rename(branch.deeper, "ou=renamed")
    assert "a container was added, removed or renamed" in watcher.changes().why_full
    watcher.assert_up_to_date()
    assert "ou=renamed" in next(iter(watcher.kept.state.values())).dn


def test_containers_that_swap_names_are_noticed(place: Place) -> None:
    branch = place.branch()
    branch.person("one", branch.deeper)
    other = f"ou=other,{branch.base}"
    branch.change(other, "add\nobjectClass: organizationalUnit\nou: other")
    watcher = Watcher(place, branch.search())
    watcher.changes()
    branch.rename(branch.deeper, "ou=third")
    branch.rename(other, "ou=deeper")
    branch.rename(f"ou=third,{branch.base}", "ou=other")
    assert watcher.changes().is_full
    watcher.assert_up_to_date()


def test_ids_never_heard_of_may_be_told_as_gone(openldap: Place) -> None:
    branch = openldap.branch()
    watcher = Watcher(openldap, branch.search())
    watcher.changes()
    branch.put(branch.group("stranger"), "description", "changed")
    watcher.changes()
    assert set(watcher.told().values()) <= {"gone"}
    assert watcher.kept.state == {}


def test_membership_is_told_of_the_group_and_not_of_the_person(place: Place) -> None:
    """The server works memberOf out by itself; OpenLDAP marks no person as changed by that, 389-DS does."""
    branch = place.branch()
    ana = branch.person("ana")
    people = Watcher(place, branch.search(attributes=(place.id_attribute, "uid", "memberOf")))
    groups = Watcher(place, branch.search(Kind.GROUPS))
    people.changes()
    groups.changes()
    branch.group("team", ana)
    people.changes()
    groups.changes()
    assert "team" in groups.told().values()
    groups.assert_up_to_date()
    fresh = next(iter(people.fresh().values()))
    kept = next(iter(people.kept.state.values()))
    assert [value.decode() for value in fresh.values("memberOf")] == [f"cn=team,{branch.base}"]
    if place.id_attribute == "entryUUID":
        assert isinstance(kept, Entry)
        assert kept.values("memberOf") == ()
        assert people.told() == {}
    else:
        assert kept == fresh


def crash(place: Place) -> None:
    """Have a slapd killed, and begin again with the state that it last wrote down."""
    process = place.server.process  # type: ignore[attr-defined] # of a slapd
    process.kill()
    process.wait()
    place.server.start()


@pytest.fixture
def crashed(start_slapd: StartSlapd) -> tuple[Place, Watcher]:
    """An OpenLDAP that was killed after a change, with somebody who read it before that change."""
    place = Place(start_slapd(session_log=100), "entryUUID")
    watcher, _ = watched(place)
    place.server.restart()  # it writes its state down
    place.server.modify(
        f"dn: uid=new,{watcher.search.base}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: new\ncn: new\nsn: n\n"
    )
    crash(place)
    return place, watcher


@pytest.mark.parametrize("asked", ["for what changed", "for everything"])
def test_a_server_that_crashed_is_not_believed_while_it_holds_back_what_is_newer(
    crashed: tuple[Place, Watcher], asked: str
) -> None:
    place, watcher = crashed
    if asked == "for everything":
        watcher = Watcher(place, watcher.search)
    before = watcher.position
    failure = watcher.poll()
    assert isinstance(failure, Failure)
    assert "holds back what is newer" in failure.reason
    assert "syncprov-checkpoint" in failure.remedy
    assert watcher.position == before
    place.server.modify(f"dn: uid=p0,{watcher.search.base}\nchangetype: modify\nreplace: sn\nsn: other\n")
    watcher.changes()
    watcher.assert_up_to_date()
    assert len(watcher.kept.state) == 4


def test_what_fits_no_longer_is_held_back_by_a_crashed_server_too(start_slapd: StartSlapd) -> None:
    place = Place(start_slapd(session_log=100), "entryUUID")
    watcher, names = watched(place)
    place.server.restart()
    place.server.modify(f"dn: {names[0]}\nchangetype: modify\nreplace: employeeType\nemployeeType: left\n")
    crash(place)
    failure = watcher.poll()
    assert isinstance(failure, Failure)
    assert "holds back what is newer" in failure.reason


def test_a_server_that_crashed_is_read_whole(crashed: tuple[Place, Watcher], tmp_path: Path) -> None:
    place, watcher = crashed
    kept = Keeping(tmp_path, datetime.now(UTC)).file_of("corp", "asked", timedelta(days=7))
    spool = SqliteSpool("corp", tmp_path / "spool", only="people", kept=kept)
    snapshot = LdapDirectory(place.settings, [Selection("people", (watcher.search.base,))]).read(LastRead(), spool)
    assert snapshot.completeness.is_complete
    assert "holds back what is newer" in snapshot.completeness.method
    assert snapshot.counts().users == 4
    snapshot.close()


def test_what_is_written_while_it_is_asked_is_told_and_no_reason_to_doubt(
    openldap: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher, names = watched(openldap)
    ask, asked = ContentSync._ask, []

    def ask_while_somebody_writes(*what: object) -> object:
        told = ask(*what)  # type: ignore[arg-type]
        if not asked:
            openldap.server.modify(f"dn: {names[1]}\nchangetype: modify\nreplace: mail\nmail: late@example.org\n")
        asked.append(told)
        return told

    monkeypatch.setattr(ContentSync, "_ask", ask_while_somebody_writes)
    assert not watcher.changes().is_full
    assert len(asked) == 2
    assert list(watcher.told().values()) == ["p1"]
    watcher.assert_up_to_date()


def test_a_size_limit_is_a_failure_and_changes_nothing(start_slapd: StartSlapd) -> None:
    limited = Place(start_slapd(limits="plain", size=20, ldif=people_ldif(30), session_log=100), "entryUUID")
    branch = limited.branch()
    search = branch.search(base=f"ou=people,{limited.server.base}")
    watcher = Watcher(limited, search)
    failure = watcher.poll()
    assert isinstance(failure, Failure)
    assert "sizeLimitExceeded" in failure.reason
    assert failure.remedy
    assert watcher.kept.state == {}
    assert watcher.position is None


def test_a_base_that_is_gone_is_a_failure(place: Place) -> None:
    watcher, _ = watched(place)
    before = watcher.position
    parent = watcher.search.base.partition(",")[2]
    place.server.modify(f"dn: {watcher.search.base}\nchangetype: modrdn\nnewrdn: ou=gone\ndeleteoldrdn: 1\n")
    failure = watcher.poll()
    assert isinstance(failure, Failure)
    assert place.id_attribute != "entryUUID" or "noSuchObject" in failure.reason
    assert len(watcher.kept.state) == 3
    assert watcher.position == before
    place.server.modify(f"dn: ou=gone,{parent}\nchangetype: modrdn\nnewrdn: ou=inside\ndeleteoldrdn: 1\n")
    assert isinstance(watcher.poll(), Changes)
    watcher.assert_up_to_date()


def test_a_line_cut_anywhere_is_a_failure_or_makes_no_difference(openldap: Place) -> None:
    watcher, _ = watched(openldap, 30)
    whole, settings = dict(watcher.kept.state), watcher.settings
    failures = 0
    for answer_bytes in (200, 900, 2_000, 4_000, 6_000, 60_000):
        with line_cut_after(openldap.server.port, answer_bytes, reset=False) as port:
            watcher.settings = replace(settings, url=f"ldap://127.0.0.1:{port}")
            watcher.position = None
            try:
                found = watcher.poll()
            except (DirectoryUnreadable, LineBroken) as error:  # cut before there was a question
                found = Failure(str(error), "")
        failures += isinstance(found, Failure)
        assert watcher.kept.state == whole
    assert 3 <= failures < 6


class TestByTime:
    """For servers that offer no synchronization; tried on those that do."""

    def watched(self, place: Place) -> tuple[Watcher, list[str]]:
        branch = place.branch()
        names = [branch.person(f"t{n}") for n in range(3)]
        watcher = Watcher(place, branch.search(), by_time=True)
        first = watcher.changes()
        assert first.is_full
        assert first.knows_deletions
        return watcher, names

    def texts(self, watcher: Watcher) -> dict[str, tuple[str, bytes]]:
        return {
            entry_id: (entry.dn, bytes(entry.values("cn")[0]))  # type: ignore[union-attr] # all names are UTF-8 here
            for entry_id, entry in watcher.kept.state.items()
        }

    def test_changes_additions_and_renames_are_told_and_deletions_are_not(self, place: Place) -> None:
        watcher, names = self.watched(place)
        watcher.place.server.modify(
            f"dn: {names[0]}\nchangetype: modify\nreplace: cn\ncn: changed\n\n"
            f"dn: {names[1]}\nchangetype: modrdn\nnewrdn: uid=renamed\ndeleteoldrdn: 1\n\n"
            f"dn: uid=new,{watcher.search.base}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: new\ncn: n\nsn: n\n"
        )
        changes = watcher.changes()
        assert (changes.is_full, changes.others_are_gone, changes.knows_deletions) == (False, False, False)
        fresh = {entry_id: (entry.dn, entry.values("cn")[0]) for entry_id, entry in watcher.fresh().items()}
        assert self.texts(watcher) == fresh
        place.server.modify(f"dn: {names[2]}\nchangetype: delete\n")
        watcher.changes()
        assert len(watcher.kept.state) == 4
        watcher.position = None
        watcher.changes()
        assert len(watcher.kept.state) == 3

    def test_what_changed_long_before_is_not_told_again(self, place: Place) -> None:
        watcher, _ = self.watched(place)
        assert watcher.position
        watcher.position = replace(watcher.position, cookie=b"20990101000000Z")
        changes = watcher.changes()
        assert watcher.told() == {}
        # our own clock bounds the mark, so that one entry from the future does not hide all changes until then
        assert changes.position.cookie < b"2099"

    def test_a_renamed_container_and_a_base_that_is_gone_are_noticed(self, place: Place) -> None:
        watcher, _ = self.watched(place)
        base = watcher.search.base
        deeper = f"ou=deeper,{base}"
        place.server.modify(f"dn: {deeper}\nchangetype: modrdn\nnewrdn: ou=renamed\ndeleteoldrdn: 1\n")
        assert "container" in watcher.changes().why_full
        watcher.search = replace(watcher.search, base=deeper)
        assert isinstance(watcher.poll(), Failure)
