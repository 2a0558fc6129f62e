import contextlib
import socket
import ssl
import threading

import pytest
from servers.certificates import Authority
from servers.scripted import answer

from dirsync.errors import Unreachable
from dirsync.http import Endpoint, HttpClient


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def tls_server(authority):
    """Answer on loopback with a certificate for the names a test asks for; return the URL."""
    listeners = []

    def start(names: str, days: int = 30) -> str:
        made = authority.issue(f"server-{len(listeners)}", names, days)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.certificate, made.key)
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve() -> None:
            with contextlib.suppress(OSError):  # a client that never came
                answer_one()

        def answer_one() -> None:
            plain, _ = listener.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as line:
                    line.recv(65536)
                    line.sendall(answer({"ok": True}))
            except OSError:  # the client did not like the certificate
                plain.close()

        threading.Thread(target=serve, daemon=True).start()
        return f"https://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


def ask(url, ca_file=None):
    with HttpClient(Endpoint("crowd", url, "app", "canary", ca_file=ca_file, retry_seconds=5.0)) as http:
        return http.get_json("/rest"), http.requests_sent


def test_a_certificate_of_a_known_authority_is_trusted(tls_server, authority):
    assert ask(tls_server("IP:127.0.0.1"), authority.ca_file) == ({"ok": True}, 1)


def test_an_untrusted_certificate_is_refused_and_the_remedy_names_the_authoritys_file(tls_server):
    with pytest.raises(Unreachable) as refused:
        ask(tls_server("IP:127.0.0.1"))
    assert "does not trust the server's certificate" in refused.value.message
    assert "tried" not in refused.value.message
    assert "DIRSYNC_DIRECTORIES__CROWD__CA_FILE" in refused.value.remedy


def test_a_certificate_for_another_name_is_refused_and_so_said(tls_server, authority):
    with pytest.raises(Unreachable) as refused:
        ask(tls_server("DNS:crowd.example.org"), authority.ca_file)
    assert "127.0.0.1" in refused.value.message
    assert "use the host name it is made for" in refused.value.remedy


def test_an_expired_certificate_is_refused_and_so_said(tls_server, authority):
    with pytest.raises(Unreachable, match="expired"):
        ask(tls_server("IP:127.0.0.1", days=-1), authority.ca_file)


def test_an_authorities_file_without_certificates_is_named(tls_server, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n")
    with pytest.raises(Unreachable, match="CA_FILE"):
        ask(tls_server("IP:127.0.0.1"), empty)
