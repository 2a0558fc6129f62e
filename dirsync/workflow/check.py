"""What only the Directories themselves can tell about a mapping: whether its bases and filters are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.dn import check_dn
from dirsync.directories.ldap.filter import check_filter
from dirsync.errors import ConfigurationInvalid, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dirsync.mapping.checked import Mapping as CheckedMapping

SPEAK_LDAP = frozenset({"ldap", "ldif"})


def check_questions(mappings: Iterable[CheckedMapping], kinds: Mapping[str, str]) -> None:
    """Raise `ConfigurationInvalid` with the place of every base and filter that LDAP can't understand."""
    mistakes = [
        mistake
        for mapping in mappings
        if kinds[mapping.source] in SPEAK_LDAP
        for part in ("users", "groups")
        for mistake in _wrong(mapping, part)
    ]
    if mistakes:
        raise ConfigurationInvalid(mistakes)


def _wrong(mapping: CheckedMapping, part: str) -> Iterator[Mistake]:
    taken = getattr(mapping.content.source, part)
    if taken is None:
        return
    if taken.filter and (why := check_filter(taken.filter)):
        yield Mistake(mapping.document.place("source", part, "filter"), f"'{taken.filter}' is no LDAP filter: {why}")
    for number, base in enumerate(taken.base):
        if why := check_dn(base):
            where = mapping.document.place("source", part, "base", number)
            yield Mistake(where, f"'{base}' is no name of an entry: {why}")
