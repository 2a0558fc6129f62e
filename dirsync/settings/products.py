"""From the settings of Jira and of Crowd to where each is asked: by REST, and in its database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.http import Endpoint

if TYPE_CHECKING:
    from dirsync.database.address import DatabaseAddress
    from dirsync.settings.models import CrowdAdminSettings, JiraSettings

    ProductSettings = JiraSettings | CrowdAdminSettings

JIRA: Final = "jira"
CROWD_ADMIN: Final = "crowd_admin"


def product_endpoint(name: str, settings: ProductSettings) -> Endpoint:
    """Return where a product is asked by REST, and as whom; `settings.url` must be there."""
    token = getattr(settings, "token", None)
    return Endpoint(
        name=name,
        url=settings.url or "",
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else "",
        token=token.get_secret_value() if token else "",
        ca_file=settings.ca_file,
        allow_plaintext=settings.allow_plaintext,
        connect_timeout=settings.connect_timeout,
        read_timeout=settings.read_timeout,
        retry_seconds=settings.retry_seconds,
        settings_prefix=f"DIRSYNC_{name.upper()}",
    )


def database_address(name: str, settings: ProductSettings) -> DatabaseAddress | None:
    """Return where a product's database is, if the settings name it."""
    if settings.database_url is None:
        return None
    from dirsync.database.address import DatabaseAddress

    return DatabaseAddress(
        product={JIRA: "Jira", CROWD_ADMIN: "Crowd"}[name],
        url=settings.database_url.get_secret_value(),
        settings_prefix=f"DIRSYNC_{name.upper()}",
        ca_file=settings.ca_file,
        allow_plaintext=settings.allow_plaintext,
        connect_timeout=settings.connect_timeout,
        statement_timeout=settings.read_timeout,
    )
