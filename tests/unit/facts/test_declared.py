"""What estate.yaml declares becomes facts with their line and the person who vouches for them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dirsync.errors import ConfigurationInvalid
from dirsync.facts import asked
from dirsync.facts.declared import declaration_fact, declared_facts
from dirsync.facts.gather import ALWAYS_ASKED, gather_facts
from dirsync.facts.vocabulary import WHOLE
from dirsync.facts.ways_to_know import way_to_know
from dirsync.mapping.checked import DeclaredEstate
from dirsync.mapping.policy import Policy, parse_estate
from dirsync.model.facts import Fact, FactState, declared, observed, unknown
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    DirectoryMode,
    DirectoryType,
    JiraApplication,
    JiraDirectory,
    ProjectPermission,
    ProjectRole,
    ServiceProject,
)
from dirsync.settings.load import load_settings
from dirsync.settings.products import product_endpoint

DECLARED = "declared: {by: owner@example.org, on: 2026-11-20, valid_until: 2027-11-20}\n"
ESTATE = f"""\
version: 1
{DECLARED}jira:
  version: "9.12"
  permissions: {{JIRA_USERS: [jira-users], ADMINISTER: [admins, b], SYSTEM_ADMIN: [admins]}}
  applications:
    - {{key: jira-servicedesk, groups: [jsm-agents], default_groups: [], selected_by_default: false, seats: 9, used: 2}}
    - {{key: jira-software, name: Software, groups: [], seats: -1}}
  user_directories:
    - {{name: Crowd Customers, mapping: customers, type: crowd, crowd_application: jira-customers, mode: read-only}}
    - {{name: Internal, directory: Por-Tal, type: internal, active: false, default_groups: [x]}}
  service_projects:
    - key: HELP
      name: Help
      roles: {{Service Desk Customers: {{groups: [portal]}}, Service Desk Team: {{users: [bob]}}}}
    - {{key: IT, roles: {{}}, permissions: {{edit_issues: {{groups: [b, a]}}, Browse: {{roles: [Team]}}, NONE: {{}}}}}}
    - {{key: HR}}
  public_signup: {{global: true, projects: {{HELP: true, IT: false, HR: true}}}}
crowd:
  applications:
    - name: jira-customers
      aggregate_memberships: false
      directories:
        - {{mapping: customers, allow_all_to_authenticate: true, default_groups: [portal]}}
    - {{name: untold}}
  directories:
    - {{name: internal, directory: crowd-customers, type: internal, default_groups: []}}
    - {{name: shown by nobody}}
"""
SHOWS = {"customers": "crowd_customers"}
TODAY = date(2027, 11, 20)
SOURCE = "declared by owner@example.org, valid until 2027-11-20"


def facts(text: str = ESTATE, today: date = TODAY) -> dict[str, Fact[Any]]:
    return declared_facts(parse_estate(text, "estate.yaml"), SHOWS, today)


def test_each_declared_value_is_a_fact_with_its_line_and_its_owner():
    mode = facts()["jira.user_directories[Crowd Customers].mode"]
    assert mode == declared(
        "jira.user_directories[Crowd Customers].mode",
        DirectoryMode.READ_ONLY,
        f"estate.yaml:10, {SOURCE}",
        "2026-11-20",
    )


def test_everything_the_file_says_is_there_and_nothing_else():
    assert {name: fact.value for name, fact in facts().items()} == {
        "jira.version": "9.12",
        "jira.permissions": {"JIRA_USERS": ("jira-users",), "ADMINISTER": ("admins", "b"), "SYSTEM_ADMIN": ("admins",)},
        "jira.administrative_groups": ("admins", "b"),
        "jira.applications": (
            JiraApplication("jira-servicedesk", ("jsm-agents",), (), False, "jira-servicedesk", 9, 2),
            JiraApplication("jira-software", (), name="Software", is_unlimited=True),
        ),
        "jira.user_directories": (
            JiraDirectory("Crowd Customers", DirectoryType.CROWD, "crowd_customers", "jira-customers", "customers"),
            JiraDirectory("Internal", DirectoryType.INTERNAL, "por_tal"),
        ),
        "jira.user_directories[Crowd Customers].mode": DirectoryMode.READ_ONLY,
        "jira.user_directories[Crowd Customers].active": True,
        "jira.user_directories[Internal].active": False,
        "jira.user_directories[Internal].default_groups": ("x",),
        "jira.service_projects": (ServiceProject("HELP", "Help"), ServiceProject("IT"), ServiceProject("HR")),
        "jira.service_projects[HELP].roles": (
            ProjectRole(None, "Service Desk Customers", groups=("portal",)),
            ProjectRole(None, "Service Desk Team", users=("bob",)),
        ),
        "jira.service_projects[IT].roles": (),
        "jira.service_projects[IT].permissions": (
            ProjectPermission("BROWSE", roles=("Team",)),
            ProjectPermission("EDIT_ISSUES", groups=("b", "a")),
        ),
        "jira.public_signup.global": True,
        "jira.public_signup.projects": {"HELP": True, "IT": False, "HR": True},
        "crowd.applications": (
            CrowdApplication("jira-customers", ("crowd_customers",)),
            CrowdApplication("untold", None),
        ),
        "crowd.applications[jira-customers].aggregate_memberships": False,
        "crowd.applications[jira-customers].directories[crowd_customers].allow_all_to_authenticate": True,
        "crowd.applications[jira-customers].directories[crowd_customers].default_groups": ("portal",),
        "crowd.directories": (
            CrowdDirectory("internal", DirectoryType.INTERNAL, "crowd_customers"),
            CrowdDirectory("shown by nobody", None, ""),
        ),
        "crowd.directories[internal].default_groups": (),
    }


def test_every_fact_names_a_line_of_the_file_that_holds_it():
    lines = ESTATE.splitlines()
    for name, fact in facts().items():
        number = int(fact.source.partition(":")[2].partition(",")[0])
        leaf = name.rpartition(".")[2].partition("[")[0]
        expected = {"administrative_groups": "permissions"}.get(leaf, leaf)
        assert expected in lines[number - 1] or leaf == "active", (name, lines[number - 1])


def test_on_its_last_day_a_declaration_holds_and_on_the_next_one_all_of_it_is_unknown():
    assert {fact.state for fact in facts(today=date(2027, 11, 20)).values()} == {FactState.DECLARED}
    expired = facts(today=date(2027, 11, 21))
    assert {fact.state for fact in expired.values()} == {FactState.UNKNOWN}
    assert expired["jira.version"] == unknown(
        "jira.version",
        "estate.yaml:4 declares it, but only until 2027-11-20",
        "Check estate.yaml and move its valid_until.",
    )


def test_a_declaration_without_an_owner_says_so():
    version = facts(ESTATE.replace(DECLARED, ""))["jira.version"]
    assert (version.state, version.source, version.at) == (
        FactState.DECLARED,
        "estate.yaml:3, declared by nobody named",
        "",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("version: 1\n", set()),
        ("version: 1\njira: {}\ncrowd: {}\n", set()),
        ("version: 1\ncrowd: none\n", {"crowd.applications", "crowd.directories"}),
        ("version: 1\njira: {applications: []}\n", {"jira.applications"}),
        ("version: 1\njira: {permissions: {JIRA_USERS: []}}\n", {"jira.permissions"}),
        (
            "version: 1\njira: {permissions: {ADMINISTER: [], SYSTEM_ADMIN: []}}\n",
            {"jira.permissions", "jira.administrative_groups"},
        ),
        ("version: 1\njira: {public_signup: {}}\n", set()),
        ("version: 1\njira: {service_projects: []}\n", {"jira.service_projects"}),
    ],
)
def test_a_section_left_out_declares_nothing_and_an_empty_list_declares_none(text: str, names: set[str]):
    found = facts(text)
    assert set(found) == names
    of_permissions = ({"JIRA_USERS": ()}, {"ADMINISTER": (), "SYSTEM_ADMIN": ()})
    assert all(fact.value in ((), *of_permissions) for fact in found.values())


@pytest.mark.parametrize(
    ("projects", "mistake"),
    [
        ("[{key: HELP}, {key: IT}, {key: HELP}]", "3:21: HELP stands twice; describe each project once"),
        ("[{name: Help}]", "3:22: 'key' is missing"),
        ("[{key: HELP, roles: {Team: {group: [a]}}}]", "3:49: unknown key 'group', did you mean 'groups'?"),
        ("[{key: HELP, permissions: {X: {role: [a]}}}]", "3:52: unknown key 'role', did you mean 'roles'?"),
    ],
)
def test_mistakes_in_declared_service_projects_are_told_with_their_place(projects: str, mistake: str):
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_estate(f"version: 1\njira:\n  service_projects: {projects}\n", "estate.yaml")
    assert [str(told) for told in caught.value.mistakes] == [f"estate.yaml:{mistake}"]


@pytest.mark.parametrize(
    ("section", "mistake"),
    [
        (
            "jira: {user_directories: [{name: A, type: ldap}, {name: B, type: ldap}, {name: a, type: crowd}]}",
            "2:26: A stands twice; describe each user directory once",
        ),
        ("crowd: {applications: [{name: x}, {name: X}]}", "2:23: x stands twice; describe each application once"),
        ("crowd: {directories: [{name: x}, {name: x}]}", "2:22: x stands twice; describe each directory once"),
    ],
)
def test_entries_that_would_become_one_fact_are_refused_with_their_place(section: str, mistake: str):
    with pytest.raises(ConfigurationInvalid) as caught:
        parse_estate(f"version: 1\n{section}\n", "estate.yaml")
    assert [str(told) for told in caught.value.mistakes] == [f"estate.yaml:{mistake}"]


ONE_TREE = """\
version: 1
crowd:
  applications:
    - name: jira
      directories:
        - {mapping: agents, default_groups: [staff, all], directory_default_groups: [], AGENTS}
        - {mapping: other, default_groups: [elsewhere], allow_all_to_authenticate: true}
        - {mapping: customers, default_groups: [all, portal], directory_default_groups: [x], CUSTOMERS}
"""
TREES = {"agents": "corp", "customers": "corp", "other": "else"}


def one_tree(agents: str, customers: str) -> dict[str, Fact[Any]]:
    text = ONE_TREE.replace("AGENTS", agents).replace("CUSTOMERS", customers)
    found = declared_facts(parse_estate(text, "estate.yaml"), TREES, TODAY)
    leaf = "crowd.applications[jira].directories[corp]."
    return {name.removeprefix(leaf): fact for name, fact in found.items() if name.startswith(leaf)}


def test_default_groups_of_entries_that_show_one_directory_add_up():
    found = one_tree("", "")
    assert {name: fact.value for name, fact in found.items()} == {
        "default_groups": ("staff", "all", "portal"),
        "directory_default_groups": ("x",),
    }
    assert found["default_groups"].source == "estate.yaml:6 and estate.yaml:8, declared by nobody named"


def test_entries_on_one_line_that_show_one_directory_add_up_too():
    entries = "{mapping: agents, default_groups: [a]}, {mapping: customers, default_groups: [b]}"
    text = f"version: 1\ncrowd: {{applications: [{{name: jira, directories: [{entries}]}}]}}\n"
    fact = declared_facts(parse_estate(text, "estate.yaml"), TREES, TODAY)[
        "crowd.applications[jira].directories[corp].default_groups"
    ]
    assert (fact.value, fact.source) == (("a", "b"), "estate.yaml:2, declared by nobody named")


@pytest.mark.parametrize(
    ("agents", "customers"),
    [
        ("authorised_groups: [a]", "authorised_groups: [b]"),
        ("allow_all_to_authenticate: true", "allow_all_to_authenticate: false"),
        ("allowed_operations: []", "allowed_operations: [CREATE_USER]"),
        ("directory_allowed_operations: []", "directory_allowed_operations: [CREATE_USER]"),
    ],
)
def test_what_entries_that_show_one_directory_say_differently_is_unknown(agents: str, customers: str):
    key = agents.partition(":")[0]
    name = f"crowd.applications[jira].directories[corp].{key}"
    assert one_tree(agents, customers)[key] == unknown(
        name,
        "two entries of this application show one directory and say different things (estate.yaml:6 and estate.yaml:8)",
        "Let each mapping read a directory of its own (a connection of its own in the settings), or say the same in "
        "both entries.",
    )


def test_what_entries_that_show_one_directory_say_alike_or_only_one_says_is_declared():
    assert one_tree("authorised_groups: [a, b]", "authorised_groups: [b, a]")["authorised_groups"].value == ("a", "b")
    told = one_tree("", "allow_all_to_authenticate: false")["allow_all_to_authenticate"]
    assert (told.state, told.value) == (FactState.DECLARED, False)


def test_the_mapping_that_named_a_directory_is_kept():
    text = "version: 1\ncrowd: {directories: [{name: a, mapping: agents}, {name: b, directory: corp}]}\n"
    assert declared_facts(parse_estate(text, "estate.yaml"), TREES, TODAY)["crowd.directories"].value == (
        CrowdDirectory("a", None, "corp", "agents"),
        CrowdDirectory("b", None, "corp"),
    )


def test_without_an_estate_file_nothing_is_declared():
    assert declared_facts(None, {}, TODAY) == {}


def test_who_vouches_for_the_file_is_a_fact_past_its_day_or_not():
    assert declaration_fact(None) == {}
    [known] = declaration_fact(parse_estate(ESTATE, "estate.yaml")).values()
    assert str(known.value).endswith(", valid until 2027-11-20")
    assert known.source.startswith("estate.yaml:")
    [nobody] = declaration_fact(parse_estate("version: 1\n", "estate.yaml")).values()
    assert (nobody.value, nobody.source, nobody.name) == (None, "estate.yaml", known.name)


def policy(text: str | None) -> Policy:
    estate: DeclaredEstate | None = parse_estate(text, "estate.yaml") if text else None
    return Policy((), estate, (), "d", SHOWS)


def clock() -> datetime:
    return datetime(2026, 11, 21, tzinfo=UTC)


def test_what_nobody_tells_is_unknown_with_the_cheapest_way_to_know_it():
    found = gather_facts(None, policy(None), clock)
    assert set(found) == {*ALWAYS_ASKED, *WHOLE}
    for name, fact in found.items():
        assert fact == unknown(name, f"no route tells {name}", ALWAYS_ASKED.get(name) or way_to_know(name))


def test_what_is_declared_comes_before_what_is_unknown():
    found = gather_facts(None, policy(ESTATE), clock)
    assert found["jira.version"].state is FactState.DECLARED
    only_jira_knows = ["jira.duplicated_users"]
    assert [name for name in ALWAYS_ASKED if found[name].state is FactState.UNKNOWN] == only_jira_knows


def test_the_declared_switches_of_declared_service_projects_are_facts_of_their_own():
    found = gather_facts(None, policy(ESTATE), clock)
    switch = found["jira.public_signup.projects[IT]"]
    assert (switch.state, switch.value) == (FactState.DECLARED, False)
    assert switch.source == found["jira.public_signup.projects"].source == f"estate.yaml:18, {SOURCE}"


def test_an_expired_declaration_says_so_instead_of_that_no_route_tells():
    late = gather_facts(None, policy(ESTATE), lambda: datetime(2028, 1, 1, tzinfo=UTC))
    assert late["crowd.applications"].why == "estate.yaml:20 declares it, but only until 2027-11-20"


def test_what_jira_says_comes_before_what_is_declared_but_its_silence_does_not(monkeypatch: pytest.MonkeyPatch):
    seen = observed("jira.version", "10.3.0", "GET …/serverInfo", "now")
    silent = unknown("jira.applications", "the token is not an administrator's", "Give it the right.")
    alone = unknown("jira.seats", "the token is not an administrator's")
    told = {fact.name: fact for fact in (seen, silent, alone)}
    monkeypatch.setattr(asked, "read_jira_facts", lambda _endpoint, _clock: told)
    jira = load_settings(None, {"DIRSYNC_JIRA__URL": "https://jira.example.org", "DIRSYNC_JIRA__TOKEN": "t"})
    found = gather_facts(jira, policy(ESTATE), clock)
    assert (found["jira.version"].value, found["jira.version"].route) == ("10.3.0", "jira-rest")
    assert found["jira.applications"].state is FactState.DECLARED
    assert found["jira.seats"].why == alone.why
    assert gather_facts(jira, policy(None), clock)["jira.applications"].why == silent.why, (
        "its reason beats 'no route tells'"
    )


def test_jira_is_asked_as_the_settings_say(tmp_path: Path):
    environment = {
        "DIRSYNC_JIRA__URL": "https://jira.example.org/jira",
        "DIRSYNC_JIRA__USERNAME": "dirsync",
        "DIRSYNC_JIRA__PASSWORD": "p",
        "DIRSYNC_JIRA__CA_FILE": str(tmp_path / "ca.pem"),
        "DIRSYNC_JIRA__READ_TIMEOUT": "7",
    }
    settings = load_settings(None, environment)
    assert settings.jira
    endpoint = product_endpoint("jira", settings.jira)
    assert (endpoint.url, endpoint.username, endpoint.password, endpoint.token) == (
        "https://jira.example.org/jira", "dirsync", "p", "",
    )  # fmt: skip
    assert (endpoint.ca_file, endpoint.read_timeout) == (tmp_path / "ca.pem", 7.0)
    assert endpoint.setting("TOKEN") == "DIRSYNC_JIRA__TOKEN"
