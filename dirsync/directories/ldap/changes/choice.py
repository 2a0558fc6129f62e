"""Which feed a server has: the best it offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.content_sync import ContentSync
from dirsync.directories.ldap.changes.content_sync_389 import ContentSync389
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp
from dirsync.directories.ldap.changes.sync_messages import SYNC_REQUEST
from dirsync.directories.ldap.changes.update_numbers import UpdateNumbers
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389

if TYPE_CHECKING:
    from datetime import datetime

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.changes.interface import ChangeFeed
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse


def feed_of(settings: LdapConnection, root: RootDse, dialect: Dialect, now: datetime) -> ChangeFeed:
    """Choose by the controls the server offers; `now` is in UTC.

    Whoever switched to the stock decoder does not trust ours, which content synchronization needs.
    """
    if ACTIVE_DIRECTORY.recognises(root):
        return UpdateNumbers(settings, root, dialect, now)
    if SYNC_REQUEST in root.controls and not settings.uses_stock_decoder:
        feed = ContentSync389 if DIRECTORY_SERVER_389.recognises(root) else ContentSync
        return feed(settings, root, dialect)
    return ModifyTimestamp(settings, root, dialect, now)
