"""An entry as a server or a file gives it, with names, options and bytes sorted out; nothing is interpreted yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import KEYS, NAMES_WITH_OPTIONS, split_description
from dirsync.directories.ldap.dn import normal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Attributes = dict[str, bytes | list[bytes]]
"""Values by `attribute_names.KEYS`: the value itself where there is just one, since nearly always there is."""
_RANGE = re.compile(r"range=([0-9]{1,10})-([0-9]{1,10}|\*)")
UNREADABLE = -1
"""Stands for the first number of a range that is none: no values can follow on it."""


@dataclass(frozen=True, slots=True)
class Range:
    """A part of an attribute's values, by their numbers: `member;range=0-1499`. `last` is None when none follow."""

    attribute: str
    first: int
    last: int | None

    def __str__(self) -> str:
        """Return it as servers write it."""
        return f"{self.attribute};range={self.first}-{'*' if self.last is None else self.last}"


class Entry:
    """One entry: its name as written, and its values. Nothing changes it once it is made."""

    __slots__ = ("dn", "held")

    def __init__(self, dn: str, attributes: Attributes) -> None:
        """Take the attributes over: as `held` they are the entry's own, for readers who can't afford `values`."""
        self.dn = dn
        self.held = attributes

    def __eq__(self, other: object) -> bool:
        """Compare name and values as they are written."""
        return isinstance(other, Entry) and (self.dn, self.held) == (other.dn, other.held)

    __hash__ = None  # type: ignore[assignment] # it holds lists

    def __repr__(self) -> str:
        """Name it without its values, which may be anything."""
        return f"Entry({self.dn!r})"

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
        if not options:
            found = self.held.get(name)
            if found is not None:
                return (found,) if isinstance(found, bytes) else found
            if name not in NAMES_WITH_OPTIONS:
                return ()
        wanted = set(options)
        return next((values for held, values in sorted(self._variants(name)) if wanted <= set(held)), ())

    def all_values(self, description: str) -> Iterator[bytes]:
        """Yield the values of an attribute whatever their options: the members of a group are members all the same."""
        for _, values in sorted(self._variants(split_description(description)[0])):
            yield from values

    def ranges(self) -> Iterator[Range]:
        """Yield which values these are, for each attribute that the server says it gave by numbers."""
        for key in self.held:
            attribute, *options = key.split(";")
            for option in options:
                if option.startswith("range="):
                    numbers = _RANGE.fullmatch(option)
                    first, last = numbers.groups() if numbers else (UNREADABLE, "*")
                    yield Range(attribute, int(first), None if last == "*" else int(last))

    def unfinished_ranges(self) -> list[Range]:
        """Return those of the ranges that are not the whole attribute."""
        return [given for given in self.ranges() if (given.first, given.last) != (0, None)]

    def _variants(self, name: str) -> Iterator[tuple[list[str], Sequence[bytes]]]:
        """Yield the values of one attribute apart for each combination of options."""
        for key, held in self.held.items():
            first, *options = key.split(";")
            if first == name:
                yield options, (held,) if isinstance(held, bytes) else held


def values_for(entry: Entry) -> Callable[[str], Iterator[str]]:
    """Return what gives the texts of an attribute, whatever their options where the description names none.

    It raises ValueError where the server gave only some of them (`member;range=0-1499`).
    """

    def values(description: str) -> Iterator[str]:
        name, options = split_description(description)
        if any(part.attribute == name for part in entry.unfinished_ranges()):
            raise ValueError(f"the server gave only some values of its {description}, which the mapping chooses by")
        found = entry.values(description) if options else entry.all_values(description)
        yield from (value.decode("utf-8", "replace") for value in found)

    return values


def entry_of(dn: str, pairs: Iterable[tuple[str, Iterable[bytes]]]) -> Entry:
    """Build an entry from attribute descriptions and raw values as they came."""
    attributes: Attributes = {}
    for description, values in pairs:
        add_values(attributes, KEYS[description.encode()], list(values))
    return Entry(dn, attributes)


def add_values(attributes: Attributes, key: str, values: list[bytes]) -> None:
    """Add values to an attribute, which may be there already under another of its names."""
    before = attributes.get(key, [])
    values = [*([before] if isinstance(before, bytes) else before), *values]
    attributes[key] = values[0] if len(values) == 1 else values
