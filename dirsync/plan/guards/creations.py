"""Too many accounts, or organisations, would be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class Creations:
    """Counts new accounts and organisations per Mapping: a wrong attribute would give each person one of their own."""

    name = "creations"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, limits in sorted(context.limits.items()):
            organizations = len(context.changes(mapping, (Op.CREATE_ORGANIZATION,)))
            number = len(context.changes(mapping, (Op.CREATE_USER,))) + organizations
            is_too_many = number > limits.max_creations
            is_allowed = context.allowances.covers(context.allowances.creations, number)
            message = (
                f"Plan for '{mapping}' creates {number - organizations:,} accounts"
                f"{f' and {organizations:,} organisations' if organizations else ''}; the mapping allows"
                f" {limits.max_creations:,}"
                " (guards.max_creations)."
            )
            if is_too_many:
                message += f" If that is right, for example on a first run, run again with --allow-creations {number}."
            yield Refusal(self.name, is_too_many and not is_allowed, message, mapping)
