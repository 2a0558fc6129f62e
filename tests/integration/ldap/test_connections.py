"""Several servers, ways of logging in, certificates, referrals and time-outs: on a real slapd wherever it can."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from servers.certificates import Authority, Certificate
from servers.ldap_answers import BIND_RESPONSE, EXTENDED_RESPONSE, answering, result, unvisited
from servers.proxy import line_cut_after
from servers.slapd import Slapd, StartSlapd, free_port, people_ldif
from servers.workplace import Workplace

from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.directories.ldap.connection import connected
from dirsync.errors import CredentialsRefused, DirectoryUnreadable, DirsyncError, RightsMissing, Unreachable
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead
from dirsync.settings.ldap_server import Authentication

pytestmark = pytest.mark.server

BUSY, UNAVAILABLE = 51, 52
DECODERS = pytest.mark.parametrize("stock", [False, True], ids=["fast", "stock"])


@dataclass(frozen=True)
class Bound:
    """What became of a login."""

    server: str
    account: str
    passed_over: tuple[str, ...]


def log_in(url: str, **choices: Any) -> Bound:
    given = {"connect_timeout": 2, "read_timeout": 3, **choices}
    with connected(LdapConnection("corp", url, **given)) as line:
        return Bound(str(line.settings.address), line.account, line.passed_over)


def as_reader(server: Slapd) -> dict[str, str]:
    return {"bind_dn": server.reader_dn, "password": server.reader_password}


class TestSeveralServers:
    def test_the_first_that_can_be_used_is_read_and_the_report_says_which_and_why(self, small: Slapd, read) -> None:
        port = free_port()
        whole = read(small, url=f"ldap://127.0.0.1:{port} {small.url}, ldap://unasked.invalid").completeness
        assert whole.is_complete
        assert whole.server.endswith(f"at {small.url}")
        [notice] = whole.notices
        assert notice.startswith(f"ldap://127.0.0.1:{port} could not be reached: ")
        assert notice.endswith(f"Connection refused. {small.url} answered instead.")

    def test_the_report_of_a_run_says_so_too(self, small: Slapd, workplace: Workplace) -> None:
        workplace.directory("corp", kind="ldap", url=f"ldap://127.0.0.1:{free_port()} {small.url}")
        workplace.mapping(
            "customers",
            "version: 1\nname: customers\naudience: customers\n"
            f"source: {{directory: corp, users: {{base: '{small.base}'}}}}\n",
        )
        passed_over, anonymous = workplace.run("audit", "--json").document["run"]["notices"]
        assert passed_over.startswith("corp: ldap://127.0.0.1:")
        assert passed_over.endswith(f"could not be reached: Connection refused. {small.url} answered instead.")
        assert anonymous.startswith("corp: anonymous bind: ")

    def test_a_server_that_is_well_leaves_the_others_alone(self, small: Slapd, read) -> None:
        with unvisited() as other:
            whole = read(small, url=f"{small.url},{other}").completeness
        assert whole.is_complete
        assert whole.notices == ()

    @pytest.mark.parametrize("code", [BUSY, UNAVAILABLE])
    def test_one_that_is_busy_or_unavailable_is_passed_over(self, small: Slapd, code: int) -> None:
        with answering(result(BIND_RESPONSE, code)) as (port, _):
            bound = log_in(f"ldap://127.0.0.1:{port} {small.url}", **as_reader(small))
        assert bound.server == small.url
        assert re.search("did not log in cn=reader.*(busy|unavailable)", bound.passed_over[0])

    def test_one_whose_certificate_is_not_good_is_passed_over(self, small: Slapd, start_slapd: StartSlapd) -> None:
        wrong = start_slapd(certificate=start_slapd.authority.issue("failover", "DNS:other.example.org"))
        bound = log_in(f"{wrong.ldaps_url} {small.ldaps_url}", ca_file=str(small.ca_file))
        assert bound.server == small.ldaps_url
        assert "not made out to 'localhost'" in bound.passed_over[0]

    def test_one_that_hangs_is_passed_over_when_its_time_is_up(self, small: Slapd) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            started = time.monotonic()
            bound = log_in(f"ldap://127.0.0.1:{silent.getsockname()[1]} {small.url}", read_timeout=1)
        assert 1 <= time.monotonic() - started < 3
        assert "timed out" in bound.passed_over[0]

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (49, CredentialsRefused),
            (48, CredentialsRefused),
            (50, RightsMissing),
            (13, Unreachable),
            (7, Unreachable),
            (10, Unreachable),
            (53, Unreachable),
            (80, Unreachable),
        ],
    )
    def test_a_refusal_is_final_and_the_password_is_tried_nowhere_else(
        self, code: int, error: type[DirectoryUnreadable]
    ) -> None:
        with unvisited() as other, answering(result(BIND_RESPONSE, code)) as (port, _):
            with pytest.raises(error) as refused:
                log_in(f"ldap://127.0.0.1:{port} {other}", bind_dn="cn=a", password="canary")
            assert f"ldap://127.0.0.1:{port}" in refused.value.message
            assert "canary" not in str(refused.value)
            assert refused.value.remedy

    def test_a_ca_file_that_is_not_there_is_told_once_whatever_the_number_of_servers(self) -> None:
        with pytest.raises(
            Unreachable, match=r"^Directory 'corp' \(ldaps://127\.0\.0\.1:1\) was not contacted: its CA"
        ):
            log_in("ldaps://127.0.0.1:1 ldaps://127.0.0.1:2", ca_file="/nowhere/ca.pem")

    def test_when_none_can_be_used_each_is_named_with_its_own_reason(self, small: Slapd) -> None:
        port = free_port()
        with pytest.raises(Unreachable) as refused:
            log_in(f"ldap://127.0.0.1:{port} ldaps://nowhere.invalid {small.ldaps_url}")
        said = refused.value.message
        assert said.startswith("Directory 'corp': none of its 3 servers can be used. ")
        assert re.search(
            rf"ldap://127\.0\.0\.1:{port} could not be reached: .*refused\. "
            rf"ldaps://nowhere\.invalid:636 can't be reached: its name .*resolved.*\. "
            rf"{small.ldaps_url} shows a certificate that the system's certificate authorities do not vouch for",
            said,
        )
        assert refused.value.remedy.count("Check host and port") == 1
        assert "CA_FILE" in refused.value.remedy

    def test_a_line_that_breaks_during_the_read_is_not_continued_elsewhere(self, start_slapd: StartSlapd, read) -> None:
        server = start_slapd(ldif=people_ldif(400))
        with unvisited() as other, line_cut_after(server.port, 20_000) as port:
            whole = read(server, url=f"ldap://127.0.0.1:{port} {other}", page_size=50).completeness
        assert not whole.is_complete
        assert "connection" in whole.reason


@pytest.fixture(scope="module")
def strict(start_slapd: StartSlapd) -> Slapd:
    """A slapd that wants a client certificate, and knows whose it and the process of this test are."""
    me = f"gidNumber={os.getgid()}[+]uidNumber={os.getuid()},cn=peercred,cn=external,cn=auth"
    return start_slapd(
        ldif=people_ldif(20),
        options="TLSVerifyClient demand\nauthz-regexp cn=ours.test cn=reader,dc=example,dc=org\n"
        f"authz-regexp {me} cn=reader,dc=example,dc=org\n",
    )


@pytest.fixture(scope="module")
def ours(start_slapd: StartSlapd) -> Certificate:
    return start_slapd.authority.issue("ours", "DNS:dirsync.example.org", usage="clientAuth")


def shown(certificate: Certificate) -> dict[str, str]:
    return {"client_cert_file": str(certificate.certificate), "client_key_file": str(certificate.key)}


def url_of(server: Slapd, line: str) -> str:
    return server.ldaps_url if line == "ldaps" else f"ldap://localhost:{server.port}"


class TestLoggingIn:
    def test_over_a_socket_file_the_process_itself_is_known(self, strict: Slapd, read) -> None:
        bound = log_in(strict.ldapi_url, authentication=Authentication.EXTERNAL)
        assert bound.account == strict.reader_dn
        choices = {"bind_dn": "", "password": "", "authentication": Authentication.EXTERNAL}
        snapshot = read(strict, url=strict.ldapi_url, **choices)
        assert snapshot.completeness.is_complete
        assert snapshot.counts().users == 20
        assert snapshot.completeness.notices == ()
        simple = read(strict, url=strict.ldapi_url)
        assert snapshot.completeness.requests == simple.completeness.requests + 1  # asks whom it is taken for

    @pytest.mark.parametrize("line", ["ldaps", "starttls"])
    def test_a_client_certificate_is_an_identity(self, strict: Slapd, ours: Certificate, line: str) -> None:
        given = {"ca_file": str(strict.ca_file), **shown(ours)}
        assert log_in(url_of(strict, line), **given).account == strict.reader_dn
        as_somebody_else = {**given, "bind_dn": strict.admin_dn, "password": strict.admin_password}
        assert log_in(url_of(strict, line), **as_somebody_else).account == strict.admin_dn

    def test_the_key_may_stand_in_the_certificate_s_file(self, strict: Slapd, ours: Certificate, tmp_path) -> None:
        both = tmp_path / "both.pem"
        both.write_text(ours.certificate.read_text() + ours.key.read_text())
        bound = log_in(strict.ldaps_url, ca_file=str(strict.ca_file), client_cert_file=str(both))
        assert bound.account == strict.reader_dn

    @pytest.mark.parametrize("line", ["ldaps", "starttls"])
    def test_without_the_client_certificate_the_setting_that_is_missing_is_named(
        self, strict: Slapd, line: str
    ) -> None:
        with pytest.raises(Unreachable, match="hung up between the TLS handshake and the login") as refused:
            log_in(url_of(strict, line), ca_file=str(strict.ca_file), **as_reader(strict))
        assert "CLIENT_CERT_FILE" in refused.value.remedy

    @pytest.mark.parametrize("line", ["ldaps", "starttls"])
    def test_a_client_certificate_of_an_authority_the_server_does_not_know_is_told(
        self, strict: Slapd, tmp_path: Path, line: str
    ) -> None:
        foreign = Authority(tmp_path / "foreign").issue("ours", "DNS:dirsync.example.org", usage="clientAuth")
        with pytest.raises(Unreachable, match="hung up between the TLS handshake and the login") as refused:
            log_in(url_of(strict, line), ca_file=str(strict.ca_file), **shown(foreign))
        assert "may not accept the certificate of CLIENT_CERT_FILE" in refused.value.remedy

    def test_an_identity_the_server_maps_to_nobody_in_particular_is_told_as_it_is(self, small: Slapd) -> None:
        account = log_in(small.ldapi_url, authentication=Authentication.EXTERNAL).account
        assert account.lower() == (f"gidnumber={os.getgid()}+uidnumber={os.getuid()},cn=peercred,cn=external,cn=auth")

    def test_nobody_s_login_is_a_notice(self, small: Slapd, read) -> None:
        whole = read(small, bind_dn="", password="").completeness
        assert [notice.partition(":")[0] for notice in whole.notices] == ["anonymous bind"]
        assert read(small).completeness.notices == ()

    def test_an_answer_that_is_no_ldap_is_not_taken_for_a_referral(self) -> None:
        with (
            answering(bytes([BIND_RESPONSE, 3, 0x0A, 1, 0])) as (port, _),
            pytest.raises(Unreachable, match=r"could not be logged in to: its answer is no LDAP \("),
        ):
            log_in(f"ldap://127.0.0.1:{port}")

    def test_a_method_the_server_does_not_offer_is_told_as_such(self) -> None:
        with answering(result(BIND_RESPONSE, 7)) as (port, _), pytest.raises(Unreachable) as refused:
            log_in(f"ldap://127.0.0.1:{port} ", authentication=Authentication.ANONYMOUS)
        assert "does not offer AUTHENTICATION=anonymous" in refused.value.message
        assert "supportedSASLMechanisms" in refused.value.remedy

    def test_a_kerberos_login_without_its_library_says_what_to_install(self, monkeypatch) -> None:
        monkeypatch.setattr("dirsync.directories.ldap.binding.find_spec", lambda _name: None)
        with pytest.raises(DirectoryUnreadable, match="gssapi and cryptography") as refused:
            log_in("ldap://127.0.0.1:1 ldap://127.0.0.1:2", authentication=Authentication.GSSAPI)
        assert "dirsync-connector[kerberos]" in refused.value.remedy

    @pytest.mark.parametrize(
        ("certificate", "key", "said"),
        [
            ("/nowhere/a.pem", "/nowhere/a.key", "No such file"),
            ("ours", "other", "the key is that of another certificate"),
            ("ours", "encrypted", "the key without a passphrase"),
            ("ours", "", "must hold a certificate and its key"),
            ("key", "key", "must hold a certificate and its key"),
        ],
    )
    def test_a_client_certificate_that_can_not_be_used_is_told_before_anything_is_sent(
        self, start_slapd: StartSlapd, ours: Certificate, tmp_path: Path, certificate: str, key: str, said: str
    ) -> None:
        encrypted = tmp_path / "encrypted.key"
        subprocess.run(
            ["openssl", "rsa", "-aes256", "-passout", "pass:canary", "-in", ours.key, "-out", encrypted],
            check=True,
            capture_output=True,
        )
        other = start_slapd.authority.issue("other-client", "DNS:a.example.org", usage="clientAuth")
        files = {
            "ours": ours.certificate, "other": other.key, "encrypted": encrypted, "key": ours.key,
        }  # fmt: skip
        with unvisited() as url, pytest.raises(Unreachable, match=said) as refused:
            log_in(
                url,
                client_cert_file=str(files.get(certificate, certificate)),
                client_key_file=str(files.get(key, key)),
            )
        assert "CLIENT_KEY_FILE" in refused.value.remedy


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
class TestServersThatSayWhatTheyMiss:
    """slapd with GnuTLS just hangs up; servers on OpenSSL send an alert, with TLS 1.3 only after the handshake."""

    def refusal(self, version: ssl.TLSVersion, authority: Authority, trusted: Authority, **choices: str) -> str:
        used = authority.issue(f"alerting-{version.name}", "DNS:localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = version
        context.load_cert_chain(used.certificate, used.key)
        context.load_verify_locations(trusted.ca_file)
        context.verify_mode = ssl.CERT_REQUIRED
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def serve() -> None:
                client, _ = listener.accept()
                client.settimeout(3)
                with context.wrap_socket(client, server_side=True, do_handshake_on_connect=False) as encrypted:
                    with contextlib.suppress(ssl.SSLError):
                        encrypted.do_handshake()
                    # end only after the client: with what it had under way unread, a reset would overtake the alert
                    encrypted.shutdown(socket.SHUT_WR)
                    with contextlib.suppress(OSError):
                        while socket.socket.recv(encrypted, 4096):
                            pass

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            with pytest.raises(Unreachable) as refused:
                log_in(f"ldaps://localhost:{listener.getsockname()[1]}", ca_file=str(authority.ca_file), **choices)
            thread.join(10)
        return str(refused.value)

    def test_no_client_certificate(self, version: ssl.TLSVersion, start_slapd: StartSlapd) -> None:
        said = self.refusal(version, start_slapd.authority, start_slapd.authority)
        assert "wants a client certificate" in said
        assert ("agrees on no way to encrypt" in said) is (version is ssl.TLSVersion.TLSv1_2)  # it has no alert for it
        assert "CLIENT_CERT_FILE and CLIENT_KEY_FILE" in said

    def test_an_authority_it_does_not_know(
        self, version: ssl.TLSVersion, start_slapd: StartSlapd, ours: Certificate, tmp_path: Path
    ) -> None:
        said = self.refusal(version, start_slapd.authority, Authority(tmp_path / "else"), **shown(ours))
        assert "does not know the authority of our client certificate" in said

    def test_an_expired_client_certificate(self, version: ssl.TLSVersion, start_slapd: StartSlapd) -> None:
        authority = start_slapd.authority
        old = authority.issue(f"old-{version.name}", "DNS:a.example.org", days=-1, usage="clientAuth")
        said = self.refusal(version, authority, authority, **shown(old))
        assert "says that our client certificate has expired" in said
        assert "renewed" in said


@pytest.mark.parametrize("line", ["ldaps", "starttls"])
class TestCertificatesOfServers:
    def refusal(self, server: Slapd, line: str) -> Unreachable:
        with pytest.raises(Unreachable) as refused:
            log_in(url_of(server, line), ca_file=str(server.ca_file))
        return refused.value

    def test_one_that_is_not_valid_yet(self, start_slapd: StartSlapd, line: str) -> None:
        issued = start_slapd.authority.issue(f"later-{line}", "DNS:localhost", begins_in=3)
        refused = self.refusal(start_slapd(certificate=issued), line)
        assert "can't be used today: certificate is not yet valid" in refused.message
        assert "clocks" in refused.remedy

    def test_one_that_no_authority_has_signed(self, start_slapd: StartSlapd, line: str) -> None:
        signed_by_itself = start_slapd.authority.issue_to_itself(f"self-{line}", "DNS:localhost")
        server = start_slapd(certificate=signed_by_itself)
        refused = self.refusal(server, line)
        assert "nobody but the server itself vouches for" in refused.message
        assert "name it in CA_FILE" in refused.remedy
        assert log_in(url_of(server, line), ca_file=str(signed_by_itself.certificate)).server == (
            server.ldaps_url if line == "ldaps" else f"ldap://localhost:{server.port}"
        )


def test_a_server_that_refuses_starttls_is_told_and_gets_no_password(start_slapd: StartSlapd) -> None:
    canary = {"bind_dn": "cn=a", "password": "canary"}
    with (
        answering(result(EXTENDED_RESPONSE, 2, "no TLS here")) as (port, seen),
        pytest.raises(Unreachable, match=r"could not be encrypted \(StartTLS\)") as refused,
    ):
        log_in(f"ldap://127.0.0.1:{port}", ca_file=str(start_slapd.authority.ca_file), **canary)
    assert "must offer StartTLS" in refused.value.remedy
    assert b"canary" not in b"".join(seen)


class TestReferrals:
    """Whoever follows one hands the password to a host nobody has vetted."""

    def test_of_a_login(self) -> None:
        with (
            unvisited() as other,
            answering(result(BIND_RESPONSE, 10, referral=f"{other}/dc=a")) as (port, _),
            pytest.raises(Unreachable, match="sends cn=a to another server, which is never followed"),
        ):
            log_in(f"ldap://127.0.0.1:{port}", bind_dn="cn=a", password="canary")

    @DECODERS
    def test_of_a_search_in_another_server_s_tree(self, start_slapd: StartSlapd, read, *, stock: bool) -> None:
        with unvisited() as other:
            server = start_slapd(ldif=people_ldif(5), options=f"referral {other}/\n")
            far = Selection("far", ("ou=people,dc=example,dc=com",))
            whole = read(server, far, uses_stock_decoder=stock).completeness
        assert not whole.is_complete
        assert "referral" in whole.reason
        assert whole.searches[0].result == "referral"

    @DECODERS
    def test_of_an_entry_on_a_later_page(self, start_slapd: StartSlapd, read, *, stock: bool) -> None:
        with unvisited() as other:
            reference = (
                "dn: ou=far,ou=people,dc=example,dc=org\nobjectClass: referral\nobjectClass: extensibleObject\n"
                f"ou: far\nref: {other}/ou=far,dc=example,dc=org\n\n"
            )
            server = start_slapd(ldif=people_ldif(25) + reference)
            snapshot = read(server, page_size=10, uses_stock_decoder=stock)
        assert not snapshot.completeness.is_complete
        assert other in snapshot.completeness.reason
        assert snapshot.counts().users == 25
        assert snapshot.completeness.searches[-1].pages == 3


@DECODERS
def test_a_server_that_hangs_during_the_read_is_timed_out(start_slapd: StartSlapd, read, *, stock: bool) -> None:
    server = start_slapd(ldif=people_ldif(2000))
    connection = LdapConnection(
        "corp", server.url, **as_reader(server), page_size=100, read_timeout=1, uses_stock_decoder=stock
    )

    def hang(what: str, done: int, total: int | None = None) -> None:
        server.hang()

    selection = Selection("m", (f"ou=people,{server.base}",))
    started = time.monotonic()
    try:
        whole = LdapDirectory(connection, [selection], hang).read(LastRead(), MemorySpool("corp")).completeness
    finally:
        server.wake()
    assert time.monotonic() - started < 6
    assert not whole.is_complete
    assert "the server sent nothing for 1 s (READ_TIMEOUT)" in whole.reason


@pytest.mark.parametrize("line", ["ldaps", "starttls"])
def test_a_server_that_hangs_in_the_tls_handshake_is_timed_out(start_slapd: StartSlapd, line: str) -> None:
    granted = result(EXTENDED_RESPONSE, 0)
    with answering(*([granted] if line == "starttls" else [])) as (port, _):
        scheme = "ldaps" if line == "ldaps" else "ldap"
        started = time.monotonic()
        with pytest.raises(DirsyncError, match="timed out"):
            log_in(f"{scheme}://127.0.0.1:{port}", ca_file=str(start_slapd.authority.ca_file), read_timeout=1)
        assert time.monotonic() - started < 4
