"""Where an LDAP server is and how to log in: checked when it is made, so that a run never starts with a bad address."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import quote, unquote, urlsplit

from dirsync.errors import ConfigurationInvalid, Mistake

DEFAULT_PORTS = {"ldap": 389, "ldaps": 636}
FORMS = "ldaps://HOST[:636], ldap://HOST[:389] or ldapi://%2Fpath%2Fto%2Fsocket"


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
    """Parse an LDAP URL. Raises ValueError whose message repeats nothing that could be a password."""
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
        raise ValueError("holds a user or a password; these have settings of their own (BIND_DN, PASSWORD_FILE)")
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


@dataclass(frozen=True, slots=True)
class LdapConnection:
    """How to reach and log in to one LDAP server. Raises ConfigurationInvalid for values that cannot work.

    Time-outs are in seconds: `connect_timeout` for the connection, `read_timeout` for each wait for data.
    Without `bind_dn` the bind is anonymous. `ca_file` (PEM) replaces the system's authorities. Entries are decoded
    by dirsync, or by ldap3 where `uses_stock_decoder`: slower by far, and there to be compared with.
    """

    name: str
    url: str
    bind_dn: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    allow_plaintext: bool = False
    page_size: int = 1000
    connect_timeout: float = 10
    read_timeout: float = 120
    uses_stock_decoder: bool = False

    def __post_init__(self) -> None:
        """Check everything at once."""
        setting = f"DIRSYNC_DIRECTORIES__{self.name.upper()}__"
        mistakes: list[Mistake] = []
        try:
            parse_address(self.url)
        except ValueError as error:
            mistakes.append(Mistake(f"{setting}URL", str(error)))
        # size 0 asks for an estimate instead of entries (RFC 2696, 3): an empty answer that says success
        if self.page_size < 1:
            mistakes.append(Mistake(f"{setting}PAGE_SIZE", f"{self.page_size} must be 1 or more"))
        mistakes.extend(
            Mistake(f"{setting}{name}", f"{value} must be more than 0 seconds")
            for name, value in (("CONNECT_TIMEOUT", self.connect_timeout), ("READ_TIMEOUT", self.read_timeout))
            if value <= 0
        )
        if self.bind_dn and not self.password:
            # a bind with a name and no password succeeds as nobody on many servers (RFC 4513, 5.1.2)
            mistakes.append(Mistake(f"{setting}PASSWORD_FILE", "is missing: BIND_DN is given, so a password must be"))
        if mistakes:
            raise ConfigurationInvalid(mistakes)

    @property
    def address(self) -> ServerAddress:
        """The parsed URL."""
        return parse_address(self.url)

    @property
    def starts_tls(self) -> bool:
        """Whether StartTLS comes before the bind: always for ldap://, but for a loopback address without `ca_file`."""
        address = self.address
        if address.scheme != "ldap" or self.allow_plaintext:
            return False
        return bool(self.ca_file) or not address.is_local

    @property
    def who(self) -> str:
        """How messages call it."""
        return f"Directory {self.name!r} ({self.address})"
