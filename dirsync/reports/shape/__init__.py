"""The shape of the document `dirsync.report/1`; `mappings/report.schema.json` is generated from it.

Within /1 fields are only added. One that is added later is `NotRequired`, so that reports of earlier versions still
fit the schema of later ones. The texts below the fields are the schema's descriptions, read by whoever scripts
against the report. Moments are ISO 8601 in UTC; a text that says nothing is empty, a number nobody told is null.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

# pydantic resolves the annotations of this module, so they are imported for real
from dirsync.reports.shape.estate import ReportedAudience, ReportedDirectory, ReportedUnmapped  # noqa: TC001 - as above
from dirsync.reports.shape.findings import ReportedFinding  # noqa: TC001 - as above
from dirsync.reports.shape.history import ReportedPastFinding, ReportedPastRun  # noqa: TC001 - as above
from dirsync.reports.shape.plan import ReportedOutcome, ReportedPlan  # noqa: TC001 - as above
from dirsync.reports.shape.seats import ReportedApplication  # noqa: TC001 - as above
from dirsync.reports.shape.vocabulary import (
    Count,
    CountByConfidence,
    CountBySeverity,
    Described,
    ExitNumber,
    FactWord,
    ModeWord,
    VerdictWord,
)
from dirsync.reports.shape.what_if import ReportedWhatIf  # noqa: TC001 - as above


class ReportedRun(Described):
    """The execution this is the report of."""

    id: str
    """Names the run: `dirsync report ID` renders it again."""
    started_at: str
    finished_at: str
    version: str
    """Of dirsync."""
    mode: ModeWord
    """What was asked for; `rehearsal` is `sync --dry-run`."""
    mappings_digest: str
    """Over the bytes of all files in the mappings folder: equal digests, equal policy."""
    exit_code: ExitNumber
    """What the command exited with."""
    notices: list[str]
    """Sentences an admin should read that answer no rule, such as passwords sent in clear."""
    host: NotRequired[str]
    """The machine it ran on, as that machine calls itself."""
    local_time: NotRequired[str]
    """`finished_at` by the clock on the wall there: ISO 8601 with the offset from UTC."""


class AnswerParts(Described):
    """The answer in its parts, so that a page can set them apart."""

    limits: list[str]
    """What the statement does not cover, or what stopped the run."""
    statement: str
    """Who holds a paid seat, or why that can't be said."""
    further: list[str]
    """What else fails, could not be decided, was or would be changed."""
    aside: list[str]
    """What the numbers leave out or take on trust."""


ReportedSummary = TypedDict(
    "ReportedSummary",
    {
        "fail": Annotated[CountBySeverity, Field(description="Failures by severity, without waived ones.")],
        "unknown": Annotated[Count, Field(description="Findings that could not be decided.")],
        "pass": Annotated[CountByConfidence, Field(description="Subjects that passed, counted for each rule.")],
        "not_applicable": Count,
        "new": Annotated[Count, Field(description="Failures, not waived, that the run before did not have.")],
        "resolved": Annotated[Count, Field(description="Failures of the run before that are gone.")],
        "waived": Annotated[Count, Field(description="Failures that a named person accepts until a date.")],
    },
)
"""How many findings there are of which kind. Written as a call, since `pass` can't be an attribute."""


class ReportedRule(Described):
    """How one rule fared, over all its findings."""

    rule: str
    """The rule's id; never renamed."""
    state: VerdictWord
    """The first of fail, unknown, pass and not_applicable that one of its findings has."""
    why: str
    """How many fail, what kept it from being decided, or what made it not applicable; empty for a pass."""
    title: str
    decides_seats: bool
    """A default-group, seat or sign-up rule: left undecided, it makes the exit code 12."""
    page: str
    """What `dirsync explain RULE` said when the run was made; Markdown."""


class ReportedFact(Described):
    """One thing that Jira or Crowd is set to, and how dirsync knows."""

    fact: str
    """Its path, in the words of mappings/estate.yaml."""
    state: FactWord
    """Asked (`observed`), vouched for by a person (`declared`), or neither (`unknown`)."""
    value: Any
    """Any JSON; null when unknown."""
    source: str
    """The request, or file:line with who declares it until when."""
    at: str
    """When it was seen or declared."""
    why: str
    """Why it is unknown."""
    remedy: str
    """The cheapest way to know it."""


class ReportDocument(Described):
    """What one run of dirsync found, planned and did. Within /1 fields are only added, so accept unknown ones."""

    schema: Literal["dirsync.report/1"]
    run: ReportedRun
    answer: str
    """What every report begins with: one paragraph in English, for people. Scripts read `summary`."""
    answer_parts: AnswerParts
    directories: list[ReportedDirectory]
    """How the read of each Directory went, by name."""
    audiences: list[ReportedAudience]
    """Who was looked at: one entry for each mapping."""
    unmapped: ReportedUnmapped
    applications: list[ReportedApplication]
    """The seats of each Jira application, by key; empty when nobody told which there are."""
    summary: ReportedSummary
    rules: list[ReportedRule]
    facts: list[ReportedFact]
    findings: list[ReportedFinding]
    """Failing ones by severity, waived after open ones, then undecided, passed and not applicable."""
    resolved: list[str]
    """Ids of failures of the run before that are gone; only from a complete audit."""
    resolved_findings: NotRequired[list[ReportedPastFinding]]
    """What the ones in `resolved` were, as far as the history kept it."""
    plan: ReportedPlan
    outcomes: list[ReportedOutcome]
    """What became of the changes, in the order in which they were tried; empty when nothing was to be written."""
    what_if: NotRequired[ReportedWhatIf | None]
    """What would be other if some settings were others; null unless that was asked."""
    history: NotRequired[list[ReportedPastRun]]
    """The last finished runs before this one, newest first: what the trend is drawn from."""
