from collections.abc import Iterator
from dataclasses import replace

import pytest

from dirsync.audit import summed_up as module
from dirsync.audit.summed_up import OTHERS, summed_up
from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict, Waived

WAIVED = Waived("owner@example.org", "pilot", "2027-01-31", "waivers.yaml:1")


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)


def about(number: int, directory: str = "corp", **fields: object) -> Iterator[Finding]:
    for one in range(number):
        subject = Subject(SubjectKind.USER, f"p{one}", f"id-{one}", directory)
        finding = Finding("a-rule", Verdict.FAIL, Severity.HIGH, subject, f"It is so of p{one}.", path=(f"p{one}", "g"))
        yield replace(finding, **fields)  # type: ignore[arg-type] # as each test says


def test_up_to_the_limit_everybody_is_named() -> None:
    found = [*about(3), *about(3, "other"), *about(3, verdict=Verdict.UNKNOWN), *about(3, waiver=WAIVED)]
    assert list(summed_up(found)) == found


def test_beyond_it_the_first_are_named_and_the_rest_of_each_kind_is_one_finding_that_counts_them() -> None:
    found = list(summed_up([*about(5), *about(1004, "other"), *about(4, waiver=WAIVED), *about(2, application="jira")]))
    named, others = found[:11], found[11:]
    assert [one.subject.name for one in named] == ["p0", "p1", "p2"] * 3 + ["p0", "p1"]
    assert [(one.count, one.subject, one.path) for one in others] == [
        (number, Subject(SubjectKind.DIRECTORY, directory, OTHERS, directory), ())
        for number, directory in ((2, "corp"), (1001, "other"), (1, "corp"))
    ]
    assert [one.waiver for one in others] == [None, None, WAIVED]
    assert others[1].message == (
        "1,001 more accounts in other, beyond those that are named here. One of them: It is so of p1003."
    )
    assert others[2].message.startswith("1 more account in corp")
    assert len({one.id for one in (*named, *others)}) == len(
        {(*map(str, (one.subject, one.application)),) for one in found}
    )


def test_findings_about_other_things_than_people_are_never_summed_up() -> None:
    groups = [replace(one, subject=Subject(SubjectKind.GROUP, one.subject.name)) for one in about(9)]
    assert list(summed_up(groups)) == groups
