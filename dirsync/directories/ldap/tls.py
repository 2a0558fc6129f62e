"""TLS for ldap3, verified by Python's own ssl module, and its failures in words.

ldap3 2.9.1 verifies nothing by default, and its own host name check knows no IP addresses on Python 3.12 and later.
A context with `check_hostname` leaves chain, name and IP address to OpenSSL, before the first byte of LDAP is sent.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from ldap3 import Tls

from dirsync.directories.ldap.failover import ServerUnusable
from dirsync.errors import Unreachable

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection

# OpenSSL's verification results (x509_vfy.h) that have a cure of their own
_NOT_YET_VALID, _EXPIRED, _SELF_SIGNED, _WRONG_NAME, _WRONG_ADDRESS = 9, 10, 18, 62, 64
_ALERTS = {
    "CERTIFICATE_REQUIRED": ("wants a client certificate", "Set CLIENT_CERT_FILE and CLIENT_KEY_FILE."),
    "HANDSHAKE_FAILURE": (
        "agrees on no way to encrypt, or wants a client certificate",
        "If the server asks for client certificates, set CLIENT_CERT_FILE and CLIENT_KEY_FILE.",
    ),
    "UNKNOWN_CA": (
        "does not know the authority of our client certificate",
        "Have that authority added to those the server trusts, or use a certificate of one it trusts.",
    ),
    "CERTIFICATE_EXPIRED": (
        "says that our client certificate has expired",
        "Have the certificate in CLIENT_CERT_FILE renewed.",
    ),
    "BAD_CERTIFICATE": (
        "does not accept our client certificate",
        "See the server's log for what it misses in the certificate of CLIENT_CERT_FILE.",
    ),
}
"""What a server says of the other side (RFC 8446, 6.2), by the end of OpenSSL's name for it."""


def verified_tls(settings: LdapConnection) -> VerifiedTls:
    """Make the TLS settings of a connection. Raises Unreachable when a file they name can't be used."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise Unreachable(
            f"{settings.who} was not contacted: its CA file {settings.ca_file!r} can't be read: {reason}.",
            "CA_FILE must name a PEM file that the user running dirsync may read.",
        ) from None
    if settings.client_cert_file:
        _show_certificate(context, settings)
    return VerifiedTls(context, settings.address.host)


def _show_certificate(context: ssl.SSLContext, settings: LdapConnection) -> None:
    key_file = settings.client_key_file or settings.client_cert_file
    try:
        # an empty passphrase: OpenSSL would ask the terminal for that of a key that is encrypted
        context.load_cert_chain(settings.client_cert_file, key_file, password="")
    except (OSError, ssl.SSLError) as error:
        if not isinstance(error, ssl.SSLError):
            reason = str(error.strerror)
        elif error.reason == "KEY_VALUES_MISMATCH":
            reason = "the key is that of another certificate"
        else:
            reason = "they must hold a certificate and its key as PEM, the key without a passphrase"
        raise Unreachable(
            f"{settings.who} was not contacted: the client certificate {settings.client_cert_file!r} with the key "
            f"{key_file!r} can't be used: {reason}.",
            "CLIENT_CERT_FILE and CLIENT_KEY_FILE must name PEM files that the user running dirsync may read.",
        ) from None


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


def explain(error: ssl.SSLError, settings: LdapConnection) -> ServerUnusable:
    """Say what exactly TLS did not accept, and what to do."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        said = error.reason or str(error)
        return explain_alert(said, settings) or ServerUnusable(
            f"{settings.who} broke off the TLS handshake: {said}.",
            "Check that this port speaks TLS (ldaps:// is usually 636; for 389 write ldap://, which uses StartTLS).",
        )
    shows = f"{settings.who} shows a certificate that"
    said = error.verify_message
    if error.verify_code in {_WRONG_NAME, _WRONG_ADDRESS}:
        return ServerUnusable(
            f"{shows} is not made out to {settings.address.host!r}: {said}.",
            "Write the URL with a name that is in the certificate, or have one issued that holds this name.",
        )
    if error.verify_code == _EXPIRED:
        return ServerUnusable(
            f"{shows} can't be used today: {said}.",
            "Have the server's certificate renewed, or put this machine's clock right.",
        )
    if error.verify_code == _NOT_YET_VALID:
        return ServerUnusable(
            f"{shows} can't be used today: {said}.",
            "Put the clocks of both machines right, or wait until the certificate begins.",
        )
    if error.verify_code == _SELF_SIGNED:
        return ServerUnusable(
            f"{shows} nobody but the server itself vouches for: {said}.",
            "Have one issued by an authority; or get this one from the server's administrator, and name it in CA_FILE.",
        )
    trusted = (
        f"the CA file {settings.ca_file!r} does" if settings.ca_file else "the system's certificate authorities do"
    )
    return ServerUnusable(
        f"{shows} {trusted} not vouch for: {said}.",
        "Set CA_FILE to the PEM certificate of the authority that issued it.",
    )


def explain_alert(said: str, settings: LdapConnection) -> ServerUnusable | None:
    """Say what the server does not accept of us; `said` is OpenSSL's name for it, or a text that holds it.

    With TLS 1.3 it is heard only after the handshake, in place of the first answer (RFC 8446, 4.4.2.4).
    """
    words = said.upper().replace(" ", "_")
    for alert, (what, remedy) in _ALERTS.items():
        if f"ALERT_{alert}" in words:
            return ServerUnusable(f"{settings.who} {what}: it broke off TLS with {alert}.", remedy)
    return None
