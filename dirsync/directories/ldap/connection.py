"""Connect, encrypt, bind: everything up to the first search, with every failure as an error of dirsync.

No message here is made from ldap3's Connection: its repr holds the password in clear.
"""

from __future__ import annotations

import contextlib
import math
import re
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ldap3 import NONE, SYNC, Connection, Server
from ldap3.core.exceptions import LDAPException, LDAPExceptionError

from dirsync.directories.ldap.binding import account_of, asks_who_we_are, check_bind, kerberos_failure, referred, way_of
from dirsync.directories.ldap.failover import ServerUnusable, none_usable, reasons
from dirsync.directories.ldap.tls import VerifiedTls, explain, explain_alert, verified_tls
from dirsync.errors import DirectoryUnreadable, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.address import LdapConnection

_NOISE = (
    "socket connection error while opening: ",
    "socket ssl wrapping error: ",
    "error receiving data: ",
    "socket sending error",
)
_LOGIN = "logged in to"
_HUNG_UP = ("terminated by server", "EOF occurred", "reset by peer", "Broken pipe")


class Line(Connection):
    """A bound connection to one server."""

    settings: LdapConnection
    """Narrowed to the server it leads to."""
    account: str
    """Whom the server takes us for: a name, or words where it does not tell; empty for nobody."""
    passed_over: tuple[str, ...]
    """A sentence for each server that stands before this one and could not be used."""
    requests: int
    """How often the server was asked until it had logged us in."""


@contextlib.contextmanager
def connected(settings: LdapConnection) -> Iterator[Line]:
    """Yield a bound connection to the first server that can be used, and close it.

    Raises a DirectoryUnreadable when there is none to be had. Once it is yielded no other server is turned to: what
    two servers say is not one state of a directory.
    """
    line = _first_usable(settings)
    try:
        yield line
    finally:
        _leave(line)


def _first_usable(settings: LdapConnection) -> Line:
    failures: list[ServerUnusable] = []
    for one in settings.each():
        try:
            line = _logged_in(one)
        except ServerUnusable as error:
            from loguru import logger  # the only word to the log here: it costs a third of what a read imports

            logger.debug("{}", error)
            failures.append(error)
        else:
            line.passed_over = reasons(settings, failures)
            return line
    raise none_usable(settings, failures)


def _logged_in(settings: LdapConnection) -> Line:
    tls = verified_tls(settings) if settings.is_encrypted else None
    _refuse_clear_text_password(settings)
    _resolve(settings)
    line = _line(settings, tls)
    try:
        _open_and_bind(line, settings, tls)
    except BaseException:
        _leave(line)
        raise
    return line


def _leave(line: Line) -> None:
    # a server that is gone can't be taken leave of
    with contextlib.suppress(LDAPException, OSError):
        line.unbind()
    _close_socket(line)


def _refuse_clear_text_password(settings: LdapConnection) -> None:
    if settings.password and not (settings.is_encrypted or settings.address.is_local or settings.allow_plaintext):
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
        raise ServerUnusable(
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


def _line(settings: LdapConnection, tls: VerifiedTls | None) -> Line:
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
    line = Line(
        server,
        user=settings.bind_dn or None,
        password=settings.password or None,
        **way_of(settings),
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
    server.connection = line
    line.settings = settings
    line.requests = 1 + settings.starts_tls + asks_who_we_are(settings)
    return line


def _open_and_bind(line: Line, settings: LdapConnection, tls: VerifiedTls | None) -> None:
    failure: DirectoryUnreadable | None = None
    step = "reached"
    try:
        line.open(read_server_info=False)
        if settings.starts_tls:
            step = "encrypted (StartTLS)"
            line.start_tls(read_server_info=False)
        step = _LOGIN
        line.bind(read_server_info=False)
        check_bind(line.result, settings)
        line.account = account_of(line, settings)
    except (LDAPException, OSError) as error:
        failure = _failure(error, step, settings, tls)
    except (ValueError, IndexError, KeyError) as error:
        failure = _undecodable(error, step, settings)
    except DirectoryUnreadable:
        raise
    except Exception as error:  # noqa: BLE001 - ldap3 decodes by indexing: anything may come out of it
        failure = kerberos_failure(error, settings) or _undecodable(error, step, settings)
    # raised out here, so that no exception of ldap3 hangs on to it
    if failure:
        raise failure


def _undecodable(error: Exception, step: str, settings: LdapConnection) -> DirectoryUnreadable:
    """Return what it means that ldap3 stumbled over an answer."""
    # of what the answer to a login may hold, it knows all but a referral, which has tag 3 (RFC 4511, 4.1.9)
    if step == _LOGIN and isinstance(error, KeyError) and error.args == (3,):
        return referred(settings)
    return ServerUnusable(
        f"{settings.who} could not be {step}: its answer is no LDAP ({type(error).__name__}).",
        "Check host and port in URL: something else may listen there.",
    )


def _failure(error: Exception, step: str, settings: LdapConnection, tls: VerifiedTls | None) -> ServerUnusable:
    if tls and tls.failure:
        return explain(tls.failure, settings)
    said = in_words(error)
    alert = explain_alert(said, settings) if tls else None
    if alert:
        return alert
    if step.startswith("encrypted"):
        return ServerUnusable(
            f"{settings.who} could not be {step}: {said}.",
            "The server must offer StartTLS on this port; else use ldaps://, or ALLOW_PLAINTEXT=true (reported).",
        )
    if tls and step == _LOGIN and any(sign in said for sign in _HUNG_UP):
        # a server that refuses a client certificate may just hang up (slapd with GnuTLS does)
        return ServerUnusable(
            f"{settings.who} hung up between the TLS handshake and the login: {said}.",
            "See the server's log: it may not accept the certificate of CLIENT_CERT_FILE."
            if settings.client_cert_file
            else "See the server's log: it may want a client certificate (CLIENT_CERT_FILE).",
        )
    return ServerUnusable(
        f"{settings.who} could not be {step}: {said}.",
        "Check host and port in URL, that the server runs, and the firewalls between.",
    )


def in_words(error: Exception) -> str:
    """Return what an exception of ldap3 says, without the addresses and class names it repeats."""
    history = error.args[1] if isinstance(error, LDAPExceptionError) and len(error.args) > 1 else ()
    attempts = [str(attempt[0]) for attempt in history if isinstance(attempt, tuple)]
    # an SSLError made by ldap3 from a text shows it as a tuple
    said = str(error.args[0]) if len(error.args) == 1 else str(error)
    text = "; ".join(dict.fromkeys(attempts)) or said or type(error).__name__
    for noise in _NOISE:
        text = text.replace(noise, "")
    return re.sub(r"\[Errno \d+\] ", "", text).rstrip(". ")
