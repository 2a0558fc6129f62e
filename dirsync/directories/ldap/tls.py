"""TLS for ldap3, verified by Python's own ssl module, and its failures in words.

ldap3 2.9.1 verifies nothing by default, and its own host name check knows no IP addresses on Python 3.12 and later.
A context with `check_hostname` leaves chain, name and IP address to OpenSSL, before the first byte of LDAP is sent.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from ldap3 import Tls

from dirsync.errors import Unreachable

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection

# OpenSSL's verification results (x509_vfy.h) that have a cure of their own
_EXPIRED, _NOT_YET_VALID, _WRONG_NAME, _WRONG_ADDRESS = 10, 9, 62, 64


def verified_tls(settings: LdapConnection) -> VerifiedTls:
    """Make the TLS settings of a connection. Raises Unreachable when the CA file can't be used."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise Unreachable(
            f"{settings.who} was not contacted: its CA file {settings.ca_file!r} can't be read: {reason}.",
            "CA_FILE must name a PEM file that the user running dirsync may read.",
        ) from None
    return VerifiedTls(context, settings.address.host)


class VerifiedTls(Tls):
    """Wraps ldap3's socket in a context that verifies chain and host; remembers why that failed."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = context
        self._host = host.rstrip(".")
        self.failure: ssl.SSLError | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:  # noqa: ANN401, ARG002, FBT001, FBT002 - ldap3's signature
        """Replace the connection's socket by an encrypted one. Raises what ssl raises."""
        try:
            connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._host)
        except ssl.SSLError as error:
            self.failure = error
            raise


def explain(error: ssl.SSLError, settings: LdapConnection) -> Unreachable:
    """Say what exactly TLS did not accept, and what to do."""
    host = settings.address.host
    if not isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(
            f"{settings.who} broke off the TLS handshake: {error.reason or error}.",
            "Check that this port speaks TLS (ldaps:// is usually 636; for 389 write ldap://, which uses StartTLS).",
        )
    trusted = f"the CA file {settings.ca_file!r}" if settings.ca_file else "the system's certificate authorities"
    if error.verify_code in {_WRONG_NAME, _WRONG_ADDRESS}:
        return Unreachable(
            f"{settings.who} shows a certificate that is not made out to {host!r}: {error.verify_message}.",
            "Write the URL with a name that is in the certificate, or have one issued that holds this name.",
        )
    if error.verify_code in {_EXPIRED, _NOT_YET_VALID}:
        return Unreachable(
            f"{settings.who} shows a certificate that can't be used today: {error.verify_message}.",
            "Have the server's certificate renewed, and check the clocks of both machines.",
        )
    return Unreachable(
        f"{settings.who} shows a certificate that {trusted} do not vouch for: {error.verify_message}."
        if not settings.ca_file
        else f"{settings.who} shows a certificate that {trusted} does not vouch for: {error.verify_message}.",
        "Set CA_FILE to the PEM certificate of the authority that issued it.",
    )
