"""One LDAP server: reached, encrypted, logged in to, recognised, and able to give everything page by page."""

from __future__ import annotations

from ssl import SSLSocket
from typing import TYPE_CHECKING

from dirsync.directories.build import ldap_connection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.directories.ldap.wire.pages import PAGED_RESULTS
from dirsync.errors import Unreachable
from dirsync.operations.doctor.certificates import required, validity
from dirsync.operations.doctor.interface import fail, ok, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.dialects.interface import RootDse
    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import LdapSettings


def ldap(name: str, settings: LdapSettings, given: Surroundings) -> Iterator[Remark]:
    """Go as far as a read goes before its first search."""
    connection = ldap_connection(name, settings)
    with connected(connection) as line:
        yield from _encryption(name, connection, line.socket, given)
        yield _login(name, connection)
        try:
            root = Questions(line, connection).root_dse()
        except LineBroken as error:
            raise Unreachable(
                f"{connection.who} logged in and then fell silent: {error}.",
                "Check the server's log, and that this port speaks LDAP.",
            ) from None
    yield from _server(name, root)


def _encryption(name: str, connection: LdapConnection, socket: object, given: Surroundings) -> Iterator[Remark]:
    if isinstance(socket, SSLSocket):
        how = "StartTLS" if connection.starts_tls else "TLS from the start"
        yield ok(name, f"reached {connection.address}, encrypted ({how}, {socket.version()}).")
        certificate = required(socket.getpeercert())
        yield validity(name, certificate, given.now(), "Have the server's certificate renewed.")
    elif connection.address.is_local:
        yield ok(name, f"reached {connection.address}, unencrypted, which never leaves this machine.")
    else:
        yield warn(name, f"reached {connection.address} unencrypted.", "Use ldaps://, or take ALLOW_PLAINTEXT out.")


def _login(name: str, connection: LdapConnection) -> Remark:
    if connection.bind_dn:
        return ok(name, f"logged in as {connection.bind_dn}.")
    return warn(
        name,
        "logged in as nobody: it shows what everybody may see, which may not be everything.",
        "Set BIND_DN and PASSWORD_FILE of an account that may read all people and groups.",
    )


def _server(name: str, root: RootDse) -> Iterator[Remark]:
    dialect = dialect_of(root)
    product = f"{root.vendor} {root.version}".strip()
    yield ok(name, f"{product or 'a server that does not say its version'}, spoken to as {dialect.name}.")
    if PAGED_RESULTS in root.controls:
        yield ok(name, "gives its entries page by page.")
    elif root.controls:
        yield fail(
            name,
            "does not offer paged results (RFC 2696), so nothing proves that a read is whole.",
            "Have paging switched on for this account.",
        )
    else:
        yield warn(
            name,
            "does not tell which controls it offers, so it is not known whether it can page.",
            "Let this account read supportedControl of the root entry; 'dirsync audit' will tell otherwise.",
        )
