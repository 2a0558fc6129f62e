"""A signed POST of the digest when a run ends.

Payload, headers and signature are those of Standard Webhooks (standardwebhooks.com), for which there are libraries in
every language: `webhook-signature` is `v1,` and HMAC-SHA256 over `ID.TIMESTAMP.BODY` in base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Final

from dirsync.operations.telling.sending import Address
from dirsync.settings.unattended import signing_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.operations.telling.digest import Digest
    from dirsync.operations.telling.interface import Begun
    from dirsync.settings.unattended import Unattended

SETTING: Final = "DIRSYNC_WEBHOOK_URL"
TYPE: Final = "dirsync.run.ended"
TIMEOUT: Final = 15.0
RETRY_SECONDS: Final = 60.0


class Webhook:
    """Posts to one address. `now` returns seconds since 1970, and is there for tests."""

    def __init__(
        self, address: Address, key: bytes, *, is_redacted: bool, now: Callable[[], float] = time.time
    ) -> None:
        self._address, self._key, self._is_redacted, self._now = address, key, is_redacted, now

    def begin(self, begun: Begun) -> None:
        """Nothing: the digest is there when the run ends."""

    def end(self, digest: Digest) -> None:
        """Post the digest; sent again it has the same id, so that the receiver can tell."""
        told = {"type": TYPE, "timestamp": digest.ended_at, "data": digest.document(is_redacted=self._is_redacted)}
        body = json.dumps(told, separators=(",", ":")).encode()
        identity, at = f"msg_{digest.run}", str(int(self._now()))
        headers = {
            "Content-Type": "application/json",
            "webhook-id": identity,
            "webhook-timestamp": at,
            "webhook-signature": signature(self._key, identity, at, body),
        }
        self._address.post(body, headers, may_repeat=True)


def signature(key: bytes, identity: str, at: str, body: bytes) -> str:
    """Return the value of the header `webhook-signature`; `at` is seconds since 1970, as sent."""
    signed = b".".join((identity.encode(), at.encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def webhook(settings: Unattended) -> Webhook | None:
    """Return the channel, if the settings ask for it."""
    if settings.webhook_url is None or settings.webhook_secret is None:
        return None
    address = Address("webhook", settings.webhook_url, SETTING, TIMEOUT, RETRY_SECONDS)
    key = signing_key(settings.webhook_secret.get_secret_value())
    return Webhook(address, key, is_redacted=settings.notify_redact)
