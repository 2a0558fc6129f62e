"""The line to one endpoint: a session of requests, with all settled once that stays the same from question to question.

`requests` prepares URL, proxies, cookies and headers anew for each request, which takes a third of its time.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

import requests
from requests.utils import default_headers

import dirsync
from dirsync.http.environment import authorities_for, proxies_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.http.endpoint import Endpoint

_NEEDS_NO_QUOTING = re.compile(r"(?:[A-Za-z0-9/_~?&=+.,:;@!$'()*-]|%[0-9A-Fa-f]{2})*")


class Line:
    """Sends requests to one endpoint and keeps connections and cookies. Not for several threads.

    `headers` go with every request. The constructor raises `UsageInvalid` for a file of authorities that isn't there.
    """

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.proxies = proxies_for(endpoint)
        self._session.verify = self._authorities = authorities_for(endpoint)
        self._headers = default_headers()
        self._headers.update({"User-Agent": f"dirsync/{dirsync.__version__}", **headers, **_authorisation(endpoint)})
        self._base = ""

    def close(self) -> None:
        """Close its connections; it may still be used and opens new ones."""
        self._session.close()

    def send(self, method: str, target: str, headers: Mapping[str, str], data: bytes | None) -> requests.Response:
        """Send a request and return once the answer's head is there; `target` is below the endpoint's URL.

        Redirects are not followed. Raises whatever `requests` raises.
        """
        prepared = requests.PreparedRequest()
        prepared.method = method
        prepared.headers = self._headers.copy()
        prepared.headers.update(headers)
        if data is not None or method not in {"GET", "HEAD"}:
            prepared.headers["Content-Length"] = str(len(data or b""))
        prepared.body = data
        prepared.url = self._url(target)
        if self._session.cookies:
            prepared.prepare_cookies(self._session.cookies)
        # not by way of the session, which would take the cookies twice and look where a redirect leads
        response = self._session.get_adapter(prepared.url).send(
            prepared,
            stream=True,
            timeout=(self._endpoint.connect_timeout, self._endpoint.read_timeout),
            proxies=self._session.proxies,
            verify=self._authorities,
        )
        if response.cookies:
            self._session.cookies.update(response.cookies)
        return response

    def _url(self, target: str) -> str:
        if self._base and _NEEDS_NO_QUOTING.fullmatch(target):
            return self._base + target
        prepared = requests.PreparedRequest()
        prepared.prepare_url(self._endpoint.url, None)
        self._base = str(prepared.url).rstrip("/")
        prepared.prepare_url(self._endpoint.url + target, None)
        return str(prepared.url)


def _authorisation(endpoint: Endpoint) -> dict[str, str]:
    if endpoint.token:
        return {"Authorization": f"Bearer {endpoint.token}"}
    if endpoint.username or endpoint.password:
        # requests itself would encode as Latin-1; Crowd and Jira read UTF-8 (RFC 7617, 2.1).
        credentials = f"{endpoint.username}:{endpoint.password}".encode()
        return {"Authorization": f"Basic {b64encode(credentials).decode()}"}
    return {}
