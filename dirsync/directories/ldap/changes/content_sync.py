"""The Content Synchronization Operation (RFC 4533), refreshOnly: what OpenLDAP (syncprov) and 389-DS offer.

Good as it is for OpenLDAP; what comes from 389-DS is of use only to `content_sync_389`.

Each poll is one search without paging, so that the server's size limit for plain searches counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.containers import containers_digest
from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.changes.position import Position, question_digest, why_not
from dirsync.directories.ldap.changes.sync_messages import (
    SYNC_DONE,
    EntryState,
    SyncDone,
    read_done,
    read_info,
    read_state,
    request_control,
)
from dirsync.directories.ldap.changes.withheld import held_back, mark_of, newest_withheld
from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389
from dirsync.directories.ldap.dialects.openldap import OPENLDAP
from dirsync.directories.ldap.page_loop import MOST_ENTRIES, Failure, LineBroken, Page, broken, referred, refused
from dirsync.directories.ldap.wire.ber import Malformed
from dirsync.directories.ldap.wire.stream import entry_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import Receiver
    from dirsync.directories.ldap.dialects.interface import Dialect, RootDse
    from dirsync.directories.ldap.searches import Search
    from dirsync.directories.ldap.wire.frames import Message
    from dirsync.directories.ldap.wire.stream import Answer

NO_SUCH_CONTROL = 12
REFRESH_REQUIRED = 4096
COOKIE_REFUSED = {
    REFRESH_REQUIRED: "the server no longer knows what changed since the last read",
    # OpenLDAP 2.5: "consumer state is newer than provider!"
    53: "the server is behind the last read, as one restored from a backup is",
    2: "the server does not understand the mark of the last read",
}
"""RFC 4533, 2.6, and what servers say instead: result codes after which all is asked for anew."""

_CSN = re.compile(rb"(?:^|,)csn=\d{14}\.\d{6}Z#[0-9a-f]{6}#[0-9a-f]{3}#[0-9a-f]{6}")


class ContentSync:
    """Asks one server what changed; see `ChangeFeed`.

    Entries are known by the UUIDs the server sends: entryUUID at OpenLDAP, at 389-DS nsUniqueId in its own form.
    """

    name = "content synchronization (RFC 4533)"
    tells_deletions = True

    def __init__(self, settings: LdapConnection, root: RootDse, dialect: Dialect) -> None:
        self._settings = settings
        self._root = root
        self._dialect = dialect
        self._is_openldap = OPENLDAP.recognises(root)
        # 389-DS always tells deletions, but says (refreshDeletes FALSE) that it did not: taken at its word, everything
        # that did not change would be gone (seen with 2.3)
        self._always_tells_deletions = DIRECTORY_SERVER_389.recognises(root)

    def poll(
        self, questions: Questions, search: Search, position: Position | None, receiver: Receiver
    ) -> Changes | Failure:
        """See `ChangeFeed.poll`."""
        # before the poll: a container renamed between the two is then noticed next time
        containers = containers_digest(questions, search, self._dialect, self._settings)
        if isinstance(containers, Failure):
            return containers
        asked = question_digest(self.name, self._root, self._settings, search)
        why_full = why_not(position, asked, containers)
        if position and not why_full and not self._means_something(position.cookie):
            why_full = "the mark of the last read is none that this server makes"
        cookie = b"" if why_full or position is None else position.cookie
        cookie_asked = cookie
        told = self._ask(questions, search, cookie, receiver)
        if isinstance(told, Failure) and cookie and told.code in COOKIE_REFUSED:
            why_full = COOKIE_REFUSED[told.code]
            cookie_asked = b""
            told = self._ask(questions, search, cookie_asked, receiver)
        if self._is_openldap and not isinstance(told, Failure):
            told = self._unless_held_back(questions, search, cookie_asked, receiver, told)
        if isinstance(told, Failure):
            return told
        if cookie and not (told.cookie or why_full):
            # so OpenLDAP 2.5 answers `garbage`
            why_full = "the server made nothing of the mark of the last read"
        return Changes(
            position=Position(asked, told.cookie, containers),
            others_are_gone=bool(why_full) or told.others_are_gone,
            why_full=why_full,
        )

    def _means_something(self, cookie: bytes) -> bool:
        """Say whether a server will not take a cookie for none, and claim all the same that it told what is gone.

        So OpenLDAP 2.5 answers cookies without a CSN, which it may have made itself when it was empty.
        """
        return not self._is_openldap or _CSN.search(cookie) is not None

    def _unless_held_back(
        self, questions: Questions, search: Search, cookie: bytes, receiver: Receiver, told: _Told
    ) -> _Told | Failure:
        """Return what was told, told again where somebody wrote meanwhile; the Failure where it is not all there is."""
        newest = newest_withheld(questions, self._settings, self._dialect, self._root, search, told.cookie)
        if isinstance(newest, Failure) or not newest:
            return newest or told
        again = self._ask(questions, search, cookie, receiver)
        if not isinstance(again, Failure) and mark_of(again.cookie) < newest:
            return held_back(newest, again.cookie)
        return again

    def _ask(self, questions: Questions, search: Search, cookie: bytes, receiver: Receiver) -> _Told | Failure:
        receiver.start_over()
        # a server to which nothing happened may send no cookie: then the old one stays good
        told = _Told(receiver, _ns_unique_id if self._always_tells_deletions else _entry_uuid, cookie)
        try:
            answer = questions.with_control(search, request_control(cookie), told.take_entry, told.take_info)
        except LineBroken as error:
            return broken(error)
        failure = self._failure(answer)
        if failure:
            return failure
        try:
            told.take_done(read_done(answer.controls.get(SYNC_DONE)), tells_deletions=self._always_tells_deletions)
        except Malformed as error:
            return Failure(
                f"the server's answer is no content synchronization: {error}",
                "Have the server's synchronization (syncprov, Content Synchronization plugin) looked into.",
            )
        return told

    def _failure(self, answer: Answer) -> Failure | None:
        page = Page(answer.code, answer.description, answer.message, (), answer.references, None)
        failure = refused(page, self._dialect, self._settings.bind_dn) or referred(page, self._dialect)
        if failure and failure.code == NO_SUCH_CONTROL:
            return Failure(
                failure.reason,
                "Synchronization must be switched on for the database that holds the base: overlay syncprov in "
                "OpenLDAP, the Content Synchronization plugin in 389-DS.",
                failure.code,
            )
        return failure


class _Told:
    """What one search has told; passes it on as it comes."""

    def __init__(self, receiver: Receiver, text_of: Callable[[bytes], str], cookie: bytes) -> None:
        self._receiver = receiver
        self._text_of = text_of
        self._ids = 0
        self.cookie = cookie
        self.others_are_gone = False
        self._tells_present = False

    def take_entry(self, message: Message) -> None:
        """Take an entry, which may be just an id and what became of it."""
        told = read_state(message[2], message[5], message[6])
        self._go_on(told.cookie)
        self._count(1)
        entry_id = self._text_of(told.uuid)
        if told.state is EntryState.DELETE:
            self._receiver.gone((entry_id,))
        elif told.state is EntryState.PRESENT:
            self._tells_present = True
            self._receiver.still_there((entry_id,))
        else:
            self._receiver.changed(entry_id, entry_from(message))

    def take_info(self, message: Message) -> None:
        """Take a set of ids, or a cookie."""
        info = read_info(message[2], message[4], message[5])
        self._go_on(info.cookie)
        self._count(len(info.present) + len(info.deleted))
        if info.deleted:
            self._receiver.gone(map(self._text_of, info.deleted))
        if info.present:
            self._tells_present = True
            self._receiver.still_there(map(self._text_of, info.present))
        self.others_are_gone |= info.ends_present_phase

    def take_done(self, done: SyncDone, *, tells_deletions: bool) -> None:
        """Take the end. `tells_deletions`: the server has told what is gone, whatever it says about that."""
        self._go_on(done.cookie)
        if tells_deletions and self._tells_present:
            raise Malformed("entries told as present by a server that tells deletions")
        self.others_are_gone |= not (done.refresh_deletes or tells_deletions)

    def _go_on(self, cookie: bytes | None) -> None:
        if cookie is not None:
            self.cookie = cookie

    def _count(self, ids: int) -> None:
        self._ids += ids
        if self._ids > MOST_ENTRIES:
            raise Malformed(f"more than {MOST_ENTRIES:,} entries")


def _entry_uuid(uuid: bytes) -> str:
    # not by `UUID`, which takes ten times as long: without a session log a server names everybody who is still there
    digits = uuid.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _ns_unique_id(uuid: bytes) -> str:
    digits = uuid.hex()
    return "-".join(digits[at : at + 8] for at in range(0, len(digits), 8))
