"""How far a feed has got, bound to the question and the server it belongs to."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.dialects.interface import RootDse
    from dirsync.directories.ldap.searches import Search

NO_POSITION = "nothing was kept of an earlier read"


@dataclass(frozen=True, slots=True)
class Position:
    """Opaque to everybody but its feed; kept from run to run as text."""

    asked: str
    """Digest of the question and of who was asked by whom (`question_digest`)."""
    cookie: bytes
    """The server's mark; empty where it gave none, so that the next answer is full."""
    containers: str = ""
    """Digest of the names that other names end in (`containers.containers_digest`)."""

    def __str__(self) -> str:
        """Return the text `parse_position` reads, which ends in a digest of itself."""
        text = json.dumps({**asdict(self), "cookie": b64encode(self.cookie).decode()}, sort_keys=True)
        return f"{text} {sha256(text.encode()).hexdigest()}"


def parse_position(kept: str) -> Position | None:
    """Return what was kept; None where not every character is as it was, so that the next answer is full.

    A damaged cookie must not reach the server: OpenLDAP 2.5 answers `csn=garbage` with all entries there are, and
    claims that it has told what is gone.
    """
    text, _, digest = kept.rpartition(" ")
    if sha256(text.encode(errors="replace")).hexdigest() != digest:
        return None
    held = json.loads(text)
    return Position(held["asked"], b64decode(held["cookie"]), held["containers"])


def question_digest(feed: str, root: RootDse, settings: LdapConnection, search: Search) -> str:
    """Return what a cookie is good for.

    A cookie of 389-DS holds host, port, login, base and filter, and is void when one of them changes (seen with 2.3);
    one of OpenLDAP does not, and would then leave out whatever did not change meanwhile.
    """
    asked = {
        "feed": feed,
        "server": [str(settings.address), root.vendor, sorted(root.naming_contexts)],
        "login": settings.bind_dn,
        "search": [search.base, search.filter, sorted({name.lower() for name in search.attributes})],
    }
    return sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def why_not(position: Position | None, asked: str, containers: str) -> str:
    """Return why a position is of no use for a question, in words; empty: it is."""
    if position is None:
        return NO_POSITION
    if position.asked != asked:
        return "the server, the login, the base, the filter or the attributes are not those of the last read"
    if not position.cookie:
        return "the server gave no mark to go on from at the last read"
    if position.containers != containers:
        return "a container was added, removed or renamed, and with it the names of all entries in it"
    return ""
