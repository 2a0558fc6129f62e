"""What nearly every LDAP server understands; also how files of unknown origin are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.interface import Attributes, GroupAttributes
from dirsync.directories.ldap.dialects.interface import Dialect, Limit

if TYPE_CHECKING:
    from datetime import datetime

    from dirsync.directories.ldap.entry import Entry

LOCKED_FOR_GOOD = b"000001010000Z"
"""OpenLDAP's mark of an account an administrator locked; any other time is a passing lock-out after wrong passwords
and never means disabled (draft-behera-ldap-password-policy, 5.3.3)."""

ATTRIBUTES = Attributes(
    id="entryUUID", username="uid", email="mail", first_name="givenName", last_name="sn", display_name="displayName"
)
GROUP_ATTRIBUTES = GroupAttributes(
    id="entryUUID", name="cn", description="description", email="mail", member=("member", "uniqueMember", "memberUid")
)
USER_FILTER = "(objectClass=person)"
GROUP_FILTER = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))"


def is_unlocked(entry: Entry, read_at: datetime) -> bool:
    """Say whether neither of the marks of OpenLDAP and 389-DS locks the account; others' entries have neither."""
    return is_unlocked_in_openldap(entry, read_at) and is_unlocked_in_389(entry, read_at)


def is_unlocked_in_389(entry: Entry, _read_at: datetime) -> bool:
    """Say whether no administrator inactivated the account."""
    return not any(value.strip().lower() == b"true" for value in entry.values("nsAccountLock"))


def is_unlocked_in_openldap(entry: Entry, _read_at: datetime) -> bool:
    """Say whether no administrator locked the account."""
    return LOCKED_FOR_GOOD not in entry.values("pwdAccountLockedTime")


GENERIC = Dialect(
    name="LDAP server",
    recognises=lambda _: True,
    attributes=ATTRIBUTES,
    group_attributes=GROUP_ATTRIBUTES,
    user_filter=USER_FILTER,
    group_filter=GROUP_FILTER,
    activity_attributes=("pwdAccountLockedTime", "nsAccountLock"),
    is_active=is_unlocked,
    expires=None,
    cursor_attribute="contextCSN",
    expects_reference=lambda _: False,
    size_limit=Limit("the server's size limit", "Have the size limit raised for {bind_dn}, for paged searches too."),
    time_limit=Limit("the server's time limit", "Have the time limit raised for {bind_dn}."),
    remedies={},
)
