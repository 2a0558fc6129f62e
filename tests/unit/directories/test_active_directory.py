"""What is Active Directory's own way, without a server: ids, expiry, primary groups, references, refused logins."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

import pytest

from dirsync.directories.interface import Attributes, GroupAttributes, Selection
from dirsync.directories.ldap.activity import read_active
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.intake import Intake
from dirsync.directories.ldap.logon_failures import logon_failure
from dirsync.directories.ldap.page_loop import Page, SearchEnd, pages_of
from dirsync.directories.ldap.searches import searches_for
from dirsync.directories.ldap.sighting import sighting_of, wanted_filter
from dirsync.directories.ldap.text_forms import assertion_of, text_of
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import Completeness, Snapshot

READ_AT = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
DECODER = Decoder(ACTIVE_DIRECTORY, READ_AT)
GUID = bytes.fromhex("33221100554477668899aabbccddeeff")
GUID_TEXT = "00112233-4455-6677-8899-aabbccddeeff"
BASE = "dc=example,dc=org"
EVERYBODY = Selection("all", (BASE,), group_bases=(BASE,))
NEVER = b"9223372036854775807"
DISABLED_WORDS = "does not show its userAccountControl"


def filetime(moment: datetime) -> int:
    return (moment - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10


def sid(number: int, domain: int = 7) -> bytes:
    return bytes([1, 2, 0, 0, 0, 0, 0, 5]) + struct.pack("<II", domain, number)


def account(number: int = 1104, **more: list[bytes]) -> Entry:
    values = {
        "objectGUID": [number.to_bytes(16, "big")],
        "sAMAccountName": [f"user{number}".encode()],
        "userAccountControl": [b"512"],
        "accountExpires": [NEVER],
        "objectSid": [sid(number)],
        "primaryGroupID": [b"513"],
    }
    return entry_of(f"cn=user{number},{BASE}", {**values, **more}.items())


def group(number: int, *members: str, **more: list[bytes]) -> Entry:
    values = {
        "objectGUID": [number.to_bytes(16, "big")],
        "sAMAccountName": [f"group{number}".encode()],
        "objectSid": [sid(number)],
        "member": [name.encode() for name in members],
    }
    return entry_of(f"cn=group{number},{BASE}", {**values, **more}.items())


def taken(groups: list[Entry], users: list[Entry], decoder: Decoder = DECODER) -> Snapshot:
    intake = Intake(MemorySpool("corp"), decoder)
    for one in groups:
        intake.take_group(one, [EVERYBODY])
    for one in users:
        intake.take_user(one, [EVERYBODY])
    return intake._spool.finish(Completeness(is_complete=True))


def members(snapshot: Snapshot, name: str) -> list[str]:
    found = snapshot.group_named(name)
    assert found
    return [user.username for user in snapshot.members(found.id)]


def test_it_is_recognised_by_the_capability_of_a_domain_and_not_by_that_of_a_directory_without_accounts() -> None:
    assert dialect_of(RootDse(capabilities=frozenset({"1.2.840.113556.1.4.800"}))) is ACTIVE_DIRECTORY
    assert dialect_of(RootDse(capabilities=frozenset({"1.2.840.113556.1.4.1851"}))) is GENERIC


@pytest.mark.parametrize("attribute", ["objectGUID", "OBJECTGUID", "mS-DS-ConsistencyGuid"])
def test_an_id_of_bytes_has_the_text_that_the_tools_of_windows_show(attribute: str) -> None:
    assert text_of(attribute, GUID) == GUID_TEXT
    assert assertion_of(attribute, "{" + GUID_TEXT.upper() + "}") == "".join(f"\\{byte:02x}" for byte in GUID)
    for not_one in (GUID[:-1], b""):
        with pytest.raises(ValueError, match="bytes"):
            text_of(attribute, not_one)
    with pytest.raises(ValueError, match="badly formed"):
        assertion_of(attribute, "ana")


def test_an_id_of_text_stays_as_it_is() -> None:
    assert text_of("employeeID", "4711-ä".encode()) == "4711-ä"
    assert assertion_of("employeeID", "47*") == "47\\2a"
    user = DECODER.user(account(employeeID=[b"4711"]), Attributes(id="employeeID"))
    assert user.id == "4711"


def test_an_id_that_is_none_is_told_by_its_attribute() -> None:
    with pytest.raises(EntryUnusable, match="its objectGUID cannot be read as an id"):
        DECODER.user(account(objectGUID=[b"short"]), Attributes())


@pytest.mark.parametrize(
    ("attribute", "value", "active"),
    [
        ("userAccountControl", "512", True),
        ("userAccountControl", "514", False),
        ("userAccountControl", "2", False),
        ("userAccountControl", str(0x200 | 0x10), True),
        ("userAccountControl", str(0x1000000 | 0x800000), True),
        ("accountExpires", "0", True),
        ("accountExpires", "9223372036854775807", True),
        ("accountExpires", "9223372036854775806", True),
        ("accountExpires", "1", False),
        ("accountExpires", str(filetime(READ_AT)), False),
        ("accountExpires", str(filetime(READ_AT) + 1), True),
    ],
)
def test_the_flag_and_the_expiry_disable_at_the_instant_of_the_read(
    attribute: str, value: str, *, active: bool
) -> None:
    assert read_active(attribute, value, READ_AT) is active
    assert DECODER.user(account(**{attribute: [value.encode()]}), Attributes()).active is active
    named = Attributes(id="sAMAccountName", username="sAMAccountName", active=attribute)
    assert Decoder(GENERIC, READ_AT).user(account(**{attribute: [value.encode()]}), named).active is active


@pytest.mark.parametrize("attribute", ["userAccountControl", "accountExpires"])
def test_what_is_no_number_is_no_guess(attribute: str) -> None:
    with pytest.raises(EntryUnusable, match=f"its {attribute} is 'soon', not a whole number"):
        DECODER.user(account(**{attribute: [b"soon"]}), Attributes())


def test_a_lock_out_disables_nobody() -> None:
    assert DECODER.user(account(lockoutTime=[b"133000000000000000"]), Attributes()).active


def test_an_account_that_does_not_show_its_flags_is_not_taken_for_enabled() -> None:
    with pytest.raises(EntryUnusable, match=DISABLED_WORDS):
        DECODER.user(account(userAccountControl=[]), Attributes())
    assert DECODER.user(account(userAccountControl=[], objectSid=[]), Attributes()).active, "a contact has none"


def test_a_primary_group_is_that_of_the_same_domain() -> None:
    other_domain = group(8, objectSid=[sid(513, domain=8)])
    snapshot = taken([group(513, f"cn=user1,{BASE}"), group(514), other_domain], [account(1), account(2)])
    assert members(snapshot, "group513") == ["user1", "user2"]
    assert members(snapshot, "group514") == members(snapshot, "group8") == []
    assert not snapshot.quarantined


def test_a_group_that_goes_by_two_ids_is_one_group() -> None:
    intake = Intake(MemorySpool("corp"), DECODER)
    by_name = Selection("other", group_attributes=GroupAttributes(id="sAMAccountName"))
    assert len(intake.take_group(group(513), [EVERYBODY, by_name])) == 2
    assert intake.groups == 1


def test_a_primary_group_that_is_not_read_is_nobodys_loss() -> None:
    snapshot = taken([group(514)], [account(1)])
    assert members(snapshot, "group514") == []
    assert [user.username for user in snapshot.users()] == ["user1"]


def test_whoever_is_no_account_has_no_primary_group() -> None:
    contact = account(1, objectSid=[], primaryGroupID=[])
    snapshot = taken([group(513), group(7, objectSid=[])], [contact])
    assert members(snapshot, "group513") == members(snapshot, "group7") == []
    assert [user.username for user in snapshot.users()] == ["user1"]


@pytest.mark.parametrize("number", [[], [b"many"], [b"-1"], [b"4294967296"]])
def test_an_account_whose_primary_group_can_not_be_known_is_left_out_by_name(number: list[bytes]) -> None:
    snapshot = taken([group(513)], [account(1, primaryGroupID=number), account(2)])
    assert members(snapshot, "group513") == ["user2"]
    (left_out,) = snapshot.quarantined
    assert left_out.entry == f"cn=user1,{BASE}"
    assert "primaryGroupID" in left_out.reason
    assert [user.username for user in taken([], [account(1, primaryGroupID=number)]).users()] == ["user1"]


def test_elsewhere_nobody_has_a_primary_group() -> None:
    decoder = Decoder(GENERIC, READ_AT)
    selection = Selection(
        "all",
        attributes=Attributes(id="sAMAccountName", username="sAMAccountName"),
        group_attributes=GroupAttributes(id="sAMAccountName", name="sAMAccountName"),
    )
    intake = Intake(MemorySpool("corp"), decoder)
    intake.take_group(group(513), [selection])
    intake.take_user(account(1, primaryGroupID=[b"many"]), [selection])
    assert members(intake._spool.finish(Completeness(is_complete=True)), "group513") == []


def test_what_its_ways_need_is_asked_for() -> None:
    groups, users = searches_for([EVERYBODY], DECODER)
    assert {"objectSid", "uSNChanged", "member"} <= set(groups.attributes)
    assert {"objectSid", "primaryGroupID", "userAccountControl", "accountExpires"} <= set(users.attributes)
    elsewhere = searches_for([EVERYBODY], Decoder(GENERIC, READ_AT))
    assert all("" not in search.attributes for search in (groups, users, *elsewhere))
    assert "sAMAccountType=805306370" in users.filter, "trusts between domains are no people"


@pytest.mark.parametrize(
    ("url", "is_expected"),
    [
        ("ldap://example.org/CN=Configuration,DC=example,DC=org", True),
        ("ldaps://example.org/cn=configuration,dc=example,dc=org??base", True),
        ("ldap://example.org/CN=Schema,CN=Configuration,DC=example,DC=org", True),
        ("ldap://DomainDnsZones.example.org/DC=DomainDnsZones,DC=example,DC=org", True),
        ("ldap://ForestDnsZones.example.org/DC=ForestDnsZones%2CDC=example,DC=org", True),
        ("ldap://child.example.org/DC=child,DC=example,DC=org", False),
        ("ldap://example.org/OU=people,CN=Configuration,DC=example,DC=org", False),
        ("ldap://example.org/CN=Configuration,OU=people,DC=example,DC=org", False),
        ("ldap://example.org/CN=Configuration,DC=example,DC=org,O=other", False),
        ("ldap://example.org/", False),
    ],
)
def test_only_what_a_domain_keeps_beside_its_people_may_be_left_to_a_reference(url: str, *, is_expected: bool) -> None:
    assert ACTIVE_DIRECTORY.expects_reference(url) is is_expected


@pytest.mark.parametrize(
    ("code", "reason", "remedy"),
    [
        (1, "code 1", "set BIND_DN and PASSWORD_FILE"),
        (3, "MaxQueryDuration", "MaxQueryDuration"),
        (4, "MaxPageSize", "MaxResultSetSize"),
        (11, "code 11", "MaxTempTableSize"),
        (12, "code 12", "MaxResultSetsPerConn"),
    ],
)
def test_an_early_end_is_told_in_the_words_of_the_ldap_policies(code: int, reason: str, remedy: str) -> None:
    end = SearchEnd()
    page = Page(code, f"code {code}", "", (), (), None)
    assert list(pages_of(lambda _: page, end, ACTIVE_DIRECTORY, "cn=reader")) == [()]
    assert end.failure
    assert reason in end.failure.reason
    assert remedy in end.failure.remedy


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("525", "no such account"),
        ("52e", "password is wrong"),
        ("530", "at this hour"),
        ("531", "from this machine"),
        ("532", "password has expired"),
        ("533", "disabled"),
        ("701", "account has expired"),
        ("773", "must change its password"),
        ("775", "locked"),
    ],
)
def test_the_number_in_a_refused_login_says_why(number: str, said: str) -> None:
    known = logon_failure(
        f"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {number}, v4f7c"
    )
    assert known
    assert said in known.reason
    assert known.remedy.endswith(".")


@pytest.mark.parametrize("message", ["", "AcceptSecurityContext error, data 999, v1", "data 52e", "invalid password"])
def test_any_other_refusal_is_left_in_the_servers_words(message: str) -> None:
    assert logon_failure(message) is None


def test_a_name_is_looked_for_as_an_id_only_where_it_can_be_one() -> None:
    assert "objectGUID" not in wanted_filter(["ana"], DECODER, [EVERYBODY])
    bytes_of_it = "".join(f"\\{byte:02x}" for byte in GUID)
    assert f"(objectGUID={bytes_of_it})" in wanted_filter(["ana", GUID_TEXT], DECODER, [EVERYBODY])


def test_a_sighting_tells_the_id_in_text_and_what_disables() -> None:
    def seen(entry: Entry) -> tuple[str, str]:
        sighting = sighting_of(entry, DECODER, [EVERYBODY], lambda _entry, _filter: (True, ""))
        return sighting.id, sighting.disabled_because

    assert seen(account(objectGUID=[GUID], userAccountControl=[b"514"])) == (GUID_TEXT, "userAccountControl is 514")
    assert seen(account(objectGUID=[b"odd\xff"])) == ("odd\\xff", "")
    two_ways = account(userAccountControl=[b"514"], accountExpires=[b"5"])
    assert seen(two_ways)[1] == "userAccountControl is 514, accountExpires is 5"


def test_an_attribute_that_says_neither_is_not_told_as_the_reason() -> None:
    selections = [Selection(name, attributes=Attributes(active=name)) for name in ("title", "userAccountControl")]
    entry = account(userAccountControl=[b"514"], title=[b"head of nothing"])
    sighting = sighting_of(entry, DECODER, selections, lambda _entry, _filter: (True, ""))
    assert (sighting.active, sighting.disabled_because) == (False, "userAccountControl is 514")


@pytest.mark.parametrize("hidden", ["userAccountControl", "accountExpires"])
def test_an_account_that_hides_what_disables_it_is_not_guessed_to_be_active(hidden: str) -> None:
    with pytest.raises(EntryUnusable, match=f"does not show its {hidden}.*global catalog"):
        DECODER.user(account(**{hidden: []}), Attributes())


def test_a_reference_to_no_address_at_all_is_not_expected() -> None:
    assert not ACTIVE_DIRECTORY.expects_reference("ldap://[::1/CN=Configuration,DC=x")
