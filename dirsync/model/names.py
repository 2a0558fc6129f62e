"""How names compare: as the directories themselves compare them, never byte by byte."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase


def fold(name: str) -> str:
    """Return the form under which two names are the same name.

    Crowd, Jira and LDAP's caseIgnoreMatch ignore case and the number of spaces (RFC 4518, 2.6.1);
    NFC makes one of the two ways Unicode writes `é`. Folding comes between two normalisations because
    case folding may undo the first one.
    """
    if name.isascii():
        return " ".join(name.lower().split())
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.split())


def nfc(text: str) -> str:
    """Return the composed form, in which `é` is one character however it was typed."""
    return unicodedata.normalize("NFC", text)


def same(one: str, other: str) -> bool:
    """Say whether two names are one name to a directory."""
    return fold(one) == fold(other)


def matches(pattern: str, name: str) -> bool:
    """Say whether `name` fits a pattern with `*` and `?`, compared as directories compare names."""
    # fnmatch would take `[ab]` for "a or b"; in a group's name brackets are just brackets
    return fnmatchcase(fold(name), fold(pattern).replace("[", "[[]"))


def directory_key(name: str) -> str:
    """Return the form under which a Directory's name is looked up: `crowd-customers` equals `CROWD_CUSTOMERS`."""
    return name.strip().lower().replace("-", "_")
