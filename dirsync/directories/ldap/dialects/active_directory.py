"""Active Directory, and Samba as a domain controller; limits as in the LDAP policies ([MS-ADTS] 3.1.1.3.4.6)."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dirsync.directories.interface import Attributes, GroupAttributes
from dirsync.directories.ldap.activity import expiry, read_active
from dirsync.directories.ldap.dialects.interface import Dialect, Limit, PrimaryGroup, RootDse
from dirsync.directories.ldap.dialects.writing import PasswordWay, Writing
from dirsync.model.names import NameRule

if TYPE_CHECKING:
    from datetime import datetime

    from dirsync.directories.ldap.entry import Entry

ACTIVE_DIRECTORY_CAPABILITY = "1.2.840.113556.1.4.800"
"""LDAP_CAP_ACTIVE_DIRECTORY_OID ([MS-ADTS] 3.1.1.3.4.3); AD LDS, which has no accounts of a domain, lacks it."""
OPERATIONS_ERROR, ADMIN_LIMIT_EXCEEDED, CRITICAL_EXTENSION_UNAVAILABLE = 1, 11, 12
_ACTIVITY = ("userAccountControl", "accountExpires")
# what every domain keeps beside its people; a domain below this one has people, and is not among them
_OTHER_CONTEXT = re.compile(
    r"(?:cn=schema,)?cn=configuration(?:,dc=[^,]+)+|dc=(?:domain|forest)dnszones(?:,dc=[^,]+)+", re.IGNORECASE
)
_RELATIVE_ID = struct.Struct("<I")
"""The last part of a SID: 32 bits, lowest byte first ([MS-DTYP] 2.4.2.2)."""
_POLICY = (
    "the LDAP policies (ntdsutil 'ldap policies', or lDAPAdminLimits of CN=Default Query Policy,CN=Query-Policies,"
    "CN=Directory Service,CN=Windows NT,CN=Services in the configuration)"
)


def _is_active_directory(root_dse: RootDse) -> bool:
    return ACTIVE_DIRECTORY_CAPABILITY in root_dse.capabilities


def _is_enabled(entry: Entry, read_at: datetime) -> bool:
    """Go by the switch and the expiry date alone: lockoutTime passes, so that wrong passwords change no plan."""
    hidden = [attribute for attribute in _ACTIVITY if not entry.values(attribute)] if entry.values("objectSid") else []
    if hidden:
        raise ValueError(
            f"it does not show its {hidden[0]}, which every account has, so it is not known whether it is disabled "
            "(the account that BIND_DN names must be allowed to read it; a global catalog, ports 3268 and 3269, does "
            "not hold it)"
        )
    return all(
        read_active(attribute, value.decode("utf-8", "replace"), read_at)
        for attribute in _ACTIVITY
        for value in entry.values(attribute)
    )


def _expires(entry: Entry) -> datetime | None:
    value = next(iter(entry.values("accountExpires")), b"")
    return expiry("accountExpires", value.decode("utf-8", "replace"))


def _sid(group: Entry) -> bytes:
    return next(iter(group.values("objectSid")), b"")


def _sid_of_primary_group(user: Entry) -> bytes:
    """Put the group's number into the place of the user's own: both are of one domain ([MS-ADA3] 2.120)."""
    sid = next(iter(user.values("objectSid")), b"")
    if not sid:
        return b""
    number = next(iter(user.values("primaryGroupID")), b"")
    try:
        return sid[: -_RELATIVE_ID.size] + _RELATIVE_ID.pack(int(number))
    except (ValueError, struct.error):
        raise ValueError(
            f"its primaryGroupID is {number.decode('utf-8', 'replace')!r}, so one of its groups is not known (every "
            "account has one, and the account that BIND_DN names must be allowed to read it)"
        ) from None


def _is_another_context(url: str) -> bool:
    try:
        name = unquote(urlsplit(url).path.lstrip("/"))
    except ValueError:  # no address at all is no other context
        return False
    return _OTHER_CONTEXT.fullmatch(name) is not None


ACTIVE_DIRECTORY = Dialect(
    name="Active Directory",
    recognises=_is_active_directory,
    attributes=Attributes(
        id="objectGUID",
        # every account has one, no two of a domain share it, and people log in with it; userPrincipalName is optional
        username="sAMAccountName",
        email="mail",
        first_name="givenName",
        last_name="sn",
        display_name="displayName",
    ),
    group_attributes=GroupAttributes(
        # two groups in different places may share a cn, but never this
        id="objectGUID",
        name="sAMAccountName",
        description="description",
        email="mail",
        member=("member",),
    ),
    # computers are users too, but of another category; trusts between domains have this type ([MS-SAMR] 2.2.1.9)
    user_filter="(&(objectCategory=person)(objectClass=user)(!(sAMAccountType=805306370)))",
    group_filter="(objectClass=group)",
    activity_attributes=_ACTIVITY,
    is_active=_is_enabled,
    expires=_expires,
    # highestCommittedUSN counts on one domain controller only, and stands in the root entry
    cursor_attribute="",
    expects_reference=_is_another_context,
    size_limit=Limit(
        "MaxPageSize, or MaxResultSetSize for all pages together",
        f"Have MaxResultSetSize raised in {_POLICY}, or ask for smaller pages (PAGE_SIZE).",
    ),
    time_limit=Limit(
        "MaxQueryDuration",
        f"Narrow the base, use a filter on indexed attributes, or have MaxQueryDuration raised in {_POLICY}.",
    ),
    remedies={
        OPERATIONS_ERROR: (
            "Active Directory answers this to whoever is not logged in: set BIND_DN and PASSWORD_FILE. Otherwise see "
            "the domain controller's Directory Service log."
        ),
        ADMIN_LIMIT_EXCEEDED: (
            f"Have MaxTempTableSize and MaxResultSetSize raised in {_POLICY}, or narrow base and filter."
        ),
        CRITICAL_EXTENSION_UNAVAILABLE: (
            "Run again: the domain controller drops the pages of a search when others need the room "
            f"(MaxResultSetSize, MaxResultSetsPerConn in {_POLICY})."
        ),
    },
    primary_group=PrimaryGroup(
        user_attributes=("objectSid", "primaryGroupID"),
        group_attributes=("objectSid",),
        key_of_group=_sid,
        key_named_by_user=_sid_of_primary_group,
    ),
    version_attribute="uSNChanged",
    values_limit=Limit("MaxValRange", f"Have MaxValRange raised in {_POLICY}."),
    writing=Writing(
        object_classes=("user",),
        rdn="cn",
        group_class="group",
        group_needs_member=False,
        switch="userAccountControl",
        password=PasswordWay.BY_DOMAIN,
        named_after_username=("userPrincipalName",),
        # a member is a link to the entry, whatever that is called ([MS-ADTS] 3.1.1.1.6)
        keeps_memberships=True,
        group_login="sAMAccountName",
        # "SAM-Account-Name attribute", Win32 AD schema: 20 for users, though the schema has room for 256; Samba's
        # samldb says that no full stop is the last one
        usernames=NameRule("a logon name in Active Directory (sAMAccountName)", 20, '"/\\[]:;|=,+*?<>', "."),
    ),
)
