"""Whether two LDAP Directories are one tree under two names, so that a target would be its own source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import ANYTHING, Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.dn import is_below, normal
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.errors import DirectoryUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.directories.ldap.address import LdapConnection


def shared_base(target: Iterable[str], source: Iterable[str]) -> str:
    """Return the name of an entry that both would be looking below, if their trees are one; else an empty string."""
    pairs = [(mine, theirs) for mine in target for theirs in source]
    for mine, theirs in pairs:
        below, above = normal(mine), normal(theirs)
        if is_below(below, above):
            return mine
        if is_below(above, below):
            return theirs
    return ""


def are_one_tree(target: LdapConnection, source: LdapConnection, base: str) -> bool:
    """Say whether both hold the very same entry under this name: the same server, a replica of it, or a raw copy.

    What neither shows can't be said to be the same. Asks both servers, unless their addresses tell.
    """
    if {*target.addresses} & {*source.addresses}:
        return True
    one = _identity(target, base)
    return bool(one) and one == _identity(source, base)


def _identity(connection: LdapConnection, base: str) -> tuple[str, bytes] | None:
    """Return the immutable id of an entry, as the server's family keeps it; None where it is not shown."""
    try:
        with connected(connection) as line:
            questions = Questions(line, line.settings)
            attribute = dialect_of(questions.root_dse()).attributes.id
            found = questions.at(base, ANYTHING, (attribute,)).entries
    except (DirectoryUnreadable, LineBroken):  # the reads have told it, or will
        return None
    entry = found[0] if found and isinstance(found[0], Entry) else None
    values = entry.values(attribute) if entry else ()
    return (attribute, values[0]) if values else None
