"""`dirsync doctor --facts` and `--grants`: what they show, without anybody being asked."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from dirsync.facts import asked
from dirsync.facts.routes import Route
from dirsync.facts.vocabulary import WHOLE, vocabulary
from dirsync.mapping.policy import Policy, parse_estate
from dirsync.model.facts import observed, unknown
from dirsync.model.products import CrowdApplication, CrowdDirectory, DirectoryType, JiraDirectory, ServiceProject
from dirsync.operations.doctor.facts_matrix import facts_matrix, matrix_document, matrix_text
from dirsync.operations.doctor.grants import Product, account_in, grants_document, grants_script
from dirsync.operations.doctor.silenced import presumed
from dirsync.settings.models import Settings

ESTATE = """
version: 1
declared: {by: owner@example.org, on: 2026-11-01, valid_until: 2027-11-01}
jira:
  version: "9.12"
  public_signup: {projects: {HELP: true}}
crowd:
  applications: [{name: c, access_based_sync: false, directories: [{directory: d, default_groups: []}]}]
"""


def policy(text: str | None = ESTATE) -> Policy:
    return Policy((), parse_estate(text, "estate.yaml") if text else None, (), "digest", {})


def clock() -> datetime:
    return datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Let Jira's two routes tell other things, and Crowd's know nothing."""
    by_rest = {
        "jira.version": observed("jira.version", "10.0.1", "GET serverInfo", "now"),
        "jira.applications": unknown("jira.applications", "HTTP 403", "Give it the right."),
    }
    monkeypatch.setattr(asked, "read_jira_facts", lambda _endpoint, _clock: by_rest)
    nothing = {"crowd.applications": unknown("crowd.applications", "HTTP 401", "Mend the password.")}
    for name in ("read_crowd_admin_facts", "read_crowd_plugin_facts"):
        monkeypatch.setattr(asked, name, lambda *_given: nothing)
    monkeypatch.setattr(
        "dirsync.facts.jira_database.read_jira_database_facts",
        lambda address, _who, _clock: {
            "jira.version": observed("jira.version", "9.12.8", f"{address.product}'s database", "now")
        },
    )
    monkeypatch.setattr("dirsync.facts.crowd_database.read_crowd_database_facts", lambda *_given: {})
    return Settings(
        jira={"url": "https://jira.example.org", "token": "t", "database_url": "postgresql://db/jira"},
        crowd_admin={
            "url": "https://crowd.example.org",
            "username": "admin",
            "password": "p",
            "database_url": "postgresql://db/crowd",
        },
    )


def test_each_fact_of_the_vocabulary_stands_with_each_configured_route(settings):
    matrix = facts_matrix(settings, policy(), clock)
    assert matrix.routes == tuple(Route)
    document = matrix_document(matrix)
    assert document["schema"] == "dirsync.facts/1"
    assert set(WHOLE) <= {fact["fact"] for fact in document["facts"]}
    by_name = {fact["fact"]: fact for fact in json.loads(json.dumps(document))["facts"]}
    version = by_name["jira.version"]
    assert (version["value"], version["route"], version["state"]) == ("10.0.1", "jira-rest", "observed")
    assert version["routes"]["jira-database"] == {
        "state": "observed", "agrees": False, "value": "9.12.8", "source": "Jira's database", "why": "",
    }  # fmt: skip
    assert version["routes"]["declared"]["agrees"] is False
    assert version["routes"]["crowd-admin"]["state"] == "silent"
    refused = by_name["jira.applications"]
    assert (refused["route"], refused["why"], refused["routes"]["jira-rest"]["state"]) == ("", "HTTP 403", "unknown")
    assert by_name["jira.public_signup.projects[HELP]"]["routes"]["declared"]["value"] is True
    leaf = by_name["crowd.applications[c].directories[d].allowed_operations"]
    assert (leaf["state"], leaf["routes"]["declared"]["state"]) == ("unknown", "silent")


def test_the_table_shows_states_contradictions_and_what_nobody_tells(settings):
    text = matrix_text(facts_matrix(settings, policy(), clock))
    head, *rows = text.splitlines()
    assert head.split() == ["fact", *(route.value for route in Route), "believed"]
    [version] = [row for row in rows if row.startswith("jira.version ") and "otherwise" in row]
    assert version.split() == ["jira.version", "otherwise", "-", "observed", "-", "-", "otherwise", "jira-rest"]
    [access] = [row for row in rows if row.startswith("crowd.applications[c].access_based_sync")]
    assert access.split()[1:] == ["-", "-", "-", "-", "-", "declared", "declared"]
    assert (
        "jira.version is told in different ways:\n  jira-rest: 10.0.1 (GET serverInfo)\n  jira-database: 9.12.8" in text
    )
    nobody = text.partition("Nobody tells\n")[2]
    assert "  jira.applications\n      HTTP 403\n      -> Give it the right.\n" in nobody
    assert "      -> Declare aggregate_memberships of 'c' under crowd.applications in mappings/estate.yaml.\n" in nobody
    assert "      -> Declare default_groups of 'd'" not in nobody, "that is declared"
    assert "      no configured route tells it\n      -> Declare jira.public_signup.agent_signup in" in nobody


def test_offline_only_what_is_declared_is_shown():
    matrix = facts_matrix(None, policy(), clock)
    assert matrix.routes == (Route.DECLARED,)
    assert "is told in different ways" not in matrix_text(matrix)


def test_without_routes_every_fact_is_unknown():
    matrix = facts_matrix(Settings(), policy(None), clock)
    assert matrix.routes == ()
    assert {fact["state"] for fact in matrix_document(matrix)["facts"]} == {"unknown"}


def test_where_all_is_known_nobody_tells_is_not_said(settings):
    matrix = facts_matrix(settings, policy(), clock)
    known = type(matrix)(matrix.routes, matrix.told, {"jira.version": matrix.facts["jira.version"]})
    assert "Nobody tells" not in matrix_text(known)


def test_the_vocabulary_follows_what_is_there():
    facts = {
        "jira.user_directories": (
            JiraDirectory("A", DirectoryType.CROWD, ""),
            JiraDirectory("B", DirectoryType.LDAP, ""),
        ),
        "jira.service_projects": (ServiceProject("HELP"),),
        "crowd.applications": (CrowdApplication("c", ("d", "d")), CrowdApplication("e", None)),
        "crowd.directories": (CrowdDirectory("D", None, ""),),
    }
    names = list(vocabulary({name: observed(name, value, "x", "y") for name, value in facts.items()}))
    assert len(names) == len(set(names))
    assert "jira.user_directories[A].mode" in names
    assert "jira.user_directories[A].default_groups" not in names
    assert "jira.user_directories[B].default_groups" in names
    assert {"jira.service_projects[HELP].roles", "jira.public_signup.projects[HELP]"} <= set(names)
    assert "crowd.applications[c].directories[d].directory_allowed_operations" in names
    assert {"crowd.applications[e].access_based_sync", "crowd.directories[D].default_groups"} <= set(names)
    assert list(vocabulary({name: unknown(name, "x") for name in facts})) == list(WHOLE)


def test_grants_are_for_the_account_that_the_settings_name():
    values = {"JIRA__DATABASE_URL": "postgresql://Reader:pw@db/jira", "CROWD_ADMIN__DATABASE_URL": "nonsense"}
    assert [account_in(product, values) for product in Product] == ["Reader", "dirsync"]
    assert account_in(Product.CROWD, {}) == "dirsync"
    assert 'ON cwd_app_dir_default_groups TO "Reader";' in grants_script(Product.CROWD, "Reader")
    document = grants_document(Product.JIRA, "dirsync")
    assert (document["schema"], document["product"], document["account"]) == ("dirsync.grants/1", "jira", "dirsync")
    by_name = {table["table"]: table for table in document["tables"]}
    assert by_name["licenserolesdefault"]["statement"].endswith(
        "(license_role_name) ON licenserolesdefault TO dirsync;"
    )
    assert "autoAddGroups" in by_name["cwd_directory_attribute"]["rows"]["attribute_name"]
    assert "pw" not in grants_script(Product.JIRA, account_in(Product.JIRA, values))


def test_offline_the_doctor_takes_for_granted_what_the_configured_routes_will_tell():
    jira = {"database_url": "postgresql://db/jira"}
    by_rest, by_database = Settings(jira={"url": "https://j.example.org"}), Settings(jira=jira)
    assert presumed(Settings()) == ()
    assert "jira.user_directories[x].mode".startswith(presumed(by_database))
    assert not "jira.user_directories[x].mode".startswith(presumed(by_rest))
    assert "jira.applications".startswith(presumed(by_rest))
    assert not "crowd.applications".startswith(presumed(by_database))
    assert "crowd.applications".startswith(presumed(Settings(crowd_admin=jira)))
