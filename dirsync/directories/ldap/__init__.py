"""Reading LDAP directories, and writing to them (`writing`). Only this package imports ldap3.

The road of an entry: `searches` (what to ask) > `page_loop` (ask until the server says success) > `entry` (names
and options sorted out) > `decoding` (a user or a group) > `intake` (into the spool, or quarantined by name).
`directory` walks it for a server; `dirsync.directories.ldif` takes the second half of it for a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.address import LdapConnection

if TYPE_CHECKING:
    from dirsync.directories.ldap.directory import LdapDirectory

__all__ = ["LdapConnection", "LdapDirectory"]


def __getattr__(name: str) -> object:
    """Import what needs ldap3 only when it is used: names and filters are checked without it."""
    if name == "LdapDirectory":
        from dirsync.directories.ldap.directory import LdapDirectory

        return LdapDirectory
    raise AttributeError(name)
