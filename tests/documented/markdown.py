"""Plain text put into Markdown so that it is shown as it stands."""

from __future__ import annotations

import re

_QUOTE = re.compile(r"^>", re.MULTILINE)
_EMPHASIS = re.compile(r"(?<![A-Za-z0-9_])_+|_+(?![A-Za-z0-9_])|\*(?! )")
"""Inside a word an underscore is one; a star and a blank begin an item of a list."""


def escaped(text: str) -> str:
    """Return text whose code spans stay, in which nothing else becomes markup: no tag, no quotation."""
    parts = text.split("`")
    return "`".join(part if number % 2 else _plain(part) for number, part in enumerate(parts))


def _plain(text: str) -> str:
    return _QUOTE.sub(r"\\>", _EMPHASIS.sub(_shielded, text.replace("<", r"\<")))


def _shielded(found: re.Match[str]) -> str:
    return "".join(f"\\{character}" for character in found[0])


def cell(text: str) -> str:
    """Return text for a cell of a table."""
    return escaped(text).replace("|", "\\|").replace("\n", " ")
