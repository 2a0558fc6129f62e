"""Connect, encrypt, bind: everything up to the first search, with every failure as an error of dirsync.

No message here is made from ldap3's Connection: its repr holds the password in clear.
"""

from __future__ import annotations

import contextlib
import math
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ldap3 import ANONYMOUS, NONE, SIMPLE, SYNC, Connection, Server
from ldap3.core.exceptions import LDAPException, LDAPExceptionError

from dirsync.directories.ldap.tls import VerifiedTls, explain, verified_tls
from dirsync.errors import CredentialsRefused, DirectoryUnreadable, RightsMissing, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.address import LdapConnection

SUCCESS = 0
# RFC 4511, appendix A; where servers answer a bind with noSuchObject or invalidDNSyntax, the name is wrong
_WRONG_NAME_OR_PASSWORD = frozenset({32, 34, 48, 49})
_WANTS_ENCRYPTION = frozenset({8, 13})
_FORBIDDEN = frozenset({50})


@contextlib.contextmanager
def connected(settings: LdapConnection) -> Iterator[Connection]:
    """Yield a bound connection, and close it. Raises a DirectoryUnreadable when there is none to be had."""
    tls = None
    if settings.address.scheme == "ldaps" or settings.starts_tls:
        tls = verified_tls(settings)
    _refuse_clear_text_password(settings)
    _resolve(settings)
    connection = _connection(settings, tls)
    try:
        _open_and_bind(connection, settings, tls)
        yield connection
    finally:
        # a server that is gone can't be taken leave of
        with contextlib.suppress(LDAPException, OSError):
            connection.unbind()
        _close_socket(connection)


def _refuse_clear_text_password(settings: LdapConnection) -> None:
    encrypted = settings.address.scheme == "ldaps" or settings.starts_tls
    if settings.password and not (encrypted or settings.address.is_local or settings.allow_plaintext):
        raise Unreachable(
            f"{settings.who} would get the password in clear over the network, which is refused.",
            "Use ldaps:// or a server that offers StartTLS, or set ALLOW_PLAINTEXT=true, which is reported.",
        )


def _resolve(settings: LdapConnection) -> None:
    """Look the name up first, since ldap3 answers an unknown one with 'invalid server address'."""
    address = settings.address
    if address.scheme == "ldapi":
        return
    try:
        socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a host name"
        raise Unreachable(
            f"{settings.who} can't be reached: its name {address.host!r} can't be resolved: {reason}.",
            "Check the host in URL and the name servers of this machine.",
        ) from None


class _TidyServer(Server):
    """Closes the socket of an address that failed before the next one is tried: ldap3 forgets it."""

    connection: Connection | None = None

    def candidate_addresses(self) -> Iterator[Any]:
        """Yield addresses; asked for another one only when the last one failed."""
        for address in super().candidate_addresses():  # type: ignore[no-untyped-call] # the stubs leave it open
            yield address
            if self.connection:
                _close_socket(self.connection)


def _close_socket(connection: Connection) -> None:
    if connection.socket:
        with contextlib.suppress(OSError):
            connection.socket.close()


def _connection(settings: LdapConnection, tls: VerifiedTls | None) -> Connection:
    address = settings.address
    if address.scheme == "ldapi":
        server = _TidyServer(
            f"ldapi://{quote(address.host, safe='')}", get_info=NONE, connect_timeout=settings.connect_timeout
        )
    else:
        server = _TidyServer(
            address.host,
            address.port,
            use_ssl=address.scheme == "ldaps",
            allowed_referral_hosts=[],
            get_info=NONE,
            tls=tls,
            connect_timeout=settings.connect_timeout,
        )
    connection = Connection(
        server,
        user=settings.bind_dn or None,
        password=settings.password or None,
        authentication=SIMPLE if settings.bind_dn else ANONYMOUS,
        client_strategy=SYNC,
        # ldap3 would log in at any server a referral names, in clear, with this name and password
        auto_referrals=False,
        check_names=False,
        return_empty_attributes=False,
        auto_range=False,
        raise_exceptions=False,
        read_only=True,
        # whole seconds: ldap3 packs it into a C long
        receive_timeout=max(1, math.ceil(settings.read_timeout)),
    )
    server.connection = connection
    return connection


def _open_and_bind(connection: Connection, settings: LdapConnection, tls: VerifiedTls | None) -> None:
    failure: DirectoryUnreadable | None = None
    step = "reached"
    try:
        connection.open(read_server_info=False)
        if settings.starts_tls:
            step = "encrypted (StartTLS)"
            connection.start_tls(read_server_info=False)
        step = "logged in to"
        connection.bind(read_server_info=False)
    except (LDAPException, OSError, ValueError, IndexError, KeyError) as error:
        # the last three come from ldap3 decoding what is no LDAP
        failure = _failure(error, step, settings, tls)
    # raised out here, so that no exception of ldap3 hangs on to it
    if failure:
        raise failure
    _check_bind(connection.result, settings)


def _failure(error: Exception, step: str, settings: LdapConnection, tls: VerifiedTls | None) -> DirectoryUnreadable:
    if tls and tls.failure:
        return explain(tls.failure, settings)
    if step.startswith("encrypted"):
        return Unreachable(
            f"{settings.who} could not be {step}: {in_words(error)}.",
            "The server must offer StartTLS on this port; else use ldaps://, or ALLOW_PLAINTEXT=true (reported).",
        )
    return Unreachable(
        f"{settings.who} could not be {step}: {in_words(error)}.",
        "Check host and port in URL, that the server runs, and the firewalls between.",
    )


def _check_bind(result: dict[str, object], settings: LdapConnection) -> None:
    code = result["result"]
    if code == SUCCESS:
        return
    said = f"{result['description']}" + (f" ({result['message']})" if result.get("message") else "")
    who = settings.bind_dn or "nobody (no BIND_DN is set)"
    if code in _WRONG_NAME_OR_PASSWORD:
        raise CredentialsRefused(
            f"{settings.who} refused to log in {who}: {said}.",
            "Check BIND_DN and PASSWORD_FILE, and that the account is neither locked nor expired.",
        )
    if code in _WANTS_ENCRYPTION:
        raise Unreachable(
            f"{settings.who} does not accept a login without encryption: {said}.",
            "Use ldaps://, or ldap:// with CA_FILE, which starts TLS.",
        )
    if code in _FORBIDDEN:
        raise RightsMissing(
            f"{settings.who} does not let {who} log in: {said}.",
            "Ask the server's administrator for the right to bind.",
        )
    raise Unreachable(f"{settings.who} did not log in {who}: {said}.", "Try again when the server is well.")


def in_words(error: Exception) -> str:
    """Return what an exception of ldap3 says, without the addresses and class names it repeats."""
    history = error.args[1] if isinstance(error, LDAPExceptionError) and len(error.args) > 1 else ()
    attempts = [str(attempt[0]) for attempt in history if isinstance(attempt, tuple)]
    text = "; ".join(dict.fromkeys(attempts)) or str(error) or type(error).__name__
    for noise in ("socket connection error while opening: ", "socket ssl wrapping error: ", "error receiving data: "):
        text = text.replace(noise, "")
    return text.rstrip(". ")
