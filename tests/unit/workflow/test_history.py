from dataclasses import replace

from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict, Waived
from dirsync.model.run import AuditResult
from dirsync.workflow.history import compare

LAST_NIGHT, TONIGHT = "2026-11-19T01:00:00+00:00", "2026-11-20T01:00:00+00:00"


def finding(name: str, verdict: Verdict = Verdict.FAIL) -> Finding:
    subject = Subject(SubjectKind.USER, name, f"id-{name}")
    return Finding("customer-holds-application-access", verdict, Severity.HIGH, subject, "why")


ANA, BOB = finding("ana"), finding("bob")


def test_a_failure_nobody_knew_is_new_and_was_first_seen_tonight() -> None:
    compared = compare(AuditResult((ANA,)), {}, TONIGHT, is_complete=True)
    [found] = compared.audit.findings
    assert (found.is_new, found.first_seen) == (True, TONIGHT)
    assert compared.failing == {ANA.id: TONIGHT}
    assert compared.resolved == ()


def test_a_failure_that_stood_before_keeps_the_night_it_was_first_seen() -> None:
    compared = compare(AuditResult((ANA,)), {ANA.id: LAST_NIGHT}, TONIGHT, is_complete=True)
    [found] = compared.audit.findings
    assert (found.is_new, found.first_seen) == (False, LAST_NIGHT)
    assert compared.failing == {ANA.id: LAST_NIGHT}


def test_a_rename_does_not_make_a_failure_new() -> None:
    renamed = replace(ANA, subject=replace(ANA.subject, name="anna"))
    [found] = compare(AuditResult((renamed,)), {ANA.id: LAST_NIGHT}, TONIGHT, is_complete=True).audit.findings
    assert not found.is_new


def test_a_failure_that_is_gone_from_a_complete_audit_is_resolved() -> None:
    before = {BOB.id: LAST_NIGHT, ANA.id: LAST_NIGHT}
    assert compare(AuditResult(), before, TONIGHT, is_complete=True).resolved == tuple(sorted(before))
    passing = finding("ana", Verdict.PASS)
    assert compare(AuditResult((passing, BOB)), before, TONIGHT, is_complete=True).resolved == (ANA.id,)


def test_what_was_not_looked_at_is_not_gone() -> None:
    assert compare(AuditResult(), {ANA.id: LAST_NIGHT}, TONIGHT, is_complete=False).resolved == ()
    undecided = AuditResult((finding("bob", Verdict.UNKNOWN),))
    assert compare(undecided, {ANA.id: LAST_NIGHT}, TONIGHT, is_complete=True).resolved == ()


def test_only_failures_have_a_first_night() -> None:
    others = tuple(finding(verdict, verdict) for verdict in (Verdict.PASS, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE))
    compared = compare(AuditResult(others), {}, TONIGHT, is_complete=True)
    assert compared.audit.findings == others
    assert not any(found.is_new or found.first_seen for found in compared.audit.findings)
    assert compared.failing == {}


def test_a_waived_failure_still_stands() -> None:
    waived = replace(ANA, waiver=Waived("owner@example.org", "pilot", "2027-01-31", "waivers.yaml:3"))
    compared = compare(AuditResult((waived,)), {ANA.id: LAST_NIGHT}, TONIGHT, is_complete=True)
    assert compared.failing == {ANA.id: LAST_NIGHT}
    assert compared.resolved == ()
