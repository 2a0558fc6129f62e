"""The faults file: what it may say, what comes of it, and how mistakes in it are told."""

from __future__ import annotations

import time
from xml.etree.ElementTree import fromstring

import pytest
import requests
from typer.testing import CliRunner

from dirsync.cli.app import app
from dirsync.errors import ConfigurationInvalid
from dirsync.operations.sandbox import run_sandbox
from dirsync.sandbox.fault_file import parse_faults
from dirsync.sandbox.server import Where

SEED = """
crowd:
  directories:
    - name: customers
      groups: [{name: "R&D Straße", groups: [Portal]}, {name: Portal}]
      users: [{username: Ada, groups: [Portal], attributes: {name: [Kept]}}, {username: bob}]
  applications: [{name: app, password: app-password, directories: [{directory: customers}]}]
"""


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox(SEED)


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


@pytest.fixture
def obey(sandbox):
    """Put the rules of a faults file in force."""

    def obeying(text):
        for fault in parse_faults(text, "faults.yaml"):
            sandbox.faults.add(fault)

    return obeying


def statuses(crowd, times):
    return [crowd("GET", "user", username="ada").status_code for _ in range(times)]


def test_rules_strike_from_the_nth_request_on_so_many_times_or_always(crowd, obey):
    obey("faults: [{path: username=ada, method: GET, first: 2, times: 2, status: 503}]")
    assert statuses(crowd, 4) == [200, 503, 503, 200]
    obey("faults: [{status: 500, times: always}]")
    assert statuses(crowd, 3) == [500, 500, 500]


def test_a_rule_strikes_once_unless_told_otherwise(crowd, obey):
    obey("faults: [{status: 503}]")
    assert statuses(crowd, 2) == [503, 200]


def test_too_many_requests_with_headers_and_a_page(crowd, obey):
    obey(
        'faults: [{status: 429, headers: {Retry-After: "7"}, body: <html>slow down</html>, content_type: text/html,'
        " without_headers: [X-Embedded-Crowd-Version]}]"
    )
    answer = crowd("GET", "user", username="ada")
    assert (answer.status_code, answer.headers["Retry-After"], answer.text) == (429, "7", "<html>slow down</html>")
    assert answer.headers["Content-Type"] == "text/html"
    assert "X-Embedded-Crowd-Version" not in answer.headers


def test_headers_are_taken_out_of_a_good_answer(crowd, obey):
    obey("faults: [{without_headers: [X-Embedded-Crowd-Version]}]")
    assert "X-Embedded-Crowd-Version" not in crowd("GET", "user", username="ada").headers


@pytest.mark.parametrize("seconds", ["1", "1.0"])
def test_latency(crowd, obey, seconds):
    obey(f"faults: [{{latency: {seconds}}}]")
    began = time.monotonic()
    assert statuses(crowd, 1) == [200]
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize(("when", "has_acted"), [("before", False), ("after", True)])
def test_dropped_connections(sandbox, crowd, obey, when, has_acted):
    obey(f"faults: [{{method: POST, drop: {when}}}]")
    with pytest.raises(requests.exceptions.ConnectionError):
        crowd("POST", "user", {"name": "eve"})
    assert (sandbox.state.directory("customers").find_user("eve") is not None) is has_acted


def test_bodies_cut_off_are_noticed_and_shortened_ones_are_not(crowd, obey):
    obey("faults: [{cut_body_after: 20}, {shorten_body_to: 20, first: 2}]")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        crowd("GET", "group/membership")
    whole = crowd("GET", "group/membership")
    assert (whole.status_code, len(whole.content)) == (200, 20)


def test_names_in_the_wrong_case_in_xml_but_nothing_else(crowd, obey):
    obey("faults: [{wrong_case: true}]")
    root = fromstring(crowd("GET", "group/membership").content)
    assert {group.get("group"): [each.get("name") for part in group for each in part] for group in root} == {
        "r&d sTRAßE": ["pORTAL"],
        "pORTAL": ["aDA"],
    }


def test_names_in_the_wrong_case_in_json_but_not_those_of_attributes(crowd, obey):
    obey("faults: [{wrong_case: true, times: 2}]")
    users = crowd("GET", "search", entity_type="user").json()["users"]
    assert [user["name"] for user in users] == ["aDA", "BOB"]
    ada = crowd("GET", "user", username="ada", expand="attributes").json()
    assert (ada["name"], ada["display-name"]) == ("aDA", "Ada")
    assert [(each["name"], each["values"]) for each in ada["attributes"]["attributes"]] == [("name", ["Kept"])]


def test_an_error_in_the_wrong_case_stays_an_error(crowd, obey):
    obey("faults: [{wrong_case: true}, {status: 503, wrong_case: true, first: 2}]")
    assert crowd("GET", "user", username="nobody").json()["reason"] == "USER_NOT_FOUND"
    assert crowd("GET", "user", username="ada").status_code == 503


def test_every_mistake_is_told_at_once_with_its_place():
    text = """\
faults:
  - {path: "(", status: 503}
  - {statsu: 503}
  - {status: 99, first: 0}
  - {method: GET, times: 3}
  - {latency: -1, drop: never}
  - {times: often, status: 500}
"""
    with pytest.raises(ConfigurationInvalid) as refused:
        parse_faults(text, "faults.yaml")
    found = [str(mistake) for mistake in refused.value.mistakes]
    expected = [
        ("faults.yaml:2:12", "'(' is no regular expression: "),
        ("faults.yaml:3:6", "unknown key 'statsu', did you mean 'status'?"),
        ("faults.yaml:4:14", "'status' must be "),
        ("faults.yaml:4:25", "'first' must be "),
        ("faults.yaml:5:5", "a rule needs an effect: body, "),
        ("faults.yaml:6:15", "'latency' must be "),
        ("faults.yaml:6:25", "'never'"),
        ("faults.yaml:7:13", "'times' must be "),
    ]
    places = [mistake.split(": ")[0] for mistake in found]
    assert sorted(set(places)) == [place for place, _ in expected], found
    assert all(any(what in mistake for mistake in found) for _, what in expected), found


def test_an_empty_file_is_told():
    with pytest.raises(ConfigurationInvalid, match="it needs 'faults'"):
        parse_faults("", "faults.yaml")


def test_the_mistakes_of_both_files_are_told_together(tmp_path):
    seed, faults = tmp_path / "seed.yaml", tmp_path / "faults.yaml"
    seed.write_text("jira: {versoin: 9}\n")
    faults.write_text("faults: [{}]\n")
    told = CliRunner().invoke(app, ["sandbox", "--seed", str(seed), "--faults", str(faults)])
    assert told.exit_code == 2
    assert f"{seed}:1:8: unknown key 'versoin'" in told.stderr
    assert f"{faults}:1:10: a rule needs an effect" in told.stderr


def test_a_file_that_is_not_there_is_told(tmp_path):
    told = CliRunner().invoke(app, ["sandbox", "--faults", str(tmp_path / "nowhere.yaml")])
    assert told.exit_code == 2
    assert f"The faults file {tmp_path / 'nowhere.yaml'} can't be read" in told.stderr


@pytest.mark.parametrize(("words", "what"), [([], "--allow-remote"), (["--allow-remote"], "can't listen on 192.0.2.7")])
def test_another_address_needs_a_flag(words, what):
    told = CliRunner().invoke(app, ["sandbox", "--host", "192.0.2.7", "--port", "0", *words])
    assert told.exit_code == 2
    assert what in told.stderr


def test_the_demo_s_estate_is_served_with_the_faults_of_a_file(tmp_path, monkeypatch):
    faults, said = tmp_path / "faults.yaml", []
    faults.write_text("faults: [{status: 503, times: always}]")

    class Console:
        answer = said.append

    def ask():
        crowd = said[0].removeprefix("Crowd: ")
        assert requests.get(f"{crowd}/rest/usermanagement/1/config/cookie", timeout=30).status_code == 503
        raise KeyboardInterrupt

    monkeypatch.setattr("dirsync.sandbox.server.wait_for_the_end", ask)
    run_sandbox(None, faults, Where(), Console())
    assert said[-1] == "Stopped."
