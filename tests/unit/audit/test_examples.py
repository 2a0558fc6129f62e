"""Every example in tests/examples, against the rule it belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.audit.examples import EXAMPLES, Example, fits

import dirsync.audit.rules
from dirsync.audit.audit import audit
from dirsync.audit.rules import RULES
from dirsync.model.findings import Mechanism, Verdict

FILES = sorted(EXAMPLES.glob("*/*/*.yaml"))
NOT_RULES = {"__init__", "interface"}
CANNOT: dict[tuple[str, Verdict], str] = {
    ("waiver-expired", Verdict.UNKNOWN): "a day has passed or it has not",
    ("waiver-not-honoured", Verdict.UNKNOWN): "a waiver is read as it stands in its file",
}
"""Verdicts that a rule can't give, each with the reason."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_rule_answers_its_example(path):
    rule, verdict = path.parts[-3], Verdict(path.parts[-2])
    example = Example(path)
    result = audit(example.estate())
    findings = [finding for finding in result.findings if finding.rule == rule]
    told = "\n".join(
        f"{f.verdict} {f.subject.kind} {f.subject.name} {f.mechanism} {f.severity} {f.path} {f.missing}: {f.message}"
        for f in findings
    )
    for fragment in example.expected:
        assert any(fits(finding, fragment) for finding in findings), f"nothing fits {fragment} in\n{told}"
    for finding in findings:
        is_expected = any(fits(finding, fragment) for fragment in example.expected)
        assert is_expected or finding.verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}, f"not expected in\n{told}"
    assert any(fragment["verdict"] == verdict for fragment in example.expected)
    assert example.never.isdisjoint(finding.verdict for finding in findings), told
    if verdict in {Verdict.PASS, Verdict.NOT_APPLICABLE}:
        state = next(known.state for known in result.rules if known.rule == rule)
        assert state in {Verdict.PASS, verdict}, told


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_every_answer_carries_what_a_reviewer_needs(path):
    example = Example(path)
    for finding in audit(example.estate()).findings:
        assert finding.message.endswith("."), finding.message
        if finding.verdict is Verdict.FAIL:
            assert finding.remedy
            assert finding.evidence or "was not read" in finding.message
        if finding.verdict is Verdict.UNKNOWN:
            assert finding.missing, finding
            assert finding.remedy, finding
        else:
            assert not finding.missing


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_no_two_findings_share_an_id(path):
    example = Example(path)
    findings = audit(example.estate()).findings
    ids = [finding.id for finding in findings if finding.verdict is not Verdict.PASS]
    assert len(ids) == len(set(ids)), [finding.message for finding in findings if ids.count(finding.id) > 1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_every_rule_answers_something(path):
    """By its answers `waiver-unused` knows which rules there are."""
    assert {finding.rule for finding in audit(Example(path).estate()).findings} == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@pytest.mark.parametrize("verdict", Verdict)
def test_every_rule_has_an_example_of_every_verdict(rule, verdict):
    files = list((EXAMPLES / rule.id / verdict.value).glob("*.yaml"))
    assert bool(files) != ((rule.id, verdict) in CANNOT)


def test_every_folder_of_examples_belongs_to_a_rule():
    assert {folder.name for folder in EXAMPLES.iterdir()} == {rule.id for rule in RULES}


def test_every_module_of_rules_is_in_the_catalogue():
    folder = Path(dirsync.audit.rules.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - NOT_RULES
    assert modules == {rule.id.replace("-", "_") for rule in RULES}
    assert {type(rule).__module__.rsplit(".", 1)[-1] for rule in RULES} == modules


APPLICATION_ACCESS = "customer-default-group-grants-application-access"
PERMISSION = "customer-default-group-has-jira-users-permission"
ADMINISTRATIVE = "customer-default-group-is-administrative"
# Every mapping has default groups, if only none. Before Jira 7 there are no applications, since then no JIRA Users.
ALWAYS_APPLICABLE = {
    (APPLICATION_ACCESS, Mechanism.MAPPING),
    (APPLICATION_ACCESS, Mechanism.JIRA_APPLICATION),
    (ADMINISTRATIVE, Mechanism.MAPPING),
    (PERMISSION, Mechanism.MAPPING),
    (PERMISSION, Mechanism.JIRA_USERS_PERMISSION),
}
NEVER_APPLICABLE = {(APPLICATION_ACCESS, Mechanism.JIRA_USERS_PERMISSION), (PERMISSION, Mechanism.JIRA_APPLICATION)}


@pytest.mark.parametrize("rule", [APPLICATION_ACCESS, PERMISSION, ADMINISTRATIVE])
@pytest.mark.parametrize("mechanism", Mechanism)
@pytest.mark.parametrize("verdict", Verdict)
def test_every_mechanism_has_its_examples(rule, mechanism, verdict):
    examples = (Example(path) for path in FILES if path.parts[-3] == rule)
    fragments = [fragment for example in examples for fragment in example.expected]
    asked = [known for known in fragments if known.get("mechanism") == mechanism and known["verdict"] == verdict]
    exempt = ALWAYS_APPLICABLE if verdict is Verdict.NOT_APPLICABLE else NEVER_APPLICABLE
    assert bool(asked) != ((rule, mechanism) in exempt)
    # The groups with JIRA Users are licensed themselves, so that nesting can't matter.
    if asked and verdict is Verdict.FAIL and mechanism is not Mechanism.JIRA_USERS_PERMISSION:
        assert any(fragment.get("path", "").count(" > ") > 1 for fragment in asked), "none with a nested group"
