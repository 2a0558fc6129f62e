"""389 Directory Server, which Red Hat Directory Server and FreeIPA are made of.

Its limits are attributes of the account that asks, else of `cn=config`. Seen with 2.3.1: the size limit counts each
page and not the whole search, while the look-through limit counts the whole search, and is 5,000 unless it was raised.
"""

from __future__ import annotations

from dataclasses import replace

from dirsync.directories.ldap.dialects.generic import (
    ATTRIBUTES,
    GROUP_ATTRIBUTES,
    GROUP_FILTER,
    USER_FILTER,
    is_unlocked_in_389,
)
from dirsync.directories.ldap.dialects.interface import CHECK_THE_LINE, Dialect, Limit, RootDse
from dirsync.directories.ldap.dialects.writing import PasswordWay, Writing

ADMIN_LIMIT_EXCEEDED = 11
# Every entry has had one since it was made, and keeps it through renames, replication and export. `entryUUID` came with
# version 2 only: entries from before, and imported ones, have none until a task adds it, so that ids would change.
ID = "nsUniqueId"
_ON_ITS_ENTRY = "on the entry of {bind_dn} (for an anonymous login: on the one nsslapd-anonlimitsdn names)"


def _is_389(root_dse: RootDse) -> bool:
    return root_dse.vendor == "389 Project" or root_dse.version.startswith("389-Directory/")


DIRECTORY_SERVER_389 = Dialect(
    name="389 Directory Server",
    recognises=_is_389,
    attributes=replace(ATTRIBUTES, id=ID),
    group_attributes=replace(GROUP_ATTRIBUTES, id=ID),
    user_filter=USER_FILTER,
    group_filter=GROUP_FILTER,
    activity_attributes=("nsAccountLock",),
    is_active=is_unlocked_in_389,
    expires=None,
    cursor_attribute="",
    expects_reference=lambda _: False,
    size_limit=Limit(
        "nsslapd-sizelimit, or the account's nsSizeLimit or nsPagedSizeLimit",
        f"Ask for smaller pages (PAGE_SIZE), since it counts each page; or set nsPagedSizeLimit: -1 {_ON_ITS_ENTRY}.",
    ),
    time_limit=Limit("nsslapd-timelimit, or the account's nsTimeLimit", f"Set nsTimeLimit: -1 {_ON_ITS_ENTRY}."),
    remedies={
        ADMIN_LIMIT_EXCEEDED: (
            "It looked through as many entries as nsslapd-lookthroughlimit allows (5000 unless it was raised): set "
            f"nsPagedLookThroughLimit: -1 {_ON_ITS_ENTRY}."
        )
    },
    hang_up_remedy=f"{CHECK_THE_LINE} If it closes idle connections, set nsIdleTimeout: 0 {_ON_ITS_ENTRY}.",
    # its schema lets a group be empty; its password request wants TLS even on loopback
    writing=Writing(
        switch="nsAccountLock",
        password=PasswordWay.BY_ATTRIBUTE,
        group_needs_member=False,
        takes_names_ahead=False,
    ),
)
