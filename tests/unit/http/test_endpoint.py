import dataclasses

import pytest

from dirsync.errors import UsageInvalid
from dirsync.http import Endpoint, HttpClient

SECRETS = {"password": "geheim/1", "token": ""}


def endpoint(**given):
    return Endpoint(**{"name": "crowd_customers", "url": "https://crowd.example.org/crowd", **given})


def test_a_password_never_leaves_over_plain_http_and_the_refusal_names_both_ways_out():
    plain = endpoint(url="http://crowd.example.org/crowd", username="dirsync", password="geheim/1")
    with pytest.raises(UsageInvalid) as refused:
        HttpClient(plain)
    assert "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__ALLOW_PLAINTEXT=true" in refused.value.remedy
    assert "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__URL" in refused.value.remedy
    assert "geheim" not in str(refused.value)


def test_a_token_is_a_secret_too():
    with pytest.raises(UsageInvalid):
        HttpClient(endpoint(url="http://jira.example.org", token="abc"))


def test_plain_http_is_possible_where_it_is_allowed_and_is_known_to_be_in_clear():
    allowed = endpoint(url="http://crowd.example.org", username="a", password="b", allow_plaintext=True)
    HttpClient(allowed).close()
    assert allowed.sends_secrets_in_clear


@pytest.mark.parametrize("host", ["127.0.0.1:8095", "localhost", "LOCALHOST.", "[::1]:80", "127.8.9.10"])
def test_loopback_may_be_asked_in_clear(host):
    near = endpoint(url=f"http://{host}/crowd", username="a", password="b")
    assert near.is_loopback
    assert not near.sends_secrets_in_clear
    HttpClient(near).close()


@pytest.mark.parametrize("host", ["127.0.0.1.example.org", "localhost.example.org", "10.0.0.1", "[fe80::1]"])
def test_what_only_looks_like_loopback_is_not(host):
    far = endpoint(url=f"http://{host}/crowd", username="a", password="b")
    with pytest.raises(UsageInvalid):
        HttpClient(far)


@pytest.mark.parametrize(
    "url", ["", "crowd.example.org", "ftp://crowd.example.org", "https://", "https://h:port/", "https://[::1"]
)
def test_a_url_that_is_not_one_is_named_by_its_setting(url):
    with pytest.raises(UsageInvalid, match="DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__URL"):
        endpoint(url=url)


def test_name_and_password_in_the_url_become_credentials_and_disappear_from_it():
    moved = endpoint(url="https://app:p%40ss@crowd.example.org:8443/crowd/?x=1#y")
    assert moved.url == "https://crowd.example.org:8443/crowd"
    assert (moved.username, moved.password) == ("app", "p@ss")
    assert "p@ss" not in repr(moved)
    assert "p%40ss" not in repr(moved)


def test_credentials_of_the_settings_win_over_those_in_the_url():
    kept = endpoint(url="https://other:wrong@crowd.example.org", username="app", password="right")
    assert (kept.username, kept.password) == ("app", "right")


def test_no_secret_shows_in_its_text():
    shown = repr(endpoint(username="dirsync", password="canary-1", token="canary-2"))
    assert "canary" not in shown


def test_every_form_of_a_secret_is_scrubbed():
    secret = endpoint(username="dirsync", password="pass word/1", token="tok/en")
    text = secret.scrub("pass word/1 pass%20word%2F1 tok/en tok%2Fen ZGlyc3luYzpwYXNzIHdvcmQvMQ== dirsync")
    assert text == "*** *** *** *** *** dirsync"


@pytest.mark.parametrize("token", ["abc\n", "canary x", "tök", "a\r\nX: y"])
def test_a_token_http_cannot_carry_is_refused_without_showing_it(token):
    with pytest.raises(UsageInvalid, match="__TOKEN") as refused:
        endpoint(token=token)
    assert token not in str(refused.value)


def test_a_settings_prefix_names_the_settings_of_jira():
    jira = dataclasses.replace(endpoint(), settings_prefix="DIRSYNC_JIRA")
    assert jira.setting("TOKEN") == "DIRSYNC_JIRA__TOKEN"


def test_a_missing_authorities_file_is_named_by_what_names_it(monkeypatch):
    with pytest.raises(UsageInvalid, match=r"__CA_FILE names /nowhere/ca\.pem"):
        HttpClient(endpoint(ca_file="/nowhere/ca.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    with pytest.raises(UsageInvalid, match=r"REQUESTS_CA_BUNDLE names /nowhere/bundle.pem"):
        HttpClient(endpoint())


def test_proxies_and_authorities_of_the_environment_are_settled_at_the_start(monkeypatch, tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    monkeypatch.setenv("NO_PROXY", "jira.example.org")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    through, past = HttpClient(endpoint()), HttpClient(endpoint(url="https://jira.example.org"))
    near = HttpClient(endpoint(url="http://127.0.0.1:8095"))
    assert through._line._session.proxies["https"] == "http://proxy.example.org:3128"
    assert not past._line._session.proxies
    assert not near._line._session.proxies
    assert through._line._session.verify == str(bundle)
    assert not through._line._session.trust_env
