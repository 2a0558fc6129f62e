"""The table of Directory kinds: from settings and selections to something that can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dirsync.http import Endpoint
from dirsync.settings.models import CrowdSettings, JiraDirectorySettings, LdapSettings, LdifSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dirsync.directories.interface import Directory, Progress, Selection
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.model.facts import Fact
    from dirsync.settings.models import JiraSettings

Asked = tuple["Selection", ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What a Directory may need beside its own settings and what it is asked for."""

    progress: Progress
    facts: Mapping[str, Fact[Any]]
    """What is known of the products that show the Directory."""
    jira: JiraSettings | None
    """How Jira is asked, which holds Directories too."""


def build_directory(name: str, settings: Any, asked: Sequence[Selection], around: Around) -> Directory:  # noqa: ANN401 - a union that pydantic discriminates
    """Make the Directory that one entry of the settings names. Raises `ConfigurationInvalid` or `UsageInvalid`."""
    return DIRECTORIES[type(settings)](name, settings, tuple(asked), around)


def crowd_endpoint(name: str, settings: CrowdSettings) -> Endpoint:
    """Return where a Crowd application is asked, for reading and writing alike."""
    return Endpoint(
        name=name,
        url=settings.url,
        username=settings.application,
        password=settings.password.get_secret_value(),
        ca_file=settings.ca_file,
        allow_plaintext=settings.allow_plaintext,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retry_seconds=settings.retry_seconds,
    )


def _crowd(name: str, settings: CrowdSettings, asked: Asked, around: Around) -> Directory:
    from dirsync.directories.crowd import CrowdDirectory
    from dirsync.directories.crowd.attribution import attribution_of

    return CrowdDirectory(
        crowd_endpoint(name, settings),
        asked,
        around.progress,
        known=attribution_of(settings.application, around.facts),
        page_size=settings.page_size,
    )


def ldap_connection(name: str, settings: LdapSettings) -> LdapConnection:
    """Return where an LDAP server is asked, and as whom."""
    from dirsync.directories.ldap.address import LdapConnection

    return LdapConnection(
        name=name,
        url=settings.url,
        bind_dn=settings.bind_dn,
        password=settings.password.get_secret_value(),
        ca_file=str(settings.ca_file or ""),
        allow_plaintext=settings.allow_plaintext,
        page_size=settings.page_size,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        accepts_silence=settings.full_every is not None,
        uses_stock_decoder=settings.decoder == "stock",
        authentication=settings.authentication,
        client_cert_file=str(settings.client_cert_file or ""),
        client_key_file=str(settings.client_key_file or ""),
    )


def _ldap(name: str, settings: LdapSettings, asked: Asked, around: Around) -> Directory:
    from dirsync.directories.ldap.directory import LdapDirectory

    return LdapDirectory(ldap_connection(name, settings), asked, around.progress)


def _ldif(name: str, settings: LdifSettings, asked: Asked, around: Around) -> Directory:
    from dirsync.directories.ldif import LdifDirectory

    return LdifDirectory(name, settings.path, asked, around.progress)


def _jira(name: str, settings: JiraDirectorySettings, asked: Asked, around: Around) -> Directory:
    from dirsync.directories.jira import JiraDirectory
    from dirsync.settings.products import JIRA, database_address, product_endpoint

    jira = around.jira
    return JiraDirectory(
        name,
        settings.jira_directory,
        asked,
        around.progress,
        database=database_address(JIRA, jira) if jira else None,
        endpoint=product_endpoint(JIRA, jira) if jira and jira.url else None,
    )


DIRECTORIES: dict[type, Callable[[str, Any, Asked, Around], Directory]] = {
    LdapSettings: _ldap,
    CrowdSettings: _crowd,
    LdifSettings: _ldif,
    JiraDirectorySettings: _jira,
}
