"""Pings in the style of healthchecks.io: a dead man's switch that also knows how long a run took and how it ended.

The addresses and the body are those of its Pinging API (healthchecks.io/docs/http_api): `/start`, the address itself
for success, `/<exit code>` for failure, `rid` to tell overlapping runs apart, and a body of at most 100 kB.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_URL, uuid5

from dirsync.operations.telling.sending import Address

if TYPE_CHECKING:
    from dirsync.operations.telling.digest import Digest
    from dirsync.operations.telling.interface import Begun
    from dirsync.settings.unattended import Unattended

SETTING: Final = "DIRSYNC_PING_URL"
TIMEOUT: Final = 10.0
HEADERS: Final = {"Content-Type": "text/plain; charset=utf-8"}


class Ping:
    """Pings one address. What it sends names nobody: the counts of the digest."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def begin(self, begun: Begun) -> None:
        """Start the clock there; tried once, since the run waits for it."""
        self._send(replace(self._address, retry_seconds=0), "start", begun.run, "")

    def end(self, digest: Digest) -> None:
        """Tell success, or failure by the exit code: findings are no outage of the job."""
        body = "\n".join([digest.title(), *digest.lines(is_redacted=True)])
        self._send(self._address, "" if digest.is_success else str(digest.exit_code), digest.run, body)

    @staticmethod
    def _send(address: Address, what: str, run: str, body: str) -> None:
        params = {"rid": str(uuid5(NAMESPACE_URL, f"dirsync:{run}"))}
        # pinging twice is pinging once, for the run has an id
        address.post(body.encode(), HEADERS, path=what, params=params, may_repeat=True)


def ping(settings: Unattended) -> Ping | None:
    """Return the channel, if the settings ask for it."""
    if settings.ping_url is None:
        return None
    return Ping(Address("ping", settings.ping_url, SETTING, TIMEOUT, TIMEOUT))
