"""Groups that no Mapping reads and a rule asks for: looked for once everything else is known."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from dirsync.audit.outer_groups import OuterGroupQuestions, outer_group_questions
from dirsync.directories.outer_groups import OuterGroups, Wanted, look_for_groups
from dirsync.directories.selections import selections
from dirsync.model.facts import Fact, observed, unknown
from dirsync.model.names import fold
from dirsync.model.outer_groups import groups_above, groups_inside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from dirsync.model.estate import Estate
    from dirsync.workflow.job import Job


def with_outer_groups(job: Job, estate: Estate, also: Mapping[str, Collection[str]] = MappingProxyType({})) -> Estate:
    """Return the Estate with what looks over whole Directories told; where none is needed, the same one.

    `also`: see `outer_group_questions`.
    """
    told: dict[str, Fact[Any]] = {}
    for questions in outer_group_questions(estate, also):
        told |= {fact.name: fact for fact in _told(job, questions)}
    return replace(estate, facts={**estate.facts, **told}) if told else estate


def _told(job: Job, questions: OuterGroupQuestions) -> Iterator[Fact[Any]]:
    directory = questions.directory
    refs = tuple(sorted({ref for refs in questions.inside.values() for ref in refs}))
    settings, asked = job.settings.directories[directory], selections(job.policy.mappings).get(directory, ())
    found = look_for_groups(Wanted(questions.above, refs), directory, settings, asked)
    at = job.clock().isoformat()
    for group in questions.above:
        yield _fact(groups_above(directory, group), found.above.get(fold(group), ()), found, at)
    for group, inside in questions.inside.items():
        among = tuple(sorted(found.among[ref] for ref in inside if ref in found.among))
        yield _fact(groups_inside(directory, group), among, found, at)


def _fact(name: str, value: tuple[Any, ...], found: OuterGroups, at: str) -> Fact[Any]:
    if found.trouble:
        why = f"only part of the groups is read, and a look at the others failed: {found.trouble}"
        return unknown(name, why, "Widen source.groups.base and source.groups.filter of the mapping that reads them.")
    return observed(name, value, found.looked, at)
