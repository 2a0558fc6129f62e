"""How names compare: as the directories themselves compare them, never byte by byte."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class NameRule:
    """What a server takes as a username; with nothing set, anything."""

    of: str = ""
    """What these names are called there, for messages."""
    longest: int = 0
    """Characters; 0: any number."""
    never: str = ""
    """Characters that stand in none."""
    never_last: str = ""

    def why_not(self, name: str) -> str:
        """Return why the server would refuse a name, or an empty string."""
        if self.longest and len(name) > self.longest:
            return f"the name has {len(name)} characters, and {self.of} takes {self.longest}"
        found = next((sign for sign in name if sign in self.never), "")
        if found:
            return f"the name holds {found}, which {self.of} does not take"
        if self.never_last and name.endswith(self.never_last):
            return f"the name ends with {self.never_last}, which {self.of} does not take"
        return ""


ANY_NAME = NameRule()
