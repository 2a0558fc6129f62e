"""Templates: what an attribute of a person is made of, such as `{givenName} {sn}` or `{mail|lower}`.

Text that holds a brace is a template, all other text is the name of an attribute. In braces stands the name of an
attribute, then what is done to its value (`|lower`), then what stands for it where the entry has none (`:-none`, as
in a shell). That is the whole language: nothing is looked up or run. `{{` and `}}` are braces themselves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from dirsync.mapping.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TRANSFORMS: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "nfc": lambda text: unicodedata.normalize("NFC", text),
}
_ATTRIBUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]*|\d+(?:\.\d+)+)(?:;[A-Za-z0-9_=*-]+)*")
"""RFC 4512, 2.5: a name or dotted numbers, then options."""
_PIECE = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|(?P<brace>[{}])|(?P<text>[^{}]+)")


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute within a template."""

    attribute: str
    transforms: tuple[str, ...] = ()
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A template, read: plain text and values in their order."""

    pieces: tuple[str | Value, ...]

    @property
    def attributes(self) -> tuple[str, ...]:
        """What it is made of, each once."""
        return tuple(dict.fromkeys(piece.attribute for piece in self.pieces if isinstance(piece, Value)))

    def filled(self, value_of: Callable[[str], str]) -> str:
        """Return the text without blanks around it; empty where nothing but its own text would be left of it."""
        told, has_value = [], False
        for piece in self.pieces:
            if isinstance(piece, str):
                told.append(piece)
                continue
            text = value_of(piece.attribute)
            for name in piece.transforms:
                text = TRANSFORMS[name](text)
            if not text.strip() and piece.default is not None:
                text = piece.default
            has_value = has_value or bool(text.strip())
            told.append(text)
        return "".join(told).strip() if has_value else ""


def is_template(text: str) -> bool:
    """Say whether a text is a template and not the name of an attribute."""
    return "{" in text or "}" in text


def is_attribute(text: str) -> bool:
    """Say whether a text can be the name of an attribute, with or without options."""
    return _ATTRIBUTE.fullmatch(text) is not None


def attributes_in(text: str) -> tuple[str, ...]:
    """Return the attributes that a template, or the name of one, asks for; none for an empty text."""
    if is_template(text):
        return template(text).attributes
    return (text,) if text else ()


@lru_cache(maxsize=1024)
def template(text: str) -> Template:
    """Read a template. Raises ValueError that says what is wrong, and at which character."""
    pieces: list[str | Value] = []
    for found in _PIECE.finditer(text):
        where = f"at character {found.start() + 1} of '{text}'"
        if found["brace"]:
            raise ValueError(f"{where} a brace has no other one; write '{found[0] * 2}' for the character itself")
        if found["inside"] is not None:
            pieces.append(_value(found["inside"], where))
        else:
            pieces.append(found["text"] or found[0][0])
    if not any(isinstance(piece, Value) for piece in pieces):
        raise ValueError(f"'{text}' names no attribute; put the name of one in braces, such as {{mail}}")
    return Template(tuple(pieces))


def _value(inside: str, where: str) -> Value:
    told, has_default, default = inside.partition(":-")
    attribute, *transforms = told.split("|")
    if _ATTRIBUTE.fullmatch(attribute) is None:
        raise ValueError(f"{where} '{attribute}' is not the name of an attribute")
    for name in transforms:
        if name not in TRANSFORMS:
            hint = did_you_mean(name, TRANSFORMS) or f"; there are {', '.join(TRANSFORMS)}"
            raise ValueError(f"{where} there is no '{name}' to be done to a value{hint}")
    return Value(attribute, tuple(transforms), default if has_default else None)
