"""Too many accounts that dirsync did not make would become its own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from dirsync.model.plans import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class Adoptions:
    """Counts accounts taken over, per Mapping.

    An equal name is no proof that two are one person, and what is taken over may be deactivated one day.
    """

    name = "adoptions"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        numbers = Counter(one.mapping for one in context.plan.adoptable)
        for mapping, limits in sorted(context.limits.items()):
            number = numbers[mapping]
            is_too_many = number > limits.max_adoptions
            is_allowed = context.allowances.covers(context.allowances.adoptions, number)
            message = (
                f"Plan for '{mapping}' adopts {number:,} accounts that dirsync did not make; the mapping allows"
                f" {limits.max_adoptions:,} (guards.max_adoptions)."
            )
            if is_too_many:
                message += (
                    " Each bears the name of somebody in the source and no other e-mail address. From then on the"
                    " mapping may update or end them. If the plan's list is right, as it may be on a first run or"
                    f" after a lost store, run again with --adopt {number}."
                )
            yield Refusal(self.name, is_too_many and not is_allowed, message, mapping)
