from __future__ import annotations

import pytest

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.address import parse_address
from dirsync.directories.ldap.command_line import ldapsearch
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.errors import ConfigurationInvalid, Unreachable


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
