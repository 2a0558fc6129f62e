"""LDAP search filters (RFC 4515): parsed, checked for the mapping, and evaluated on entries of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from dirsync.directories.ldap.attribute_names import DN_VALUED, canonical, is_description
from dirsync.directories.ldap.dn import normal
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.entry import Entry

BIT_AND, BIT_OR = "1.2.840.113556.1.4.803", "1.2.840.113556.1.4.804"
"""Active Directory's matching rules for flags such as userAccountControl."""
_KNOWN_RULES = frozenset({"", BIT_AND, BIT_OR, "caseignorematch", "2.5.13.2"})
_DEEPEST = 100
"""How deep filters may nest: more than anybody writes, less than Python's recursion allows."""
# a filter on a superclass finds entries that list only the subclass (RFC 4512, 2.4.1); servers know their schema
_SUPERCLASSES = {
    "inetorgperson": ("organizationalperson", "person", "top"),
    "organizationalperson": ("person", "top"),
    "user": ("organizationalperson", "person", "top"),
    "residentialperson": ("person", "top"),
}
_ASSERTION = re.compile(
    r"(?P<attribute>[^=<>~:()]*)(?P<extension>(?::[^=:()]*)*?)(?P<operator>>=|<=|~=|:=|=)(?P<value>[^()]*)", re.DOTALL
)
_INTEGER = re.compile(r"-?[0-9]{1,40}")
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2})")


class Filter(Protocol):
    """A parsed filter."""

    def matches(self, entry: Entry) -> bool:
        """Say whether the filter is true of an entry. What is undefined in LDAP (no such attribute) is false."""


@dataclass(frozen=True, slots=True)
class And:
    """True when every part is; of no part, too (RFC 4526)."""

    parts: tuple[Filter, ...]

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        return all(part.matches(entry) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """True when any part is; of no part, false (RFC 4526)."""

    parts: tuple[Filter, ...]

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        return any(part.matches(entry) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is not."""

    part: Filter

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        return not self.part.matches(entry)


@dataclass(frozen=True, slots=True)
class Present:
    """The attribute has a value."""

    attribute: str

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        return canonical(self.attribute) == "objectclass" or any(True for _ in _texts(entry, self.attribute))


@dataclass(frozen=True, slots=True)
class Compare:
    """One value equals, resembles, or is ordered before or behind another."""

    attribute: str
    operator: str
    value: str
    ORDERS: ClassVar[dict[str, tuple[int, ...]]] = {">=": (0, 1), "<=": (0, -1)}

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        texts = _texts(entry, self.attribute)
        if self.operator in {"=", "~="}:
            return any(_same(self.attribute, text, self.value) for text in texts)
        return any(_order(text, self.value) in self.ORDERS[self.operator] for text in texts)


@dataclass(frozen=True, slots=True)
class Substrings:
    """A value begins, contains in order, and ends as given; folded."""

    attribute: str
    parts: tuple[str, ...]

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        return any(self._fits(fold(text)) for text in _texts(entry, self.attribute))

    def _fits(self, text: str) -> bool:
        first, *middle, last = self.parts
        if not text.startswith(first):
            return False
        position = len(first)
        for part in middle:
            found = text.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        return len(text) - len(last) >= position and text.endswith(last)


@dataclass(frozen=True, slots=True)
class Extensible:
    """`attribute:rule:=value` for the rules that can be told without a schema."""

    attribute: str
    rule: str
    value: str

    def matches(self, entry: Entry) -> bool:
        """See `Filter`."""
        if self.rule not in {BIT_AND, BIT_OR}:
            return Compare(self.attribute, "=", self.value).matches(entry)
        bits = int(self.value)
        numbers = [int(text) for text in _texts(entry, self.attribute) if _INTEGER.fullmatch(text)]
        return any((n & bits) == bits if self.rule == BIT_AND else (n & bits) != 0 for n in numbers)


def _texts(entry: Entry, attribute: str) -> Iterator[str]:
    values = entry.values(attribute) if ";" in attribute else entry.all_values(attribute)
    for value in values:
        text = value.decode("utf-8", "surrogateescape")
        yield text
        if canonical(attribute) == "objectclass":
            yield from _SUPERCLASSES.get(text.lower(), ())


def _same(attribute: str, one: str, other: str) -> bool:
    if canonical(attribute) in DN_VALUED:
        try:
            return normal(one) == normal(other)
        except ValueError:
            return fold(one) == fold(other)
    return fold(one) == fold(other)


def _order(one: str, other: str) -> int:
    """Compare whole numbers as numbers, everything else as folded text (generalized times order as text)."""
    if _INTEGER.fullmatch(one) and _INTEGER.fullmatch(other):
        return (int(one) > int(other)) - (int(one) < int(other))
    left, right = fold(one), fold(other)
    return (left > right) - (left < right)


def parse_filter(text: str) -> Filter:
    """Parse a filter. Raises ValueError that says what is wrong, and at which character."""
    parsed, end = _filter(text, _skip(text, 0), 0)
    rest = _skip(text, end)
    if rest != len(text):
        raise ValueError(f"{text[rest:][:20]!r} stands behind the end of the filter, at character {rest + 1}")
    return parsed


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def _filter(text: str, position: int, depth: int) -> tuple[Filter, int]:
    if depth > _DEEPEST:
        raise ValueError(f"it nests deeper than {_DEEPEST} levels")
    if text[position : position + 1] != "(":
        raise ValueError(f"'(' is missing at character {position + 1}")
    inner = _skip(text, position + 1)
    sign = text[inner : inner + 1]
    parsed: Filter
    if sign and sign in "&|!":
        parts, end = _parts(text, _skip(text, inner + 1), depth + 1)
        if sign == "!" and len(parts) != 1:
            raise ValueError(f"'!' at character {inner + 1} takes exactly one filter, not {len(parts)}")
        parsed = Not(parts[0]) if sign == "!" else And(parts) if sign == "&" else Or(parts)
    else:
        parsed, end = _assertion(text, inner)
    if text[end : end + 1] != ")":
        raise ValueError(f"the '(' at character {position + 1} is not closed at character {end + 1}")
    return parsed, end + 1


def _parts(text: str, position: int, depth: int) -> tuple[tuple[Filter, ...], int]:
    parts: list[Filter] = []
    while text[position : position + 1] == "(":
        part, end = _filter(text, position, depth)
        parts.append(part)
        position = _skip(text, end)
    return tuple(parts), position


def _assertion(text: str, position: int) -> tuple[Filter, int]:
    found = _ASSERTION.match(text, position)
    if not found:
        raise ValueError(f"'attribute=value' is missing at character {position + 1}")
    attribute, operator, value = found["attribute"].strip(), found["operator"], found["value"]
    if operator == ":=":
        return _extensible(attribute, found["extension"], value), found.end()
    if found["extension"] or not is_description(attribute):
        raise ValueError(
            f"{(attribute + found['extension'])!r} at character {position + 1} is not the name of an attribute"
        )
    if operator != "=":
        return Compare(attribute, operator, _unescape(value)), found.end()
    if value == "*":
        return Present(attribute), found.end()
    if "*" in value:
        return Substrings(attribute, tuple(fold(_unescape(part)) for part in value.split("*"))), found.end()
    return Compare(attribute, "=", _unescape(value)), found.end()


def _extensible(attribute: str, extension: str, value: str) -> Extensible:
    rule = extension.strip(":").lower()
    if not is_description(attribute):
        raise ValueError(f"{attribute!r} is not the name of an attribute")
    if rule in {BIT_AND, BIT_OR} and not _INTEGER.fullmatch(value):
        raise ValueError(f"the rule {rule} compares flags, and {value!r} is not a number")
    return Extensible(attribute, rule, _unescape(value))


def _unescape(value: str) -> str:
    stray = re.search(r"\\(?![0-9A-Fa-f]{2})", value)
    if stray:
        raise ValueError(f"the backslash in {value!r} must be followed by two hexadecimal digits (a backslash is \\5c)")
    raw = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), value.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def escape_assertion(value: str) -> str:
    r"""Return a value as it may stand in a filter (RFC 4515, 3): `*`, brackets, backslash and NUL as `\2a`."""
    return "".join(f"\\{ord(sign):02x}" if sign in "\\*()\0" else sign for sign in value)


def unsupported_rules(parsed: Filter) -> list[str]:
    """Return the matching rules of a filter that only a server could evaluate."""
    if isinstance(parsed, And | Or):
        return [rule for part in parsed.parts for rule in unsupported_rules(part)]
    if isinstance(parsed, Not):
        return unsupported_rules(parsed.part)
    return [parsed.rule] if isinstance(parsed, Extensible) and parsed.rule not in _KNOWN_RULES else []


def check_filter(text: str) -> str | None:
    """Return why `text` is not a filter, or None when it is one (for the mapping's `filter`)."""
    try:
        parse_filter(text)
    except ValueError as error:
        return str(error)
    return None
