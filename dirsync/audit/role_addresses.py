"""Addresses that belong to a role, a service or a list by their name alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.addresses import Addresses
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLES = {
    **dict.fromkeys(("info", "marketing", "sales", "support"), "RFC 2142, section 3"),
    **dict.fromkeys(("abuse", "noc", "security"), "RFC 2142, section 4"),
    **dict.fromkeys(
        ("postmaster", "hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp"), "RFC 2142, section 5"
    ),
    **dict.fromkeys(("no-reply", "noreply", "do-not-reply", "donotreply"), "nobody reads what is sent there"),
}
"""Mailbox names that no person bears, and why."""
LIST_ENDINGS = {"-request": "RFC 2142, section 6", "-owner": "the owner's address of list software"}
"""What list software puts behind a list's own name."""
_ENDINGS = tuple(LIST_ENDINGS)


def with_roles_or(whole: Iterable[str]) -> Addresses:
    """Return all addresses in which `role_in` sees a role, and some folded ones besides."""
    return Addresses(frozenset(whole), frozenset(ROLES), _ENDINGS)


def role_in(email: str) -> tuple[str, str]:
    """Return the mailbox name or ending that marks an address as nobody's own, and why; empty for any other."""
    local, at, _ = fold(email).partition("@")
    if at and local in ROLES:
        return f"{local}@", ROLES[local]
    is_list = at and local.endswith(_ENDINGS)
    ending = next(known for known in _ENDINGS if local.endswith(known)) if is_list else ""
    return (f"{ending}@", LIST_ENDINGS[ending]) if ending else ("", "")
