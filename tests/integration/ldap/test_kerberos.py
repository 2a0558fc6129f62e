"""AUTHENTICATION=gssapi on a real domain controller; needs the extra `kerberos`, which has to be compiled."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from pathlib import Path

import pytest
from servers.samba import PYTHON, REALM, Samba, StartSamba

from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.connection import connected
from dirsync.errors import CredentialsRefused
from dirsync.settings.ldap_server import Authentication

pytestmark = pytest.mark.server
gssapi = pytest.importorskip("gssapi", reason="Kerberos is not tried: install dirsync-connector[kerberos] for it")

ALLOW_KERBEROS_INSIDE_TLS = "[global]\nldap server require strong auth = allow_sasl_over_tls\n"


@pytest.fixture
def domain(start_samba: StartSamba, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Samba:
    started = start_samba()
    started.stop()
    settings = started._settings
    settings.write_text(settings.read_text().replace("[global]\n", ALLOW_KERBEROS_INSIDE_TLS))
    # by its address, since no name server knows a test's domain
    command = [PYTHON, "-I", "/usr/bin/samba-tool", "spn", "add", f"ldap/{started.address}", "DC1$", "-s", settings]
    subprocess.run(list(map(str, command)), check=True, capture_output=True)
    started.start()
    configuration = tmp_path / "krb5.conf"
    configuration.write_text(
        f"[libdefaults]\ndefault_realm={REALM}\nudp_preference_limit=1\ndns_lookup_kdc=false\nrdns=false\n"
        f"dns_canonicalize_hostname=false\n[realms]\n{REALM}={{\nkdc={started.address}\n}}\n"
    )
    monkeypatch.setenv("KRB5_CONFIG", str(configuration))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'tickets'}")
    wait_until_open(started.address, 88)
    return started


def wait_until_open(address: str, port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {address}:{port}")


def get_ticket(domain: Samba, cache: Path) -> None:
    name = gssapi.Name(f"reader@{REALM}", gssapi.NameType.user)
    got = gssapi.raw.acquire_cred_with_password(name, domain.reader_password.encode(), usage="initiate").creds
    gssapi.Credentials(got).store(store={"ccache": f"FILE:{cache}"}, overwrite=True, set_default=True)


def test_a_ticket_logs_in_and_both_decoders_read(domain: Samba, read, tmp_path: Path) -> None:
    get_ticket(domain, tmp_path / "tickets")
    by_ticket = {"ca_file": str(domain.ca_file), "authentication": Authentication.GSSAPI}
    everybody = Selection("m", (domain.base,))
    with connected(LdapConnection("corp", domain.url, **by_ticket)) as line:  # type: ignore[arg-type]
        assert line.account == "the owner of the Kerberos ticket", "Samba does not answer who we are"
    by_password = read(domain, everybody, ca_file=str(domain.ca_file))
    for stock in (False, True):
        found = read(domain, everybody, bind_dn="", password="", uses_stock_decoder=stock, **by_ticket)
        assert found.completeness.is_complete
        assert list(found.users()) == list(by_password.users())


def test_without_a_ticket_kinit_is_named_and_no_other_server_is_tried(domain: Samba) -> None:
    settings = LdapConnection(
        "corp",
        f"{domain.url} ldaps://unasked.invalid",
        ca_file=str(domain.ca_file),
        authentication=Authentication.GSSAPI,
    )
    said = "was not logged in to with Kerberos: .*No Kerberos credentials"
    with pytest.raises(CredentialsRefused, match=said) as refused, connected(settings):
        pass
    assert "kinit" in refused.value.remedy
