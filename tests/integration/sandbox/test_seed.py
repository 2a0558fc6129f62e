"""The seed file: what it may say, and how mistakes in it are told."""

from __future__ import annotations

import textwrap

import pytest

import dirsync.sandbox
from dirsync.errors import ConfigurationInvalid
from dirsync.sandbox import fault_file
from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.state import state_from


def mistakes(text):
    with pytest.raises(ConfigurationInvalid) as refused:
        parse_seed(text, "seed.yaml")
    return [str(mistake) for mistake in refused.value.mistakes]


def test_an_empty_seed_is_an_empty_crowd_and_jira():
    seed = parse_seed("", "seed.yaml")
    assert (seed.crowd.version, seed.jira.version, seed.crowd.directories) == ("6.0.2", "9.12", [])


def test_every_mistake_is_told_at_once_with_its_place():
    text = """\
crowd:
  directories:
    - name: customers
      usres: []
      users:
        - {username: ada, active: "yes"}
        - {username: 7}
        - {email: x}
      allowed_operations: [CREATE_USERS]
jira:
  user_directories:
    - {name: Crowd, type: crwd}
"""
    found = mistakes(text)
    expected = [
        ("seed.yaml:4:7", "unknown key 'usres', did you mean 'users'?"),
        ("seed.yaml:6:35", "'active' must be "),
        ("seed.yaml:7:22", "'username' must be "),
        ("seed.yaml:8:11", "'username' is missing"),
        ("seed.yaml:9:28", "'CREATE_USERS', did you mean 'CREATE_USER'?"),
        ("seed.yaml:12:27", "'crwd', did you mean 'crowd'?"),
    ]
    assert [mistake.split(": ")[0] for mistake in found] == [place for place, _ in expected]
    assert all(what in mistake for mistake, (_, what) in zip(found, expected, strict=True)), found


def test_names_that_refer_to_nothing_are_told_with_their_place():
    text = """\
crowd:
  directories:
    - name: customers
      groups: [{name: portal, groups: [portals]}]
      users: [{username: ada, groups: [PORTAL, prtal]}]
  applications:
    - {name: app, password: x, directories: [{directory: custmers}]}
jira:
  user_directories:
    - {name: Crowd, type: crowd, crowd_application: ap}
    - {name: Own, type: internal, users: [{username: bob, groups: [nowhere]}]}
"""
    assert mistakes(text) == [
        "seed.yaml:4:40: unknown group 'portals', did you mean 'portal'?",
        "seed.yaml:5:48: unknown group 'prtal', did you mean 'portal'?",
        "seed.yaml:7:58: unknown directory 'custmers', did you mean 'customers'?",
        "seed.yaml:10:53: unknown Crowd application 'ap', did you mean 'app'?",
        "seed.yaml:11:68: unknown group 'nowhere'; there is none",
    ]


def test_the_seed_in_the_documentation_and_its_faults_are_accepted():
    described = textwrap.dedent(
        dirsync.sandbox.__doc__.partition("may be left out::\n")[2].partition("What else an")[0]
    )
    seed = parse_seed(described.replace("[...]", "[]"), "documentation")
    assert (seed.crowd.events.kept, seed.jira.rate_limit.requests) == (10_000, 50)
    faults = textwrap.dedent(fault_file.__doc__.partition("::\n")[2])
    assert len(fault_file.parse_faults(faults, "documentation")) == 7


@pytest.mark.parametrize(
    ("said", "meant"), [("true", "users"), ("false", ""), ("users-and-groups", "users-and-groups")]
)
def test_what_an_estate_file_says_of_access_is_understood(said, meant):
    seed = parse_seed(f"crowd: {{applications: [{{name: app, access_based_sync: {said}}}]}}", "seed.yaml")
    assert state_from(seed).application("app").access_based_sync == meant


def test_sign_up_for_a_project_that_is_not_described_is_told_unless_none_is():
    signup = "public_signup: {projects: {HLEP: true}}"
    assert mistakes(f"jira: {{service_projects: [{{key: HELP}}], {signup}}}") == [
        "seed.yaml:1:74: unknown service project 'HLEP', did you mean 'HELP'?"
    ]
    assert parse_seed(f"jira: {{{signup}}}", "seed.yaml").jira.public_signup.projects == {"HLEP": True}


def test_keys_of_projects_are_written_as_jira_writes_them():
    assert "'key' must be" in mistakes("jira: {service_projects: [{key: help desk}]}")[0]


def test_names_used_twice_are_told_whatever_their_case():
    text = """\
crowd:
  directories:
    - {name: one, users: [{username: ada}, {username: ADA}], groups: [{name: g}, {name: G}]}
    - {name: ONE}
  applications:
    - {name: app, password: x, directories: [{directory: one}, {directory: One}]}
    - {name: App, password: x}
jira:
  applications: [{key: jira-core}, {key: jira-core}]
  service_projects: [{key: HELP}, {key: HELP}]
  user_directories: [{name: A, type: internal}, {name: a, type: internal}]
"""
    found = mistakes(text)
    assert [mistake.split(": ")[1].split("'")[1] for mistake in found] == [
        "ADA",
        "G",
        "ONE",
        "One",
        "App",
        "jira-core",
        "HELP",
        "a",
    ]
    assert all(mistake.endswith("stands twice; upper and lower case make no difference") for mistake in found)


@pytest.mark.parametrize(
    ("directory", "what"),
    [
        ("{name: C, type: crowd}", "so it needs crowd_application"),
        ("{name: C, type: crowd, crowd_application: app, users: [{username: x}]}", "belong under crowd.directories"),
        ("{name: C, type: internal, crowd_application: app}", "crowd_application has no meaning"),
    ],
)
def test_a_user_directory_has_either_a_crowd_application_or_people_of_its_own(directory, what):
    text = f"crowd: {{applications: [{{name: app, password: x}}]}}\njira: {{user_directories: [{directory}]}}\n"
    found = mistakes(text)
    assert len(found) == 1
    assert what in found[0]


def test_addresses_must_be_addresses():
    found = mistakes("crowd: {applications: [{name: app, password: x, remote_addresses: [10.0.0.0/8, here]}]}")
    assert "'here' is no IP address and no network" in found[0]


def test_what_is_not_yaml_is_told_with_its_place():
    assert mistakes("crowd: [")[0].startswith("seed.yaml:1:")
    assert "stands twice" in mistakes("jira: {}\njira: {}\n")[0]


@pytest.mark.parametrize("version", ["9.12", '"9.12"'])
def test_a_version_may_stand_without_quotes(version):
    assert parse_seed(f"jira: {{version: {version}}}", "seed.yaml").jira.version == "9.12"


def test_secrets_of_a_seed_do_not_show():
    seed = parse_seed(
        "crowd: {applications: [{name: a, password: canary}], directories: [{name: d, users: [{username: u, password:"
        " canary}]}]}\njira: {credentials: {token: canary, password: canary}}",
        "seed.yaml",
    )
    state = state_from(seed)
    assert "canary" not in repr(seed) + repr(state) + repr(state.directory("d").users)


def test_a_seed_may_hold_a_cycle_of_groups(start_sandbox, crowd_caller):
    sandbox = start_sandbox(
        "crowd: {directories: [{name: d, type: connector, groups: [{name: a, groups: [b]}, {name: b, groups: [a]}],"
        " users: [{username: ada, groups: [a]}]}],"
        " applications: [{name: app, password: app-password, directories: [{directory: d}]}]}"
    )
    crowd = crowd_caller(sandbox)
    nested = crowd("GET", "group/user/nested", groupname="b").json()
    assert [user["name"] for user in nested["users"]] == ["ada"]
    groups = crowd("GET", "user/group/nested", username="ada").json()["groups"]
    assert [group["name"] for group in groups] == ["a", "b"]
