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
