"""Who may call Crowd, in which format, and what every answer carries."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest
import requests

from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.server import start

SEED = """
crowd:
  version: "5.1.0"
  directories:
    - {name: customers, users: [{username: ada}]}
  applications:
    - {name: app, password: app-password, directories: [{directory: customers}]}
    - {name: from-elsewhere, password: app-password, remote_addresses: [192.0.2.0/24], directories: []}
    - {name: from-here, password: app-password, remote_addresses: [127.0.0.1], directories: [{directory: customers}]}
"""


@pytest.fixture(scope="module")
def sandbox():
    """Start one sandbox for all tests here: none of them changes anything."""
    with start(parse_seed(SEED, "seed.yaml")) as running:
        yield running


@pytest.mark.parametrize(("name", "password"), [("app", "wrong"), ("nobody", "app-password"), ("ada", "app-password")])
def test_a_wrong_application_password_is_401_in_plain_text_without_a_session(sandbox, crowd_caller, name, password):
    answer = crowd_caller(sandbox, name, password)("GET", "user", username="ada")
    assert answer.status_code == 401
    assert answer.text == "Application failed to authenticate"
    assert answer.headers["Content-Type"] == "text/plain;charset=UTF-8"
    assert answer.headers["WWW-Authenticate"] == 'BASIC realm="Crowd REST Service"'
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Embedded-Crowd-Version"] == "Crowd/5.1.0"


@pytest.mark.parametrize("header", [None, "Basic !!!", "Basic YXBw", "Bearer YXBwOmFwcC1wYXNzd29yZA=="])
def test_a_missing_or_broken_authorization_is_401(sandbox, header):
    headers = {"Authorization": header} if header else {}
    answer = requests.get(f"{sandbox.crowd_url}/rest/usermanagement/1/user", headers=headers, timeout=30)
    assert answer.status_code == 401


def test_the_password_is_checked_before_the_path_so_that_a_path_of_nothing_tells_401_from_404(sandbox, crowd_caller):
    assert crowd_caller(sandbox)("GET", "non-existent/location").status_code == 404
    assert crowd_caller(sandbox, "app", "wrong")("GET", "non-existent/location").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "query", "status"),
    [
        ("GET", "user", {"username": "ada"}, 200),
        ("GET", "user", {}, 400),
        ("GET", "user", {"username": "bob"}, 404),
        ("GET", "nothing/here", {}, 404),
        ("PUT", "search", {}, 405),
    ],
)
def test_every_answer_carries_crowds_version_and_a_session(sandbox, crowd_caller, method, path, query, status):
    answer = crowd_caller(sandbox)(method, path, **query)
    assert answer.status_code == status
    assert answer.headers["X-Embedded-Crowd-Version"] == "Crowd/5.1.0"
    assert answer.headers["X-Crowd-User-Management-Version"]
    assert answer.headers["Set-Cookie"].startswith("JSESSIONID=")


def test_a_kept_cookie_is_not_given_again(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    crowd("GET", "user", username="ada")
    assert "Set-Cookie" not in crowd("GET", "user", username="ada").headers


def test_outside_the_rest_interface_nothing_looks_like_crowd(sandbox):
    answer = requests.get(f"{sandbox.crowd_url}/console/login.action", timeout=30)
    assert answer.status_code == 404
    assert "X-Embedded-Crowd-Version" not in answer.headers


def test_a_caller_from_another_address_gets_the_containers_html_page(sandbox, crowd_caller):
    answer = crowd_caller(sandbox, "from-elsewhere")("GET", "user", username="ada")
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("text/html")
    assert (
        "Client with address &quot;127.0.0.1&quot; is forbidden from making requests to the application, "
        in answer.text
    )
    assert "application, from-elsewhere." in answer.text


def test_a_caller_from_a_listed_address_is_let_in(sandbox, crowd_caller):
    assert crowd_caller(sandbox, "from-here")("GET", "user", username="ada").status_code == 200


def test_a_text_xml_content_type_on_a_get_is_415_in_html(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    crowd.session.headers["Content-Type"] = "text/xml"
    answer = crowd("GET", "search", entity_type="user")
    assert answer.status_code == 415
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_content_types_that_working_clients_send_on_a_get_are_let_through(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    for content_type in ("application/json", "application/xml"):
        crowd.session.headers["Content-Type"] = content_type
        assert crowd("GET", "search", entity_type="user").status_code == 200


def test_a_body_that_is_neither_json_nor_xml_is_415(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    answer = crowd.session.post(f"{crowd.base}/user", data={"name": "bob"}, timeout=30)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("accept", "path", "content_type"),
    [
        ("application/json", "user", "application/json"),
        ("application/xml", "user", "application/xml"),
        ("text/html, application/xml;q=0.5, application/json;q=0.9", "user", "application/json"),
        ("*/*", "user", "application/xml"),
        ("application/xml", "user.json", "application/json"),
        ("application/json", "user.xml", "application/xml"),
    ],
)
def test_the_format_follows_accept_and_the_suffix_of_the_path(sandbox, crowd_caller, accept, path, content_type):
    crowd = crowd_caller(sandbox)
    crowd.session.headers["Accept"] = accept
    assert crowd("GET", path, username="ada").headers["Content-Type"] == content_type


def test_a_format_crowd_does_not_have_is_406(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    crowd.session.headers["Accept"] = "text/csv"
    assert crowd("GET", "user", username="ada").status_code == 406


def test_errors_come_in_the_format_asked_for(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    assert crowd("GET", "user", username="<bob>").json() == {
        "reason": "USER_NOT_FOUND",
        "message": "User <<bob>> does not exist",
    }
    crowd.session.headers["Accept"] = "application/xml"
    error = fromstring(crowd("GET", "user", username="<bob>").content)
    assert (error.tag, error.findtext("reason")) == ("error", "USER_NOT_FOUND")
    assert error.findtext("message") == "User <<bob>> does not exist"


def test_latest_is_the_same_interface_and_links_name_version_1(sandbox, crowd_caller):
    crowd = crowd_caller(sandbox)
    crowd.base = f"{sandbox.crowd_url}/rest/usermanagement/latest"
    link = crowd("GET", "user", username="ada").json()["link"]
    assert link == {"href": f"{sandbox.crowd_url}/rest/usermanagement/1/user?username=ada", "rel": "self"}


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"name": "\\u0001"}', b'{"name": "\\ud800"}'])
def test_a_broken_json_body_is_400(sandbox, crowd_caller, body):
    crowd = crowd_caller(sandbox)
    headers = {"Content-Type": "application/json"}
    answer = crowd.session.post(f"{crowd.base}/user", data=body, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["reason"]) == (400, "ILLEGAL_ARGUMENT")


@pytest.mark.parametrize(
    "body",
    [
        b"<user",
        b'<!DOCTYPE user [<!ENTITY a "aaa">]><user name="&a;"/>',
        '<?xml version="1.0"?><!DOCTYPE u><u/>'.encode("utf-16"),
    ],
)
def test_a_broken_xml_body_and_any_document_type_is_400(sandbox, crowd_caller, body):
    crowd = crowd_caller(sandbox)
    headers = {"Content-Type": "application/xml"}
    answer = crowd.session.post(f"{crowd.base}/user", data=body, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()["reason"]) == (400, "ILLEGAL_ARGUMENT")
    assert not sandbox.state.directory("customers").find_user("aaa")
