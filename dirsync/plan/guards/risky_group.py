"""A customers Mapping would write into a group that reaches a seat or administration (design, promise 3)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.plans import Plan
    from dirsync.plan.guards.interface import GuardContext

WRITES = (Op.ADD_MEMBER, Op.ADD_CHILD_GROUP)


def written_into(plan: Plan) -> dict[str, set[str]]:
    """Return the groups that a Plan puts somebody into, by Directory."""
    groups: dict[str, set[str]] = {}
    for change in plan.appliable:
        if change.op in WRITES:
            groups.setdefault(change.directory, set()).add(change.group)
    return groups


class RiskyGroup:
    """Refuses what would create the risk that dirsync is there to find; where nobody can tell, it refuses too."""

    name = "customers-never-gain-access"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, audience in sorted(context.audiences.items()):
            if audience is not Audience.CUSTOMERS:
                continue
            written = Counter((change.directory, change.group) for change in context.changes(mapping, WRITES))
            for (directory, group), number in sorted(written.items()):
                yield self._one(context, mapping, directory, group, number)

    def _one(self, context: GuardContext, mapping: str, directory: str, group: str, number: int) -> Refusal:
        what = f"Plan for '{mapping}' puts {number:,} customer{'s' * (number != 1)} into '{group}' in {directory}"
        try:
            path = context.reach(group, directory)
        except MissingFact as missing:
            fact = missing.fact
            why = fact.why.rstrip(".")
            message = f"{what}, and nobody can say whether that group grants access: {why}. {fact.remedy}".strip()
            return Refusal(self.name, refused=True, message=message, mapping=mapping, directory=directory)
        if path:
            message = (
                f"{what}, which would give each of them access: {' > '.join(path)}."
                " Take the group out of the mapping's default_groups or target.groups, or take the access from it."
            )
            return Refusal(self.name, refused=True, message=message, mapping=mapping, directory=directory)
        message = f"{what}, which reaches no seat and no administration."
        return Refusal(self.name, refused=False, message=message, mapping=mapping, directory=directory)
