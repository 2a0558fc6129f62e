"""Where accounts are made: LDAP must be told, nobody else may be."""

from __future__ import annotations

from pathlib import Path

from unit.mapping.folders import KINDS, MAPPING, mistakes

from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.selections import selections
from dirsync.mapping.policy import load_policy

INTO_LDAP = MAPPING.replace("directory: corp", "directory: hr").replace("crowd-customers", "corp")
USERS = "  users: {base: 'ou=p,dc=x', filter: (uid=*), attributes: {email: mail}}\n"


def test_ldap_needs_a_place_for_accounts_and_where_there_are_groups_for_them(tmp_path: Path):
    said = "'users' is missing under 'target': say with 'users: {base: …}' where accounts are made and looked for"
    assert mistakes(tmp_path, {"c.yaml": INTO_LDAP}) == [f"c.yaml:9:14: {said}"]
    for groups in ("  groups: {'*': '*'}\n", "default_groups: [all]\n"):
        [told] = mistakes(tmp_path, {"c.yaml": INTO_LDAP + USERS + groups})
        assert told.startswith("c.yaml:9:14: 'groups_base' is missing under 'target'")


def test_what_has_no_places_is_told_none(tmp_path: Path):
    text = MAPPING + USERS + "  groups_base: 'ou=g'\n  group_class: group\n"
    assert mistakes(tmp_path, {"c.yaml": text}) == [
        f"c.yaml:{line}:3: a directory of kind crowd has no places and classes; leave '{name}' out"
        for line, name in ((10, "users"), (11, "groups_base"), (12, "group_class"))
    ]


def test_a_target_that_several_feed_is_read_in_one_way(tmp_path: Path):
    one = INTO_LDAP.replace("name: customers", "name: a") + USERS
    other = INTO_LDAP.replace("name: customers", "name: b") + USERS.replace("uid=*", "cn=*").replace("mail}", "x}")
    told = mistakes(tmp_path, {"a.yaml": one, "b.yaml": other})
    assert [line.partition(" must")[0] for line in told] == ["b.yaml:10:30: 'filter'", "b.yaml:10:46: 'attributes'"]
    assert all("since both mappings feed 'corp', which is read once" in line for line in told)


def test_what_one_mapping_takes_people_from_another_one_writes_to_under_another_name(tmp_path: Path):
    reader = MAPPING.replace("name: customers", "name: a")
    [told] = mistakes(tmp_path, {"a.yaml": reader, "c.yaml": INTO_LDAP + USERS})
    assert told.startswith("c.yaml:9:14: 'corp' is also a source (a.yaml:")
    assert "give the tree a second entry in the settings" in told


def test_names_of_accounts_must_stay(tmp_path: Path):
    users = "  users: {base: 'ou=p,dc=x', rdn: CN, attributes: {display_name: cn}}\n"
    [told] = mistakes(tmp_path, {"c.yaml": INTO_LDAP + users})
    assert "rdn 'CN' is also the attribute of display_name" in told


def test_a_target_is_read_where_its_mappings_write(tmp_path: Path):
    folder = tmp_path / "mappings"
    folder.mkdir()
    groups = "  groups_base: ou=g,dc=x\n  groups: {'*': '*'}\n"
    (folder / "a.yaml").write_text(INTO_LDAP.replace("name: customers", "name: a") + USERS + groups)
    (folder / "b.yaml").write_text(INTO_LDAP.replace("name: customers", "name: b") + USERS.replace("ou=p", "ou=q"))
    found = selections(load_policy(folder, KINDS).mappings)
    assert found["corp"][-1] == Selection(
        user_bases=("ou=p,dc=x", "ou=q,dc=x"),
        user_filter="(uid=*)",
        attributes=Attributes(email="mail"),
        group_bases=("ou=g,dc=x",),
    )
    assert [one.name for one in found["corp"]] == [""], "written by two, read once"
