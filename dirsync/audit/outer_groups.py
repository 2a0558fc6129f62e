"""What has to be looked for in the part of a Directory's groups that nobody reads, so that rules can be decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.audit.administration import administration
from dirsync.audit.default_groups import default_groups
from dirsync.audit.licences import licences
from dirsync.model.facts import MissingFact
from dirsync.model.findings import Mechanism
from dirsync.model.names import fold
from dirsync.model.outer_groups import groups_above, groups_inside, strangers_below

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from dirsync.model.estate import Estate
    from dirsync.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class OuterGroupQuestions:
    """What to look for in the whole of one Directory."""

    directory: str
    above: tuple[str, ...] = ()
    """Names of groups: which groups are they inside of?"""
    inside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of a group that was read to the refs of members that were not, its own and of groups in it: which of those
    are groups?"""


def outer_group_questions(estate: Estate, also: Mapping[str, Collection[str]]) -> Iterator[OuterGroupQuestions]:
    """Yield what to ask of each Directory of which only part of the groups was read, and that part whole.

    `also` names groups by Directory that are asked about besides those that are given away as default groups. What
    the Estate knows of a group already is not asked again.
    """
    for directory in sorted(estate.groups_in_part & estate.snapshots.keys()):
        snapshot = estate.snapshots[directory]
        if not snapshot.completeness.is_complete:
            continue
        inside = {
            name: refs
            for name in _granting(estate)
            if groups_inside(directory, name) not in estate.facts and (refs := _strangers_below(snapshot, name))
        }
        wanted = _each_once([*_given_away(estate, directory), *also.get(directory, ())])
        above = tuple(name for name in wanted if groups_above(directory, name) not in estate.facts)
        if above or inside:
            yield OuterGroupQuestions(directory, above, inside)


def _granting(estate: Estate) -> tuple[str, ...]:
    """Return the groups that give a seat or the administration of Jira, as far as anybody told."""
    names: list[str] = []
    try:
        names += (name for known in licences(estate).applications for name in known.groups)
        names += administration(estate).groups
    except MissingFact:
        pass  # the rules say what is missing; what is known by then is asked for
    return _each_once(names)


def _given_away(estate: Estate, directory: str) -> Iterator[str]:
    for population in estate.populations:
        if population.directory == directory:
            for mechanism in Mechanism:
                yield from (group.name for group in default_groups(estate, population, mechanism).groups)
    if estate.has("jira.applications"):
        for application in estate.applications():
            yield from application.default_groups or ()


def _strangers_below(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    top = snapshot.group_named(name)
    return strangers_below(snapshot, [top.id]) if top else ()


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    by_name: dict[str, str] = {}
    for name in names:
        by_name.setdefault(fold(name), name)
    return tuple(by_name[folded] for folded in sorted(by_name))
