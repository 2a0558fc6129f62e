"""Facts as evidence: their values in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dirsync.audit.evidence import lacking, rest_on, sayings
from dirsync.model.facts import observed, unknown
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.products import (
    CrowdApplication,
    CrowdDirectory,
    DirectoryType,
    DuplicateAccount,
    JiraApplication,
    ProjectPermission,
    ProjectRole,
    ServiceProject,
)

FINDING = Finding("rule", Verdict.PASS, Severity.LOW, Subject(SubjectKind.ESTATE, "estate"), "message")
CUSTOMERS = ProjectRole(10200, "Service Desk Customers", ("portal", "a-team"), ("ada",))
TWINS = (DuplicateAccount(1, "Internal", is_active=False), DuplicateAccount(10000, "Crowd", is_active=True))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ((ServiceProject("HELP", "Help desk", 1), ServiceProject("IT")), "HELP (Help desk); IT"),
        ((), "none"),
        ((CUSTOMERS,), "Service Desk Customers: groups [a-team, portal], users [ada]"),
        ((ProjectPermission("X", ("b", "a"), ("Team",)),), "X: groups [a, b], roles [Team]"),
        ({"ada": TWINS}, "ada: [Crowd (active), Internal (inactive)]"),
        ({"IT": False, "HELP": True}, "HELP: on; IT: off"),
        ({}, "none"),
        ({"ADMINISTER": ("b", "a")}, "ADMINISTER: [a, b]"),
        ((CrowdDirectory("Customers", DirectoryType.INTERNAL, "crowd"),), "Customers (internal) shows crowd"),
        ((CrowdDirectory("Old", None, ""),), "Old (of some type) shows nobody knows what"),
        (
            (
                JiraApplication("jira-core", ("b", "a"), ("c",), selected_by_default=True),
                JiraApplication("jira-software", ("a",), None, selected_by_default=False),
            ),
            "jira-core: groups [a, b], default groups [c], selected by default; jira-software: groups [a]",
        ),
        (
            (CrowdApplication("jira", ("b", "a")), CrowdApplication("wiki", ()), CrowdApplication("old", None)),
            "jira shows [a, b]; wiki shows []; old shows nobody knows what",
        ),
        (("b", "a"), "[a, b]"),
        (True, "True"),
    ],
)
def test_a_facts_value_is_shown_in_words(value: Any, shown: str):
    (evidence,) = rest_on(FINDING, [observed("the.fact", value, "GET …", "now")]).evidence
    assert evidence.value == f"the.fact = {shown}"


def test_what_several_routes_tell_is_told_in_the_same_words_with_the_routes():
    own = replace(observed("the.fact", (ServiceProject("HELP", "Help desk"),), "GET one", "now"), route="jira-rest")
    other = replace(observed("the.fact", (), "GET other", "now"), route="declared")
    told = sayings(replace(own, contradicted_by=(other,)))
    assert told == "the.fact = HELP (Help desk) (jira-rest) in GET one; the.fact = none (declared) in GET other"


@pytest.mark.parametrize("name", ["directories[corp]", "directories[corp].groups", "directories[corp].groups[a [b]]"])
def test_what_a_directory_holds_is_to_be_read_and_all_else_to_be_declared(name: str):
    assert lacking(FINDING, [unknown(name, "nobody knows")]).remedy.startswith("Let a mapping read 'corp'; if it is a")
    declared = lacking(FINDING, [unknown("jira.version", "nobody knows")]).remedy
    assert declared == "Declare jira.version in mappings/estate.yaml."
