"""A server as a `Tree`: the one place where dirsync writes to LDAP."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ldap3 import MODIFY_ADD, MODIFY_DELETE, MODIFY_REPLACE
from ldap3.core.exceptions import LDAPException

from dirsync.directories.ldap.asking import ANYTHING, Questions
from dirsync.directories.ldap.connection import connected, in_words
from dirsync.directories.ldap.decoding import Decoder, attributes_to_ask_for
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.filter import escape_assertion
from dirsync.directories.ldap.page_loop import LineBroken, SearchEnd, pages_of
from dirsync.directories.ldap.searches import Kind, Search, searches_for
from dirsync.directories.ldap.text_forms import assertion_of
from dirsync.directories.ldap.writing.controls import ASSERTION, POST_READ, asserting, showing
from dirsync.directories.ldap.writing.groups import listing_filter, lists_filter
from dirsync.directories.ldap.writing.requests import Add, Delete, Do, Modify, Rename
from dirsync.directories.ldap.writing.tree import SUCCESS, LookFailed, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.connection import Line
    from dirsync.directories.ldap.dialects.interface import RootDse
    from dirsync.directories.ldap.page_loop import Page
    from dirsync.directories.ldap.writing.requests import Request
    from dirsync.directories.ldap.writing.tree import Proof

_OPERATIONS = {Do.ADD: MODIFY_ADD, Do.DELETE: MODIFY_DELETE, Do.REPLACE: MODIFY_REPLACE}
_ALWAYS_SHOWN = ("objectClass", "cn", "sn")
NO_SUCH_OBJECT = 32


class ServerTree:
    """Implements `Tree` over one bound connection, which `open` makes and `close` ends. Not for several threads.

    The first `open` turns to the first server of the settings that can be used. Every later one turns to that same
    server: what another one holds may be older than what this one was told.
    """

    def __init__(self, connection: LdapConnection, selection: Selection) -> None:
        # ldap3 alone has the line here, for it is what writes
        self._settings = replace(connection, uses_stock_decoder=True)
        self.where = connection.name
        self.answers = True
        self.selection = selection
        self._open = contextlib.ExitStack()
        self.is_open = False
        self.writes = 0
        """How many requests that change something have been sent."""

    def open(self) -> None:
        """Connect and log in. Raises `DirectoryUnreadable` where that can't be done."""
        self._line: Line = self._open.enter_context(connected(self._settings))
        self._settings = self._line.settings
        self._line.read_only = False
        self._questions = Questions(self._line, self._line.settings)
        self._root: RootDse = self._questions.root_dse()
        self._decoder = Decoder(dialect_of(self._root), datetime.now(UTC))
        self.is_open = True

    def close(self) -> None:
        """End the connection, which may be broken."""
        self.is_open = False
        self._open.close()

    @property
    def decoder(self) -> Decoder:
        """See `Tree`."""
        return self._decoder

    @property
    def no_secrets(self) -> str:
        """See `Tree`."""
        is_safe = self._settings.is_encrypted or self._settings.address.is_local
        return "" if is_safe else "it would go over the line in clear"

    def person(self, account_id: str) -> Entry | None:
        """See `Tree`."""
        attribute = self._decoder.user_meaning(self.selection.attributes).id
        return self._only(self._people(attribute, account_id, by_id=True), account_id)

    def people_called(self, username: str) -> list[Entry]:
        """See `Tree`."""
        attribute = self._decoder.user_meaning(self.selection.attributes).username
        return list(self._people(attribute, username))

    def group(self, group_id: str) -> Entry | None:
        """See `Tree`."""
        attribute = self._decoder.group_meaning(self.selection.group_attributes).id
        return self._only(self._groups(_equality(attribute, group_id, by_id=True)), group_id)

    def groups_called(self, name: str) -> list[Entry]:
        """See `Tree`."""
        attribute = self._decoder.group_meaning(self.selection.group_attributes).name
        return list(self._groups(_equality(attribute, name)))

    def at(self, dn: str) -> Entry | None:
        """See `Tree`."""
        return next(iter(self._looked_at(dn, self._questions.at(dn, ANYTHING, self._attributes_of_people()))), None)

    def lists(self, group: Entry, value: bytes) -> bool:
        """See `Tree`. The server compares: nobody fetches the members."""
        page = self._questions.at(group.dn, lists_filter(group, value))
        return bool(self._looked_at(group.dn, page))

    def _looked_at(self, dn: str, page: Page) -> list[Entry]:
        if page.code not in {SUCCESS, NO_SUCH_OBJECT}:
            raise LookFailed(f"{self.where}: {dn} can't be looked at: {page.description} {page.message}".rstrip())
        return [entry for entry in page.entries if isinstance(entry, Entry)]

    def groups_listing(self, dn: str, username: str) -> Iterator[Entry]:
        """See `Tree`."""
        return self._groups(listing_filter(dn, username))

    def _people(self, attribute: str, value: str, *, by_id: bool = False) -> Iterator[Entry]:
        wanted = _equality(attribute, value, by_id=by_id)
        people = [one for one in searches_for((self.selection,), self._decoder) if one.kind is Kind.USERS]
        for search in people:
            asked = replace(search, filter=f"(&{search.filter}{wanted})", attributes=self._attributes_of_people())
            yield from self._search(asked)

    def _attributes_of_people(self) -> tuple[str, ...]:
        dialect = self._decoder.dialect
        (search, *_) = [one for one in searches_for((self.selection,), self._decoder) if one.kind is Kind.USERS]
        named = (*search.attributes, *_ALWAYS_SHOWN, *dialect.writing.named_after_username, dialect.writing.switch)
        return tuple({name.lower(): name for name in named if name}.values())

    def _groups(self, wanted: str) -> Iterator[Entry]:
        """Search for groups, and ask for everything but their members, of whom there may be very many."""
        dialect = self._decoder.dialect
        meaning = replace(self._decoder.group_meaning(self.selection.group_attributes), member=())
        extra = dialect.primary_group.group_attributes if dialect.primary_group else ()
        attributes = (*attributes_to_ask_for([meaning]), "objectClass", *extra)
        for search in searches_for((self.selection,), self._decoder):
            if search.kind is Kind.GROUPS:
                yield from self._search(replace(search, filter=f"(&{search.filter}{wanted})", attributes=attributes))

    def _search(self, search: Search) -> Iterator[Entry]:
        end = SearchEnd()
        for page in pages_of(self._questions.pages(search), end, self._decoder.dialect, self._line.account):
            yield from (entry for entry in page if isinstance(entry, Entry))
        if end.failure and end.failure.line_is_broken:
            raise LineBroken(end.failure.reason)
        if end.failure and end.failure.code == NO_SUCH_OBJECT:
            raise LookFailed(
                f"{self.where}: there is no {search.base}, or it is not shown to {self._line.account or 'anybody'}. "
                "Make it, or correct the base under 'target' in the mapping."
            )
        if end.failure:
            raise LookFailed(f"{self.where}: below {search.base}: {end.failure.reason}. {end.failure.remedy}")

    def _only(self, found: Iterator[Entry], wanted_id: str) -> Entry | None:
        entries = list(found)
        if len({entry.ref for entry in entries}) > 1:
            names = " and ".join(sorted(entry.dn for entry in entries))
            raise LookFailed(
                f"{self.where}: {names} have one and the same id {wanted_id}; acting on either is a guess."
            )
        return entries[0] if entries else None

    def send(self, request: Request, only_if: Proof | None = None) -> Reply:
        """See `Tree`."""
        line = self._line
        controls = []
        if only_if and ASSERTION in self._root.controls:
            controls.append(asserting(*only_if))
        match request:
            case Add(dn, attributes):
                if POST_READ in self._root.controls:
                    controls.append(showing(*self._attributes_of_people()))
                held = {name: list(values) for name, values in attributes}
                return self._sent(dn, line.add, dn, attributes=held, controls=controls or None)
            case Modify(dn, modifications):
                changes: dict[str, list[tuple[Any, list[bytes]]]] = {}
                for one in modifications:
                    changes.setdefault(one.attribute, []).append((_OPERATIONS[one.do], list(one.values)))
                return self._sent(dn, line.modify, dn, changes, controls=controls or None)
            case Rename(dn, new_rdn):
                return self._sent(dn, line.modify_dn, dn, new_rdn, controls=controls or None)
            case Delete(dn):
                return self._sent(dn, line.delete, dn, controls=controls or None)

    def set_password(self, dn: str, password: str) -> Reply:
        """See `Tree`."""
        return self._sent(dn, self._line.extend.standard.modify_password, dn, new_password=password)

    def _sent(self, dn: str, send: Callable[..., object], *given: object, **more: object) -> Reply:
        """Send a request. Raises LineBroken where the answer never came: the server may have acted all the same."""
        self.writes += 1
        failure = ""
        try:
            send(*given, **more)
        except (LDAPException, OSError) as error:
            failure = in_words(error)
        except Exception as error:  # noqa: BLE001 - ldap3 decodes what it gets by indexing: anything may come out of it
            failure = f"the server's answer is no LDAP ({type(error).__name__})"
        # raised out here, so that no exception of ldap3, which holds what was sent, hangs on to it
        if failure:
            raise LineBroken(failure)
        result = self._line.result
        words = ": ".join(part for part in (result["description"], (result["message"] or "").strip("\x00 \n")) if part)
        return Reply(result["result"], words, _shown(dn, result))


def _equality(attribute: str, value: str, *, by_id: bool = False) -> str:
    try:
        return f"({attribute}={assertion_of(attribute, value) if by_id else escape_assertion(value)})"
    except ValueError:
        raise LookFailed(f"{value!r} is no value of {attribute}") from None


def _shown(dn: str, result: dict[str, Any]) -> Entry | None:
    control = (result.get("controls") or {}).get(POST_READ)
    if not control:
        return None
    held = control["value"]["result"]
    # ldap3 makes text of what is text here, where it leaves the values of searches as they came
    return entry_of(
        dn,
        ((name, [one.encode() if isinstance(one, str) else one for one in values]) for name, values in held.items()),
    )
