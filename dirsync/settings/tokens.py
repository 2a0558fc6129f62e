"""What is secret within an address whose knowledge is all that somebody needs to use it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNING_SECRET: Final = "whsec_"
"""How the secret of a webhook begins (Standard Webhooks)."""
_LEAST_TOKEN = 8
"""Shorter parts of an address are words rather than tokens, and hiding them would garble messages."""
_SURELY_TOKEN = 20


def notify_addresses(urls: str) -> list[str]:
    """Return apprise's addresses, which blanks or commas separate; a comma within one stays."""
    return [url for url in re.split(r"[\s,]+(?=[A-Za-z0-9+.-]+://)|\s+", urls.strip()) if url]


def tokens_in(urls: str) -> Iterator[str]:
    """Yield the parts of addresses by which somebody could use them: passwords, and what looks like a token.

    Messages of libraries may name a part without the rest. Names of hosts and e-mail addresses stay readable.
    """
    for url in notify_addresses(urls):
        if url.startswith(SIGNING_SECRET):
            yield url.removeprefix(SIGNING_SECRET)
        elif "://" in url:
            yield url.rstrip("/")
        try:
            parts = urlsplit(url)
            password, host = parts.password or "", parts.hostname or ""
        except ValueError:
            continue
        yield password
        named = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query)), parts.username or ""]
        if "." not in host:
            named += [host, parts.netloc.rpartition("@")[2].partition(":")[0]]
        yield from (part for part in named if _is_token(part))


def _is_token(part: str) -> bool:
    is_long = len(part) >= _LEAST_TOKEN and any(map(str.isdigit, part))
    return "@" not in part and (is_long or len(part) >= _SURELY_TOKEN)
