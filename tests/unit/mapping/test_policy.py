"""The mappings folder, read without mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dirsync.errors import ConfigurationInvalid
from dirsync.mapping.document import read_document
from dirsync.mapping.policy import load_policy, parse_estate, parse_mapping
from dirsync.model.estate import Audience
from dirsync.model.snapshot import WHOLE

KINDS = {"corp": "ldap", "crowd_customers": "crowd", "crowd_agents": "crowd", "portal": "jira"}
FULL = """\
# yaml-language-server: $schema=./mapping.schema.json
version: 1
name: customers
audience: customers                       # agents | customers
source:
  directory: corp
  users:
    base: ou=customers,dc=example,dc=com  # one or a list
    filter: (objectClass=inetOrgPerson)
    except_mapping: agents
    attributes: {id: entryUUID, username: uid, email: mail, first_name: givenName, last_name: sn, display_name: cn}
  groups:
    base: ["ou=groups,dc=example,dc=com", "ou=more,dc=example,dc=com"]
    filter: (objectClass=groupOfNames)
    nested: true
target:
  directory: CROWD-Customers
  groups: {"portal-*": "portal-*", no: no-group, 7: seven}
  missing: keep
  missing_after: 2
  missing_groups: keep
  new_password: random
default_groups: [portal-customers, no, "7"]
public_signup: wanted
guards: {max_removals: 50, max_removal_share: 0.10, max_creations: 500, max_member_removals: 50,
         protect_users: [svc-*], protect_groups: [jira-administrators]}
waivers:
  - {rule: customer-holds-application-access, user: pilot@example.org, reason: "pilot", owner: o@example.org,
     expires: 2027-01-31}
"""
AGENTS = """\
version: 1
name: agents
audience: agents
source: {directory: corp, users: {base: "ou=agents,dc=example,dc=com"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "customers.yaml").write_text(FULL)
    (folder / "agents.YML").write_text("\ufeff" + AGENTS)
    (folder / "notes.txt").write_text("not a mapping")
    return folder


def test_the_contract_s_example_is_read_as_it_is_written(folder: Path):
    customers = load_policy(folder, KINDS).mapping("customers").content
    assert customers.source.users.base == ("ou=customers,dc=example,dc=com",)
    assert customers.source.groups
    assert customers.source.groups.base == ("ou=groups,dc=example,dc=com", "ou=more,dc=example,dc=com")
    assert customers.source.groups.nested
    assert customers.target
    assert customers.target.groups == {"portal-*": "portal-*", "no": "no-group", "7": "seven"}
    assert customers.default_groups == ("portal-customers", "no", "7")


def test_the_guards_of_the_contract_s_example_are_the_defaults():
    assert parse_mapping(FULL, "f").content.guards == parse_mapping(AGENTS, "f").content.guards


def test_the_people_of_a_mapping_with_a_target_are_the_whole_target(folder: Path):
    agents, customers = load_policy(folder, KINDS).populations()
    assert (customers.directory, customers.selection, customers.is_synced) == ("crowd_customers", WHOLE, True)
    assert (customers.audience, customers.public_signup) == (Audience.CUSTOMERS, True)
    assert customers.where == f"{folder}/customers.yaml:3"
    assert (agents.directory, agents.selection, agents.is_synced) == ("corp", "agents", False)
    assert agents.public_signup is None


def test_waivers_of_mappings_and_of_their_own_file_carry_their_place(folder: Path):
    (folder / "waivers.yaml").write_text(
        "waivers:\n  - {rule: r, reason: why, owner: o, expires: '2027-02-01', group: g}\n"
    )
    own, apart = load_policy(folder, KINDS).waivers
    assert (own.user, own.expires, own.source) == (
        "pilot@example.org",
        date(2027, 1, 31),
        f"{folder}/customers.yaml:28",
    )
    assert (apart.group, apart.expires, apart.source) == ("g", date(2027, 2, 1), f"{folder}/waivers.yaml:2")


def test_an_empty_waivers_file_waives_nothing(folder: Path):
    (folder / "waivers.yaml").write_text("# nothing yet\n")
    assert len(load_policy(folder, KINDS).waivers) == 1


def test_only_keeps_those_that_share_a_target_with_what_is_asked_for(folder: Path):
    alone = FULL.replace("    except_mapping: agents\n", "")
    (folder / "customers.yaml").write_text(alone)
    (folder / "partners.yaml").write_text(alone.replace("name: customers", "name: partners"))
    assert [one.name for one in load_policy(folder, KINDS).mappings] == ["agents", "customers", "partners"]
    assert [one.name for one in load_policy(folder, KINDS, ["partners"]).mappings] == ["customers", "partners"]
    only_agents = load_policy(folder, KINDS, ["agents"])
    assert [one.name for one in only_agents.mappings] == ["agents"]
    assert only_agents.shows == {
        "agents": "corp",
        "customers": "crowd_customers",
        "partners": "crowd_customers",
    }


def test_only_keeps_also_the_mapping_whose_people_are_left_out(folder: Path):
    assert [one.name for one in load_policy(folder, KINDS, ["customers"]).mappings] == ["agents", "customers"]


def test_only_carries_out_what_feeds_the_targets_asked_for_and_reads_the_rest(folder: Path):
    (folder / "agents.YML").write_text(AGENTS + "target: {directory: crowd_agents}\n")
    (folder / "partners.yaml").write_text(FULL.replace("name: customers", "name: partners"))
    everything = load_policy(folder, KINDS)
    assert [one.name for one in everything.carried_out()] == ["agents", "customers", "partners"]
    asked = load_policy(folder, KINDS, ["customers"])
    assert [one.name for one in asked.mappings] == ["agents", "customers", "partners"]
    assert [one.name for one in asked.carried_out()] == ["customers", "partners"]


def test_the_digest_changes_with_any_byte_of_any_file_and_with_nothing_else(folder: Path):
    before = load_policy(folder, KINDS).digest
    assert load_policy(folder, KINDS).digest == before
    (folder / "notes.txt").write_text("changed")
    assert load_policy(folder, KINDS).digest == before
    (folder / "agents.YML").write_text(AGENTS + "\n")
    assert load_policy(folder, KINDS).digest != before


def test_the_kind_of_a_directory_may_be_unknown_while_its_settings_are_wrong(folder: Path):
    assert load_policy(folder, dict.fromkeys(KINDS, "")).mappings


def test_crowd_none_declares_that_there_is_none_and_a_missing_section_declares_nothing():
    none = parse_estate("version: 1\ncrowd: none\n", "estate.yaml").content
    assert none.crowd
    assert (none.crowd.applications, none.crowd.directories) == ((), ())
    assert parse_estate("version: 1\n", "estate.yaml").content.crowd is None


def test_an_estate_may_be_read_by_yaml_s_own_words_for_its_values():
    estate = parse_estate('version: 1\njira: {version: "9.10", public_signup: {global: true}}\n', "estate.yaml").content
    assert estate.jira
    assert estate.jira.version == "9.10"
    assert estate.jira.public_signup
    assert estate.jira.public_signup.global_ is True


def test_aliases_are_followed_and_keep_their_places():
    document = read_document("a: &x [1, 2]\nb: *x\n", "f.yaml")
    assert document.data == {"a": [1, 2], "b": [1, 2]}
    assert document.place("b", 1) == "f.yaml:1:11"
    assert document.line("b") == "f.yaml:2"


def test_the_place_of_what_is_not_there_is_that_of_what_would_hold_it():
    document = read_document("a:\n  b: 1\n", "f.yaml")
    assert document.place("a", "c") == "f.yaml:2:3"
    assert document.place("x", "y") == "f.yaml:1:1"


def mistakes_of(read: Callable[[str, str], object], text: str) -> list[str]:
    try:
        read(text, "f.yaml")
    except ConfigurationInvalid as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


@given(st.text())
def test_any_text_is_yaml_or_says_why_not_on_one_line(text: str):
    for mistake in mistakes_of(read_document, text):
        assert mistake.startswith("f.yaml")
        assert "\n" not in mistake


@given(st.randoms(use_true_random=False))
def test_a_mapping_with_any_piece_cut_out_or_doubled_is_read_or_told_with_places(chance: random.Random):
    text = FULL
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randint(1, 30))
        text = text[:start] + text[start:end] * chance.choice([0, 0, 2]) + text[end:]
    for mistake in mistakes_of(parse_mapping, text):
        assert mistake.startswith("f.yaml:")
        assert "\n" not in mistake


def test_an_unknown_directory_is_told_beside_the_other_mistakes_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "customers.yaml").write_text(
        "version: 1\nname: customers\naudience: customer\nsource: {directory: crop}\ntarget: {directory: corwd}\n"
    )
    with pytest.raises(ConfigurationInvalid) as told:
        load_policy(tmp_path, {"corp": "ldif", "crowd": "crowd"})
    said = [str(mistake).removeprefix(f"{tmp_path}/customers.yaml:").split(";")[0] for mistake in told.value.mistakes]
    assert said == [
        "3:11: unknown audience 'customer', did you mean 'customers'?",
        "4:21: unknown directory 'crop', did you mean 'corp'?",
        "5:21: unknown directory 'corwd', did you mean 'crowd'?",
    ]
