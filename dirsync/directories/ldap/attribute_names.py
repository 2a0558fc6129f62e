"""How attribute names compare: without case, by any of their names or by OID, and apart from their options."""

from __future__ import annotations

import re
from functools import lru_cache

# each line: the name dirsync uses inside, then the other names of the same attribute (RFC 4519, 4524, 2798, 2307, 4530)
_SAME_ATTRIBUTE = """
objectclass          2.5.4.0
cn                   commonname 2.5.4.3
sn                   surname 2.5.4.4
serialnumber         2.5.4.5
c                    countryname 2.5.4.6
l                    localityname 2.5.4.7
st                   stateorprovincename 2.5.4.8
street               streetaddress 2.5.4.9
o                    organizationname 2.5.4.10
ou                   organizationalunitname 2.5.4.11
title                2.5.4.12
description          2.5.4.13
member               2.5.4.31
owner                2.5.4.32
seealso              2.5.4.34
name                 2.5.4.41
givenname            gn 2.5.4.42
initials             2.5.4.43
dnqualifier          2.5.4.46
uniquemember         2.5.4.50
uid                  userid 0.9.2342.19200300.100.1.1
mail                 rfc822mailbox 0.9.2342.19200300.100.1.3
dc                   domaincomponent 0.9.2342.19200300.100.1.25
email                emailaddress pkcs9email 1.2.840.113549.1.9.1
employeenumber       2.16.840.1.113730.3.1.3
displayname          2.16.840.1.113730.3.1.241
uidnumber            1.3.6.1.1.1.1.0
gidnumber            1.3.6.1.1.1.1.1
memberuid            1.3.6.1.1.1.1.12
entryuuid            1.3.6.1.1.16.4
"""
_CANONICAL = {other: line.split()[0] for line in _SAME_ATTRIBUTE.strip().splitlines() for other in line.split()}
# RFC 4512, 1.4 and 2.5: a name or dotted numbers, then options; `_` is none of RFC's letters, but servers have it
_DESCRIPTION = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9_=*-]+)*")
DN_VALUED = frozenset(
    {"member", "uniquemember", "memberof", "manager", "secretary", "owner", "seealso", "roleoccupant", "entrydn"}
)
"""Attributes whose values are names of entries, and compare as such."""


def is_description(text: str) -> bool:
    """Say whether `text` can be an attribute's name, with or without options (`cn`, `2.5.4.3`, `cn;lang-de`)."""
    return _DESCRIPTION.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """Return the one name under which an attribute is known inside dirsync: `userid` and its OID give `uid`."""
    folded = name.strip().lower().removeprefix("oid.")
    return _CANONICAL.get(folded, folded)


@lru_cache(maxsize=4096)
def split_description(description: str) -> tuple[str, tuple[str, ...]]:
    """Return the canonical name and the sorted options of `cn;lang-de;x-Old`: ("cn", ("lang-de", "x-old"))."""
    name, *options = description.strip().split(";")
    return canonical(name), tuple(sorted(option.lower() for option in options if option))


class _Keys(dict[bytes, str]):
    """Learns each description once: a server writes the same few on every entry, and a look-up is all they may cost."""

    _most = 10_000
    """More than any schema has; ranges (`member;range=0-1499`) would make ever new ones."""

    def __missing__(self, description: bytes) -> str:
        """Work out the key of a description that was not met before."""
        name, options = split_description(description.decode("utf-8", "backslashreplace"))
        if options:
            NAMES_WITH_OPTIONS.add(name)
        key = ";".join((name, *options))
        if len(self) < self._most:
            self[description] = key
        return key


NAMES_WITH_OPTIONS: set[str] = set()
"""Attributes that some entry has had with an option; of all others nobody need look for variants."""
KEYS = _Keys()
"""Attribute descriptions as servers write them, to the key of their values: `canonical-name;sorted;options`."""
