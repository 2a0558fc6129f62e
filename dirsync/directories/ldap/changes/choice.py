"""Which feed a server has, the best it offers; and what that means for reading it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import NO_ATTRIBUTES
from dirsync.directories.ldap.changes.content_sync import NO_SUCH_CONTROL, ContentSync
from dirsync.directories.ldap.changes.content_sync_389 import ContentSync389
from dirsync.directories.ldap.changes.inquiry import EndedEarly, Inquiry, question
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp
from dirsync.directories.ldap.changes.sync_messages import SYNC_REQUEST, request_control
from dirsync.directories.ldap.changes.tombstones import Tombstones
from dirsync.directories.ldap.changes.update_numbers import UpdateNumbers
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY
from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389
from dirsync.directories.ldap.page_loop import LineBroken

if TYPE_CHECKING:
    from datetime import datetime

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
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


def in_words(questions: Questions, settings: LdapConnection, root: RootDse, dialect: Dialect, now: datetime) -> str:
    """Say how a server is read from the second time on, and what would make it less work; asks the server for it.

    The sentence goes on from the server's name. `now` as in `feed_of`. Raises LineBroken.
    """
    if settings.uses_stock_decoder:
        return "is read whole every time (DECODER=stock)."
    feed = feed_of(settings, root, dialect, now)
    if isinstance(feed, UpdateNumbers):
        return _active_directory_in_words(Inquiry(questions, settings, dialect), root, feed.name)
    parts = root.naming_contexts if feed.tells_deletions else ()
    lacks = [context for context in parts if _lacks_synchronization(questions, context)]
    if feed.tells_deletions and (not lacks or len(lacks) < len(parts)):
        lacking = ", ".join(lacks)
        but = (
            f", except for what lies below {lacking}: there it is not switched on (overlay syncprov in OpenLDAP), and "
            "it is read whole every time"
        )
        told = f"is read by what changed since the last read: {feed.name}, which tells deletions too"
        return f"{told}{but if lacking else ''}."
    why = "has no content synchronization (RFC 4533: overlay syncprov in OpenLDAP), and nothing else tells deletions"
    if lacks:
        return f"{why}: it is read whole every time, and only what is not as it was is decoded."
    if settings.accepts_silence:
        return (
            f"{why}: it is read by {feed.name}, and what was deleted is noticed when everything is read again "
            "(FULL_EVERY)."
        )
    return f"{why}: it is read whole every time, and only what is not as it was is decoded."


def _lacks_synchronization(questions: Questions, context: str) -> bool:
    """Ask, since OpenLDAP offers the control for all its databases as soon as one of them has it. Raises LineBroken."""
    # finds next to nothing, and that by an index
    asked = question(context, "(objectClass=dSA)", NO_ATTRIBUTES)
    answer = questions.with_control(asked, request_control(b""), lambda _: None, lambda _: None)
    return answer.code == NO_SUCH_CONTROL


def _active_directory_in_words(inquiry: Inquiry, root: RootDse, name: str) -> str:
    begin = f"is read by what changed since the last read ({name})"
    try:
        entry = inquiry.at("", ("defaultNamingContext",))
        context = next((value.decode() for value in (entry.values("defaultNamingContext") if entry else ())), "")
        tombstones = Tombstones(inquiry, root, context)
        if context and tombstones.are_shown():
            return f"{begin}, deletions too."
    except EndedEarly as ended:
        if ended.failure.line_is_broken:
            raise LineBroken(ended.failure.reason) from None
        return f"{begin}; whether deletions are shown could not be asked: {ended.failure.reason}."
    return (
        f"{begin}, with a list of all ids for what is gone; groups are read whole, since this account is shown nobody "
        f"who was deleted. To have them read by changes, {tombstones.remedy}."
    )
