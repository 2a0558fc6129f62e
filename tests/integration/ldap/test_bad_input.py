from __future__ import annotations

import os
import socket
import threading
import time
from dataclasses import replace

import pytest
from servers.certificates import Authority
from servers.slapd import Slapd, StartSlapd, free_port

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.connection import connected
from dirsync.errors import CredentialsRefused, DirectoryUnreadable, Unreachable

pytestmark = pytest.mark.server


def texts(error: BaseException | None) -> str:
    """Return everything an exception and those behind it could show."""
    shown = ""
    while error:
        shown += repr(error) + str(error) + repr(error.args)
        error = error.__cause__ or error.__context__
    return shown


def test_a_wrong_password_is_refused_by_name_and_not_shown(small: Slapd, read) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        read(small, password="wr0ng-canary")
    assert small.reader_dn in refused.value.message
    assert "invalidCredentials" in refused.value.message
    assert "PASSWORD_FILE" in refused.value.remedy
    assert "canary" not in texts(refused.value)


def test_a_name_that_is_no_dn_is_refused(small: Slapd, read) -> None:
    with pytest.raises(CredentialsRefused, match="invalidDNSyntax"):
        read(small, bind_dn="reader")


def test_a_port_where_nobody_listens_is_unreachable(small: Slapd, read) -> None:
    port = free_port()
    with pytest.raises(Unreachable, match=rf"127\.0\.0\.1:{port}.*refused"):
        read(small, url=f"ldap://127.0.0.1:{port}")


def test_a_name_that_cannot_be_resolved_is_unreachable(small: Slapd, read) -> None:
    with pytest.raises(Unreachable, match=r"'nowhere\.invalid' can't be resolved"):
        read(small, url="ldaps://nowhere.invalid")


def test_a_missing_socket_is_unreachable(small: Slapd, read) -> None:
    with pytest.raises(Unreachable, match="No such file"):
        read(small, url="ldapi://%2Fnowhere%2Fldapi")


def test_a_server_that_accepts_and_never_answers_is_timed_out(small: Slapd, read) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(Unreachable, match="timed out"):
            read(small, url=f"ldap://127.0.0.1:{silent.getsockname()[1]}", read_timeout=1)
        assert time.monotonic() - started < 5


def test_something_that_speaks_no_ldap_is_unreachable(small: Slapd, read) -> None:
    with socket.create_server(("127.0.0.1", 0)) as web:

        def answer() -> None:
            client, _ = web.accept()
            with client:
                client.recv(100)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" * 4)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(DirectoryUnreadable):
            read(small, url=f"ldap://127.0.0.1:{web.getsockname()[1]}", read_timeout=2)
        thread.join(5)


@pytest.mark.parametrize("line", ["ldaps", "starttls"])
class TestCertificates:
    def url(self, server: Slapd, line: str, host: str = "localhost") -> str:
        return f"ldaps://{host}:{server.tls_port}" if line == "ldaps" else f"ldap://{host}:{server.port}"

    def test_an_unknown_authority_is_not_trusted(self, small: Slapd, read, tmp_path, line) -> None:
        other = Authority(tmp_path / "other")
        with pytest.raises(Unreachable, match="does not vouch for") as refused:
            read(small, url=self.url(small, line), ca_file=str(other.ca_file))
        assert "CA_FILE" in refused.value.remedy

    def test_a_certificate_for_another_name_is_refused(self, start_slapd: StartSlapd, read, line) -> None:
        wrong = start_slapd(certificate=start_slapd.authority.issue(f"wrong-{line}", "DNS:other.example.org"))
        with pytest.raises(Unreachable, match="not made out to 'localhost'"):
            read(wrong, url=self.url(wrong, line), ca_file=str(wrong.ca_file))
        with pytest.raises(Unreachable, match=r"not made out to '127\.0\.0\.1'"):
            read(wrong, url=self.url(wrong, line, "127.0.0.1"), ca_file=str(wrong.ca_file))

    def test_an_expired_certificate_is_refused(self, start_slapd: StartSlapd, read, line) -> None:
        old = start_slapd(certificate=start_slapd.authority.issue(f"old-{line}", "DNS:localhost", days=-1))
        with pytest.raises(Unreachable, match=r"can't be used today.*expired"):
            read(old, url=self.url(old, line), ca_file=str(old.ca_file))

    def test_an_address_in_the_certificate_is_as_good_as_a_name(self, small: Slapd, read, line) -> None:
        snapshot = read(small, url=self.url(small, line, "127.0.0.1"), ca_file=str(small.ca_file))
        assert snapshot.completeness.is_complete


def test_without_a_ca_file_the_systems_authorities_decide(small: Slapd, read) -> None:
    with pytest.raises(Unreachable, match="the system's certificate authorities do not vouch for"):
        read(small, url=small.ldaps_url)


def test_tls_on_a_port_without_tls_is_told_as_such(small: Slapd, read) -> None:
    with pytest.raises(Unreachable, match=r"broke off the TLS handshake|could not be reached"):
        read(small, url=f"ldaps://localhost:{small.port}", ca_file=str(small.ca_file), read_timeout=2)


def test_a_server_without_starttls_never_sees_the_password(small: Slapd) -> None:
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def refuse() -> None:
            client, _ = plain.accept()
            with client:
                seen.append(client.recv(4096))
                # protocolError to the extended request, message 1 as far as it is concerned: not LDAP enough to go on
                client.sendall(b"\x30\x0c\x02\x01" + seen[0][4:5] + b"\x78\x07\x0a\x01\x02\x04\x00\x04\x00")
                client.settimeout(2)
                try:
                    seen.append(client.recv(4096))
                except OSError:
                    seen.append(b"")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        settings = LdapConnection(
            "corp",
            f"ldap://127.0.0.1:{plain.getsockname()[1]}",
            "cn=a",
            "canary-Pa55",
            str(small.ca_file),
            read_timeout=3,
        )
        with pytest.raises(Unreachable, match="StartTLS") as refused, connected(settings):
            pass
        thread.join(5)
    assert b"canary" not in b"".join(seen)
    assert "canary" not in texts(refused.value)


def test_people_without_the_id_the_mapping_wants_are_left_out_by_name(small: Slapd, read) -> None:
    base = Selection("m", (f"ou=people,{small.base}",))
    snapshot = read(small, replace(base, attributes=Attributes(id="employeeNumber")))
    assert snapshot.counts().users == 0
    assert len(snapshot.quarantined) == 50
    assert all("employeeNumber" in entry.reason for entry in snapshot.quarantined)


def test_nothing_a_failure_shows_holds_the_password(small: Slapd, read) -> None:
    for choices in (
        {"url": f"ldap://127.0.0.1:{free_port()}"},
        {"url": small.ldaps_url},
        {"url": "ldaps://nowhere.invalid"},
        {"password": "canary-Pa55"},
        {"url": small.ldaps_url, "ca_file": os.devnull},
    ):
        with pytest.raises(DirectoryUnreadable) as refused:
            read(small, **{"password": "canary-Pa55", **choices})
        assert "canary" not in texts(refused.value)
