"""What is left out of a group, and to whom a login belongs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dirsync.directories.interface import Selection
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.intake import Intake
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import Completeness

BASE = "dc=example,dc=org"
EVERYBODY = [Selection("all", (BASE,), group_bases=(BASE,))]
DECODER = Decoder(GENERIC, datetime(2026, 11, 22, tzinfo=UTC))


def user(uid: str):
    return entry_of(f"uid={uid},{BASE}", [("uid", [uid.encode()]), ("entryUUID", [f"id-{uid}".encode()])])


def group(*, member: bytes = b"", login: str = ""):
    members = [("member", [member])] if member else [("memberUid", [login.encode()])]
    return entry_of(f"cn=staff,{BASE}", [("cn", [b"staff"]), ("entryUUID", [b"id-g"]), *members])


@pytest.mark.parametrize("member", [b"uid=M\xfcller,dc=example,dc=org", rb"uid=\FFa,dc=example,dc=org", b"no name"])
def test_a_member_that_can_not_be_read_leaves_the_membership_of_the_group_open(member: bytes) -> None:
    spool = MemorySpool("corp")
    Intake(spool, DECODER).take_group(group(member=member), EVERYBODY)
    [left_out] = spool.finish(Completeness(is_complete=True)).quarantined
    assert left_out.is_group, "nobody may be taken out of a group of which a member is not known"
    assert left_out.entry.startswith(f"cn=staff,{BASE}: member ")


@pytest.mark.parametrize(("login", "whose"), [("strasse", "strasse"), ("STRASSE", "strasse"), ("Straße", "straße")])
def test_a_login_belongs_to_just_the_person_that_the_server_means(login: str, whose: str) -> None:
    spool = MemorySpool("corp")
    intake = Intake(spool, DECODER)
    intake.take_group(group(login=login), EVERYBODY)
    for uid in ("strasse", "straße"):
        intake.take_user(user(uid), EVERYBODY)
    snapshot = spool.finish(Completeness(is_complete=True))
    assert [found.username for found in snapshot.members("id-g")] == [whose]
