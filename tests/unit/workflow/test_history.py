from dataclasses import replace

from dirsync.model.findings import Finding, OpenFinding, Severity, Subject, SubjectKind, Verdict, Waived
from dirsync.model.run import AuditResult
from dirsync.workflow.history import compare
from dirsync.workflow.resolving import Judged

LAST_NIGHT, TONIGHT = "2026-11-19T01:00:00+00:00", "2026-11-20T01:00:00+00:00"


HOLDS = "customer-holds-application-access"
STOOD = OpenFinding(LAST_NIGHT, HOLDS)
WHOLE = Judged(is_whole=True)


def finding(name: str, verdict: Verdict = Verdict.FAIL, rule: str = HOLDS) -> Finding:
    subject = Subject(SubjectKind.USER, name, f"id-{name}")
    return Finding(rule, verdict, Severity.HIGH, subject, "why")


ANA, BOB = finding("ana"), finding("bob")


def test_a_failure_nobody_knew_is_new_and_was_first_seen_tonight() -> None:
    compared = compare(AuditResult((ANA,)), {}, TONIGHT, WHOLE)
    [found] = compared.audit.findings
    assert (found.is_new, found.first_seen) == (True, TONIGHT)
    assert compared.failing == {
        ANA.id: OpenFinding(TONIGHT, HOLDS, subject=ANA.subject, severity=Severity.HIGH, news_at=TONIGHT)
    }
    assert compared.resolved == ()


def test_a_failure_that_stood_before_keeps_the_night_it_was_first_seen() -> None:
    compared = compare(AuditResult((ANA,)), {ANA.id: STOOD}, TONIGHT, WHOLE)
    [found] = compared.audit.findings
    assert (found.is_new, found.first_seen) == (False, LAST_NIGHT)
    assert compared.failing == {ANA.id: replace(STOOD, subject=ANA.subject, severity=Severity.HIGH)}


def test_a_rename_does_not_make_a_failure_new() -> None:
    renamed = replace(ANA, subject=replace(ANA.subject, name="anna"))
    [found] = compare(AuditResult((renamed,)), {ANA.id: STOOD}, TONIGHT, WHOLE).audit.findings
    assert not found.is_new


def test_a_failure_that_is_gone_from_a_complete_audit_is_resolved() -> None:
    before = {BOB.id: STOOD, ANA.id: STOOD}
    assert compare(AuditResult(), before, TONIGHT, WHOLE).resolved == tuple(sorted(before))
    passing = finding("ana", Verdict.PASS)
    assert compare(AuditResult((passing, BOB)), before, TONIGHT, WHOLE).resolved == (ANA.id,)


def test_what_was_not_looked_at_is_not_gone() -> None:
    assert compare(AuditResult(), {ANA.id: STOOD}, TONIGHT, Judged()).resolved == ()


def test_only_failures_have_a_first_night() -> None:
    others = tuple(finding(verdict, verdict) for verdict in (Verdict.PASS, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE))
    compared = compare(AuditResult(others), {}, TONIGHT, WHOLE)
    assert compared.audit.findings == others
    assert not any(found.is_new or found.first_seen for found in compared.audit.findings)
    assert compared.failing == {}


def test_a_waived_failure_still_stands() -> None:
    waived = replace(ANA, waiver=Waived("owner@example.org", "pilot", "2027-01-31", "waivers.yaml:3"))
    compared = compare(AuditResult((waived,)), {ANA.id: STOOD}, TONIGHT, WHOLE)
    [kept] = compared.failing.values()
    assert (kept.is_waived, kept.first_seen, kept.news_at) == (True, LAST_NIGHT, "")
    assert compared.resolved == ()


def test_a_failure_whose_waiver_no_longer_holds_is_news_and_keeps_its_first_night() -> None:
    before = {ANA.id: replace(STOOD, is_waived=True)}
    [found] = compare(AuditResult((ANA,)), before, TONIGHT, WHOLE).audit.findings
    assert (found.is_new, found.first_seen) == (True, LAST_NIGHT)
    assert compare(AuditResult((ANA,)), before, TONIGHT, WHOLE).failing[ANA.id].news_at == TONIGHT
    still = replace(ANA, waiver=Waived("owner@example.org", "pilot", "2027-01-31", "waivers.yaml:3"))
    [found] = compare(AuditResult((still,)), before, TONIGHT, WHOLE).audit.findings
    assert not found.is_new
