"""The shape of what would be other if some settings were others (`dirsync audit --what-if FILE`)."""

from __future__ import annotations

# pydantic resolves the annotations of this module, so they are imported for real
from dirsync.reports.shape.estate import ReportedAudience, ReportedUnmapped  # noqa: TC001 - as above
from dirsync.reports.shape.findings import ReportedFinding  # noqa: TC001 - as above
from dirsync.reports.shape.seats import ReportedApplication  # noqa: TC001 - as above
from dirsync.reports.shape.vocabulary import Described, VerdictWord


class ReportedSupposition(Described):
    """One thing that is supposed."""

    line: str
    """Where the file says so: file:line."""
    text: str
    """What it is, in words."""
    already_so: bool
    """True where it changes nothing."""


class ReportedChangedFinding(Described):
    """One finding with another verdict or severity."""

    before: ReportedFinding
    after: ReportedFinding


class ReportedChangedRule(Described):
    """One rule with another state."""

    rule: str
    before: VerdictWord
    after: VerdictWord


class ReportedWhatIf(Described):
    """What the audit would say then. Everything beside it in the document says what is the case now."""

    file: str
    supposed: list[ReportedSupposition]
    applications: list[ReportedApplication]
    """The seats as they would be. What Jira counts is moved by as much as the computed number."""
    audiences: list[ReportedAudience]
    unmapped: ReportedUnmapped
    rules: list[ReportedChangedRule]
    """Those whose state would be another one."""
    appearing: list[ReportedFinding]
    """Failing or undecided then, and not met now. `first_seen` is empty: they never were."""
    vanishing: list[ReportedFinding]
    """Failing or undecided now, and not met then."""
    changing: list[ReportedChangedFinding]
    """The same question with another answer."""
