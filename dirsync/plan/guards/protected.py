"""Accounts and groups that the Mapping puts out of reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import matches
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.plans import Change
    from dirsync.plan.guards.interface import GuardContext

HARMLESS = frozenset({Op.CREATE_USER, Op.ADD_MEMBER, Op.ADD_TO_ORGANIZATION})
"""What may happen to a protected account: being made, and being given a group that is not protected itself."""
OPS = tuple(Op)


class Protected:
    """Refuses any Change to a protected group, and any but harmless ones to a protected account."""

    name = "protected"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for mapping, limits in sorted(context.limits.items()):
            touched = [
                change
                for change in context.changes(mapping, OPS)
                if _is_protected(change, limits.protect_users, limits.protect_groups)
            ]
            if not touched:
                yield Refusal(self.name, refused=False, message=f"Plan for '{mapping}' touches nothing protected.",
                              mapping=mapping)  # fmt: skip
                continue
            names = sorted({f"{change.op} {change.user} {change.group}".strip() for change in touched})
            message = (
                f"Plan for '{mapping}' touches what the mapping protects: {', '.join(names[:5])}"
                f"{f' and {len(names) - 5:,} more' if len(names) > 5 else ''}."  # noqa: PLR2004 - as many as fit a line
                " Take them out of the source's filter, or change guards.protect_users or guards.protect_groups."
            )
            yield Refusal(self.name, refused=True, message=message, mapping=mapping)


def _is_protected(change: Change, users: tuple[str, ...], groups: tuple[str, ...]) -> bool:
    if change.group and any(matches(pattern, change.group) for pattern in groups):
        return True
    is_protected_user = change.user and any(matches(pattern, change.user) for pattern in users)
    return bool(is_protected_user) and change.op not in HARMLESS
