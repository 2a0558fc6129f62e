"""Sending over HTTP to an address that is a secret as a whole: by the house's door, and never naming its path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from dirsync.errors import DirsyncError
from dirsync.settings.tokens import tokens_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send to. Times are seconds."""

    name: str
    url: SecretStr
    setting: str
    """The setting that names it, for remedies."""
    timeout: float
    """For the connection to be made, and for each wait for an answer."""
    retry_seconds: float
    """How long one message may take altogether."""

    def post(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        path: str = "",
        params: Mapping[str, str] | None = None,
        may_repeat: bool = False,
    ) -> None:
        """Post a body, and raise `DirsyncError` unless it was taken. `may_repeat`: taken twice it counts once."""
        from dirsync.http import Endpoint, HttpClient, refuse_errors

        parts = urlsplit(self.url.get_secret_value())
        endpoint = Endpoint(
            name=self.name,
            url=f"{parts.scheme}://{parts.netloc}",
            connect_timeout=self.timeout,
            read_timeout=self.timeout,
            retry_seconds=self.retry_seconds,
        )
        # just as it is written, with or without a slash at its end
        target = f"{parts.path.rstrip('/')}/{path}" if path else parts.path
        asked = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **(params or {})}
        try:
            with HttpClient(endpoint, headers=headers, may_repeat_posts=may_repeat) as client:
                refuse_errors(client.send("POST", target, asked, body))
        except DirsyncError as error:
            # The path of such an address is its password, and what the server answered may repeat it.
            shown = error.message.replace(f"{endpoint.url}{parts.path.rstrip('/')}", endpoint.url)
            for part in sorted(_secret_parts(self.url.get_secret_value()), key=len, reverse=True):
                shown = shown.replace(part, "***")
            raise type(error)(shown, f"Check {self.setting}; 'dirsync doctor' asks for its host.") from None


def _secret_parts(url: str) -> set[str]:
    """Return what of an address must not be shown: its path and its query as they are, and every token in them."""
    parts = urlsplit(url)
    return {part for part in (parts.path.rstrip("/"), parts.query, *tokens_in(url)) if part}
