"""A Rule's answers. `unknown` is a verdict of its own: what could not be read must never look clean."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from dirsync.model.facts import Evidence, Fact, FactState

if TYPE_CHECKING:
    from collections.abc import Sequence


class Verdict(StrEnum):
    """The four answers a Rule can give about one subject."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Severity(StrEnum):
    """How much a failing finding costs; see `rank`."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Return 0 for info up to 4 for critical."""
        return list(reversed(Severity)).index(self)


class Confidence(StrEnum):
    """Whether a verdict rests on observations only, or also on what somebody declared."""

    PROVED = "proved"
    DECLARED = "declared"


class Mechanism(StrEnum):
    """The six things that are all called "default groups" (closed vocabulary)."""

    JIRA_APPLICATION = "jira-application"
    JIRA_USERS_PERMISSION = "jira-users-permission"
    CROWD_DIRECTORY = "crowd-directory"
    CROWD_APPLICATION = "crowd-application"
    JIRA_LDAP_DIRECTORY = "jira-ldap-directory"
    MAPPING = "mapping"


class SubjectKind(StrEnum):
    """What a finding is about."""

    USER = "user"
    GROUP = "group"
    DIRECTORY = "directory"
    APPLICATION = "application"
    PROJECT = "project"
    MAPPING = "mapping"
    ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about; `id` is the immutable one, `directory` where it lives (empty for the estate)."""

    kind: SubjectKind
    name: str
    id: str = ""
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Waived:
    """Who accepted a finding, why, and until when (ISO date)."""

    owner: str
    reason: str
    expires: str
    source: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer about one subject. `path` is the AccessPath where somebody reaches a seat, names in order."""

    rule: str
    verdict: Verdict
    severity: Severity
    subject: Subject
    message: str
    confidence: Confidence = Confidence.PROVED
    mapping: str = ""
    application: str = ""
    mechanism: Mechanism | None = None
    path: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    remedy: str = ""
    missing: tuple[str, ...] = ()
    """For `unknown`: the names of the facts that would have decided it."""
    count: int = 1
    """How many subjects it stands for: a pass, listed per directory, application or estate, or those that a rule does
    not name any more."""
    waiver: Waived | None = None
    first_seen: str = ""
    """ISO 8601; filled from the run history."""
    is_new: bool = field(default=False, compare=False)

    @property
    def id(self) -> str:
        """A name that stays the same from night to night and across renames (design, section 7)."""
        parts = (
            self.rule,
            self.subject.directory,
            self.subject.kind,
            self.subject.id or self.subject.name,
            self.application,
            self.mechanism or "",
            self.mapping if self.subject.kind is not SubjectKind.USER else "",
        )
        return hashlib.sha256("\x1f".join(parts).encode(errors="backslashreplace")).hexdigest()[:16]

    @property
    def is_open_failure(self) -> bool:
        """Say whether it fails and nobody has accepted that."""
        return self.verdict is Verdict.FAIL and self.waiver is None

    def resting_on(self, *facts: Fact[object], evidence: Sequence[Evidence] = ()) -> Finding:
        """Return it with the facts as evidence; one declared fact makes the whole verdict declared."""
        is_declared = any(fact.state is FactState.DECLARED for fact in facts)
        return replace(
            self,
            evidence=(*self.evidence, *(fact.evidence() for fact in facts), *evidence),
            confidence=Confidence.DECLARED if is_declared else self.confidence,
        )


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """What the history keeps of a finding that fails."""

    first_seen: str
    """ISO 8601."""
    rule: str = ""
    """Empty where an older dirsync kept it."""
    is_waived: bool = False
    subject: Subject | None = None
    """None where an older dirsync kept it, as for the fields below."""
    application: str = ""
    mapping: str = ""
    mechanism: Mechanism | None = None
    severity: Severity | None = None
    news_at: str = ""
    """When it was news for the last time: when it was first seen, or when its waiver had lapsed. ISO 8601."""


@dataclass(frozen=True, slots=True)
class ResolvedFinding:
    """A finding that failed, and no longer did in a complete audit."""

    id: str
    at: str
    """When that audit ended (ISO 8601)."""
    was: OpenFinding


@dataclass(frozen=True, slots=True)
class RuleState:
    """How a Rule fared in a run: whether it could be decided, and what kept it from that."""

    rule: str
    title: str
    state: Verdict
    why: str
    decides_seats: bool
    """True for the default-group, seat and sign-up rules: left undecided, they make the exit code 12."""
