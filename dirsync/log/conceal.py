"""Secrets, taken out of what is shown, whoever put them there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def concealer(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return a function that puts `***` for each secret, also as URLs, `repr` and JSON spell it."""
    spellings = {
        spelling
        for secret in secrets
        if secret
        for spelling in (
            secret,
            quote(secret, safe=""),
            quote_plus(secret),
            repr(secret)[1:-1],
            json.dumps(secret)[1:-1],
        )
    }
    longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))

    def conceal(text: str) -> str:
        for spelling in longest_first:
            text = text.replace(spelling, "***")
        return text

    return conceal
