"""Accounts and groups that a plan must leave there and in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.changed import ChangedSnapshot
from dirsync.model.plans import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.guards.interface import GuardContext


class Required:
    """Refuses a plan after which somebody or something required is missing, inactive or empty.

    It looks at the whole target as the plan would leave it, whichever Mapping does what. What is so already refuses
    too: a required account that somebody removed by hand is not there either.
    """

    name = "required"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for directory, feeds in sorted(context.feeds.items()):
            limits = {feed.name: context.limits[feed.name] for feed in feeds}
            asking = {name: each for name, each in limits.items() if each.require_users or each.require_groups}
            changes = [change for change in context.plan.appliable if change.directory == directory] if asking else []
            after = ChangedSnapshot(context.targets[directory], changes)
            for name, each in asking.items() if changes else ():
                wrong = [*_wrong_users(after, each.require_users), *_wrong_groups(after, each.require_groups)]
                yield self._one(name, directory, wrong)

    def _one(self, mapping: str, directory: str, wrong: list[str]) -> Refusal:
        if not wrong:
            message = f"Plan for '{mapping}' leaves all that is required in {directory}."
            return Refusal(self.name, refused=False, message=message, mapping=mapping, directory=directory)
        message = (
            f"Once the plan is carried out, {'; '.join(wrong)} in {directory}, and mapping '{mapping}' requires"
            " otherwise. Put that right there or in the source, or change guards.require_users or"
            " guards.require_groups."
        )
        return Refusal(self.name, refused=True, message=message, mapping=mapping, directory=directory)


def _wrong_users(after: Snapshot, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        account = after.user_named(name)
        if account is None:
            yield f"there is no account '{name}'"
        elif not account.active:
            yield f"the account '{name}' is inactive"


def _wrong_groups(after: Snapshot, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        group = after.group_named(name)
        if group is None:
            yield f"there is no group '{name}'"
        elif not any(is_active for _, is_active in after.accounts_in(group.id)):
            yield f"the group '{name}' has no active member"
