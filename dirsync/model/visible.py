"""How names are shown: what a character would do to a page or a terminal is made visible instead of being done.

Names come from directories in which strangers may register. ESC repaints a terminal, a line break forges a line
of the report, and U+202E makes `gnp.exe` read `exe.png` (CVE-2021-42574, Unicode TR 36 section 2.10).
"""

from __future__ import annotations

import re
import unicodedata

_ACTING_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Persian and Indic spelling and many emoji need the joiners; between ASCII letters they only hide a difference.
_JOINER_IN_ITS_PLACE = re.compile(r"(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def is_acting(character: str) -> bool:
    """Say whether a character does something instead of being seen: controls, format marks, lone surrogates."""
    return unicodedata.category(character) in _ACTING_CATEGORIES


def visible(text: str) -> str:
    r"""Return the text on one line, with acting characters as `\x1b`, `\u202e`, `\n`; letters of all scripts stay."""
    if text.isprintable():
        return text
    kept = {match.start() for match in _JOINER_IN_ITS_PLACE.finditer(text)}
    return "".join(
        _escaped(character) if is_acting(character) and place not in kept else character
        for place, character in enumerate(text)
    )


def _escaped(character: str) -> str:
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:  # noqa: PLR2004 - the largest code that two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - as above, four digits
