"""Whom a mapping includes and excludes: what it may say, and what is said of what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.mapping.folders import KINDS, changed, mistakes

from dirsync.directories.interface import Selection
from dirsync.directories.selections import selection
from dirsync.mapping.conditions import SENT
from dirsync.mapping.policy import load_policy
from dirsync.model.conditions import Conditions, GroupConditions

BASE = "    base: ou=customers,dc=example,dc=org\n"
GROUPS = "  groups: {base: 'ou=g,dc=x', nested: true}\n"
BOTH = """\
    include: {attributes: {o: [Acme, "B*"], l: Bonn}, groups: portal-*}
    exclude: {attributes: {employeeType: robot}, groups: [staff, board]}
"""


def said(old: str, new: str, tmp_path: Path) -> list[str]:
    return mistakes(tmp_path, {"c.yaml": changed(old, new)})


def asked(tmp_path: Path, lines: str) -> Selection:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "c.yaml").write_text(changed(BASE, BASE + lines))
    [mapping] = load_policy(folder, KINDS).mappings
    return selection(mapping)


def test_conditions_are_asked_for_with_the_groups_they_need(tmp_path: Path) -> None:
    found = asked(tmp_path, BOTH + GROUPS)
    assert found.conditions == Conditions(
        (("l", ("Bonn",)), ("o", ("Acme", "B*"))),
        (("employeeType", ("robot",)),),
        GroupConditions(("portal-*",), ("staff", "board"), is_nested=True),
    )
    assert found.wants_groups
    assert found.conditions.attributes == ("l", "o", "employeeType")


@pytest.mark.parametrize("part", ["include", "exclude"])
def test_either_may_stand_alone_and_groups_are_read_only_for_groups(tmp_path: Path, part: str) -> None:
    found = asked(tmp_path, f"    {part}: {{attributes: {{o: Acme}}}}\n" + GROUPS)
    assert not found.wants_groups
    assert found.conditions
    assert not found.conditions.groups
    assert found.conditions.attributes == ("o",)


def test_a_mapping_without_conditions_has_none(tmp_path: Path) -> None:
    assert asked(tmp_path, "").conditions is None


def test_evidence_names_the_conditions(tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "c.yaml").write_text(changed(BASE, BASE + BOTH + GROUPS))
    [mapping] = load_policy(folder, KINDS).mappings
    assert mapping.population().taken == (
        "below ou=customers,dc=example,dc=org, with l 'Bonn', with o 'Acme' or 'B*', in the group 'portal-*', "
        "without employeeType 'robot', not in the group 'staff' or 'board'"
    )


FILLED = "name at least one value or pattern, and none that is empty; * stands for anything"


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("include: {}", "8:14: say by what people are chosen: 'attributes', 'groups' or both"),
        ("exclude: {groups: []}", "8:14: say by what people are chosen: 'attributes', 'groups' or both"),
        ("exclude: {groups: [a, ' ']}", f"8:14: {FILLED}"),
        ("include: {attributes: {o: []}}", f"8:31: {FILLED}"),
        ("include: {attributes: {o: [a, '']}}", f"8:31: {FILLED}"),
        (
            "include: {attributes: {'no name': a}}",
            "8:28: 'no name' is not the name of an attribute, such as employeeType",
        ),
        (
            "exclude: {groups: staff}",
            "8:15: 'source.groups' is missing: without it no groups are read, so nobody is known to be in one of these",
        ),
        ("include: {group: staff}", "8:15: unknown key 'group', did you mean 'groups'?"),
    ],
)
def test_what_can_not_be_told_is_refused_with_its_place(tmp_path: Path, lines: str, told: str) -> None:
    assert said(BASE, f"{BASE}    {lines}\n", tmp_path) == [f"c.yaml:{told}"]


def test_crowd_and_jira_send_few_attributes(tmp_path: Path) -> None:
    for directory, kind in (("portal", "jira"), ("crowd-customers", "crowd")):
        text = changed("  directory: corp\n", f"  directory: {directory}\n").partition("target:")[0]
        text = text.replace(BASE, "    include: {attributes: {email: a, mail: b, active: 'true', city: c}}\n")
        assert mistakes(tmp_path, {"c.yaml": text}) == [
            f"c.yaml:7:38: of people in a directory of kind {kind} no 'mail' is read, did you mean 'email'?",
            f"c.yaml:7:63: of people in a directory of kind {kind} no 'city' is read; there are {', '.join(SENT)}",
        ]


@pytest.mark.parametrize("attribute", ["memberOf", "MEMBEROF;x-y", "nsRole"])
def test_what_a_server_works_out_without_telling_is_no_condition_but_in_a_file(tmp_path: Path, attribute: str) -> None:
    lines = f"{BASE}    exclude: {{attributes: {{{attribute}: 'cn=staff,*'}}}}\n"
    told = f"no server tells when '{attribute}' of somebody changes; name the groups under 'groups' instead"
    assert said(BASE, lines, tmp_path) == [f"c.yaml:8:28: {told}"]
    (tmp_path / "mappings" / "c.yaml").write_text(changed(BASE, lines).replace("directory: corp", "directory: hr"))
    assert load_policy(tmp_path / "mappings", KINDS).mappings


def test_an_unknown_directory_is_told_and_nothing_is_guessed_of_its_attributes(tmp_path: Path) -> None:
    text = changed("directory: corp", "directory: nowhere").replace(
        BASE, f"{BASE}    include: {{attributes: {{'a b': c}}}}\n"
    )
    [told] = mistakes(tmp_path, {"c.yaml": text})
    assert "unknown directory 'nowhere'" in told
