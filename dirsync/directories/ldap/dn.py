r"""Distinguished names: parsed as RFC 4514 (and its elder RFC 2253 and 1779 forms), and compared in a normal form.

Servers escape the same name differently in different places: `cn=Doe\, Jane` in an entry may be `CN=Doe\2C Jane`
in the group that has it as a member. Two names are the same when their normal forms are equal.
"""

from __future__ import annotations

import re
import unicodedata

from dirsync.directories.ldap.attribute_names import canonical, is_description

Assertion = tuple[str, str]
"""One `attribute=value` of a relative name: canonical attribute name, value without escapes."""
RelativeName = tuple[Assertion, ...]

_SPECIAL = frozenset('\\,+"<>;#= ')
_MUST_NOT_STAND_BARE = frozenset('"<>')
_HEX = re.compile(r"[0-9A-Fa-f]{2}")
_SHORT_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_PLAIN = re.compile(r'[^\\,+"<>;#=\x00\u037e]+')
"""U+037E, a Greek question mark, becomes a semicolon by NFC."""
_ESCAPES = str.maketrans({sign: "\\" + sign for sign in '\\,+"<>;='} | {"\x00": "\\00"})
_UP_TO_SPECIAL = re.compile(r'(?:[^\\,;+"<>]|\\.?)*', re.DOTALL)
_UP_TO_SEPARATOR = re.compile(r'(?:[^\\,;"#]|\\.)*', re.DOTALL)
"""A first part without the forms in which a comma may stand bare: `cn=Doe\\, Jane`, and so nearly all of a domain."""
_OCTET_STRING_TAGS = frozenset({0x04, 0x0C, 0x13, 0x14, 0x16, 0x1A})
"""BER tags of the string types whose contents can be read as UTF-8: OCTET, UTF8, Printable, Teletex, IA5, Visible."""

_SIGMA = "\u03a3"
_LONGEST_SHORT_FORM = 0x7F


def parse(text: str) -> tuple[RelativeName, ...]:
    """Parse a name; the empty one has no parts. Raises ValueError that says what is wrong, and where."""
    if not text.strip():
        return ()
    position = 0
    names: list[RelativeName] = []
    assertions: list[Assertion] = []
    while True:
        attribute, position = _attribute(text, position)
        value, position = _value(text, position)
        assertions.append((attribute, value))
        separator = text[position : position + 1]
        if separator != "+":
            names.append(tuple(assertions))
            assertions = []
        if not separator:
            return tuple(names)
        position += 1


def _attribute(text: str, position: int) -> tuple[str, int]:
    end = text.find("=", position)
    name = text[position:end].strip() if end >= 0 else text[position:].strip()
    if end < 0:
        raise ValueError(f"{name!r} at character {position + 1} has no '='")
    if not is_description(name.lower().removeprefix("oid.")):
        raise ValueError(f"{name!r} at character {position + 1} is not the name of an attribute")
    return canonical(name), end + 1


def _value(text: str, position: int) -> tuple[str, int]:
    while text[position : position + 1] == " ":
        position += 1
    first = text[position : position + 1]
    if first == "#":
        return _hexadecimal(text, position)
    if first == '"':
        return _quoted(text, position)
    return _escaped(text, position)


def _hexadecimal(text: str, position: int) -> tuple[str, int]:
    """Read `#04024869`: the BER form, which servers use for values of attributes they don't know."""
    end = re.compile(r"[,;+]|$").search(text, position).start()  # type: ignore[union-attr] # `$` always matches
    digits = text[position + 1 : end].strip()
    try:
        encoded = bytes.fromhex(digits)
    except ValueError as error:
        raise ValueError(f"the value {text[position:end]!r} is not hexadecimal") from error
    if not encoded:
        raise ValueError(f"the value '#' at character {position + 1} is empty")
    contents = _string_contents(encoded)
    return ("#" + digits.lower() if contents is None else contents), end


def _string_contents(encoded: bytes) -> str | None:
    """Return the text inside a BER-encoded string, or None when it is something else."""
    if encoded[0] not in _OCTET_STRING_TAGS or len(encoded) == 1:
        return None
    start, length = 2, encoded[1]
    if length > _LONGEST_SHORT_FORM:
        start = 2 + length - _LONGEST_SHORT_FORM - 1
        length = int.from_bytes(encoded[2:start], "big")
    if len(encoded) != start + length:
        return None
    try:
        return encoded[start:].decode()
    except UnicodeDecodeError:
        return None


def _quoted(text: str, position: int) -> tuple[str, int]:
    """Read `"Doe, Jane"`: the form of RFC 2253, which readers must still accept."""
    end = position + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise ValueError(f"the quotation mark at character {position + 1} is never closed")
    value, _ = _unescape(text[position + 1 : end], position + 1)
    end += 1
    while text[end : end + 1] == " ":
        end += 1
    if end < len(text) and text[end] not in ",;+":
        raise ValueError(f"{text[end]!r} at character {end + 1} stands behind a closed quotation")
    return value, end


def _escaped(text: str, position: int) -> tuple[str, int]:
    end = _UP_TO_SPECIAL.match(text, position).end()  # type: ignore[union-attr] # matches nothing, too
    if text[end : end + 1] in _MUST_NOT_STAND_BARE:
        raise ValueError(f"{text[end]!r} at character {end + 1} must be escaped")
    value, kept = _unescape(text[position:end], position)
    # spaces before a separator belong to the separator, unless they were escaped
    return value[:kept] + value[kept:].rstrip(" "), end


def _unescape(text: str, offset: int) -> tuple[str, int]:
    """Return the value, and up to where it must be kept: the end of its last escape."""
    if "\\" not in text:
        return text, 0
    value = bytearray()
    kept = 0
    position = 0
    while (at := text.find("\\", position)) >= 0:
        value += text[position:at].encode("utf-8", "surrogatepass")
        pair = text[at + 1 : at + 3]
        if _HEX.fullmatch(pair):
            value.append(int(pair, 16))
            position = at + 3
        elif pair[:1] and pair[0] in _SPECIAL:
            value += pair[0].encode()
            position = at + 2
        else:
            raise ValueError(f"the escape '\\{pair}' at character {offset + at + 1} is none")
        kept = len(value)
    value += text[position:].encode("utf-8", "surrogatepass")
    try:
        return value.decode(), len(value[:kept].decode())
    except UnicodeDecodeError as error:
        raise ValueError(f"the value at character {offset + 1} is not UTF-8 behind its escapes") from error


def fold_value(value: str) -> str:
    """Return the form under which two values in names are the same value: lower case, NFC, single spaces.

    Not full case folding: that would make one person of `Straße` and `Strasse`, where OpenLDAP 2.5 keeps two entries
    (tests/integration/ldap/test_names.py). A form finer than the server's can at worst miss a membership that is
    spelled oddly; a coarser one would give it to somebody else.
    """
    if value.isascii():
        lowered = value.lower()
    else:
        composed = unicodedata.normalize("NFC", value)
        # str.lower() makes the last sigma of a word another letter than the others, and looks around for that alone
        lowered = "".join(letter.lower() for letter in composed) if _SIGMA in composed else composed.lower()
        lowered = unicodedata.normalize("NFC", lowered)
    if "  " not in lowered and lowered[:1] != " " and lowered[-1:] != " ":
        return lowered
    return " ".join(part for part in lowered.split(" ") if part) or lowered[:1]


def escape_value(value: str) -> str:
    r"""Return a value as it may stand in a name (RFC 4514, 2.4)."""
    escaped = value.translate(_ESCAPES)
    if escaped.startswith(("#", " ")):
        escaped = "\\" + escaped
    if escaped.endswith(" ") and not escaped.endswith("\\ "):
        escaped = escaped[:-1] + "\\ "
    return escaped


def _normal_relative_name(assertions: RelativeName) -> str:
    return "+".join(sorted(f"{attribute}={escape_value(fold_value(value))}" for attribute, value in assertions))


class _Suffixes(dict[str, str]):
    """Normal forms of what thousands of names end in; a look-up, where a cache that orders its entries costs more."""

    _most = 8192

    def __missing__(self, text: str) -> str:
        """Work out a form that was not met before. Raises ValueError."""
        if len(self) >= self._most:
            self.clear()
        found = self[text] = _normal(text)
        return found


class _ShortNames(dict[str, str]):
    """Canonical names of attributes as they stand in names of entries; empty for what needs a closer look."""

    _most = 1024

    def __missing__(self, attribute: str) -> str:
        """Work out a name that was not met before."""
        found = canonical(attribute) if _SHORT_NAME.fullmatch(attribute) else ""
        if len(self) < self._most:
            self[attribute] = found
        return found


_SUFFIXES = _Suffixes()
_SHORT_NAMES = _ShortNames()


def _normal(text: str) -> str:
    return ",".join(map(_normal_relative_name, parse(text)))


def normal(text: str) -> str:
    """Return the normal form of a name; equal for every way of writing it. Raises ValueError as `parse` does.

    Nearly every name is `plain,suffix` where thousands share the suffix: that way is short.
    """
    first, _, suffix = text.partition(",")
    attribute, _, value = first.partition("=")
    # letters and digits are plain, and quicker to tell
    if (value.isalnum() or _PLAIN.fullmatch(value)) and (name := _SHORT_NAMES[attribute]) and suffix.strip():
        folded = value.lower() if value.isascii() and " " not in value else fold_value(value.strip(" "))
        return f"{name}={folded},{_SUFFIXES[suffix]}"
    end = _UP_TO_SEPARATOR.match(text).end()  # type: ignore[union-attr] # matches nothing, too
    suffix = text[end + 1 :]
    if text[end : end + 1] == "," and suffix.strip() and first.strip():
        return f"{_normal(text[:end])},{_SUFFIXES[suffix]}"
    return _normal(text)


def is_below(name: str, base: str) -> bool:
    """Say whether `name` is `base` or stands below it; both in normal form."""
    return not base or name == base or name.endswith("," + base)


def relative_name(text: str) -> RelativeName:
    """Return the first part of a name: what tells an entry from its siblings; empty for a name that can't be parsed."""
    try:
        return next(iter(parse(text)), ())
    except ValueError:
        return ()


def check_dn(text: str) -> str | None:
    """Return why `text` is not a distinguished name, or None when it is one (for the mapping's `base`)."""
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return None
