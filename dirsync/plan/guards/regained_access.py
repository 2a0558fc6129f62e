"""An undo that would give customers a seat again that a run had taken from them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dirsync.model.estate import Audience
from dirsync.model.facts import MissingFact
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class RegainedAccess:
    """Asked of undos beside all other Guards: what was so before may not come back because it was so.

    A sync that enables somebody follows the source; an undo follows nobody but the past. Memberships are judged by
    `RiskyGroup`.
    """

    name = "customers-never-regain-access"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, audience in sorted(context.audiences.items()):
            if audience is Audience.CUSTOMERS:
                yield from self._enabled(context, mapping)
        for after in context.seats:
            if after.customers_gaining:
                message = (
                    f"The undo gives {after.application} to {after.customers_gaining:,} customers who have no seat now."
                    " Take the access from their groups first."
                )
                yield Refusal(self.name, refused=True, message=message)

    def _enabled(self, context: GuardContext, mapping: str) -> Iterator[Refusal]:
        held = Counter(
            (change.directory, group.name)
            for change in context.changes(mapping, (Op.REACTIVATE_USER,))
            for group in context.targets[change.directory].groups_of(change.user_id)
        )
        for (directory, group), number in sorted(held.items()):
            customers = f"{number:,} customer{'s' * (number != 1)}"
            what = f"The undo enables {customers} of '{mapping}' who are in '{group}' in {directory}"
            try:
                path = context.reach(group, directory)
            except MissingFact as missing:
                why = f"{missing.fact.why.rstrip('.')}. {missing.fact.remedy}".strip()
                message = f"{what}, and nobody can say whether that group grants access: {why}"
            else:
                message = f"{what}, which gives access: {' > '.join(path)}. Take it from the group, or them out of it."
                if not path:
                    continue
            yield Refusal(self.name, refused=True, message=message, mapping=mapping, directory=directory)
