"""An LDIF file as something that is written to: change records in a file beside it, for somebody else to carry out."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from dirsync.directories.ldap.decoding import Decoder, EntryUnusable
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dn import is_below, normal, relative_name
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.filter import Filter, parse_filter
from dirsync.directories.ldap.writing.accounts import with_changes
from dirsync.directories.ldap.writing.change_records import VERSION, change_record, remark
from dirsync.directories.ldap.writing.groups import NOBODY, member_attribute
from dirsync.directories.ldap.writing.names import renamed_dn
from dirsync.directories.ldap.writing.requests import Add, Delete, Do, Modify, Rename, adding, deleting
from dirsync.directories.ldap.writing.tree import LookFailed, Reply
from dirsync.directories.ldif_index import MEMBERS, LdifIndex, normal_member
from dirsync.directories.ldif_records import records
from dirsync.errors import ChangeRejected, Unreachable
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.writing.requests import Request
    from dirsync.directories.ldap.writing.tree import Proof

PERSON, GROUP = "person", "group"
UNWILLING = 53
"""RFC 4511, appendix A."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Which entries are people, or groups: those that the same file was read for."""

    bases: tuple[str, ...]
    filter: Filter

    def holds(self, entry: Entry, ref: str) -> bool:
        return any(is_below(ref, base) for base in self.bases) and self.filter.matches(entry)


def changes_path(path: Path, run: str) -> Path:
    """Return where the changes of a run stand: beside the file, which itself is never written."""
    return path.with_name(f"{path.stem}.{run}.changes.ldif")


class ChangeFile:
    """Implements `Tree`: looks at the file, and writes what is sent beside it when it is closed.

    Raises `Unreachable` when the file can't be read, or nothing can be written beside it.
    """

    def __init__(self, name: str, path: Path, run: str, selection: Selection) -> None:
        self.where = name
        self.answers = False
        self.no_secrets = "a file is no place for it"
        self.selection = selection
        self.path = changes_path(path, run)
        self._temporary = self.path.with_name(f".{self.path.name}.tmp")
        self._source = path
        self._run = run
        # a file has no family: what an entry without an id is called stands for it, as where it is read
        self.decoder = Decoder(GENERIC, datetime.now(UTC), name_is_id=True)
        self._people = _kind(selection.user_bases, selection.user_filter or GENERIC.user_filter)
        self._groups = _kind(selection.group_bases, selection.group_filter or GENERIC.group_filter)
        self._index = LdifIndex()
        self._stream: IO[bytes] | None = None
        self.is_open = False

    def open(self) -> None:
        """Read the file, so that it can be looked at."""
        try:
            with self._source.open("rb") as stream:
                for _line, entry in records(stream, str(self._source)):
                    self._take(entry)
        except OSError as error:
            raise Unreachable(
                f"Directory {self.where!r}: the file {self._source} can't be read: {error.strerror or error}.",
                "Check PATH, and that the user running dirsync may read the file.",
            ) from None
        self.is_open = True

    def close(self) -> None:
        """Put the changes where somebody else finds them, all at once. Raises `ChangeRejected` when that fails."""
        self._index.close()
        if self._stream is None:
            return
        try:
            with self._stream:
                self._stream.flush()
                os.fsync(self._stream.fileno())
            self._temporary.replace(self.path)
        except OSError as error:
            self._discard()
            raise ChangeRejected(
                f"Directory {self.where!r}: {self.path} could not be written: {error.strerror or error}.",
                "Nothing was changed. Make room, or let the user running dirsync write there, and run again.",
            ) from None
        finally:
            self._stream = None

    def _discard(self) -> None:
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _take(self, entry: Entry) -> None:
        self._index.put(entry, self._kinds(entry))

    def _kinds(self, entry: Entry) -> Iterator[tuple[str, str, str]]:
        ref = entry.ref
        # what can't be used was left out of the plan, too
        with contextlib.suppress(EntryUnusable):
            if self._people.holds(entry, ref):
                user = self.decoder.user(entry, self.selection.attributes)
                yield PERSON, user.id, fold(user.username)
        with contextlib.suppress(EntryUnusable):
            if self._groups.holds(entry, ref):
                group = self.decoder.group(entry, self.selection.group_attributes)
                yield GROUP, group.id, fold(group.name)

    def person(self, account_id: str) -> Entry | None:
        """See `Tree`."""
        return self._only(self._index.with_id(PERSON, account_id), account_id)

    def people_called(self, username: str) -> list[Entry]:
        """See `Tree`."""
        return self._index.called(PERSON, fold(username))

    def group(self, group_id: str) -> Entry | None:
        """See `Tree`."""
        return self._only(self._index.with_id(GROUP, group_id), group_id)

    def groups_called(self, name: str) -> list[Entry]:
        """See `Tree`."""
        return self._index.called(GROUP, fold(name))

    def at(self, dn: str) -> Entry | None:
        """See `Tree`."""
        return self._index.at(normal(dn))

    def lists(self, group: Entry, value: bytes) -> bool:
        """See `Tree`."""
        return self._index.lists(group.ref, member_attribute(group), value)

    def groups_listing(self, dn: str, username: str) -> Iterator[Entry]:
        """See `Tree`."""
        values = [normal(dn), *([normal_member("memberUid", username.encode())] if username else [])]
        return self._index.listing(GROUP, values)

    def _only(self, found: list[Entry], wanted_id: str) -> Entry | None:
        if len(found) > 1:
            names = " and ".join(entry.dn for entry in found)
            raise LookFailed(f"{self.where}: {names} have one and the same id {wanted_id}; so nothing was done.")
        return found[0] if found else None

    def send(self, request: Request, only_if: Proof | None = None) -> Reply:
        """See `Tree`. It can't be seen to that it is the same entry by then: that is said in the file."""
        del only_if
        request = self._with_somebody(request)
        try:
            self._write(change_record(request))
        except OSError as error:
            self._discard()
            raise Unreachable(
                f"Directory {self.where!r}: {self.path} can't be written: {error.strerror or error}.",
                "Let the user running dirsync write beside the file, and make room there.",
            ) from None
        self._follow(request)
        return Reply()

    def set_password(self, dn: str, password: str) -> Reply:
        """See `Tree`. It never gets one."""
        del dn, password
        return Reply(UNWILLING, self.no_secrets)

    def _with_somebody(self, request: Request) -> Request:
        """Leave no group without a member that has one now: nobody knows whether its server lets it be empty."""
        if not isinstance(request, Modify):
            return request
        first = request.modifications[0]
        is_last = (
            first.do is Do.DELETE
            and len(request.modifications) == 1
            and first.attribute.lower() in MEMBERS[:2]
            and self._index.members(normal(request.dn), first.attribute) == 1
        )
        if not is_last:
            return request
        return Modify(request.dn, (first, adding(first.attribute, NOBODY)))

    def _write(self, record: bytes) -> None:
        if self._stream is None:
            # new, and nobody else's to read: what an attacker has put there is not followed
            self._temporary.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
            self._stream = os.fdopen(os.open(self._temporary, flags, 0o600), "wb")
            self._stream.write(VERSION)
            self._stream.write(remark(f"Changes that run {self._run} of dirsync planned against {self._source.name}."))
            self._stream.write(remark("Carry them out with ldapmodify in this order, and export the directory anew."))
            self._stream.write(b"\n")
        self._stream.write(record)

    def _follow(self, request: Request) -> None:
        """Keep the index as the directory will be."""
        ref = normal(request.dn)
        match request:
            case Add(dn, attributes):
                self._take(entry_of(dn, attributes))
            case Delete():
                self._index.remove(ref)
            case Rename(dn, new_rdn):
                if entry := self._index.at(ref):
                    before, after = relative_name(dn), relative_name(new_rdn)
                    gone = tuple(deleting(name, value.encode()) for name, value in before if (name, value) not in after)
                    come = tuple(adding(name, value.encode()) for name, value in after if (name, value) not in before)
                    held = with_changes(entry, (*gone, *come)).held
                    self._replace(ref, Entry(renamed_dn(dn, new_rdn), held))
            case Modify(_, modifications):
                for one in modifications:
                    if one.attribute.lower() in MEMBERS:
                        change = self._index.add_member if one.do is Do.ADD else self._index.remove_member
                        for value in one.values:
                            change(ref, one.attribute, value)
                texts = tuple(one for one in modifications if one.attribute.lower() not in MEMBERS)
                if texts and (entry := self._index.at(ref)):
                    self._replace(ref, with_changes(entry, texts))

    def _replace(self, ref: str, entry: Entry) -> None:
        """Put an entry in the place of what it was; it is known by the id it had when the plan was made."""
        ids = self._index.ids(ref)
        self._index.move(ref, entry.ref)
        self._index.put(entry, ((kind, ids.get(kind, id_), name) for kind, id_, name in self._kinds(entry)))


def _kind(bases: tuple[str, ...], filter_text: str) -> _Kind:
    return _Kind(tuple(map(normal, bases or ("",))), parse_filter(filter_text))
