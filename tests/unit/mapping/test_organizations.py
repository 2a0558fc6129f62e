"""What a mapping may say of organisations, and the words in which it is told what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.mapping.folders import MAPPING, changed, mistakes

from dirsync.directories.selections import selection
from dirsync.mapping.organizations import organizations_without_jira
from dirsync.mapping.policy import parse_mapping


def carrying(organizations: str, text: str = MAPPING) -> str:
    return text.replace(
        "  directory: crowd-customers\n", f"  directory: crowd-customers\n  organizations: {organizations}\n"
    )


@pytest.mark.parametrize(
    ("given", "attribute", "projects"),
    [
        ("{attribute: o}", "o", {}),
        ("{attribute: o, service_projects: HELP}", "o", {"*": ("HELP",)}),
        ("{attribute: o, service_projects: [HELP, IT]}", "o", {"*": ("HELP", "IT")}),
        (
            '{attribute: "{o|upper}", service_projects: {"A*": HELP, "*": [IT]}}',
            "{o|upper}",
            {"A*": ("HELP",), "*": ("IT",)},
        ),
    ],
)
def test_what_is_said_is_understood(given: str, attribute: str, projects: dict[str, tuple[str, ...]]) -> None:
    mapping = parse_mapping(carrying(given), "m.yaml")
    carried = mapping.content.target.organizations
    assert (carried.attribute, carried.service_projects) == (attribute, projects)
    assert (carried.names, carried.missing) == ({"*": "*"}, "keep")
    assert selection(mapping).attributes.organization == attribute


def test_who_says_nothing_reads_nothing() -> None:
    assert selection(parse_mapping(MAPPING, "m.yaml")).attributes.organization == ""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("{}", "'attribute' is missing"),
        ('{attribute: ""}', "'attribute' must be filled in"),
        ('{attribute: "{o"}', "{o"),
        ('{attribute: o, names: {"a": "*"}}', "organisation '*' has more '*' than its pattern 'a'"),
        ('{attribute: o, names: {"a": " "}}', "the organisations matching 'a' need a name in Jira"),
        ("{attribute: o, missing: deactivate}", "unknown missing 'deactivate'; it must be 'keep' or 'remove'"),
        ('{attribute: o, service_projects: [""]}', "must be filled in"),
        ("{attribute: o, projects: [HELP]}", "unknown key 'projects'"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, given: str, told: str) -> None:
    (mistake,) = mistakes(tmp_path, {"m.yaml": carrying(given)})
    assert told in mistake
    assert ":10:" in mistake


def test_agents_have_none(tmp_path: Path) -> None:
    text = carrying("{attribute: o}", changed("audience: customers", "audience: agents"))
    (mistake,) = mistakes(tmp_path, {"m.yaml": text})
    assert "10:3: organisations are of customers, and this mapping is for agents" in mistake


@pytest.mark.parametrize(("source", "kind"), [("portal", "jira")])
def test_a_source_without_attributes_of_any_name_can_not_tell(tmp_path: Path, source: str, kind: str) -> None:
    text = carrying("{attribute: o}").replace("directory: corp", f"directory: {source}")
    told = [one for one in mistakes(tmp_path, {"m.yaml": text}) if "no such attribute" in one]
    assert len(told) == 1
    assert f"'{source}' is of kind {kind}, of which no such attribute can be read" in told[0]


def test_without_jira_nobody_can_write_them() -> None:
    mappings = [parse_mapping(text, "m.yaml") for text in (MAPPING, carrying("{attribute: o}"))]
    (mistake,) = organizations_without_jira(mappings)
    assert (mistake.where, "set DIRSYNC_JIRA__URL" in mistake.what) == ("m.yaml:10:3", True)
