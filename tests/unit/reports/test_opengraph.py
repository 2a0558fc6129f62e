"""The access paths as a graph: every path is in it, and nothing that BloodHound would refuse."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.reports.runs import SHARED, UNDECIDED_SIGNUP, WAIVED, a_run, audited, default_group, holding
from unit.reports.test_schema import RUNS

from dirsync.model.findings import Mechanism, Subject, SubjectKind, Verdict
from dirsync.model.run import Run
from dirsync.model.visible import visible
from dirsync.reports.document import document
from dirsync.reports.opengraph import OpenGraphReport


def graph(run: Run) -> dict:
    return json.loads(OpenGraphReport().render(document(run)))["graph"]


def of(*findings) -> dict:
    return graph(audited(findings=findings))


def names(made: dict) -> list[tuple[str, str]]:
    return [(node["kinds"][0], node["properties"]["name"]) for node in made["nodes"]]


def steps(made: dict) -> list[tuple[str, str, str]]:
    named = {node["id"]: node["properties"]["name"] for node in made["nodes"]}
    return [(named[edge["start"]["value"]], edge["kind"], named[edge["end"]["value"]]) for edge in made["edges"]]


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_the_file_is_what_bloodhound_takes(run):
    made = json.loads(OpenGraphReport().render(document(run)))

    assert made["metadata"] == {"source_kind": "Dirsync"}
    assert made.keys() == {"metadata", "graph"}
    ids = [node["id"] for node in made["graph"]["nodes"]]
    assert len(set(ids)) == len(ids)
    for node in made["graph"]["nodes"]:
        assert node.keys() == {"id", "kinds", "properties"}
        assert node["id"] == node["id"].upper()
        assert all(kind.startswith("Dirsync_") for kind in node["kinds"])
        assert "objectid" not in node["properties"]
        for name, value in node["properties"].items():
            assert name == name.lower()
            assert value
            assert all(isinstance(each, str) for each in (value if isinstance(value, list) else [value]))
    for edge in made["graph"]["edges"]:
        assert edge.keys() == {"kind", "start", "end"}
        assert re.fullmatch(r"[A-Za-z0-9_]+", edge["kind"])
        assert edge["start"]["match_by"] == edge["end"]["match_by"] == "id"
        assert {edge["start"]["value"], edge["end"]["value"]} <= set(ids)


def test_a_path_is_walked_from_the_user_to_the_application():
    made = of(holding("ana"))

    assert names(made) == [
        ("Dirsync_User", "ana"),
        ("Dirsync_Group", "portal"),
        ("Dirsync_Group", "jira-users"),
        ("Dirsync_JiraApplication", "Jira Software"),
    ]
    assert steps(made) == [
        ("ana", "Dirsync_MemberOf", "portal"),
        ("portal", "Dirsync_MemberOf", "jira-users"),
        ("jira-users", "Dirsync_GrantsAccess", "Jira Software"),
    ]


def test_a_path_that_is_about_a_group_begins_with_that():
    finding = default_group("portal", Mechanism.MAPPING)

    assert names(of(finding))[0] == ("Dirsync_Group", "portal")
    assert of(finding)["nodes"][0]["properties"] == {
        "name": "portal",
        "displayname": "portal",
        "directory": "crowd-customers",
        "findings": [finding.id],
        "rules": [finding.rule],
    }


def test_paths_share_what_they_have_in_common():
    made = of(holding("ana"), holding("bert"), default_group("portal", Mechanism.MAPPING))

    assert len(made["nodes"]) == 5
    assert len(made["edges"]) == 4
    assert "directory" not in made["nodes"][3]["properties"]


def test_somebody_with_several_findings_is_one_node_that_names_them():
    first, second = holding("ana"), holding("ana", rule="inactive-user-still-licensed")

    properties = of(first, second)["nodes"][0]["properties"]

    assert properties["findings"] == [first.id, second.id]
    assert properties["rules"] == [first.rule, second.rule]


def test_groups_of_two_directories_are_two_as_nesting_in_one_proves_nothing_in_the_other():
    made = of(holding("ana"), replace(holding("bert", directory="corp"), path=("bert", "jira-users", "jira-software")))

    assert names(made).count(("Dirsync_Group", "jira-users")) == 2
    assert names(made).count(("Dirsync_JiraApplication", "Jira Software")) == 1


def test_a_group_is_the_same_in_any_spelling_and_a_user_by_any_name():
    renamed = replace(
        holding("ana"),
        subject=Subject(SubjectKind.USER, "anna", "32770:ana", "crowd-customers"),
        path=("anna", "Portal"),
    )

    one, other = of(holding("ana")), of(replace(renamed, path=("anna", "PORTAL", "jira-users", "jira-software")))

    assert [node["id"] for node in one["nodes"]] == [node["id"] for node in other["nodes"]]


def test_somebody_without_an_id_is_known_by_the_name():
    subject = replace(holding("ana").subject, id="")
    made = of(holding("ana", subject=subject), holding("ANA", subject=subject), holding("bert"))

    assert len([kind for kind, _ in names(made) if kind == "Dirsync_User"]) == 2


def test_accepted_paths_are_walked_too_and_those_that_prove_nothing_are_not():
    assert ("Dirsync_User", "pilot@example.org") in names(of(WAIVED))
    assert of(SHARED, UNDECIDED_SIGNUP, holding("ana", verdict=Verdict.UNKNOWN)) == {"nodes": [], "edges": []}


def test_an_application_nobody_described_goes_by_its_key():
    made = graph(audited(findings=(holding("ana"),), applications=()))

    assert names(made)[-1] == ("Dirsync_JiraApplication", "jira-software")


@given(st.text(min_size=1), st.text())
def test_no_name_breaks_the_file(name, directory):
    content = OpenGraphReport().render(document(audited(findings=(holding(name, directory=directory),))))

    assert content.isascii()
    assert len(json.loads(content)["graph"]["nodes"]) in (3, 4)
    assert names(json.loads(content)["graph"])[0] == ("Dirsync_User", visible(name))


def test_half_a_character_has_an_id_too():
    assert names(of(holding("a\udcff")))[0] == ("Dirsync_User", "a\\udcff")


def test_a_run_keeps_its_graph(snapshot):
    assert OpenGraphReport().render(document(a_run())).decode() == snapshot
