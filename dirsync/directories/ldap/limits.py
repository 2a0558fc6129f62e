"""The limits a server puts on an account, as far as that account can see them.

No server tells a size limit before it is met: what stands in its settings is seldom shown to an ordinary account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.asking import ANYTHING, Questions
from dirsync.directories.ldap.dn import check_dn
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.searches import Kind, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dirsync.directories.ldap.dialects.interface import RootDse
    from dirsync.directories.ldap.page_loop import Page

ADMIN_LIMIT_EXCEEDED = 11
NO_ENTRY = "(!(objectClass=*))"
OWN_ENTRY, CONFIGURATION = "{account}", "{configuration}"
_PLACES = (
    # 389-DS: what holds for this account alone; then, with OpenLDAP, the server's own
    (OWN_ENTRY, ("nsSizeLimit", "nsPagedSizeLimit", "nsTimeLimit", "nsLookThroughLimit")),
    (
        "cn=config",
        ("nsslapd-sizelimit", "nsslapd-pagedsizelimit", "nsslapd-timelimit", "olcSizeLimit", "olcTimeLimit"),
    ),
    ("cn=config,cn=ldbm database,cn=plugins,cn=config", ("nsslapd-lookthroughlimit", "nsslapd-pagedlookthroughlimit")),
    # Active Directory: MaxPageSize, MaxValRange, MaxQueryDuration and others
    (
        f"CN=Default Query Policy,CN=Query-Policies,CN=Directory Service,CN=Windows NT,CN=Services,{CONFIGURATION}",
        ("lDAPAdminLimits",),
    ),
)
"""Where servers keep them, by entry; one that has no such entry, or hides it, says nothing."""
_OF_INTEREST = frozenset({"maxpagesize", "maxvalrange", "maxqueryduration", "maxresultsetsize"})


def visible_limits(questions: Questions, root: RootDse, account: str) -> Iterator[str]:
    """Yield `name value` for each limit the account can see. Raises LineBroken."""
    configuration = next((name for name in root.naming_contexts if name.lower().startswith("cn=configuration,")), "")
    for place, attributes in _PLACES:
        name = place.format(account=account, configuration=configuration)
        if not name or name.endswith(",") or check_dn(name):
            continue
        for entry in questions.at(name, ANYTHING, attributes).entries:
            if isinstance(entry, Entry):
                yield from _told(entry, attributes)


def _told(entry: Entry, attributes: tuple[str, ...]) -> Iterator[str]:
    for attribute in attributes:
        for value in entry.all_values(attribute):
            name, separator, number = value.decode("utf-8", "replace").partition("=")
            if not separator:
                yield f"{attribute} {name}"
            elif name.lower() in _OF_INTEREST:
                yield f"{name} {number}"


def largest_page(ask_with: Callable[[int], Page], wanted: int) -> int:
    """Return how many entries a page may hold, up to `wanted`; 0 where the account may not page at all.

    `ask_with` asks for a page of so many entries. Raises LineBroken.
    """
    if not _is_refused(ask_with(wanted)):
        return wanted
    taken, refused = 0, wanted
    while refused - taken > 1:
        size = (taken + refused) // 2
        taken, refused = (taken, size) if _is_refused(ask_with(size)) else (size, refused)
    return taken


def _is_refused(page: Page) -> bool:
    return page.code == ADMIN_LIMIT_EXCEEDED


def no_entry_below(base: str) -> Search:
    """Return a search that finds nothing, so that only its terms are accepted or refused."""
    return Search(Kind.USERS, base, NO_ENTRY, ("1.1",), ())
