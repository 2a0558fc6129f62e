"""The certificate a server shows, for saying in time when it ends."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from dirsync.http.environment import authorities_for, proxies_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.http.endpoint import Endpoint

HTTPS = 443


def certificate_of(endpoint: Endpoint) -> Mapping[str, Any] | None:
    """Return a server's verified certificate as `ssl.SSLSocket.getpeercert` gives it.

    None where there is none to be seen: over http, behind a proxy, and where the connection fails, which is told
    better by the request that follows. Raises `UsageInvalid` as `HttpClient` does for a CA file that isn't there.
    """
    parts = urlsplit(endpoint.url)
    if parts.scheme != "https" or proxies_for(endpoint).get("https"):
        return None
    named = authorities_for(endpoint)
    authorities = DEFAULT_CA_BUNDLE_PATH if named is True else str(named)
    folder = Path(authorities).is_dir()
    try:
        context = ssl.create_default_context(
            cafile=None if folder else authorities, capath=authorities if folder else None
        )
        address = (endpoint.host, parts.port or HTTPS)
        with (
            socket.create_connection(address, endpoint.connect_timeout) as line,
            context.wrap_socket(line, server_hostname=endpoint.host) as encrypted,
        ):
            return encrypted.getpeercert()
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        return None
