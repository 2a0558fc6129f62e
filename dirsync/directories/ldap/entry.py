"""An entry as a server or a file gives it, with names, options and bytes sorted out; nothing is interpreted yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import split_description
from dirsync.directories.ldap.dn import normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Variants = list[tuple[tuple[str, ...], list[bytes]]]
"""The values of one attribute, apart for each combination of options, the option-free ones first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its name as written, and its values by canonical attribute name."""

    dn: str
    variants: Mapping[str, Variants]

    @property
    def ref(self) -> str:
        """The name in normal form. Raises ValueError for a name that is none."""
        return normal(self.dn)

    def values(self, description: str) -> Sequence[bytes]:
        """Return the values of `cn` or of just `cn;lang-de`.

        Options belong to their attribute (RFC 4512, 2.5): without one in `description` the option-free values
        are meant; where there are none, those of the first options in alphabetical order, so that the answer
        does not change from night to night.
        """
        name, options = split_description(description)
        variants = self.variants.get(name)
        if not variants:
            return ()
        if not options:
            return variants[0][1]
        return next((values for found, values in variants if set(options) <= set(found)), ())

    def all_values(self, description: str) -> Iterable[bytes]:
        """Yield the values of an attribute whatever their options: the members of a group are members all the same."""
        for _, values in self.variants.get(split_description(description)[0], ()):
            yield from values

    def unfinished_ranges(self) -> list[str]:
        """Return the attributes of which the server gave but a part: `member;range=0-1499` (`*` ends the last)."""
        return [
            name
            for name, variants in self.variants.items()
            for options, _ in variants
            for option in options
            if option.startswith("range=") and not (option.startswith("range=0-") and option.endswith("*"))
        ]


def entry_of(dn: str, pairs: Iterable[tuple[str, Iterable[bytes]]]) -> Entry:
    """Build an entry from attribute descriptions and raw values as they came."""
    grouped: dict[str, dict[tuple[str, ...], list[bytes]]] = defaultdict(dict)
    for description, values in pairs:
        name, options = split_description(description)
        grouped[name].setdefault(options, []).extend(values)
    return Entry(dn, {name: sorted(variants.items()) for name, variants in grouped.items()})
