"""One LDAP server: reached, encrypted, logged in to, recognised, and what it lets the account have."""

from __future__ import annotations

from ssl import SSLSocket
from typing import TYPE_CHECKING

from dirsync.directories.build import ldap_connection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.changes.choice import in_words
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.directories.ldap.wire.results import PAGED_RESULTS
from dirsync.errors import Unreachable
from dirsync.operations.doctor.certificates import required, validity
from dirsync.operations.doctor.interface import fail, ok, warn
from dirsync.operations.doctor.ldap_reach import reach
from dirsync.operations.doctor.ldap_rights import limits, rights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.connection import Line
    from dirsync.directories.ldap.dialects.interface import RootDse
    from dirsync.operations.doctor.interface import Remark, Surroundings
    from dirsync.settings.models import LdapSettings


def ldap(name: str, settings: LdapSettings, given: Surroundings) -> Iterator[Remark]:
    """Go as far as a read goes, and look at the first entry of each search."""
    connection = ldap_connection(name, settings)
    with connected(connection) as line:
        yield from _passed_over(name, line)
        yield from _encryption(name, line.settings, line.socket, given)
        yield _login(name, line)
        try:
            root = Questions(line, line.settings).root_dse()
            dialect = dialect_of(root)
            yield from _server(name, root)
            page_size = yield from limits(name, line, root, dialect)
            if settings.full_every == 0:
                yield ok(name, "is read whole every time, and nothing of it is kept (FULL_EVERY=0).")
            else:
                yield ok(name, in_words(Questions(line, line.settings), line.settings, root, dialect, given.now()))
            if page_size:
                searches = yield from rights(name, line, dialect, given)
                with connected(connection) as another:  # on the first one a page asked for ahead is still under way
                    yield from reach(name, another, searches, dialect, page_size)
        except LineBroken as error:
            raise Unreachable(
                f"{line.settings.who} logged in and then fell silent: {error}.",
                "Check the server's log, and that this port speaks LDAP.",
            ) from None


def _passed_over(name: str, line: Line) -> Iterator[Remark]:
    for reason in line.passed_over:
        yield warn(name, reason, f"Mend it while {line.settings.address} stands in for it.")


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


def _login(name: str, line: Line) -> Remark:
    if line.account:
        return ok(name, f"logged in as {line.account} ({line.settings.how}).")
    return warn(
        name,
        "logged in as nobody: it shows what everybody may see, which may not be everything.",
        "Set BIND_DN and PASSWORD_FILE of an account that may read all people and groups.",
    )


def _server(name: str, root: RootDse) -> Iterator[Remark]:
    dialect = dialect_of(root)
    product = f"{root.vendor} {root.version}".strip()
    yield ok(name, f"{product or 'a server that does not say its version'}, spoken to as {dialect.name}.")
    if root.controls and PAGED_RESULTS not in root.controls:
        yield fail(
            name,
            "does not offer paged results (RFC 2696), so nothing proves that a read is whole.",
            "Have paging switched on for this account.",
        )
    elif not root.controls:
        yield warn(
            name,
            "does not tell which controls it offers, so it is not known whether it can page.",
            "Let this account read supportedControl of the root entry; 'dirsync audit' will tell otherwise.",
        )
