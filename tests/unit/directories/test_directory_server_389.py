from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import entry_of
from dirsync.directories.ldap.page_loop import LineBroken, Page, SearchEnd, pages_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("vendor", "version", "is_389"),
    [
        ("389 Project", "389-Directory/2.3.1 B2025.016.1616", True),
        ("", "389-Directory/1.4.3.39", True),
        ("389 Project", "", True),
        ("Somebody", "Directory/389", False),
        ("", "", False),
    ],
)
def test_it_is_known_by_its_vendor_or_version(vendor: str, version: str, *, is_389: bool) -> None:
    assert (dialect_of(RootDse(vendor=vendor, version=version)) is DIRECTORY_SERVER_389) is is_389


@pytest.mark.parametrize(
    ("lock", "is_active"), [([], True), ([b"true"], False), ([b"TRUE"], False), ([b"false"], True)]
)
def test_only_its_lock_disables_an_account(lock: Sequence[bytes], *, is_active: bool) -> None:
    entry = entry_of("uid=ana,dc=x", [("nsAccountLock", lock), ("pwdAccountLockedTime", [b"000001010000Z"])])
    assert DIRECTORY_SERVER_389.is_active(entry, NOW) is is_active


@pytest.mark.parametrize(
    ("bind_dn", "named"), [("cn=reader,dc=x", "entry of cn=reader,dc=x"), ("", "entry of the anonymous account")]
)
@pytest.mark.parametrize(
    ("code", "attribute"),
    [
        (3, "nsTimeLimit: -1"),
        (4, "nsPagedSizeLimit: -1"),
        (11, "nsPagedLookThroughLimit: -1"),
        (None, "nsIdleTimeout: 0"),
    ],
)
def test_each_limit_names_the_attribute_that_lifts_it_and_for_whom(
    code: int | None, attribute: str, bind_dn: str, named: str
) -> None:
    def ask(_: bytes | None) -> Page:
        if code is None:
            raise LineBroken("the server closed the connection")
        return Page(code, "refused", "", (), (), b"")

    end = SearchEnd()
    assert not any(pages_of(ask, end, DIRECTORY_SERVER_389, bind_dn))
    assert end.failure
    assert f"set {attribute} on the {named}" in end.failure.remedy.replace("Set", "set")
    assert "nsslapd-anonlimitsdn" in end.failure.remedy
