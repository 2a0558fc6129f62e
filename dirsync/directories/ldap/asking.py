"""Searches over ldap3: one page, one entry read alone, the root entry. Raises LineBroken whatever goes wrong below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ldap3 import BASE, DEREF_NEVER, SUBTREE
from ldap3.core.exceptions import (
    LDAPException,
    LDAPInvalidFilterError,
    LDAPSessionTerminatedByServerError,
    LDAPSocketReceiveError,
)

from dirsync.directories.ldap.connection import in_words
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.page_loop import LineBroken, Page, Undecodable
from dirsync.directories.ldap.wire.pages import Pages
from dirsync.directories.ldap.wire.results import PAGED_RESULTS
from dirsync.directories.ldap.wire.stream import Stream, entry_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ldap3 import Connection

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.page_loop import Ask
    from dirsync.directories.ldap.searches import Search
    from dirsync.directories.ldap.wire.frames import Message
    from dirsync.directories.ldap.wire.stream import Answer

_SHOWS_NO_ROOT = frozenset({0, 32, 50})
"""Success with nothing, noSuchObject, insufficientAccessRights (RFC 4511, appendix A): so it will be tomorrow too."""
ANYTHING = "(objectClass=*)"
NO_ATTRIBUTES = "1.1"
"""Asks whether an entry is there, and for nothing of it (RFC 4511, 4.5.1.8)."""
_ROOT_ATTRIBUTES = (
    *("objectClass", "structuralObjectClass", "namingContexts", "supportedControl", "supportedCapabilities"),
    *("vendorName", "vendorVersion"),
)


class Questions:
    """Asks one bound connection, and counts how often."""

    def __init__(self, connection: Connection, settings: LdapConnection) -> None:
        self._connection = connection
        self._settings = settings
        self._stream = Stream(connection, settings.read_timeout)
        self._pages = Pages(self._stream, settings.page_size)
        self._requests = 0

    @property
    def requests(self) -> int:
        """How often the server was asked."""
        return self._requests + self._stream.requests

    def pages(self, search: Search) -> Ask:
        """Return what asks for one page after the other of a search."""
        settings = self._settings
        return self._stock_pages(search, settings.page_size) if settings.uses_stock_decoder else self._pages.of(search)

    def raw_pages(self, search: Search) -> Ask:
        """As `pages`, with the entries left as they came; `decoded` makes something of them."""
        return self._pages.of(search, raw=True)

    def decoded(self, messages: Iterable[Message]) -> list[Entry | Undecodable]:
        """Return the entries of a raw page. Raises LineBroken."""
        with self._stream.broken_line_in_words():
            return list(map(entry_from, messages))

    def with_control(
        self,
        search: Search,
        control: tuple[str, bool, bytes],
        take: Callable[[Message], None],
        take_intermediate: Callable[[Message], None],
    ) -> Answer:
        """Ask a search unpaged, with a control (OID, criticality, value); see `Stream.answer`.

        Raises LineBroken. The stock decoder has no part in it.
        """
        with self._stream.broken_line_in_words():
            self._pages.forget()
            return self._stream.answer(self._stream.send(search, control), take, take_intermediate)

    def pages_with(self, search: Search, control: str, page_size: int) -> Ask:
        """Return what asks for one page after the other of a search with a control that has no value, as critical."""
        return self._stock_pages(search, page_size, controls=[(control, True, None)])

    def _stock_pages(self, search: Search, page_size: int, **more: Any) -> Ask:  # noqa: ANN401 - ldap3's own
        def ask(cookie: bytes | None) -> Page:
            self._search(
                search.base,
                search.filter,
                SUBTREE,
                search.attributes,
                # no estimate, no silent ignoring of the control
                paged_size=page_size,
                paged_criticality=True,
                paged_cookie=cookie,
                **more,
            )
            return self._page()

        return ask

    def at(self, name: str, search_filter: str, attributes: tuple[str, ...] = (NO_ATTRIBUTES,)) -> Page:
        """Ask for one entry by its name: the page holds it when it is there, visible, and fits the filter."""
        self._search(name, search_filter, BASE, attributes)
        return self._page()

    def root_dse(self) -> RootDse:
        """Read what the server says about itself; one that shows nothing to this account is a plain LDAP server.

        Raises LineBroken where it would tell another time (busy, out of time): taken for another kind of server, it
        would give everybody another id.
        """
        page = self.at("", ANYTHING, _ROOT_ATTRIBUTES)
        root = page.entries[0] if page.entries else None
        if not isinstance(root, Entry):
            if page.code in _SHOWS_NO_ROOT:
                return RootDse()
            raise LineBroken(f"it did not show its root entry: {page.description}")
        classes = [*_texts(root, "objectClass"), *_texts(root, "structuralObjectClass")]
        return RootDse(
            object_classes=frozenset(name.lower() for name in classes),
            naming_contexts=tuple(_texts(root, "namingContexts")),
            controls=frozenset(_texts(root, "supportedControl")),
            capabilities=frozenset(_texts(root, "supportedCapabilities")),
            vendor=" ".join(_texts(root, "vendorName")),
            version=" ".join(_texts(root, "vendorVersion")),
        )

    def cursor(self, suffix: str, attribute: str) -> str | None:
        """Return the server's mark of its state, or None where it has none or does not show it."""
        entry = self._one(suffix, (attribute,)) if attribute else None
        return ", ".join(sorted(_texts(entry, attribute))) or None if entry else None

    def _one(self, name: str, attributes: tuple[str, ...]) -> Entry | None:
        found = self.at(name, ANYTHING, attributes).entries
        return found[0] if found and isinstance(found[0], Entry) else None

    def _page(self) -> Page:
        result = self._connection.result
        control = (result.get("controls") or {}).get(PAGED_RESULTS)
        responses = self._connection.response or ()
        return Page(
            code=result["result"],
            description=result["description"],
            message=result["message"],
            entries=tuple(_entry(found) for found in responses if found["type"] == "searchResEntry"),
            references=tuple(url for found in responses if found["type"] == "searchResRef" for url in found["uri"]),
            cookie=bytes(control["value"]["cookie"] or b"") if control else None,
        )

    def _search(
        self,
        base: str,
        search_filter: str,
        scope: Literal["BASE", "SUBTREE"],
        attributes: tuple[str, ...],
        **paging: Any,  # noqa: ANN401 - ldap3's own
    ) -> None:
        self._pages.forget()
        self._stream.finish()
        self._requests += 1
        failure = ""
        try:
            self._connection.search(
                base, search_filter, scope, attributes=list(attributes), dereference_aliases=DEREF_NEVER, **paging
            )
        except LDAPSessionTerminatedByServerError:
            failure = "the server closed the connection"
        except LDAPSocketReceiveError as error:
            failure = self._broken(error)
        except LDAPInvalidFilterError as error:
            failure = f"the filter could not be sent: {error}"
        except (LDAPException, OSError) as error:
            failure = f"the connection broke: {in_words(error)}"
        except Exception as error:  # noqa: BLE001 - ldap3 decodes what it gets by indexing: anything may come out of it
            failure = f"the server's answer is no LDAP ({type(error).__name__})"
        # raised out here, so that no exception of ldap3 hangs on to it
        if failure:
            raise LineBroken(failure)

    def _broken(self, error: LDAPSocketReceiveError) -> str:
        said = in_words(error)
        if "timed out" in said or "temporarily unavailable" in said:
            return f"the server sent nothing for {self._settings.read_timeout:g} s (READ_TIMEOUT)"
        return f"the connection broke: {said}"


def _entry(found: dict[str, Any]) -> Entry | Undecodable:
    raw_name = bytes(found["raw_dn"])
    try:
        dn = raw_name.decode()
    except UnicodeDecodeError:
        return Undecodable(raw_name.decode("utf-8", "backslashreplace"), "its name is not UTF-8")
    return entry_of(dn, ((name, values or ()) for name, values in found["raw_attributes"].items()))


def _texts(entry: Entry, attribute: str) -> list[str]:
    return [value.decode("utf-8", "replace") for value in entry.all_values(attribute)]
