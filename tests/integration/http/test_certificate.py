"""The certificate a server shows, looked at before it ends."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from servers.certificates import Authority

from dirsync.errors import UsageInvalid
from dirsync.http import Endpoint
from dirsync.http.certificate import certificate_of


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def handshakes(authority: Authority) -> Iterator[Callable[[str], str]]:
    """Shake hands with whoever comes, as a certificate for the names asked for; return the URL."""
    listeners: list[socket.socket] = []

    def start(names: str) -> str:
        made = authority.issue(f"server-{len(listeners)}", names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.certificate, made.key)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            with contextlib.suppress(OSError):
                plain, _ = listener.accept()
                with plain, context.wrap_socket(plain, server_side=True) as line:
                    line.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}/jira"

    yield start
    for listener in listeners:
        listener.close()


def test_it_is_what_tls_has_verified(handshakes: Callable[[str], str], authority: Authority) -> None:
    certificate = certificate_of(Endpoint("jira", handshakes("IP:127.0.0.1"), ca_file=authority.ca_file))
    assert certificate
    assert certificate["subjectAltName"] == (("IP Address", "127.0.0.1"),)
    assert "notAfter" in certificate


def test_authorities_may_lie_in_a_folder(
    handshakes: Callable[[str], str], authority: Authority, tmp_path: Path
) -> None:
    endpoint = Endpoint("jira", handshakes("IP:127.0.0.1"), ca_file=tmp_path)
    assert certificate_of(endpoint) is None, "an empty folder vouches for nobody"


@pytest.mark.parametrize("names", ["DNS:elsewhere.example.org", "IP:127.0.0.1"])
def test_one_that_is_not_trusted_is_left_to_the_request_that_follows(
    handshakes: Callable[[str], str], authority: Authority, names: str
) -> None:
    ca_file = authority.ca_file if names.startswith("DNS") else None
    assert certificate_of(Endpoint("jira", handshakes(names), ca_file=ca_file)) is None


def test_there_is_none_over_http_behind_a_proxy_or_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_: object) -> None:
        raise AssertionError("a connection that can show nothing")

    monkeypatch.setattr(socket, "create_connection", connect)
    assert certificate_of(Endpoint("jira", "http://127.0.0.1:1")) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    assert certificate_of(Endpoint("jira", "https://jira.example.org")) is None
    monkeypatch.undo()
    assert certificate_of(Endpoint("jira", "https://127.0.0.1:1", connect_timeout=2.0)) is None


def test_a_ca_file_that_is_not_there_is_told_as_for_any_request() -> None:
    with pytest.raises(UsageInvalid, match="does not exist"):
        certificate_of(Endpoint("jira", "https://127.0.0.1:1", ca_file="nowhere.pem"))
