"""Names that stand for names: the same one for the same name in every report of this installation."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from dirsync.model.names import fold

_DIGITS = 12
# 48 bits: among a million names two are alike once in some hundred installations


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes pseudonyms under a key. Whoever lacks the key can't find out whether a guessed name has one of them."""

    key: bytes = field(repr=False)

    def name(self, kind: str, name: str) -> str:
        """Return `user-7f3a90c1d2e4` for a name, however it is spelled; a name that is empty stays empty."""
        return f"{kind}-{self._digest(kind, fold(name))[:_DIGITS]}" if name else ""

    def exact(self, kind: str, value: str) -> str:
        """Return the pseudonym of a value in which capitals count, such as an immutable id."""
        return f"{kind}-{self._digest(kind, value)[:_DIGITS]}" if value else ""

    def digest(self, value: str) -> str:
        """Return 16 hexadecimal digits in place of a digest made without a key, from which names can be guessed."""
        return self._digest("digest", value)[:16] if value else ""

    def _digest(self, kind: str, value: str) -> str:
        text = f"{kind}\0{value}".encode(errors="surrogatepass")
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()
