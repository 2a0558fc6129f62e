"""A container that is renamed renames all that is in it, and no feed says a word about the entries inside.

A rename touches one entry: its own entryCSN and modifyTimestamp, nobody else's (seen with OpenLDAP 2.5). So the names
of the containers below a base are asked for before each poll, in one small search, and everything is asked for anew
when they are not those of the last read.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, SearchEnd, pages_of

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.dialects.interface import Dialect
    from dirsync.directories.ldap.searches import Search

# RFC 4519, 3; `container` and `builtinDomain` are Active Directory's, `nsContainer` and numSubordinates are 389-DS's.
# By classes, which every server has an index for: `hasSubordinates` would make OpenLDAP look at each entry.
CONTAINERS = (
    "(|(objectClass=organizationalUnit)(objectClass=organization)(objectClass=dcObject)(objectClass=domain)"
    "(objectClass=locality)(objectClass=country)(objectClass=container)(objectClass=nsContainer)"
    "(objectClass=builtinDomain)(numSubordinates>=1))"
)


def containers_digest(
    questions: Questions, search: Search, dialect: Dialect, settings: LdapConnection
) -> str | Failure:
    """Return a digest of the ids and names of the containers below the search's base.

    With the ids, since containers may swap names.
    """
    id_attribute = dialect.attributes.id
    asking = replace(search, filter=CONTAINERS, attributes=(id_attribute,))
    end = SearchEnd()
    names: list[str] = []
    for page in pages_of(questions.pages(asking), end, dialect, settings.bind_dn):
        for entry in page:
            ids = entry.values(id_attribute) if isinstance(entry, Entry) else ()
            names.append(f"{entry.dn}\0{b''.join(ids).hex()}")
    if end.failure:
        return end.failure
    return sha256("\0\0".join(sorted(names)).encode()).hexdigest()
