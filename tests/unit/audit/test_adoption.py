"""Which findings a person can take over at once, and how each is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dirsync.audit.adoption import Word, adoption
from dirsync.audit.rules import RULES
from dirsync.audit.waiver_index import InForce
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict, Waived
from dirsync.model.waivers import Waiver

TODAY, LAST = date(2026, 11, 20), date(2027, 2, 18)
WORD = Word("owner@example.org", "taken over", LAST)
RULE = "customer-holds-application-access"


def failing(kind: SubjectKind, name: str = "a name", **fields: object) -> Finding:
    subject = Subject(kind, name, f"id-{name}", str(fields.pop("directory", "crowd")))
    return replace(Finding(RULE, Verdict.FAIL, Severity.HIGH, subject, "It fails."), **fields)


@pytest.mark.parametrize("kind", SubjectKind)
@pytest.mark.parametrize("mechanism", [None, *Mechanism])
@pytest.mark.parametrize("where", [{}, {"application": "jira-software", "mapping": "customers"}, {"directory": ""}])
def test_a_finding_about_anything_by_any_mechanism_is_accepted_and_its_like_are_not(kind, mechanism, where):
    found = failing(kind, mechanism=mechanism, **where)
    (waiver,) = adoption([found], WORD).waivers
    others = [
        replace(found, rule="masked-seat"),
        replace(found, subject=replace(found.subject, id="id-another")),
        replace(found, subject=replace(found.subject, directory="elsewhere")),
        replace(found, application="jira-core"),
        replace(found, mechanism=next(one for one in Mechanism if one is not mechanism)),
    ]
    assert waiver.mechanism == mechanism
    in_force = InForce([waiver], TODAY)
    assert in_force.applied_to(found).waiver == Waived("owner@example.org", "taken over", "2027-02-18", "")
    assert not [one for one in others if in_force.applied_to(one).waiver]


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (failing(SubjectKind.USER, "ana"), {"user": "ana", "directory": "crowd"}),
        (failing(SubjectKind.GROUP, "all", mapping="m"), {"group": "all", "directory": "crowd", "mapping": "m"}),
        (failing(SubjectKind.PROJECT, "HELP", directory=""), {"project": "HELP"}),
        (failing(SubjectKind.DIRECTORY, "Crowd Agents", directory=""), {"directory": "Crowd Agents"}),
        (failing(SubjectKind.DIRECTORY, "crowd"), {"directory": "crowd"}),
        (failing(SubjectKind.APPLICATION, "jira-core", directory=""), {"application": "jira-core"}),
        (failing(SubjectKind.MAPPING, "portal", mapping="portal"), {"mapping": "portal", "directory": "crowd"}),
        (failing(SubjectKind.ESTATE, "estate", directory=""), {}),
        (failing(SubjectKind.USER, "half \ud800", directory="", application="j"), {"application": "j"}),
        (failing(SubjectKind.USER, f"half {chr(0xDFFF)}", directory="", application="j"), {"application": "j"}),
    ],
)
def test_beside_the_id_stands_what_a_reader_knows_it_by(found, names):
    (waiver,) = adoption([found], WORD).waivers
    assert waiver == Waiver(RULE, "owner@example.org", "taken over", LAST, finding=found.id, **names)


def test_only_what_fails_and_nobody_has_accepted_is_taken_over():
    found = failing(SubjectKind.USER)
    accepted = replace(found, waiver=Waived("other@example.org", "pilot", "2027-01-01", "waivers.yaml:1"))
    others = [replace(found, verdict=verdict) for verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE)]
    undecided = replace(found, verdict=Verdict.UNKNOWN)
    adopted = adoption([accepted, *others, undecided, undecided], WORD)
    assert (adopted.waivers, adopted.undecided) == ((), 2)


def test_one_finding_that_two_mappings_meet_is_accepted_once():
    found = failing(SubjectKind.USER, mapping="customers")
    assert len(adoption([found, replace(found, mapping="partners")], WORD).waivers) == 1
    group = failing(SubjectKind.GROUP, mapping="customers")
    assert len(adoption([group, replace(group, mapping="partners")], WORD).waivers) == 2


def test_what_was_not_read_and_what_is_said_of_waivers_is_left_open():
    unread = failing(SubjectKind.DIRECTORY, rule="audit-incomplete")
    takes_nobody = failing(SubjectKind.MAPPING, rule="audit-incomplete")
    of_waivers = [failing(SubjectKind.USER, rule=rule.id) for rule in RULES if rule.id.startswith("waiver-")]
    adopted = adoption([unread, takes_nobody, *of_waivers], WORD)
    assert [waiver.finding for waiver in adopted.waivers] == [takes_nobody.id]
    assert adopted.unread == (unread,)
    assert adopted.about_waivers == tuple(of_waivers)
    assert len(of_waivers) == 3
