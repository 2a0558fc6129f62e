"""The schemas for editors and the loader say yes and no to the same files, but for what is listed here."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, FormatChecker
from pydantic import ValidationError
from ruamel.yaml import YAML
from schemas import MAPPINGS
from unit.mapping.folders import MAPPING

from dirsync.errors import ConfigurationInvalid
from dirsync.mapping.document import Document, read_document, validate
from dirsync.mapping.estate_file import EstateFile
from dirsync.mapping.mapping import MappingFile
from dirsync.mapping.waiver_entry import WaiverFile
from dirsync.mapping.what_if_file import WhatIfFile
from dirsync.mapping.words import Words

Place = tuple[str | int, ...]

EXAMPLES = sorted((MAPPINGS.parent / "tests" / "examples").rglob("*.yaml"))
MODELS: dict[str, type[Words]] = {
    "mapping": MappingFile,
    "estate": EstateFile,
    "waivers": WaiverFile,
    "what-if": WhatIfFile,
}
SCHEMAS = {name: json.loads((MAPPINGS / f"{name}.schema.json").read_text(encoding="utf-8")) for name in MODELS}
EDITORS = {name: Draft7Validator(schema, format_checker=FormatChecker(["date"])) for name, schema in SCHEMAS.items()}

WAIVERS = {
    "version": 1,
    "waivers": [
        {
            "rule": "customer-holds-application-access",
            "reason": "pilot",
            "owner": "owner@example.org",
            "expires": date(2027, 1, 31),
            "user": "pilot@example.org",
        },
        {"rule": "audit-incomplete", "reason": "r", "owner": "o", "expires": "2027-01-31", "directory": "corp"},
        {
            "rule": "r", "reason": "r", "owner": "o", "expires": "2027-01-31", "group": "portal",
            "application": "jira-software", "project": "HELP", "mapping": "customers", "mechanism": "crowd-directory",
            "finding": "0123456789abcdef",
        },
    ],
}  # fmt: skip
EVERY_KEY = {
    "mapping": {
        "version": 1,
        "name": "customers",
        "audience": "customers",
        "source": {
            "directory": "corp",
            "users": {
                "base": ["ou=a,dc=example,dc=org", "ou=b,dc=example,dc=org"],
                "filter": "(uid=*)",
                "include": {"attributes": {"o": ["Acme", "B*"]}, "groups": "portal-*"},
                "exclude": {"attributes": {"l": "Bonn"}, "groups": ["staff", "board"]},
                "except_mapping": "agents",
                "attributes": {
                    "id": "entryUUID", "username": "uid", "email": "mail", "first_name": "givenName",
                    "last_name": {"attribute": "sn", "values": {"-": ""}, "default": "x"},
                    "display_name": "{givenName} {sn}",
                    "active": {"attribute": "employeeType", "values": {"staff": True}, "default": False},
                },
            },
            "groups": {
                "base": "ou=groups,dc=example,dc=org",
                "filter": "(cn=*)",
                "nested": True,
                "attributes": {
                    "id": "entryUUID", "name": "cn", "description": "d", "email": "mail", "member": ["member", "uid"],
                },
            },
        },
        "target": {
            "directory": "crowd",
            "users": {
                "base": "ou=people,dc=example,dc=org", "filter": "(uid=*)", "object_classes": ["inetOrgPerson"],
                "rdn": "uid", "attributes": {"username": "uid", "active": "enabled"},
            },
            "groups_base": "ou=groups,dc=example,dc=org",
            "group_class": "groupOfNames",
            "groups": {"portal-*": "portal-*"},
            "organizations": {
                "attribute": "o", "names": {"ACME*": "Acme"}, "missing": "remove",
                "service_projects": {"A*": "HELP", "*": ["HELP", "IT"]},
            },
            "missing": "deactivate",
            "missing_after": 3,
            "missing_groups": "remove",
            "returning": "ignore",
            "new_password": "none",
        },
        "default_groups": ["portal-customers"],
        "public_signup": "off",
        "guards": {
            "max_removals": 1, "max_removal_share": 0.2, "max_creations": 3, "max_member_removals": 4,
            "max_adoptions": 5, "require_users": ["x"], "require_groups": ["x"],
            "protect_users": ["svc-*"], "protect_groups": [],
        },
        "waivers": WAIVERS["waivers"],
    },
    "estate": {
        "version": 1,
        "declared": {"by": "owner@example.org", "on": date(2026, 11, 20), "valid_until": date(2027, 11, 20)},
        "jira": {
            "version": "9.12",
            "permissions": {"ADMINISTER": ["jira-administrators"]},
            "seats_warn_at": 0.8,
            "applications": [
                {
                    "key": "jira-software", "name": "Jira Software", "groups": ["jira-users"], "default_groups": [],
                    "selected_by_default": False, "seats": -1, "used": 0,
                },
            ],
            "user_directories": [
                {
                    "name": "C", "mapping": "customers", "type": "crowd", "crowd_application": "jira",
                    "mode": "read-only", "active": True, "default_groups": ["a"],
                },
                {"name": "I", "directory": "portal", "type": "internal"},
            ],
            "public_signup": {"global": True, "projects": {"HELP": False}, "agent_signup": False},
            "service_projects": [
                {"key": "HELP", "name": "Help", "roles": {"Customers": {"groups": ["portal"], "users": ["ana"]}}},
                {"key": "OPS", "permissions": {"BROWSE_PROJECTS": {"groups": ["portal"], "roles": ["Team"]}}},
            ],
        },
        "crowd": {
            "applications": [
                {
                    "name": "jira", "aggregate_memberships": False, "access_based_sync": True,
                    "directories": [
                        {
                            "mapping": "customers", "allow_all_to_authenticate": False, "default_groups_first": True,
                            "authorised_groups": ["a"],
                            "default_groups": [], "directory_default_groups": ["b"],
                            "allowed_operations": ["CREATE_USER"], "directory_allowed_operations": [],
                        },
                        {"directory": "crowd-agents"},
                    ],
                },
            ],
            "directories": [
                {
                    "name": "A", "mapping": "agents", "type": "delegating", "default_groups": [],
                    "allowed_operations": ["CREATE_USER"],
                },
                {"name": "B", "directory": "b"},
            ],
        },
    },
    "waivers": WAIVERS,
    "what-if": {
        "version": 1,
        "suppose": [
            {"default_group": {"add": "portal", "jira_application": "jira-software"}},
            {"default_group": {"remove": "jira-users", "crowd_directory": "customers"}},
            {"default_group": {"add": "portal", "crowd_application": "jira", "directory": "customers"}},
            {"default_group": {"add": "portal", "user_directory": "LDAP"}},
            {"default_group": {"remove": "portal", "mapping": "customers"}},
            {"application_access": {"grant": "portal", "application": "jira-software"}},
            {"application_access": {"revoke": "portal", "application": "jira-software"}},
            {"directory_order": ["Crowd Agents", "Crowd Customers"]},
            {"aggregation": {"crowd_application": "jira", "becomes": "on"}},
            {"mode": {"user_directory": "Crowd Customers", "becomes": "read-write"}},
        ],
    },
}  # fmt: skip
"""A file of each kind in which every key there is stands at least once."""

ONLY_THE_LOADER_SEES = {
    "mapping: a target group with more * than its pattern": ("mapping", ("target", "groups"), {"a": "b-*"}),
    "mapping: a target group without a name": ("mapping", ("target", "groups"), {"a": " "}),
    "mapping: a base that YAML has cut at its commas": (
        "mapping",
        ("source", "users", "base"),
        ["ou=people", "dc=example", "dc=org"],
    ),
    "estate: an entry that names both a mapping and a directory": (
        "estate",
        ("jira", "user_directories", 0, "directory"),
        "corp",
    ),
    "estate: the same of a Crowd application's": (
        "estate",
        ("crowd", "applications", 0, "directories", 0, "directory"),
        "corp",
    ),
    "estate: the same of a Crowd directory": ("estate", ("crowd", "directories", 0, "directory"), "corp"),
    "mapping: accounts named by what is also the e-mail address": (
        "mapping",
        ("target", "users"),
        {"base": "ou=people", "rdn": "mail", "attributes": {"email": "Mail"}},
    ),
    # YAML reads a date, editors read text
    "what-if: an order in which one stands twice": ("what-if", ("suppose", 7, "directory_order"), ["A", "a"]),
    "what-if: a key with nothing behind it": ("what-if", ("suppose", 9, "mode"), None),
    "mapping: a date without quotes where text belongs": ("mapping", ("default_groups", 0), date(2027, 1, 31)),
    # JSON has one kind of number, and to it 50.0 is a whole one
    "mapping: a whole number written with a fraction": ("mapping", ("guards", "max_removals"), 50.0),
}
"""What a schema can't say, or would say in words nobody understands: checks across keys."""
ONLY_THE_SCHEMA_MINDS = {
    # to Python, true is 1
    "mapping: true as the version": ("mapping", ("version",), True),
}

VALUES = st.sampled_from(
    [
        None, True, False, 0, 1, -1, -2, 2, 0.5, 1.5, 2.0, "", " ", "x", "none", "off", "remove", "agents", "crowd",
        "9.12", "2027-01-31", "2027-02-30", "20270131", date(2027, 1, 31), [], ["x"], [""], [1], [[]], {}, {"x": "y"},
        {"x": 1}, {"x": ["y"]}, {"x": True},
    ]
)  # fmt: skip
KEYS = st.sampled_from(["x", "version", "name", "groups", "global_", "global", "base", "directory", "expires", "bsae"])


def accepts(kind: str, content: Any) -> bool:
    """Ask the loader."""
    try:
        validate(Document("file.yaml", content), MODELS[kind])
    except ConfigurationInvalid:
        return False
    return True


def editor_accepts(kind: str, content: Any) -> bool:
    """Ask the schema. An editor sees a date as the text that stands in the file."""
    return EDITORS[kind].is_valid(json.loads(json.dumps(content, default=date.isoformat)))


def is_only_for_the_loader(kind: str, content: Any) -> bool:
    """Say whether everything the loader minds is of the kinds that `ONLY_THE_LOADER_SEES` shows."""
    try:
        MODELS[kind].model_validate(content)
    except ValidationError as error:
        return all(
            detail["type"] == "value_error"
            or isinstance(detail["input"], date)
            or (detail["type"] == "int_type" and isinstance(detail["input"], float) and detail["input"].is_integer())
            for detail in error.errors()
        )
    return False


def places(content: Any, path: Place = ()) -> list[Place]:
    steps = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    return [path, *(place for step, inner in steps for place in places(inner, (*path, step)))]


def at(content: Any, path: Place) -> Any:
    for step in path:
        content = content[step]
    return content


def changed(kind: str, path: Place, value: Any) -> Any:
    content = deepcopy(EVERY_KEY[kind])
    at(content, path[:-1])[path[-1]] = value
    return content


@pytest.mark.parametrize("kind", MODELS)
def test_it_is_a_schema_of_the_draft_that_editors_know(kind):
    Draft7Validator.check_schema(SCHEMAS[kind])
    assert "draft-07" in SCHEMAS[kind]["$schema"]


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_says_what_it_is_for(kind):
    schemas = [SCHEMAS[kind], *SCHEMAS[kind]["definitions"].values()]
    silent = [
        key
        for schema in schemas
        for key, field in schema.get("properties", {}).items()
        if not field.get("description") and "$ref" not in field
    ]
    assert silent == []
    assert [schema for schema in schemas if not schema.get("description")] == []


@pytest.mark.parametrize("kind", MODELS)
def test_nothing_stands_beside_a_reference_where_draft_7_would_not_see_it(kind):
    found = [at(SCHEMAS[kind], path) for path in places(SCHEMAS[kind])]
    references = [part for part in found if isinstance(part, dict) and "$ref" in part]
    assert references or kind == "estate"
    assert [part for part in references if len(part) > 1] == []


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_of_the_models_stands_in_the_full_file(kind):
    # so that what is tried out below leaves none out
    given_keys = {place[-1] for place in places(EVERY_KEY[kind]) if place}
    schemas = [SCHEMAS[kind], *SCHEMAS[kind]["definitions"].values()]
    assert {key for schema in schemas for key in schema.get("properties", ())} <= given_keys
    assert accepts(kind, EVERY_KEY[kind])
    assert editor_accepts(kind, EVERY_KEY[kind])


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_sample_files_are_accepted_and_name_the_schema_that_does(path: Path):
    text = path.read_text(encoding="utf-8")
    kind = path.stem if path.stem in MODELS else "mapping"

    assert text.splitlines()[0] == f"# yaml-language-server: $schema=./{kind}.schema.json"
    data = read_document(text, path.name).data
    assert accepts(kind, data)
    assert editor_accepts(kind, data)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: "-".join(path.parts[-2:]))
def test_what_the_examples_of_the_rules_declare_is_accepted(path: Path):
    example = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    for mapping in example.get("mappings", []):
        assert editor_accepts("mapping", {"version": 1, **mapping})
    assert editor_accepts("estate", {"version": 1, **example.get("estate", {})})
    assert editor_accepts("waivers", {"waivers": example.get("waivers", [])})


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("version: 1", "version: 2"),
        ("version: 1", "version: '1'"),
        ("name: customers", "name: 12"),
        ("name: customers", "name: our customers!"),
        ("audience: customers", "audience: customer"),
        ("audience: customers", "audience:"),
        ("audience: customers\n", ""),
        ("directory: corp", "directory: [corp]"),
        ("directory: corp", "directory: ''"),
        ("    base:", "    bsae:"),
        ("target:", "public_signup: yes\ntarget:"),
        ("target:", "guards: {max_removals: -1}\ntarget:"),
        ("target:", "guards: {max_removal_share: 10}\ntarget:"),
        ("target:", "waivers: [{rule: r, reason: r, owner: o, expires: 2027-02-30}]\ntarget:"),
        ("target:", "waivers: [{rule: r, reason: r, owner: o, expires: soon}]\ntarget:"),
        ("target:", "waivers: [{rule: r, reason: r, owner: o}]\ntarget:"),
        ("target:", "default_groups: portal\ntarget:"),
    ],
)
def test_a_mistake_by_hand_is_refused_by_both(line, instead):
    assert line in MAPPING
    data = read_document(MAPPING.replace(line, instead, 1), "customers.yaml").data

    assert not accepts("mapping", data)
    assert not editor_accepts("mapping", data)


def test_no_crowd_and_everything_unknown_are_accepted_by_both():
    for crowd in ("none", None, {}, {"applications": []}):
        content = {"version": 1, "crowd": crowd}
        assert accepts("estate", content)
        assert editor_accepts("estate", content)
    for crowd in ("nothing", [], {"applications": "none"}):
        content = {"version": 1, "crowd": crowd}
        assert not accepts("estate", content)
        assert not editor_accepts("estate", content)


@pytest.mark.parametrize(("kind", "path", "value"), ONLY_THE_LOADER_SEES.values(), ids=ONLY_THE_LOADER_SEES)
def test_what_only_the_loader_sees(kind, path, value):
    content = changed(kind, path, value)

    assert editor_accepts(kind, content)
    assert not accepts(kind, content)
    assert is_only_for_the_loader(kind, content)


@pytest.mark.parametrize(("kind", "path", "value"), ONLY_THE_SCHEMA_MINDS.values(), ids=ONLY_THE_SCHEMA_MINDS)
def test_what_only_the_schema_minds(kind, path, value):
    content = changed(kind, path, value)

    assert not editor_accepts(kind, content)
    assert accepts(kind, content)


@pytest.mark.parametrize("kind", MODELS)
def test_a_key_left_out_or_misspelt_is_judged_alike_wherever_it_stands(kind):
    for place in places(EVERY_KEY[kind]):
        if not place or isinstance(place[-1], int):
            continue
        without = deepcopy(EVERY_KEY[kind])
        value = at(without, place[:-1]).pop(place[-1])
        assert accepts(kind, without) == editor_accepts(kind, without), place
        at(without, place[:-1])[f"{place[-1]}_"] = value
        assert accepts(kind, without) == editor_accepts(kind, without), place


@given(st.data())
@settings(max_examples=600)
def test_whatever_is_changed_in_a_file_both_say_the_same(data):
    kind = data.draw(st.sampled_from(sorted(MODELS)))
    content = deepcopy(EVERY_KEY[kind])
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(places(content)))
        inside = at(content, place)
        if isinstance(inside, dict) and data.draw(st.booleans()):
            inside[data.draw(KEYS)] = deepcopy(data.draw(VALUES))
        elif place:
            at(content, place[:-1])[place[-1]] = deepcopy(data.draw(VALUES))
    assume(content.get("version") is not True)

    if editor_accepts(kind, content):
        assert accepts(kind, content) or is_only_for_the_loader(kind, content)
    else:
        assert not accepts(kind, content)
