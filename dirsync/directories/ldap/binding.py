"""Logging in: what ldap3 needs for each way of it, and what a server's refusal means."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ldap3 import ANONYMOUS, EXTERNAL, GSSAPI, SASL, SIMPLE

from dirsync.directories.ldap.failover import ServerUnusable
from dirsync.directories.ldap.logon_failures import logon_failure
from dirsync.errors import CredentialsRefused, DirectoryUnreadable, RightsMissing, Unreachable
from dirsync.settings.ldap_server import Authentication

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ldap3 import Connection

    from dirsync.directories.ldap.address import LdapConnection

SUCCESS = 0
# RFC 4511, appendix A; where servers answer a bind with noSuchObject or invalidDNSyntax, the name is wrong
_WRONG_NAME_OR_PASSWORD = frozenset({32, 34, 48, 49})
_NO_SUCH_METHOD = 7
_REFERRAL = 10
_WANTS_ENCRYPTION = frozenset({8, 13})
_FORBIDDEN = frozenset({50})
_NOT_NOW = frozenset({51, 52})
_KERBEROS_NEEDS = ("gssapi", "cryptography")
"""ldap3 binds the ticket to the TLS channel (RFC 5929), for which it reads the certificate with cryptography."""
_WAYS: dict[Authentication, dict[str, Any]] = {
    Authentication.SIMPLE: {"authentication": SIMPLE},
    Authentication.ANONYMOUS: {"authentication": ANONYMOUS},
    Authentication.EXTERNAL: {"authentication": SASL, "sasl_mechanism": EXTERNAL, "sasl_credentials": ""},
    # without a security layer: TLS is what encrypts, so answers are plain LDAP for either decoder
    Authentication.GSSAPI: {"authentication": SASL, "sasl_mechanism": GSSAPI},
}
_BY_WHAT = {
    Authentication.SIMPLE: "",
    Authentication.ANONYMOUS: "nobody (no BIND_DN is set)",
    Authentication.GSSAPI: "the owner of the Kerberos ticket",
}
_CREDENTIALS = {
    Authentication.SIMPLE: "Check BIND_DN and PASSWORD_FILE, and that the account is neither locked nor expired.",
    Authentication.ANONYMOUS: "Set BIND_DN and PASSWORD_FILE: this server wants to know who asks.",
    Authentication.EXTERNAL: "Have the server map this identity to an account (OpenLDAP: olcAuthzRegexp).",
    Authentication.GSSAPI: "Get a ticket with kinit (or KRB5_CLIENT_KTNAME), for an account that this server knows.",
}


def way_of(settings: LdapConnection) -> Mapping[str, Any]:
    """Return what ldap3's Connection needs to be told. Raises DirectoryUnreadable where a library is missing."""
    missing = [name for name in _KERBEROS_NEEDS if find_spec(name) is None]
    if settings.how is Authentication.GSSAPI and missing:
        raise DirectoryUnreadable(
            f"{settings.who} was not contacted: AUTHENTICATION=gssapi needs {' and '.join(missing)}, which isn't here.",
            "Install dirsync-connector[kerberos], or set another AUTHENTICATION.",
        )
    return _WAYS[settings.how]


def who_we_are(settings: LdapConnection) -> str:
    """Return whom messages say is logging in."""
    if settings.how is Authentication.EXTERNAL:
        return "this process" if settings.address.scheme == "ldapi" else "the holder of the client certificate"
    return settings.bind_dn or _BY_WHAT[settings.how]


def asks_who_we_are(settings: LdapConnection) -> bool:
    """Say whether the account's name is the server's to give, not ours."""
    return settings.how in {Authentication.EXTERNAL, Authentication.GSSAPI}


def account_of(connection: Connection, settings: LdapConnection) -> str:
    """Return the account's name as the server knows it (RFC 4532), or what describes it; empty for nobody.

    Raises what ldap3 raises.
    """
    if not asks_who_we_are(settings):
        return settings.bind_dn
    told = connection.extend.standard.who_am_i()
    if connection.result["result"] != SUCCESS:
        return who_we_are(settings)
    return str(told or "").removeprefix("dn:").removeprefix("u:")


def kerberos_failure(error: Exception, settings: LdapConnection) -> CredentialsRefused | None:
    """Say what the Kerberos library did not find or get; None for what comes from elsewhere."""
    if not type(error).__module__.startswith("gssapi"):
        return None
    said = " ".join(str(error).split()).rstrip(".")
    return CredentialsRefused(
        f"{settings.who} was not logged in to with Kerberos: {said}.", _CREDENTIALS[Authentication.GSSAPI]
    )


def referred(settings: LdapConnection) -> Unreachable:
    """Return the error of a server that names another one to log in to."""
    return Unreachable(
        f"{settings.who} sends {who_we_are(settings)} to another server, which is never followed: it would get the"
        " password.",
        "Write the URL of the server that holds this account.",
    )


def check_bind(result: Mapping[str, Any], settings: LdapConnection) -> None:
    """Raise what a server's answer to the bind means, unless it is yes."""
    code = result["result"]
    if code == SUCCESS:
        return
    said = f"{result['description']}" + (f" ({result['message']})" if result.get("message") else "")
    us = who_we_are(settings)
    if code in _WRONG_NAME_OR_PASSWORD:
        known = logon_failure(str(result.get("message") or ""))
        why, remedy = (f"{known.reason} ({said})", known.remedy) if known else (said, _CREDENTIALS[settings.how])
        raise CredentialsRefused(f"{settings.who} refused to log in {us}: {why}.", remedy)
    if code in _WANTS_ENCRYPTION:
        raise Unreachable(
            f"{settings.who} does not accept a login without encryption: {said}.",
            "Use ldaps://, or ldap:// with CA_FILE, which starts TLS.",
        )
    if code in _FORBIDDEN:
        raise RightsMissing(
            f"{settings.who} does not let {us} log in: {said}.",
            "Ask the server's administrator for the right to bind.",
        )
    if code in _NOT_NOW:
        raise ServerUnusable(f"{settings.who} did not log in {us}: {said}.", "Try again when the server is well.")
    if code == _REFERRAL:
        raise referred(settings)
    if code == _NO_SUCH_METHOD:
        raise Unreachable(
            f"{settings.who} does not offer AUTHENTICATION={settings.how}: {said}.",
            "See supportedSASLMechanisms of its root entry, or set another AUTHENTICATION.",
        )
    raise Unreachable(f"{settings.who} did not log in {us}: {said}.", "See the server's log for its reason.")
