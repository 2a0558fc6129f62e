"""Where an LDAP server is, and which ways of logging in fit together: the words of the LDAP settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DEFAULT_PORTS = {"ldap": 389, "ldaps": 636}
FORMS = "ldaps://HOST[:636], ldap://HOST[:389] or ldapi://%2Fpath%2Fto%2Fsocket"


class Authentication(StrEnum):
    """How to log in."""

    SIMPLE = "simple"
    ANONYMOUS = "anonymous"
    EXTERNAL = "external"
    """By what the line itself proves: the process at the other end of a socket file, or a client certificate."""
    GSSAPI = "gssapi"
    """By the Kerberos ticket of the process."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A parsed LDAP URL. `host` has no brackets; for ldapi it is the path of the socket and `port` is 0."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the URL, which never holds a password."""
        if self.scheme == "ldapi":
            return f"ldapi://{quote(self.host, safe='')}"
        return (
            f"{self.scheme}://[{self.host}]:{self.port}"
            if ":" in self.host
            else f"{self.scheme}://{self.host}:{self.port}"
        )

    @property
    def is_local(self) -> bool:
        """Whether what is sent never leaves this machine."""
        if self.scheme == "ldapi" or self.host.lower() == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def parse_address(url: str) -> ServerAddress:
    """Parse one LDAP URL. Raises ValueError whose message repeats nothing that could be a password."""
    scheme, separator, rest = url.strip().partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in {"ldap", "ldaps", "ldapi"}:
        raise ValueError(f"is not an LDAP URL; it must be {FORMS}")
    if scheme == "ldapi":
        path = unquote(rest)
        if not path.strip("/"):
            raise ValueError(f"names no socket; it must be {FORMS}")
        return ServerAddress(scheme, "/" + path.strip("/"), 0)
    if "@" in rest:
        raise ValueError("holds a user name or password; these have settings of their own (BIND_DN, PASSWORD_FILE)")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"has no valid host and port; it must be {FORMS}") from error
    if not host:
        raise ValueError(f"names no host; it must be {FORMS}")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("holds more than host and port; bases and filters belong into the mapping")
    return ServerAddress(scheme, host, port or DEFAULT_PORTS[scheme])


def parse_addresses(urls: str) -> tuple[ServerAddress, ...]:
    """Parse LDAP URLs separated by blanks or commas, in the order they are to be tried.

    Raises ValueError with everything that is wrong with any of them, each called by its place.
    """
    written = re.findall(r"[^\s,]+", urls)
    found: list[ServerAddress] = []
    wrong: list[str] = []
    for place, url in enumerate(written or [""], 1):
        which = f"address {place} of {len(written)} " if len(written) > 1 else ""
        try:
            address = parse_address(url)
        except ValueError as error:
            wrong.append(f"{which}{error}")
            continue
        if address in found:
            wrong.append(f"{which}repeats {address}; name each server once")
        found.append(address)
    if wrong:
        raise ValueError("; ".join(wrong))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Login:
    """What the settings give for logging in; files and texts by whether they are there at all."""

    addresses: Sequence[ServerAddress]
    chosen: Authentication | None
    """None: what is given decides."""
    has_name: bool
    has_password: bool
    has_certificate: bool
    has_key: bool
    allow_plaintext: bool

    @property
    def authentication(self) -> Authentication:
        """Return the chosen way, or the one that fits what is given; a certificate alone speaks for itself."""
        if self.chosen:
            return self.chosen
        if self.has_name or self.has_password:
            return Authentication.SIMPLE
        return Authentication.EXTERNAL if self.has_certificate else Authentication.ANONYMOUS

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Yield the setting to correct, and the whole sentence about it, for all that can't work together."""
        how = self.authentication
        if how is Authentication.SIMPLE:
            yield from self._name_without_password()
        elif self.has_name or self.has_password:
            given = " and ".join([*["BIND_DN"] * self.has_name, *["PASSWORD"] * self.has_password])
            yield "AUTHENTICATION", f"AUTHENTICATION={how} takes no {given}; leave it out, or set simple"
        if self.has_key and not self.has_certificate:
            yield "CLIENT_CERT_FILE", "CLIENT_KEY_FILE is given, so CLIENT_CERT_FILE must be too"
        for address in self.addresses:
            if how is Authentication.EXTERNAL and address.scheme != "ldapi" and not self.has_certificate:
                yield (
                    "CLIENT_CERT_FILE",
                    f"AUTHENTICATION=external over {address} needs a client certificate; give CLIENT_CERT_FILE",
                )
            if how is Authentication.GSSAPI and address.scheme == "ldapi":
                yield "URL", f"AUTHENTICATION=gssapi needs the name of a host, which {address} is not"
            if self.has_certificate and self._is_in_clear(address):
                yield "CLIENT_CERT_FILE", f"CLIENT_CERT_FILE needs TLS, which {address} is without; use ldaps://"

    def _name_without_password(self) -> Iterator[tuple[str, str]]:
        """Refuse one without the other: many servers let a name without password in as nobody (RFC 4513, 5.1.2)."""
        if not self.has_name and not self.has_password:
            yield "BIND_DN", "AUTHENTICATION=simple needs BIND_DN and PASSWORD (or PASSWORD_FILE)"
        elif self.has_name != self.has_password:
            given, missing = ("BIND_DN", "PASSWORD (or PASSWORD_FILE)") if self.has_name else ("PASSWORD", "BIND_DN")
            where = "PASSWORD_FILE" if self.has_name else "BIND_DN"
            yield where, f"{given} is given, so {missing} must be too; give neither for an anonymous bind"

    def _is_in_clear(self, address: ServerAddress) -> bool:
        return address.scheme == "ldap" and self.allow_plaintext
