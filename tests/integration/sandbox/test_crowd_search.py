"""Searching the emulated Crowd: paging, CQL and restrictions in a body."""

from __future__ import annotations

import json

import pytest

from dirsync.sandbox.seed import Seed
from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.server import start

SEED = """
crowd:
  directories:
    - name: customers
      groups: [{name: svc desk, description: help}, {name: portal}, {name: old, active: false}]
      users:
        - {username: ada, email: ada@example.org, first_name: Ada, last_name: King, attributes: {team: [north, south]}}
        - {username: bob, email: bob@example.org, first_name: Bob, active: false}
        - {username: bobby, email: bobby@example.net, first_name: Bob, last_name: 'O"Neil (jr)'}
        - {username: 'star*', email: star@example.net}
        - {username: Zoë, email: ZOE@EXAMPLE.NET}
  applications:
    - {name: app, password: app-password, directories: [{directory: customers}]}
"""
EVERYBODY = ["ada", "bob", "bobby", "star*", "Zoë"]


@pytest.fixture(scope="module")
def sandbox():
    """Start one sandbox for all tests here: none of them changes anything."""
    with start(parse_seed(SEED, "seed.yaml")) as running:
        yield running


@pytest.fixture
def crowd(sandbox, crowd_caller):
    return crowd_caller(sandbox)


def names(answer):
    assert answer.status_code == 200, answer.text
    return [each["name"] for each in answer.json().get("groups", answer.json().get("users"))]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", [{}, {"restriction": ""}])
def test_no_restriction_finds_everybody(crowd, method, query):
    assert names(crowd(method, "search", entity_type="user", max_results=-1, **query)) == EVERYBODY


def test_the_kind_of_entity_may_be_written_in_any_case_but_must_be_known(crowd):
    assert names(crowd("GET", "search", entity_type="GROUP")) == ["old", "portal", "svc desk"]
    for query in ({}, {"entity_type": "role"}):
        answer = crowd("GET", "search", **query)
        assert (answer.status_code, answer.json()["reason"]) == (400, "ILLEGAL_ARGUMENT")


def test_entries_are_brief_unless_expanded(crowd):
    brief = crowd("GET", "search", entity_type="user").json()
    assert brief["expand"] == "user"
    assert set(brief["users"][0]) == {"name", "link"}
    whole = crowd("GET", "search", entity_type="user", expand="user").json()["users"]
    assert [user["active"] for user in whole] == [True, False, True, True, True]
    assert whole[0]["attributes"]["attributes"] == []
    filled = crowd("GET", "search", entity_type="user", expand="user,attributes").json()["users"]
    assert filled[0]["attributes"]["attributes"][0]["values"] == ["north", "south"]
    groups = crowd("GET", "search", entity_type="group", expand="group").json()["groups"]
    assert [group["description"] for group in groups] == ["", "", "help"]


def test_more_than_a_thousand_are_silently_cut_off_unless_all_are_asked_for(start_sandbox, crowd_caller):
    people = [{"username": f"user{number:04}"} for number in range(1203)]
    seed = {
        "directories": [{"name": "many", "users": people}],
        "applications": [{"name": "app", "password": "app-password", "directories": [{"directory": "many"}]}],
    }
    crowd = crowd_caller(start_sandbox(Seed.model_validate({"crowd": seed})))
    assert len(names(crowd("GET", "search", entity_type="user"))) == 1000
    assert len(names(crowd("GET", "search", entity_type="user", max_results=-1))) == 1203
    page = names(crowd("GET", "search", entity_type="user", start_index=1200, max_results=500))
    assert page == ["user1200", "user1201", "user1202"]


def test_page_numbers_must_be_numbers(crowd):
    assert crowd("GET", "search", entity_type="user", max_results="all").json()["reason"] == "ILLEGAL_ARGUMENT"


@pytest.mark.parametrize(
    ("restriction", "found"),
    [
        ("name=ada", ["ada"]),
        ("name = ADA", ["ada"]),
        ("email=*@example.org", ["ada", "bob"]),
        ("email=bob*", ["bob", "bobby"]),
        ("email=*OBB*", ["bobby"]),
        ("email = zoe@example.net", ["Zoë"]),
        ("active=false", ["bob"]),
        ("firstName=Bob AND active=true", ["bobby"]),
        ("name=ada or name=bob", ["ada", "bob"]),
        ("name=ada OR name=bob AND active=true", ["ada"]),
        ("(name=ada OR name=bob) AND active=false", ["bob"]),
        ('displayName="Ada King"', ["ada"]),
        (r'lastName="O\"Neil (jr)"', ["bobby"]),
        ("lastName='O\"Neil (jr)'", ["bobby"]),
        (r'name="star\*"', ["star*"]),
        ("name > bobby", ["star*", "Zoë"]),
        ("name < bob", ["ada"]),
        ("team=south", ["ada"]),
        ("name=*", EVERYBODY),
        ("createdDate > 2020-01-01", EVERYBODY),
        ('updatedDate < "2020-01-01T00:00:00+00:00"', []),
        ("name=nobody", []),
    ],
)
def test_crowd_query_language(crowd, restriction, found):
    assert names(crowd("GET", "search", entity_type="user", restriction=restriction)) == found


@pytest.mark.parametrize(
    "restriction",
    [
        "name",
        "name=",
        "name!=ada",
        "NOT name=ada",
        "name=ada AND",
        "name=ada name=bob",
        "(name=ada",
        "name=ada)",
        'name="ada',
        "active=maybe",
        "active>true",
        "createdDate=tomorrow",
        "createdDate=2026*",
        "(" * 60 + "name=ada" + ")" * 60,
    ],
)
def test_what_the_query_language_does_not_have_is_an_illegal_argument(crowd, restriction):
    answer = crowd("GET", "search", entity_type="user", restriction=restriction)
    assert (answer.status_code, answer.json()["reason"]) == (400, "ILLEGAL_ARGUMENT")


def prop(name, mode, value="", kind="STRING"):
    return (
        f"<property-search-restriction><property><name>{name}</name><type>{kind}</type></property>"
        f"<match-mode>{mode}</match-mode><value>{value}</value></property-search-restriction>"
    )


def both(logic, *parts):
    return (
        f'<boolean-search-restriction boolean-logic="{logic}"><restrictions>{"".join(parts)}</restrictions>'
        "</boolean-search-restriction>"
    )


def post_xml(crowd, body, entity_type="user"):
    headers = {"Content-Type": "application/xml"}
    query = {"entity-type": entity_type}
    return crowd.session.post(f"{crowd.base}/search", data=body.encode(), params=query, headers=headers, timeout=30)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (prop("email", "EXACTLY_MATCHES", "ADA@example.org"), ["ada"]),
        (prop("email", "STARTS_WITH", "bob"), ["bob", "bobby"]),
        (prop("email", "ENDS_WITH", "example.net"), ["bobby", "star*", "Zoë"]),
        (prop("name", "CONTAINS", "ob"), ["bob", "bobby"]),
        (prop("name", "CONTAINS", ""), EVERYBODY),
        (prop("name", "GREATER_THAN", "bobby"), ["star*", "Zoë"]),
        (prop("name", "LESS_THAN", "bob"), ["ada"]),
        (prop("team", "NULL"), ["bob", "bobby", "star*", "Zoë"]),
        (prop("active", "EXACTLY_MATCHES", "false", "BOOLEAN"), ["bob"]),
        (prop("createdDate", "GREATER_THAN", "2020-01-01", "DATE"), EVERYBODY),
        ("<null-search-restriction/>", EVERYBODY),
        (both("or", prop("name", "EXACTLY_MATCHES", "ada"), prop("name", "EXACTLY_MATCHES", "bob")), ["ada", "bob"]),
        (
            both("AND", prop("name", "CONTAINS", "bob"), both("or", prop("active", "EXACTLY_MATCHES", "true"))),
            ["bobby"],
        ),
    ],
)
def test_restrictions_in_an_xml_body(crowd, body, found):
    assert names(post_xml(crowd, body)) == found


def test_restrictions_in_a_json_body(crowd):
    one = {"restriction-type": "property-search-restriction", "property": {"name": "name", "type": "STRING"}}
    body = {**one, "match-mode": "STARTS_WITH", "value": "bob"}
    assert names(crowd("POST", "search", body, entity_type="user")) == ["bob", "bobby"]


@pytest.mark.parametrize(
    "body",
    [
        "<something-else/>",
        prop("name", "SOUNDS_LIKE", "ada"),
        prop("createdDate", "CONTAINS", "2020-01-01"),
        both("xor", prop("name", "CONTAINS", "a")),
        "<property-search-restriction><value>x</value></property-search-restriction>",
    ],
)
def test_restrictions_that_can_not_be_understood_are_illegal_arguments(crowd, body):
    answer = post_xml(crowd, body)
    assert (answer.status_code, json.loads(answer.text)["reason"]) == (400, "ILLEGAL_ARGUMENT")


def test_groups_are_searched_the_same_way(crowd):
    assert names(crowd("GET", "search", entity_type="group", restriction='name="svc desk" AND active=true')) == [
        "svc desk"
    ]
    assert names(crowd("GET", "search", entity_type="group", restriction="active=false")) == ["old"]
    assert names(post_xml(crowd, prop("description", "CONTAINS", "HEL"), "group")) == ["svc desk"]
