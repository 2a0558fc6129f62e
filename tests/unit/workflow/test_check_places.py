"""Places that LDAP can't understand are told with where they stand, before anybody is asked anything."""

from __future__ import annotations

import pytest

from dirsync.errors import ConfigurationInvalid
from dirsync.mapping.policy import parse_mapping
from dirsync.workflow.check import check_questions

MAPPING = """\
version: 1
name: people
audience: agents
source: {directory: crowd}
target:
  directory: corp
  users:
    base: ou=people,dc=x
    filter: (uid=*)
    rdn: uid
    attributes: {email: mail, active: enabled;x-y}
  groups_base: ou=groups,dc=x
"""


@pytest.mark.parametrize(
    ("right", "wrong", "place", "said"),
    [
        ("base: ou=people,dc=x", "base: people", "8:11", "'people' is no name of an entry"),
        ("(uid=*)", "(uid=*", "9:13", "'(uid=*' is no LDAP filter"),
        ("rdn: uid", "rdn: u)id", "10:10", "'u)id' is not the name of an attribute"),
        ("email: mail", "email: 'm ail'", "11:25", "'m ail' is not the name of an attribute"),
        ("groups_base: ou=groups,dc=x", "groups_base: groups", "12:16", "'groups' is no name of an entry"),
    ],
)
def test_what_is_no_name_and_no_filter_is_told_with_its_place(right, wrong, place, said):
    kinds = {"crowd": "crowd", "corp": "ldap"}
    check_questions([parse_mapping(MAPPING, "people.yaml")], kinds)
    with pytest.raises(ConfigurationInvalid) as told:
        check_questions([parse_mapping(MAPPING.replace(right, wrong), "people.yaml")], kinds)
    [mistake] = told.value.mistakes
    assert mistake.where == f"people.yaml:{place}"
    assert mistake.what.startswith(said)


@pytest.mark.parametrize(
    "told",
    ['display_name: "{a} {b}"', "active: {attribute: type, values: {staff: true}}"],
)
def test_a_product_makes_no_attributes_and_a_mapping_that_asks_for_it_is_told_so(told: str) -> None:
    source = "source: {directory: crowd, users: {attributes: {%s}}}"
    mapping = MAPPING.replace("source: {directory: crowd}", source % told)
    kinds = {"corp": "ldap", "crowd": "crowd"}
    with pytest.raises(ConfigurationInvalid) as caught:
        check_questions([parse_mapping(mapping, "people.yaml")], kinds)
    [mistake] = caught.value.mistakes
    assert "'crowd' is no LDAP directory" in mistake.what
    assert mistake.where.startswith("people.yaml:4:")
    check_questions([parse_mapping(mapping, "people.yaml")], {**kinds, "crowd": "ldif"})
    plain = MAPPING.replace("source: {directory: crowd}", source % "email: mail")
    check_questions([parse_mapping(plain, "people.yaml")], kinds)
