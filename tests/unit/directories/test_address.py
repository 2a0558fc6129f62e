from __future__ import annotations

import pytest

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.command_line import ldapsearch
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.errors import ConfigurationInvalid, Unreachable
from dirsync.settings.ldap_server import Authentication, parse_address, parse_addresses


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("ldap://ldap.example.org", ("ldap", "ldap.example.org", 389)),
        ("LDAPS://LDAP.example.org/", ("ldaps", "ldap.example.org", 636)),
        ("ldaps://ldap.example.org:3269", ("ldaps", "ldap.example.org", 3269)),
        ("ldap://[::1]", ("ldap", "::1", 389)),
        ("ldap://[2001:db8::1]:1389", ("ldap", "2001:db8::1", 1389)),
        ("ldapi://%2Frun%2Fslapd%2Fldapi", ("ldapi", "/run/slapd/ldapi", 0)),
        ("ldapi:///run/slapd/ldapi", ("ldapi", "/run/slapd/ldapi", 0)),
    ],
)
def test_every_form_of_url_is_understood_and_written_back(url: str, parts: tuple[str, str, int]) -> None:
    address = parse_address(url)
    assert (address.scheme, address.host, address.port) == parts
    assert parse_address(str(address)) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ldap.example.org",
        "https://x",
        "ldap://",
        "ldap://x:port",
        "ldap://x:99999",
        "ldap://[::1",
        "ldapi://",
        "ldap://x/dc=example",
        "ldap://x?uid",
    ],
)
def test_an_address_that_cannot_work_is_refused_before_anything_runs(url: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="DIRSYNC_DIRECTORIES__CORP__URL"):
        LdapConnection("corp", url)


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        LdapConnection("corp", "ldap://cn=x:s3cr3t@ldap.example.org")
    assert "s3cr3t" not in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigurationInvalid) as refused:
        LdapConnection("corp", "x", bind_dn="cn=a", page_size=0, connect_timeout=0, read_timeout=-1)
    names = {mistake.where.rpartition("__")[2] for mistake in refused.value.mistakes}
    assert names == {"URL", "PAGE_SIZE", "CONNECT_TIMEOUT", "READ_TIMEOUT", "PASSWORD_FILE"}


@pytest.mark.parametrize(
    ("url", "choices", "starts"),
    [
        ("ldap://ldap.example.org", {}, True),
        ("ldap://ldap.example.org", {"allow_plaintext": True}, False),
        ("ldap://127.0.0.1", {}, False),
        ("ldap://[::1]", {}, False),
        ("ldap://localhost", {}, False),
        ("ldap://127.0.0.1", {"ca_file": "ca.pem"}, True),
        ("ldap://127.0.0.1", {"client_cert_file": "client.pem"}, True),
        ("ldaps://ldap.example.org", {}, False),
        ("ldapi://%2Frun%2Fldapi", {}, False),
    ],
)
def test_starttls_comes_before_the_bind_wherever_the_line_leaves_the_machine(
    url: str, choices: dict[str, object], *, starts: bool
) -> None:
    assert LdapConnection("corp", url, **choices).starts_tls is starts  # type: ignore[arg-type]


def test_the_password_is_in_no_representation() -> None:
    assert "s3cr3t" not in repr(LdapConnection("corp", "ldap://x", bind_dn="cn=a", password="s3cr3t"))


def test_a_missing_ca_file_is_named_before_anything_is_sent() -> None:
    settings = LdapConnection("corp", "ldaps://127.0.0.1:1", ca_file="/nowhere/ca.pem")
    with pytest.raises(Unreachable, match=r"/nowhere/ca\.pem.*No such file"), connected(settings):
        pass


def test_the_same_search_can_be_run_by_hand_without_showing_the_password() -> None:
    settings = LdapConnection("corp", "ldap://ldap.example.org", bind_dn="cn=a b", password="s3cr3t", ca_file="/ca.pem")
    line = ldapsearch(settings, Search(Kind.USERS, "ou=people", "(uid=*)", ("uid", "cn"), ()))
    assert line == (
        "LDAPTLS_CACERT=/ca.pem ldapsearch -LLL -x -H ldap://ldap.example.org:389 -ZZ -D 'cn=a b' -W "
        "-E '!pr=1000/noprompt' -a never -s sub -b ou=people '(uid=*)' uid cn"
    )


def test_another_way_of_logging_in_is_in_the_line_to_run_by_hand() -> None:
    search = Search(Kind.USERS, "ou=people", "(uid=*)", ("uid",), ())
    external = LdapConnection("corp", "ldaps://h", client_cert_file="/c d.pem", client_key_file="/k.pem")
    assert ldapsearch(external, search).startswith(
        "LDAPTLS_CERT='/c d.pem' LDAPTLS_KEY=/k.pem ldapsearch -LLL -Q -Y EXTERNAL -H ldaps://h:636 -E "
    )
    one_file = LdapConnection("corp", "ldaps://h", client_cert_file="/c.pem")
    assert ldapsearch(one_file, search).startswith("LDAPTLS_CERT=/c.pem LDAPTLS_KEY=/c.pem ldapsearch")
    kerberos = LdapConnection("corp", "ldap://h", authentication=Authentication.GSSAPI)
    assert ldapsearch(kerberos, search).startswith("ldapsearch -LLL -Q -Y GSSAPI -H ldap://h:389 -ZZ -E ")


@pytest.mark.parametrize("between", [" ", ",", ", ", "\n\t", " , "])
def test_several_servers_stand_one_after_the_other_in_the_order_of_trying(between: str) -> None:
    settings = LdapConnection("corp", between.join(["ldaps://a.example.org", "ldap://b.example.org:1389"]))
    assert [str(one.address) for one in settings.each()] == ["ldaps://a.example.org:636", "ldap://b.example.org:1389"]
    assert [one.is_encrypted for one in settings.each()] == [True, True]
    assert settings.who == "Directory 'corp' (ldaps://a.example.org:636, ldap://b.example.org:1389)"
    assert settings.each()[1].who == "Directory 'corp' (ldap://b.example.org:1389)"


def test_every_wrong_address_is_told_by_its_place() -> None:
    with pytest.raises(ValueError, match="address 1 of 4 is not an LDAP URL") as refused:
        parse_addresses("http://a ldap://b, LDAP://B:389 ldaps://")
    assert "; address 3 of 4 repeats ldap://b:389; name each server once; address 4 of 4 names no host;" in str(
        refused.value
    )
    with pytest.raises(ValueError, match=r"^is not an LDAP URL"):
        parse_addresses(" ")


@pytest.mark.parametrize(
    ("choices", "how"),
    [
        ({}, Authentication.ANONYMOUS),
        ({"bind_dn": "cn=a", "password": "x"}, Authentication.SIMPLE),
        ({"bind_dn": "cn=a", "password": "x", "client_cert_file": "c.pem"}, Authentication.SIMPLE),
        ({"client_cert_file": "c.pem"}, Authentication.EXTERNAL),
        ({"client_cert_file": "c.pem", "authentication": Authentication.ANONYMOUS}, Authentication.ANONYMOUS),
        ({"authentication": Authentication.GSSAPI}, Authentication.GSSAPI),
    ],
)
def test_what_is_given_decides_how_to_log_in_where_nothing_is_chosen(
    choices: dict[str, object], how: Authentication
) -> None:
    assert LdapConnection("corp", "ldaps://ldap.example.org", **choices).how is how  # type: ignore[arg-type]


A, SOCKET = "ldaps://a.example.org", "ldapi:///run/ldapi"


@pytest.mark.parametrize(
    ("url", "choices", "setting", "said"),
    [
        (A, {"authentication": "simple"}, "BIND_DN", "AUTHENTICATION=simple needs BIND_DN and PASSWORD"),
        (A, {"bind_dn": "cn=a"}, "PASSWORD_FILE", "BIND_DN is given, so PASSWORD (or PASSWORD_FILE) must be too"),
        (A, {"password": "x"}, "BIND_DN", "PASSWORD is given, so BIND_DN must be too"),
        (
            A,
            {"authentication": "anonymous", "bind_dn": "cn=a", "password": "x"},
            "AUTHENTICATION",
            "AUTHENTICATION=anonymous takes no BIND_DN and PASSWORD; leave it out, or set simple",
        ),
        (A, {"authentication": "gssapi", "bind_dn": "cn=a"}, "AUTHENTICATION", "takes no BIND_DN; leave"),
        (SOCKET, {"authentication": "external", "password": "x"}, "AUTHENTICATION", "takes no PASSWORD; leave"),
        (A, {"client_key_file": "k.pem"}, "CLIENT_CERT_FILE", "CLIENT_KEY_FILE is given, so CLIENT_CERT_FILE must"),
        (
            f"{SOCKET} {A}",
            {"authentication": "external"},
            "CLIENT_CERT_FILE",
            "AUTHENTICATION=external over ldaps://a.example.org:636 needs a client certificate",
        ),
        (
            f"{A} {SOCKET}",
            {"authentication": "gssapi"},
            "URL",
            "needs the name of a host, which ldapi://%2Frun%2Fldapi is not",
        ),
        (
            "ldap://a.example.org",
            {"client_cert_file": "c.pem", "allow_plaintext": True},
            "CLIENT_CERT_FILE",
            "needs TLS, which ldap://a.example.org:389 is without",
        ),
    ],
)
def test_what_does_not_fit_together_is_told_at_the_setting_to_correct(
    url: str, choices: dict[str, object], setting: str, said: str
) -> None:
    if "authentication" in choices:
        choices = {**choices, "authentication": Authentication(choices["authentication"])}
    with pytest.raises(ConfigurationInvalid) as refused:
        LdapConnection("corp", url, **choices)  # type: ignore[arg-type]
    [mistake] = refused.value.mistakes
    assert mistake.where == f"DIRSYNC_DIRECTORIES__CORP__{setting}"
    assert said in mistake.what


def test_over_a_socket_file_external_needs_no_certificate_and_with_one_no_tls_is_missed() -> None:
    assert LdapConnection("corp", SOCKET, authentication=Authentication.EXTERNAL).how is Authentication.EXTERNAL
    both = LdapConnection("corp", f"{SOCKET} {A}", client_cert_file="c.pem", allow_plaintext=True)
    assert both.how is Authentication.EXTERNAL
