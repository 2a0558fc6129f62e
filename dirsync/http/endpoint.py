"""Where to ask, who asks, and what may never travel in clear."""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from dirsync.errors import UsageInvalid
from dirsync.model.names import directory_key

if TYPE_CHECKING:
    from pathlib import Path

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One product's REST door, as the settings name it. Times are seconds.

    Credentials are `token` (sent as Bearer) or `username` and `password` (Basic). A name and password inside
    `url` are moved to those fields, so that no message can show them. Raises `UsageInvalid` for a URL or a
    token that can't be one.
    """

    name: str
    """What messages call it: the Directory's name, or `jira`."""
    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    ca_file: Path | str | None = None
    allow_plaintext: bool = False
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    """The longest silence, not the longest answer."""
    retry_seconds: float = 30.0
    """How long one question may take altogether, repetitions and waits included; 0: never repeat."""
    settings_prefix: str = ""
    """The variables it comes from; empty: `DIRSYNC_DIRECTORIES__<NAME>`."""

    def __post_init__(self) -> None:
        """Check URL and token, and take name and password out of the URL."""
        if not (self.token.isascii() and self.token.isprintable()) or " " in self.token:
            raise UsageInvalid(
                f"{self.name}: the token holds a blank, a line break or another character that HTTP can't carry.",
                f"Write {self.setting('TOKEN')} anew, without anything around the token.",
            )
        try:
            parts = urlsplit(self.url.strip())
            host, port = parts.hostname, parts.port
            username, password = unquote(parts.username or ""), unquote(parts.password or "")
        except ValueError:
            parts, host, port, username, password = urlsplit(""), None, None, "", ""
        if parts.scheme not in {"http", "https"} or not host:
            raise UsageInvalid(
                f"{self.name}: the URL is not one of the form https://host/path.", f"Correct {self.setting('URL')}."
            )
        netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")
        object.__setattr__(self, "url", urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", "")))
        if not self.username and not self.token:
            object.__setattr__(self, "username", username)
            object.__setattr__(self, "password", self.password or password)

    def setting(self, leaf: str) -> str:
        """Return the name of one of its settings, for remedies."""
        prefix = self.settings_prefix or f"DIRSYNC_DIRECTORIES__{directory_key(self.name).upper()}"
        return f"{prefix}__{leaf}"

    @property
    def host(self) -> str:
        """The host's name or address, without port."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """Say whether requests stay on this machine; only literal loopback addresses and `localhost` do."""
        host = self.host.rstrip(".")
        if host == "localhost":
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def sends_secrets_in_clear(self) -> bool:
        """Say whether a password or token would cross a network readable by everybody on the way."""
        has_secret = bool(self.password or self.token or self.username)
        return has_secret and urlsplit(self.url).scheme == "http" and not self.is_loopback

    def refuse_plaintext(self) -> None:
        """Raise `UsageInvalid` when secrets would travel in clear and nobody has allowed it."""
        if self.sends_secrets_in_clear and not self.allow_plaintext:
            raise UsageInvalid(
                f"{self.name}: {self.url} would carry the password in clear.",
                f"Use https in {self.setting('URL')}, or accept it with {self.setting('ALLOW_PLAINTEXT')}=true.",
            )

    def scrub(self, text: str) -> str:
        """Return the text with every form of its secrets hidden: servers echo headers and bodies in error pages."""
        for secret in self._secrets():
            text = text.replace(secret, HIDDEN)
        return text

    def _secrets(self) -> tuple[str, ...]:
        basic = b64encode(f"{self.username}:{self.password}".encode()).decode() if self.password else ""
        forms = (basic, self.password, quote(self.password, safe=""), self.token, quote(self.token, safe=""))
        return tuple(sorted({form for form in forms if form}, key=len, reverse=True))
