"""The same search as a command an admin can run: the quickest way to see what the server sees."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.searches import Search


def ldapsearch(settings: LdapConnection, search: Search) -> str:
    """Return the OpenLDAP command line of a search; it asks for the password (-W), which is never part of it."""
    words = ["ldapsearch", "-LLL", "-x", "-H", str(settings.address)]
    if settings.starts_tls:
        words.append("-ZZ")
    if settings.bind_dn:
        words += ["-D", settings.bind_dn, "-W"]
    words += ["-E", f"!pr={settings.page_size}/noprompt", "-a", "never", "-s", "sub"]
    words += ["-b", search.base, search.filter, *search.attributes]
    trust = f"LDAPTLS_CACERT={shlex.quote(settings.ca_file)} " if settings.ca_file else ""
    return trust + shlex.join(words)
