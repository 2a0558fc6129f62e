"""What the plug-in tells, asked over HTTP, against the sandbox and against servers with manners of their own."""

import json
import logging
import traceback

import pytest
from integration.crowd_admin.conftest import seed
from loguru import logger
from servers.sandbox import StartSandbox
from servers.scripted import answer

from dirsync.errors import DirsyncError
from dirsync.facts import crowd_plugin
from dirsync.facts.crowd_admin_records import body_of
from dirsync.http import Answer, Endpoint
from dirsync.model.facts import FactState
from dirsync.model.products import CrowdApplication, DirectoryType

CUSTOMERS = "crowd.applications[jira-customers].directories[crowd_customers]"
HANDED = "canary-handed-over"


@pytest.mark.parametrize("plugin", ["bootstrapi", "confapi"])
def test_the_plugin_tells_default_groups_and_the_other_facts(start_sandbox: StartSandbox, plugin_facts, plugin):
    facts = plugin_facts(start_sandbox(seed(f"plugin: {plugin}")).crowd_url)
    assert facts[f"{CUSTOMERS}.default_groups"].value == ("jira-users", "portal")
    assert facts[f"{CUSTOMERS}.authorised_groups"].value == ("portal",)
    assert facts[f"{CUSTOMERS}.allow_all_to_authenticate"].value is False
    assert facts[f"{CUSTOMERS}.allowed_operations"].value == ("CREATE_USER",)
    assert facts[f"{CUSTOMERS}.directory_allowed_operations"].value == ("CREATE_USER", "UPDATE_USER")
    assert facts["crowd.applications[jira-customers].aggregate_memberships"].value is True
    assert facts["crowd.applications[jira-customers].access_based_sync"].value is True
    assert facts["crowd.applications[confluence].access_based_sync"].value is False
    assert [known.name for known in facts["crowd.applications"].value][2] == "jira-customers"
    assert CrowdApplication("jira-customers", ("crowd_customers",), ("Customers",), (), "JIRA") in (
        facts["crowd.applications"].value
    )
    assert [(known.name, known.type, known.number) for known in facts["crowd.directories"].value] == [
        ("Customers", DirectoryType.INTERNAL, "32769"),
        ("Staff", DirectoryType.CONNECTOR, "32770"),
        ("Old", DirectoryType.INTERNAL, "32771"),
    ]
    source = facts[f"{CUSTOMERS}.default_groups"].source
    assert f"/rest/{plugin}/1/applications" in source
    unsaid = facts["crowd.applications[confluence].directories[crowd_staff].authorised_groups"]
    assert unsaid.state is FactState.UNKNOWN, "where all may authenticate the plug-in leaves the list out"


def test_without_the_plugin_every_fact_is_unknown_and_says_what_was_tried(start_sandbox: StartSandbox, plugin_facts):
    sandbox = start_sandbox(seed())
    facts = plugin_facts(sandbox.crowd_url)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    why = facts["crowd.applications"].why
    assert "/rest/bootstrapi/1/applications" in why
    assert "/rest/confapi/1/applications" in why
    assert "neither of the plug-ins" in why
    assert len(sandbox.requests) == 2


def test_passwords_that_the_plugin_hands_over_go_nowhere(start_sandbox: StartSandbox, plugin_facts, caplog):
    told = []
    handler = logger.add(told.append, level="TRACE")
    with caplog.at_level(logging.DEBUG):
        facts = plugin_facts(start_sandbox(seed("plugin: bootstrapi")).crowd_url)
    logger.remove(handler)
    everything = " ".join([repr(facts), caplog.text, *map(str, told)])
    assert facts["crowd.applications"].state is FactState.OBSERVED
    assert not any(secret in everything for secret in ("canary-application", "sandbox-only", "sandbox-ldap-bind"))


@pytest.mark.parametrize(
    "step",
    [
        answer(json.dumps([{"name": "a", "password": HANDED}])[:-3]),
        answer({"applications": {"password": HANDED}}),
        answer({"password": HANDED}),
        answer([{"password": HANDED}]),
        answer({"message": HANDED, "reason": HANDED}, 500),
        answer({"message": HANDED}, 403),
        answer({"message": HANDED}, 400),
        answer(f"<html><body>{HANDED}</body></html>", 500, "text/html"),
        answer(f"<html><body>{HANDED}</body></html>", 200, "text/html"),
        answer(HANDED, 429, "text/plain"),
        answer([], 200),
        answer(status=302, location=f"https://sso.example.org/login?password={HANDED}"),
    ],
)
def test_an_answer_that_can_not_be_used_is_never_quoted(script, plugin_facts, step):
    server = script(lambda asked: step if "applications" in asked.path else answer({}, 404))
    facts = plugin_facts(server.url)
    assert {fact.state for fact in facts.values()} == {FactState.UNKNOWN}
    assert all(fact.why for fact in facts.values())
    assert HANDED not in repr(facts)


def test_the_error_about_broken_json_does_not_hold_the_body():
    endpoint = Endpoint("crowd", "https://crowd.example.org")
    broken = Answer(endpoint, "GET", "/x", 200, {}, json.dumps({"password": HANDED}).encode()[:-1])
    with pytest.raises(DirsyncError) as raised:
        body_of(broken)
    chain, error = "", raised.value
    while error:
        chain += "".join(traceback.format_exception(error)) + repr(vars(error))
        error = error.__cause__ or error.__context__
    assert HANDED not in chain


def test_names_of_fields_that_hold_secrets_are_dropped_however_they_are_written():
    endpoint = Endpoint("crowd", "https://crowd.example.org")
    fields = ["password", "appPassword", "bind-password", "client_secret", "credential", "apiToken", "passwd"]
    body = {"server": dict.fromkeys(fields, HANDED) | {"url": "ldap://ldap.example.org"}}
    parsed = body_of(Answer(endpoint, "GET", "/x", 200, {}, json.dumps(body).encode()))
    assert parsed == {"server": {"url": "ldap://ldap.example.org"}}


def test_a_directory_that_the_plugin_does_not_list_is_known_by_its_name(script, plugin_facts):
    applications = [
        {"id": 7, "name": "dirsync-customers", "directoryMappings": [{"directoryName": "Customers"}]},
        {"id": 8, "name": "jira", "directoryMappings": [{"directoryName": "CUSTOMERS", "autoAssignmentGroups": ["a"]}]},
    ]
    server = script(lambda asked: answer(applications) if "applications" in asked.path else answer({}, 403))
    facts = plugin_facts(server.url)
    assert facts["crowd.applications[jira].directories[crowd_customers].default_groups"].value == ("a",)
    assert facts["crowd.directories"].state is FactState.UNKNOWN
    assert "HTTP 403" in facts["crowd.directories"].why
    silent = facts["crowd.applications[jira].aggregate_memberships"]
    assert silent.state is FactState.UNKNOWN
    assert "does not tell it" in silent.why


@pytest.mark.parametrize("listed", [[], {}, {"directories": []}])
def test_an_empty_list_of_directories_is_not_believed(script, plugin_facts, listed):
    known = [{"name": "x", "directoryMappings": []}]
    server = script(lambda asked: answer(known if "applications" in asked.path else listed))
    facts = plugin_facts(server.url, shown=[])
    assert facts["crowd.directories"].state is FactState.UNKNOWN
    assert facts["crowd.applications"].value == (CrowdApplication("x", (), ()),)


def test_permissions_count_only_when_all_of_them_are_told(script, plugin_facts):
    known = [{"name": "x", "directoryMappings": []}]
    told = dict.fromkeys(crowd_plugin.PERMISSIONS, False) | {"addUser": True}
    for permissions, expected in ((told, ("CREATE_USER",)), ({"addUser": True}, None), (None, None)):
        listed = {"A": {"id": 1, "permissions": permissions}}
        server = script(lambda asked, listed=listed: answer(known if "applications" in asked.path else listed))
        fact = plugin_facts(server.url, shown=[])["crowd.directories[A].allowed_operations"]
        assert fact.value == expected
