"""How to reach and log in to an LDAP directory: checked when it is made, so that a run never starts with a mistake."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from dirsync.errors import ConfigurationInvalid, Mistake
from dirsync.settings.ldap_server import Authentication, Login, ServerAddress, parse_addresses

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class LdapConnection:
    """How to reach and log in to one LDAP directory. Raises ConfigurationInvalid for values that cannot work.

    `url` names one server, or several that hold the same, separated by blanks or commas: `connected` uses the first
    that can be used, and its connection's `settings` are narrowed to that one. Time-outs are in seconds and hold for
    each server: `connect_timeout` for the connection, `read_timeout` for each wait for data. Without
    `authentication` what else is given decides (`Login`). `ca_file` (PEM) replaces the system's authorities;
    `client_cert_file` (PEM) may hold its key, too. Entries are decoded by dirsync, or by ldap3 where
    `uses_stock_decoder`: slower by far, and there to be compared with.
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
    accepts_silence: bool = False
    """Whether changes may be read by a feed that does not tell what is gone, until everything is read again."""
    uses_stock_decoder: bool = False
    authentication: Authentication | None = None
    client_cert_file: str = ""
    client_key_file: str = ""

    def __post_init__(self) -> None:
        """Check everything at once."""
        setting = f"DIRSYNC_DIRECTORIES__{self.name.upper()}__"
        mistakes = [Mistake(f"{setting}{name}", what) for name, what in self._mistakes()]
        if mistakes:
            raise ConfigurationInvalid(mistakes)

    def _mistakes(self) -> Iterator[tuple[str, str]]:
        addresses: tuple[ServerAddress, ...] = ()
        try:
            addresses = parse_addresses(self.url)
        except ValueError as error:
            yield "URL", str(error)
        # size 0 asks for an estimate instead of entries (RFC 2696, 3): an empty answer that says success
        if self.page_size < 1:
            yield "PAGE_SIZE", f"{self.page_size} must be 1 or more"
        for name, value in (("CONNECT_TIMEOUT", self.connect_timeout), ("READ_TIMEOUT", self.read_timeout)):
            if value <= 0:
                yield name, f"{value} must be more than 0 seconds"
        yield from self._login(addresses).mistakes()

    def _login(self, addresses: tuple[ServerAddress, ...]) -> Login:
        return Login(
            addresses=addresses,
            chosen=self.authentication,
            has_name=bool(self.bind_dn),
            has_password=bool(self.password),
            has_certificate=bool(self.client_cert_file),
            has_key=bool(self.client_key_file),
            allow_plaintext=self.allow_plaintext,
        )

    @property
    def how(self) -> Authentication:
        """The way of logging in."""
        return self._login(self.addresses).authentication

    @property
    def addresses(self) -> tuple[ServerAddress, ...]:
        """Every server, in the order of trying."""
        return parse_addresses(self.url)

    @property
    def address(self) -> ServerAddress:
        """The first server; of a connection's own `settings` the one it leads to."""
        return self.addresses[0]

    def each(self) -> tuple[LdapConnection, ...]:
        """Return the same for each server alone."""
        return tuple(replace(self, url=str(address)) for address in self.addresses)

    @property
    def starts_tls(self) -> bool:
        """Whether StartTLS comes before the bind to `address`.

        Always for ldap://, but for a loopback address where no certificate is named.
        """
        address = self.address
        if address.scheme != "ldap" or self.allow_plaintext:
            return False
        return bool(self.ca_file or self.client_cert_file) or not address.is_local

    @property
    def is_encrypted(self) -> bool:
        """Whether nothing but a TLS handshake goes over the line to `address` in clear."""
        return self.address.scheme == "ldaps" or self.starts_tls

    @property
    def who(self) -> str:
        """How messages call it."""
        return f"Directory {self.name!r} ({', '.join(map(str, self.addresses))})"
