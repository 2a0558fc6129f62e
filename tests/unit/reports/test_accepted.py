"""What was accepted is told promise by promise, what ends first at the top."""

from dataclasses import replace

from unit.reports.runs import WAIVED, audited, holding

from dirsync.model.findings import Severity
from dirsync.reports.accepted import acceptances, lapsed
from dirsync.reports.document import document


def found_in(*findings):
    return document(audited(findings=findings))["findings"]


def waived(name, **changes):
    return holding(name, waiver=replace(WAIVED.waiver, **changes))


def test_findings_that_one_owner_accepts_for_one_reason_until_one_day_are_one_promise():
    found = found_in(
        *(waived(f"c-{place}", source=f"mappings/waivers.yaml:{place}") for place in range(5)), holding("x")
    )

    (promise,) = acceptances(found)

    assert len(promise.findings) == 5
    assert promise.written_in == "mappings/waivers.yaml:0, mappings/waivers.yaml:1 and 3 more"
    assert promise.waiver["owner"] == "maria.koch@example.org"


def test_another_owner_reason_day_or_rule_is_another_promise():
    found = found_in(
        waived("a"), waived("b", owner="x@example.org"), waived("c", reason="other"), waived("d", expires="2027-02-01"),
        replace(waived("e"), rule="masked-seat"),
    )  # fmt: skip

    assert len(acceptances(found)) == 5


def test_what_ends_first_stands_first_and_an_unreadable_day_before_all():
    found = found_in(
        waived("late", expires="2027-03-01"), waived("soon", expires="2026-12-01"), waived("odd", expires="soon"),
    )  # fmt: skip

    assert [each.waiver["expires"] for each in acceptances(found)] == ["soon", "2026-12-01", "2027-03-01"]


def test_of_one_day_the_costliest_stands_first_and_a_promise_is_called_by_its_worst():
    found = found_in(
        replace(waived("a", owner="a"), severity=Severity.LOW), waived("b", owner="b"),
        replace(waived("c", owner="b"), severity=Severity.LOW),
    )  # fmt: skip

    assert [(each.waiver["owner"], each.severity) for each in acceptances(found)] == [("b", "critical"), ("a", "low")]


def test_an_expired_waiver_is_told_by_the_rule_that_found_it_unless_that_was_accepted():
    expired = holding("pilot", rule="waiver-expired")

    assert [finding["subject"]["name"] for finding in lapsed(found_in(expired, holding("x")))] == ["pilot"]
    assert lapsed(found_in(replace(expired, waiver=WAIVED.waiver))) == []
