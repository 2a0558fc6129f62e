"""What server families do differently: one file each, and one line here. The first that recognises a server speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dialects.openldap import OPENLDAP

if TYPE_CHECKING:
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse

DIALECTS: tuple[Dialect, ...] = (ACTIVE_DIRECTORY, OPENLDAP, DIRECTORY_SERVER_389, GENERIC)
"""In order of asking; the last one recognises everything."""


def dialect_of(root_dse: RootDse) -> Dialect:
    """Choose by what the server says about itself."""
    return next(dialect for dialect in DIALECTS if dialect.recognises(root_dse))
