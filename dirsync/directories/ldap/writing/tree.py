"""What accounts and groups are written to, a server or a file of change records: it can be looked at and sent to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.decoding import Decoder
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.writing.requests import Request

SUCCESS = 0
Proof = tuple[str, bytes]
"""The attribute that holds an entry's immutable id, and its value."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a request: a result code (RFC 4511, appendix A) and the server's words."""

    code: int = SUCCESS
    words: str = ""
    made: Entry | None = None
    """The new entry, as far as the server showed it along with its answer (RFC 4527)."""

    @property
    def is_success(self) -> bool:
        """Whether the request was carried out."""
        return self.code == SUCCESS


class LookFailed(Exception):
    """The tree can be reached, and would not show what had to be looked at before anything is done; says why."""


class Tree(Protocol):
    """One target. Entries hold what people and groups are known by, and no members.

    Looking raises `LookFailed`; where the line to a server broke, both looking and sending raise `LineBroken`.
    """

    where: str
    """How messages call it."""
    answers: bool
    """Whether it says of itself what can't be done, and what is so already; otherwise it must be looked at before."""
    selection: Selection
    """What of it is dirsync's to look at: nothing outside its bases is ever changed."""

    @property
    def decoder(self) -> Decoder:
        """What makes people and groups of its entries."""

    @property
    def no_secrets(self) -> str:
        """Why no password is sent there, in words; empty where nobody else would read it."""

    def person(self, account_id: str) -> Entry | None:
        """Find the account with this immutable id."""

    def people_called(self, username: str) -> list[Entry]:
        """Find the accounts of this name."""

    def group(self, group_id: str) -> Entry | None:
        """Find the group with this immutable id."""

    def groups_called(self, name: str) -> list[Entry]:
        """Find the groups of this name."""

    def at(self, dn: str) -> Entry | None:
        """Find what stands under a name, an account or not."""

    def lists(self, group: Entry, value: bytes) -> bool:
        """Say whether a group lists a member. Raises ValueError for a group of a class that can't be written."""

    def groups_listing(self, dn: str, username: str) -> Iterator[Entry]:
        """Yield the groups that list an account (or, without a username, a group), as far as they are shown."""

    def send(self, request: Request, only_if: Proof | None = None) -> Reply:
        """Have a request carried out; only on the entry with that immutable id, where the server can see to it."""

    def set_password(self, dn: str, password: str) -> Reply:
        """Have the server give an account a password (RFC 3062)."""
