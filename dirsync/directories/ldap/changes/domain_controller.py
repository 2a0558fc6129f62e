"""Which domain controller answers, and how far it has counted: a mark is good for that one, and for its database.

Each counts the changes of its database by itself. Set back to a backup it counts them a second time, and calls its
database by another invocationId from then on ([MS-ADTS] 3.1.1.1.9, "Polling for Changes Using USNChanged").
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from dirsync.directories.ldap.changes.inquiry import WholeNeeded
from dirsync.directories.ldap.dn import parse

if TYPE_CHECKING:
    from dirsync.directories.ldap.changes.inquiry import Inquiry
    from dirsync.directories.ldap.entry import Entry

_SETTINGS, _COMMITTED, _SCHEMA = "dsServiceName", "highestCommittedUSN", "schemaNamingContext"
_ID, _DATABASE = "objectGUID", "invocationId"


@dataclass(frozen=True, slots=True)
class DomainController:
    """The one that answers."""

    name: str
    """As admins call it: its server object's, e.g. `DC1`."""
    id: str
    database: str
    committed: int
    """The number of the last change it has made or taken over (highestCommittedUSN)."""
    schema: str
    """Name of the schema's naming context."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a poll got. Times are in seconds since 1970, by our clock."""

    name: str
    id: str
    database: str
    committed: int
    read_at: int
    listed_at: int = 0
    """When all entries were last compared with what was kept; 0: it must be done next time."""

    def __bytes__(self) -> bytes:
        """Return what `read_mark` reads."""
        return json.dumps(asdict(self), sort_keys=True).encode()


def read_mark(cookie: bytes) -> Mark:
    """Return what a position keeps. Raises WholeNeeded."""
    try:
        held = json.loads(cookie)
        texts = [str(held[key]) for key in ("name", "id", "database")]
        numbers = [int(held[key]) for key in ("committed", "read_at", "listed_at")]
    except (ValueError, KeyError, TypeError, OverflowError):
        raise WholeNeeded("the mark of the last read is none that dirsync makes") from None
    return Mark(*texts, *numbers)  # type: ignore[arg-type] # three and three, as above


def answering(inquiry: Inquiry) -> DomainController:
    """Ask who answers; its number counts from before everything that is asked for afterwards.

    Raises EndedEarly, and WholeNeeded where it does not say.
    """
    root = inquiry.at("", (_SETTINGS, _COMMITTED, _SCHEMA))
    settings = "its settings"
    try:
        settings = _text(root, _SETTINGS)
        # readable to everybody who has logged in, unless somebody took that away
        held = inquiry.at(settings, (_ID, _DATABASE))
        return DomainController(
            # the settings of CN=DC1 are CN=NTDS Settings,CN=DC1,CN=Servers,…
            name=parse(settings)[1][0][1],
            id=str(UUID(bytes_le=_value(held, _ID))),
            database=str(UUID(bytes_le=_value(held, _DATABASE))),
            committed=int(_text(root, _COMMITTED)),
            schema=_text(root, _SCHEMA),
        )
    except (ValueError, IndexError):
        raise WholeNeeded(
            f"the domain controller does not show {inquiry.account} which one it is and how far it has counted "
            f"({_COMMITTED}, {_SCHEMA} and {_SETTINGS} of the root entry, {_ID} and {_DATABASE} of {settings})"
        ) from None


def check_mark(kept: Mark, here: Mark) -> None:
    """Raise WholeNeeded, in words, where what was kept says nothing to the domain controller that answers now."""
    if kept.id != here.id:
        raise WholeNeeded(
            f"the domain controller {here.name} answered, and {kept.name} at the last read: each counts its changes by "
            "itself (name one of them in URL)"
        )
    if kept.database != here.database:
        raise WholeNeeded(
            f"{here.name} has another database than at the last read, as one restored from a backup does "
            f"({_DATABASE} {here.database} instead of {kept.database})"
        )
    if kept.committed > here.committed:
        raise WholeNeeded(
            f"{here.name} has counted fewer changes than at the last read, as one set back by force does "
            f"({_COMMITTED} {here.committed} instead of {kept.committed} or more)"
        )


def _text(entry: Entry | None, attribute: str) -> str:
    return _value(entry, attribute).decode()


def _value(entry: Entry | None, attribute: str) -> bytes:
    """Return the one value. Raises ValueError where there is none."""
    (value,) = entry.values(attribute) if entry else ()
    return value
