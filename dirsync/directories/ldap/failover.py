"""Servers that can't be used just now: the one kind of failure after which another server is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.directories.ldap.address import LdapConnection


class ServerUnusable(Unreachable):
    """Not this server, or not now; another one of the same directory may do.

    Wrong credentials and missing rights are none of it: each server would refuse them again, and count the
    failures towards locking the account.
    """


def none_usable(settings: LdapConnection, failures: Sequence[ServerUnusable]) -> ServerUnusable:
    """Return one error that names every server with its own reason; `failures` are in the order of the servers."""
    if len(failures) == 1:
        return failures[0]
    return ServerUnusable(
        f"Directory {settings.name!r}: none of its {len(failures)} servers can be used. "
        + " ".join(reasons(settings, failures)),
        " ".join(dict.fromkeys(failure.remedy for failure in failures)),
    )


def reasons(settings: LdapConnection, failures: Sequence[ServerUnusable]) -> tuple[str, ...]:
    """Return a sentence for each of the first servers, which failed; it begins with the server's address."""
    return tuple(
        f"{one.address} {failure.message.removeprefix(f'{one.who} ')}"
        for one, failure in zip(settings.each(), failures, strict=False)  # those behind the one that answered
    )
