"""Findings of one rule about more people than anybody reads of: the first are named, the others counted.

A rule yields person after person, and a mistake in one group may concern a million. What is counted stays a failure or
an open question; only the names are left out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from dirsync.audit.evidence import counted
from dirsync.model.findings import Mechanism, Subject, SubjectKind, Verdict, Waived

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.model.findings import Finding

MOST: Final = 20_000
"""People named of each kind; twice what a rule that counts by itself names, so that it is the one to say so."""
OTHERS: Final = "others"
"""The id of the subject that stands for those who are not named."""

Kind = tuple[Verdict, str, str, Mechanism | None, str, Waived | None]


def summed_up(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings of one rule, those about people up to `MOST` of a kind, and one for the rest of each kind.

    Of a kind are those that agree in verdict, Directory, application, mechanism, Mapping and waiver.
    """
    met: Counter[Kind] = Counter()
    last: dict[Kind, Finding] = {}
    for one in findings:
        if one.subject.kind is not SubjectKind.USER:
            yield one
            continue
        kind = one.verdict, one.subject.directory, one.application, one.mechanism, one.mapping, one.waiver
        met[kind] += 1
        if met[kind] <= MOST:
            yield one
        else:
            last[kind] = one
    for kind, example in last.items():
        number, directory = met[kind] - MOST, example.subject.directory
        yield replace(
            example,
            subject=Subject(SubjectKind.DIRECTORY, directory, OTHERS, directory),
            message=f"{counted(number, 'more account')} in {directory}, beyond those that are named here. One of them: "
            f"{example.message}",
            path=(),
            count=number,
        )
