"""Notifications by apprise (mail, chat, and a hundred others), only where there is news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dirsync.errors import DirsyncError
from dirsync.settings.tokens import notify_addresses

if TYPE_CHECKING:
    from dirsync.operations.telling.digest import Digest
    from dirsync.operations.telling.interface import Begun
    from dirsync.settings.unattended import Unattended

SETTING: Final = "DIRSYNC_NOTIFY_URLS"
NOT_INSTALLED: Final = DirsyncError(
    "apprise is not installed, so nobody was notified.",
    "Install dirsync-connector[notify], or unset DIRSYNC_NOTIFY_URLS.",
)


class Notifications:
    """Notifies every address of news; nobody of a night like the one before."""

    def __init__(self, urls: list[str], *, is_redacted: bool) -> None:
        self._urls, self._is_redacted = urls, is_redacted

    def begin(self, begun: Begun) -> None:
        """Nothing: that a run begins is no news."""

    def end(self, digest: Digest) -> None:
        """Send title and lines to each address. Raises `DirsyncError` that tells how many did not take it."""
        if not digest.is_news:
            return
        try:
            import apprise
        except ImportError:
            raise NOT_INSTALLED from None
        body = "\n".join(digest.lines(is_redacted=self._is_redacted))
        level = apprise.NotifyType.WARNING if digest.is_success else apprise.NotifyType.FAILURE
        untold = [number for number, url in enumerate(self._urls, 1) if not _notify(url, digest.title(), body, level)]
        if untold:
            which = ", ".join(map(str, untold))
            raise DirsyncError(
                f"Of {len(self._urls)} addresses in {SETTING} these were not notified, counted from 1: {which}.",
                "The warnings before this one have apprise's own words.",
            )


def _notify(url: str, title: str, body: str, level: str) -> bool:
    import apprise

    # a redirect would take the message, names and all, to a host that nobody chose; `redirect=yes` in an address does
    asset = apprise.AppriseAsset(http_redirects=False)
    service = apprise.Apprise(asset=asset)
    # escapes and markup in names stay what they are
    return bool(service.add(url)) and bool(
        service.notify(body=body, title=title, notify_type=level, body_format=apprise.NotifyFormat.TEXT)
    )


def notifications(settings: Unattended) -> Notifications | None:
    """Return the channel, if the settings ask for it."""
    if settings.notify_urls is None:
        return None
    return Notifications(notify_addresses(settings.notify_urls.get_secret_value()), is_redacted=settings.notify_redact)
