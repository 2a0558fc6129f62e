"""How a domain controller (Samba) counts changes, what it does not count, and what becomes of that."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from integration.ldap.changes.watching import Branch, Domain, Watcher
from servers.samba import SUFFIX, Samba, account_ldif
from servers.workplace import Workplace

from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.page_loop import Failure
from dirsync.directories.ldap.searches import Kind

pytestmark = pytest.mark.server
USERS = f"CN=Users,{SUFFIX}"
HOUR = timedelta(hours=1)


def watching(branch: Branch, kind: Kind = Kind.USERS, **other: object) -> Watcher:
    """Return somebody who has read everything once, and compared all with it once."""
    watcher = Watcher(branch.place, branch.search(kind, **other))
    assert watcher.changes().why_full == "nothing was kept of an earlier read"
    watcher.changes()
    watcher.assert_up_to_date()
    return watcher


def keeps_up(watcher: Watcher) -> Changes:
    changes = watcher.changes()
    watcher.assert_up_to_date()
    return changes


def named(watcher: Watcher) -> list[str]:
    """Return what the last poll told as changed; of what does not fit it tells ids as gone, whoever they are."""
    return sorted(word for word in watcher.told().values() if word not in {"gone", "still there"})


@pytest.fixture(params=["sees_living", "sees_deleted"])
def place(request: pytest.FixtureRequest) -> Domain:
    return request.getfixturevalue(request.param)


def test_where_nothing_changed_nothing_is_told_or_the_ids_alone(sees_living: Domain, sees_deleted: Domain) -> None:
    branch = sees_living.branch()
    branch.person("ana")
    living, deleted = watching(branch), watching(replaced(branch, sees_deleted))
    for _ in range(2):
        changes = keeps_up(living)
        assert (changes.is_full, changes.others_are_gone, changes.knows_deletions) == (False, True, True)
        assert list(living.told().values()) == ["still there"]
        changes = keeps_up(deleted)
        assert (changes.is_full, changes.others_are_gone, changes.knows_deletions) == (False, False, True)
        assert deleted.told() == {}


def replaced(branch: Branch, place: Domain) -> Branch:
    """Return the same part of the domain, as another account sees it."""
    other = object.__new__(type(branch))
    vars(other).update(vars(branch), place=place)
    return other


def test_only_what_changed_is_told(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    names = [branch.person(f"p{n}") for n in range(6)]
    watcher = watching(branch)
    branch.delete(names[0])
    branch.put(names[1], "mail", "new@example.org")
    branch.rename(names[2], "CN=p2", branch.outside)
    branch.put(names[3], "employeeType", "left")
    branch.rename(names[4], "CN=renamed")
    changes = keeps_up(watcher)
    assert not changes.others_are_gone
    assert named(watcher) == ["p1", "renamed"]
    assert len(watcher.kept.state) == 3


def test_a_member_added_or_removed_is_counted_as_a_change_of_the_group(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    ana, bob = branch.person("ana"), branch.person("bob")
    group, other = branch.group("team", ana), branch.group("other", bob)
    watcher = watching(branch, Kind.GROUPS)
    for change in (f"add: member\nmember: {bob}", f"delete: member\nmember: {ana}", f"add: member\nmember: {other}"):
        branch.change(group, f"modify\n{change}")
        assert not keeps_up(watcher).is_full
        assert named(watcher) == ["team"]


def test_a_renamed_member_is_told_with_the_groups_it_is_in_although_the_domain_counts_no_change_of_them(
    sees_deleted: Domain,
) -> None:
    branch = sees_deleted.branch()
    ana, bob = branch.person("ana"), branch.person("bob")
    inner = branch.group("inner", ana)
    branch.group("team", ana, bob)
    branch.group("outer", inner)
    watcher = watching(branch, Kind.GROUPS)
    before = branch.server.search(branch.base, "(cn=team)", "uSNChanged")
    branch.rename(ana, "CN=anna", branch.outside)
    assert branch.server.search(branch.base, "(cn=team)", "uSNChanged") == before
    assert not keeps_up(watcher).is_full
    assert named(watcher) == ["inner", "team"]
    branch.rename(inner, "CN=core")
    assert not keeps_up(watcher).is_full
    assert named(watcher) == ["core", "outer"]


def test_a_deleted_member_makes_the_groups_be_read_whole(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    ana = branch.person("ana", branch.outside)
    branch.group("team", ana)
    watcher = watching(branch, Kind.GROUPS)
    before = branch.server.search(branch.base, "(cn=team)", "uSNChanged")
    branch.delete(ana)
    assert branch.server.search(branch.base, "(cn=team)", "uSNChanged") == before
    # whoever comes next by this name must not be taken for the member
    branch.person("ana", branch.outside)
    assert "1 entries were deleted, each of which Active Directory does not count" in keeps_up(watcher).why_full
    assert not keeps_up(watcher).is_full


def test_groups_are_read_whole_for_whoever_is_not_shown_what_was_deleted(sees_living: Domain) -> None:
    branch = sees_living.branch()
    branch.group("team", branch.person("ana"))
    watcher = Watcher(sees_living, branch.search(Kind.GROUPS))
    watcher.changes()
    why = keeps_up(watcher).why_full
    assert "is shown nobody who was deleted" in why
    assert f"give {sees_living.settings.bind_dn} List Contents and Read Property on the container Deleted Obj" in why
    assert f"of {SUFFIX} (dsacls, LCRP)" in why


def test_groups_whose_members_are_not_asked_for_are_read_by_changes(sees_living: Domain) -> None:
    branch = sees_living.branch()
    branch.group("team", branch.person("ana"))
    watcher = watching(branch, Kind.GROUPS, attributes=("objectGUID", "cn", "memberOf"))
    assert not keeps_up(watcher).is_full


def test_a_renamed_place_of_members_makes_the_groups_be_read_whole(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    branch.group("team", branch.person("ana", branch.outside))
    watcher, people = watching(branch, Kind.GROUPS), watching(branch)
    branch.rename(branch.outside, "OU=elsewhere")
    assert "a container was added, removed or renamed" in keeps_up(watcher).why_full
    # nobody's name among those that are read ends in it
    assert not keeps_up(people).is_full


def test_another_primary_group_is_a_change_of_the_person(place: Domain) -> None:
    branch = place.branch()
    ana = branch.person("ana")
    group = branch.group("team", ana)
    people = watching(branch, attributes=("objectGUID", "cn", "primaryGroupID"))
    groups = watching(branch, Kind.GROUPS) if "auditor" in place.settings.bind_dn else None
    branch.put(ana, "primaryGroupID", str(branch.server.rid(group)))  # type: ignore[attr-defined] # a Samba
    assert not keeps_up(people).is_full
    assert named(people) == ["ana"]
    if groups:
        # it does not list her any more
        keeps_up(groups)
        assert named(groups) == ["team"]


@pytest.mark.parametrize(
    "condition", ["(memberOf={})", "(memberOf:1.2.840.113556.1.4.1941:={})", "(!(1.2.840.113556.1.2.102={}))"]
)
def test_a_filter_on_a_link_is_answered_with_everything(place: Domain, condition: str) -> None:
    branch = place.branch()
    ana, bob = branch.person("ana"), branch.person("bob")
    group = branch.group("team", ana)
    watcher = Watcher(place, branch.search(filter=f"(&(objectClass=user){condition.format(group)})"))
    watcher.changes()
    branch.put(group, "member", bob)
    why = keeps_up(watcher).why_full
    assert why.startswith("the filter asks for ")
    assert "does not count it as a change of an entry" in why


@pytest.mark.parametrize("name", ["lastLogon", "tokenGroups", "manager", "noSuchAttribute"])
def test_a_filter_on_what_is_not_counted_is_answered_with_everything(sees_deleted: Domain, name: str) -> None:
    branch = sees_deleted.branch()
    branch.person("ana")
    watcher = Watcher(sees_deleted, branch.search(filter=f"(&(objectClass=user)(!({name}=1)))"))
    assert f"asks for {name.lower()}, and" in watcher.changes().why_full
    assert f"asks for {name.lower()}, and" in keeps_up(watcher).why_full


def altered(watcher: Watcher, **other: object) -> None:
    assert watcher.position
    mark = {**json.loads(watcher.position.cookie), **other}
    watcher.position = replace(watcher.position, cookie=json.dumps(mark).encode())


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"id": str(uuid4()), "name": "DC7"}, "the domain controller DC1 answered, and DC7 at the last read"),
        ({"database": str(uuid4())}, "DC1 has another database than at the last read, as one restored from a backup"),
        ({"committed": 10**12}, "DC1 has counted fewer changes than at the last read"),
    ],
)
def test_a_mark_of_another_time_or_place_is_answered_with_everything(place: Domain, other, why: str) -> None:
    branch = place.branch()
    names = [branch.person(f"p{n}") for n in range(3)]
    watcher = watching(branch)
    altered(watcher, **other)
    branch.delete(names[0])
    changes = keeps_up(watcher)
    assert why in changes.why_full
    assert changes.others_are_gone
    assert not keeps_up(watcher).is_full


@pytest.mark.parametrize("cookie", [b"garbage", b"{}", b"[1]", b"\xff", b'{"name": 1, "id": 2, "database": 3}'])
def test_a_mark_that_means_nothing_is_answered_with_everything(sees_deleted: Domain, cookie: bytes) -> None:
    branch = sees_deleted.branch()
    ana = branch.person("ana")
    watcher = watching(branch)
    assert watcher.position
    watcher.position = replace(watcher.position, cookie=cookie)
    branch.delete(ana)
    assert keeps_up(watcher).why_full == "the mark of the last read is none that dirsync makes"
    assert not keeps_up(watcher).is_full


def test_the_mark_is_that_of_the_domain_controller_itself(sees_living: Domain) -> None:
    branch = sees_living.branch()
    watcher = watching(branch)
    assert watcher.position
    mark = json.loads(watcher.position.cookie)
    server = sees_living.server
    service = f"CN=NTDS Settings,CN=DC1,CN=Servers,CN=Default-First-Site-Name,CN=Sites,CN=Configuration,{SUFFIX}"
    told = server.search(service, "(invocationId=*)", "objectGUID", "invocationId")
    found = dict(re.findall(r"(?m)^(\w+):: (\S+)$", told))
    assert mark["name"] == "DC1"
    for key, attribute in (("id", "objectGUID"), ("database", "invocationId")):
        assert mark[key] == str(UUID(bytes_le=base64.b64decode(found[attribute])))


def test_nothing_is_missed_by_a_restart(place: Domain) -> None:
    branch = place.branch()
    names = [branch.person(f"p{n}") for n in range(3)]
    watcher = watching(branch)
    branch.delete(names[0])
    place.server.kill()
    place.server.start()
    branch.put(names[1], "mail", "new@example.org")
    assert not keeps_up(watcher).is_full


def test_after_two_days_groups_are_read_whole_and_people_by_a_list(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    branch.group("team", branch.person("ana"))
    people, groups = watching(branch), watching(branch, Kind.GROUPS)
    people.later = groups.later = 35 * HOUR
    assert keeps_up(people).others_are_gone
    assert not keeps_up(groups).is_full
    people.later = groups.later = 71 * HOUR
    assert "the last read was 36 hours away" in keeps_up(groups).why_full
    changes = keeps_up(people)
    assert (changes.is_full, changes.others_are_gone) == (False, True)
    # a clock that was set back proves nothing either
    people.later = groups.later = timedelta()
    assert re.search("the last read was 7[01] hours away", keeps_up(groups).why_full)
    assert keeps_up(people).others_are_gone


def test_whoever_is_moved_out_of_sight_is_missed_for_an_hour_at_most(sees_deleted: Domain, domain: Samba) -> None:
    branch = sees_deleted.branch()
    ana = branch.person("ana")
    domain.guard(branch.outside, "(D;CI;RPLCLORC;;;{auditor})")
    watcher = watching(branch)
    branch.rename(ana, "CN=ana", branch.outside)
    assert not watcher.changes().others_are_gone
    assert len(watcher.kept.state) == 1
    watcher.later = HOUR
    assert keeps_up(watcher).others_are_gone
    assert watcher.kept.state == {}


def test_whoever_is_hidden_is_gone_as_in_a_whole_read(sees_living: Domain, domain: Samba) -> None:
    branch = sees_living.branch()
    branch.person("ana")
    branch.person("bob", branch.deeper)
    watcher = watching(branch)
    domain.guard(f"CN=bob,{branch.deeper}", "(D;;RPLCLORC;;;{reader})")
    assert not keeps_up(watcher).is_full
    assert len(watcher.kept.state) == 1


def test_a_base_that_is_hidden_is_a_failure_and_changes_nothing(place: Domain, domain: Samba) -> None:
    branch = place.branch()
    branch.person("ana")
    watcher = watching(branch)
    before = watcher.position
    account = re.findall(r"CN=(\w+)", place.settings.bind_dn)[0]
    domain.guard(branch.base, f"(D;CI;RPLCLORC;;;{{{account}}})")
    domain.guard(branch.base.partition(",")[2], f"(D;CI;RPLCLORC;;;{{{account}}})")
    found = watcher.poll()
    assert isinstance(found, Failure), found
    assert found.remedy
    assert len(watcher.kept.state) == 1
    assert watcher.position == before


def test_who_loses_the_sight_of_what_is_deleted_is_told_by_a_list_again(domain: Samba) -> None:
    domain.modify(account_ldif("loser", USERS, password="loser-Pa55").rstrip() + "\n")
    domain.guard(f"CN=Deleted Objects,{SUFFIX}", "(A;;LCRP;;;{loser})")
    place = Domain(domain, bind_dn=f"CN=loser,{USERS}", password="loser-Pa55")
    branch = place.branch()
    names = [branch.person(f"p{n}") for n in range(3)]
    branch.group("team", *names)
    people, groups = watching(branch), watching(branch, Kind.GROUPS)
    assert not keeps_up(people).others_are_gone
    domain.guard(f"CN=Deleted Objects,{SUFFIX}", "(D;;LCRP;;;{loser})")
    branch.delete(names[0])
    changes = keeps_up(people)
    assert (changes.is_full, changes.others_are_gone) == (False, True)
    assert "is shown nobody who was deleted" in keeps_up(groups).why_full


def test_a_person_brought_back_is_told_by_the_same_id(place: Domain) -> None:
    branch = place.branch()
    ana = branch.person("ana")
    watcher = watching(branch)
    (entry_id,) = watcher.kept.state
    branch.delete(ana)
    keeps_up(watcher)
    assert watcher.kept.state == {}
    done = place.server.client(
        *("ldapmodify", "-e", "!1.2.840.113556.1.4.417"),
        ldif=f"dn: CN=ana\\0ADEL:{entry_id},CN=Deleted Objects,{SUFFIX}\nchangetype: modify\ndelete: isDeleted\n-\n"
        f"replace: distinguishedName\ndistinguishedName: {ana}\n",
    )
    assert done.returncode == 0, done.stderr
    keeps_up(watcher)
    assert list(watcher.kept.state) == [entry_id]


def test_a_number_that_is_hidden_makes_an_entry_be_told_each_time(sees_deleted: Domain, domain: Samba) -> None:
    branch = sees_deleted.branch()
    ana = branch.person("ana")
    branch.person("bob")
    number = "bf967a6f-0de6-11d0-a285-00aa003049e2"  # uSNChanged in every schema
    domain.guard(ana, f"(OD;;RP;{number};;{{auditor}})")
    watcher = Watcher(sees_deleted, branch.search())
    watcher.changes()
    for mail in ("one@example.org", "two@example.org"):
        branch.put(ana, "mail", mail)
        assert keeps_up(watcher).others_are_gone
        assert sorted(watcher.told().values()) == ["ana", "still there"]


def test_the_stock_decoder_tells_the_same(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    names = [branch.person(f"p{n}") for n in range(3)]
    branch.group("team", *names)
    for kind in (Kind.USERS, Kind.GROUPS):
        watcher = Watcher(sees_deleted, branch.search(kind))
        watcher.settings = replace(watcher.settings, uses_stock_decoder=True)
        watcher.changes()
        watcher.changes()
        branch.rename(names[0], f"CN={kind}")
        names[0] = f"CN={kind},{branch.base}"
        assert not keeps_up(watcher).is_full


def test_the_root_of_the_domain_is_read_by_changes_too(sees_deleted: Domain) -> None:
    branch = sees_deleted.branch()
    watcher = watching(replaced(branch, sees_deleted), base=SUFFIX)
    branch.person("ana")
    assert not keeps_up(watcher).is_full
    assert "ana" in watcher.told().values()


def test_the_doctor_says_how_a_domain_is_read(domain: Samba, workplace: Workplace) -> None:
    given = {"kind": "ldap", "url": domain.url, "ca_file": str(domain.ca_file)}
    workplace.directory("living", bind_dn=domain.reader_dn, password=domain.reader_password, **given)
    workplace.directory("deleted", bind_dn=f"CN=auditor,{USERS}", password="auditor-Pa55", **given)
    told = " ".join(workplace.run("doctor").stdout.split())
    by_number = "is read by what changed since the last read (changes by uSNChanged)"
    assert f"deleted: {by_number}, deletions too." in told
    assert f"living: {by_number}, with a list of all ids for what is gone; groups are read whole" in told
    assert f"give {domain.reader_dn} List Contents" in told
