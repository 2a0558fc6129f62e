"""Names that break clients and servers must survive the emulator unchanged."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import pytest

SEED = """
crowd:
  directories: [{name: customers}]
  applications: [{name: app, password: app-password, directories: [{directory: customers}]}]
"""
NAMES = [
    "<script>alert(1)</script>",
    'a,b+c"d\\e<f>g;h/i #j=k',
    "quotes 'single' \"double\"",
    "100% & more?",
    "httpd_;?@=&",
    "httpd_&gt;",
    "httpd_<![CDATA[]]>",
    "emoji 🎟️ user",
    "right\u202eto-left\u202c mark \u200f",
    "two  spaces",
    "tab\tinside",
    "Ünïcödé ÄÖÜß",
    "e\u0301 decomposed",
    "plus+sign@example.org",
    "..",
    "a/../b",
]


@pytest.fixture
def crowd(start_sandbox, crowd_caller):
    return crowd_caller(start_sandbox(SEED))


@pytest.mark.parametrize("name", NAMES)
def test_a_user_and_a_group_of_any_name_go_in_and_come_out_unchanged(crowd, name):
    assert crowd("POST", "user", {"name": name, "active": True, "email": f"{name}@example.org"}).status_code == 201
    assert crowd("POST", "group", {"name": name, "type": "GROUP"}).status_code == 201
    assert crowd("POST", "user/group/direct", {"name": name}, username=name).status_code == 201
    user = crowd("GET", "user", username=name).json()
    assert user["name"] == name
    assert crowd.session.get(user["link"]["href"], timeout=30).json()["name"] == name
    membership = fromstring(crowd("GET", "group/membership").content).find("membership")
    assert membership.get("group") == name
    assert membership.find("users/user").get("name") == name
    crowd.session.headers["Accept"] = "application/xml"
    assert fromstring(crowd("GET", "user", username=name).content).get("name") == name
    assert fromstring(crowd("GET", "user", username=name).content).findtext("email") == f"{name}@example.org"
    assert crowd("DELETE", "user", username=name).status_code == 204


def test_letters_of_any_script_compare_without_case(crowd):
    crowd("POST", "user", {"name": "ÄÖÜ", "active": True})
    assert crowd("GET", "user", username="äöü").json()["name"] == "ÄÖÜ"
