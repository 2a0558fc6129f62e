"""Proxies and certificate authorities: read from the environment once, visibly, instead of on every request.

`requests` would otherwise re-read the environment and .netrc for each request: slower by a third, and .netrc
could replace the credentials that the settings name.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import requests.utils

from dirsync.errors import UsageInvalid

if TYPE_CHECKING:
    from dirsync.http.endpoint import Endpoint

CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def proxies_for(endpoint: Endpoint) -> dict[str, str]:
    """Return the proxies that HTTP_PROXY, HTTPS_PROXY and NO_PROXY ask for.

    Loopback never goes through one: what may travel in clear on this machine may not leave it.
    """
    return {} if endpoint.is_loopback else requests.utils.get_environ_proxies(endpoint.url)


def authorities_for(endpoint: Endpoint) -> str | bool:
    """Return the file or folder of trusted authorities, or True for those that come with Python's certifi.

    Raises `UsageInvalid` when the file named does not exist.
    """
    for path, named_by in _candidates(endpoint):
        if not Path(path).exists():
            raise UsageInvalid(
                f"{endpoint.name}: {named_by} names {path}, which does not exist.",
                "Name the file with the certificate authorities that signed the server's certificate.",
            )
        return path
    return True


def _candidates(endpoint: Endpoint) -> list[tuple[str, str]]:
    named = [(str(endpoint.ca_file or ""), endpoint.setting("CA_FILE"))]
    named += [(os.environ.get(variable, ""), variable) for variable in CA_VARIABLES]
    return [(path, named_by) for path, named_by in named if path]
