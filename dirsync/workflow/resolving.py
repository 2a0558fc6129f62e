"""When a failure that was not met again is gone, and when it only was not seen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.audit.rules.customer_default_group_grants_application_access import (
    CustomerDefaultGroupGrantsApplicationAccess,
)
from dirsync.audit.rules.customer_default_group_has_jira_users_permission import (
    CustomerDefaultGroupHasJiraUsersPermission,
)
from dirsync.audit.rules.customer_holds_application_access import CustomerHoldsApplicationAccess
from dirsync.audit.service_projects import PROJECTS
from dirsync.facts.agreement import IN_PART
from dirsync.model.facts import FactState
from dirsync.model.findings import SubjectKind, Verdict
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from dirsync.model.estate import Estate
    from dirsync.model.findings import Finding, OpenFinding, Subject
    from dirsync.model.run import DirectoryRead

EACH_BY_ITSELF = frozenset(
    {
        CustomerHoldsApplicationAccess.id,
        CustomerDefaultGroupGrantsApplicationAccess.id,
        CustomerDefaultGroupHasJiraUsersPermission.id,
    }
)
"""Rules that judge each Directory, and in it each person or group, without a look at any other Directory than those
that feed it. Of every other rule one undecided answer may hide any failure, wherever that was."""
INDIVIDUALS = frozenset({SubjectKind.USER, SubjectKind.GROUP})


@dataclass(frozen=True)
class Judged:
    """What an audit saw, and where it saw not enough."""

    is_whole: bool = False
    """Every Directory was read whole, for all Mappings. Without that nothing is gone."""
    left_out: AbstractSet[str] = frozenset()
    """Directories of which entries were quarantined: nobody judged those."""
    rests_on: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """Directory to those that an answer about its people rests on, itself among them."""
    undecided: Sequence[Finding] = ()
    projects_seen: AbstractSet[str] | None = None
    """Keys of the service projects that were listed, where there may be more; None where those are all."""

    def is_gone(self, before: OpenFinding) -> bool:
        """Say whether a failure that was not met again is gone.

        Only if whatever it was about was looked at, and could be decided. One of which an older dirsync kept no more
        than the rule, or not even that, is gone only when nothing at all is open about it.
        """
        is_alone = before.rule in EACH_BY_ITSELF and before.subject is not None
        if not self.is_whole or not self._was_looked_at(before):
            return False
        if self.left_out and not (is_alone and self._was_seen(before)):
            return False
        if not before.rule:
            return not self.undecided
        around = self._undecided_by_rule.get(before.rule, ())
        return not any(not is_alone or _may_hide(answer, before) for answer in around)

    @cached_property
    def _undecided_by_rule(self) -> Mapping[str, Sequence[Finding]]:
        by_rule: defaultdict[str, list[Finding]] = defaultdict(list)
        for answer in self.undecided:
            by_rule[answer.rule].append(answer)
        return by_rule

    def _was_looked_at(self, before: OpenFinding) -> bool:
        """Say whether its Directory was read at all: one that is in no Mapping any more is not thereby mended.

        Nor is a project that the account may not see any more.
        """
        subject = before.subject
        if subject and subject.kind is SubjectKind.PROJECT and self.projects_seen is not None:
            return subject.name in self.projects_seen
        return not (subject and subject.directory) or subject.directory in self.rests_on

    def _was_seen(self, before: OpenFinding) -> bool:
        """Say whether nothing was left out of any Directory that the failure rests on."""
        directory = before.subject.directory if before.subject else ""
        return not self.left_out & self.rests_on.get(directory, self.left_out)


def judged(estate: Estate, reads: Sequence[DirectoryRead], findings: Sequence[Finding]) -> Judged:
    """Return what the audit of an Estate saw."""
    rests_on = {name: {name} for name in estate.snapshots}
    for population in estate.populations:
        rests_on.setdefault(population.directory, {population.directory}).add(population.source)
    for name, parts in estate.parts.items():
        rests_on.setdefault(name, {name}).update(part.directory for part in parts)
    return Judged(
        is_whole=all(read.completeness.is_complete for read in reads) and not estate.is_partial,
        left_out=frozenset(read.name for read in reads if read.quarantined),
        rests_on=rests_on,
        undecided=tuple(found for found in findings if found.verdict is Verdict.UNKNOWN),
        projects_seen=_projects_seen(estate),
    )


def _projects_seen(estate: Estate) -> AbstractSet[str] | None:
    listed = estate.facts.get(PROJECTS)
    if listed is None or listed.state is FactState.UNKNOWN or listed.route != IN_PART:
        return None
    return frozenset(project.key for project in listed.value)


def _may_hide(undecided: Finding, before: OpenFinding) -> bool:
    """Say whether a failure of a rule that judges each by itself may be what an answer of it leaves open."""
    about, known = undecided.subject, before.subject
    is_apart = (
        _differ(undecided.application, before.application)
        or _differ(undecided.mechanism or "", before.mechanism or "")
        or (known is not None and (_differ(about.directory, known.directory) or _are_two(about, known)))
    )
    return not is_apart


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and one != other


def _are_two(one: Subject, other: Subject) -> bool:
    """Say whether these surely are two people or two groups; a group may hide what is said of a person in it."""
    if one.kind is not other.kind or one.kind not in INDIVIDUALS:
        return False
    return fold(one.name) != fold(other.name) and (one.id != other.id or not one.id)
