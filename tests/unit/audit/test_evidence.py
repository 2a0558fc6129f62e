"""Facts as evidence: their values in words."""

from __future__ import annotations

from typing import Any

import pytest

from dirsync.audit.evidence import rest_on
from dirsync.model.facts import observed
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.products import (
    CrowdDirectory,
    DirectoryType,
    DuplicateAccount,
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
        (("b", "a"), "[a, b]"),
        (True, "True"),
    ],
)
def test_a_facts_value_is_shown_in_words(value: Any, shown: str):
    (evidence,) = rest_on(FINDING, [observed("the.fact", value, "GET …", "now")]).evidence
    assert evidence.value == f"the.fact = {shown}"
