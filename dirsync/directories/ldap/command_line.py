"""The same search as a command an admin can run: the quickest way to see what the server sees."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from dirsync.settings.ldap_server import Authentication

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.searches import Search

_LOGIN = {
    Authentication.SIMPLE: ["-x"],
    Authentication.ANONYMOUS: ["-x"],
    Authentication.EXTERNAL: ["-Q", "-Y", "EXTERNAL"],
    Authentication.GSSAPI: ["-Q", "-Y", "GSSAPI"],
}


def ldapsearch(settings: LdapConnection, search: Search) -> str:
    """Return the OpenLDAP command line of a search; it asks for the password (-W), which is never part of it."""
    words = ["ldapsearch", "-LLL", *_LOGIN[settings.how], "-H", str(settings.address)]
    if settings.starts_tls:
        words.append("-ZZ")
    if settings.bind_dn:
        words += ["-D", settings.bind_dn, "-W"]
    words += ["-E", f"!pr={settings.page_size}/noprompt", "-a", "never", "-s", "sub"]
    words += ["-b", search.base, search.filter, *search.attributes]
    return "".join(f"{name}={shlex.quote(file)} " for name, file in _files(settings) if file) + shlex.join(words)


def _files(settings: LdapConnection) -> Iterator[tuple[str, str]]:
    yield "LDAPTLS_CACERT", settings.ca_file
    yield "LDAPTLS_CERT", settings.client_cert_file
    yield "LDAPTLS_KEY", settings.client_key_file or settings.client_cert_file
