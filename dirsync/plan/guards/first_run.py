"""A first run that meets a full target and finds hardly anybody there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Op, Refusal
from dirsync.plan.guards.removals import SHARE_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.desired import Feed
    from dirsync.plan.guards.interface import GuardContext


class FirstRun:
    """Refuses to fill a target anew that holds as good as everybody under other names.

    It speaks only of Mappings that manage nothing yet, and of targets with accounts that are nobody's.
    """

    name = "first-run"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for directory, feeds in sorted(context.feeds.items()):
            managed = {feed.name: context.stored(feed.name) for feed in feeds}
            strangers = context.targets[directory].counts().users - sum(managed.values())
            for feed in feeds:
                if not managed[feed.name] and strangers >= SHARE_FROM and directory not in context.plan.unappliable:
                    yield self._one(context, directory, feed, strangers)

    def _one(self, context: GuardContext, directory: str, feed: Feed, strangers: int) -> Refusal:
        creations = len(context.changes(feed.name, (Op.CREATE_USER,)))
        adoptions = sum(one.mapping == feed.name for one in context.plan.adoptable)
        is_strange = creations >= SHARE_FROM and creations > adoptions
        is_allowed = context.allowances.covers(context.allowances.creations, creations)
        message = (
            f"First run of '{feed.name}': {directory} holds {strangers:,} accounts that dirsync did not make. The plan"
            f" adopts {adoptions:,} of them and creates {creations:,} more."
        )
        if is_strange:
            message += (
                " So few that match may mean that people are named otherwise there (source.users.attributes.username)"
                " or that the mapping names the wrong directory. If they really are other people, run again with"
                f" --allow-creations {creations}."
            )
        return Refusal(self.name, is_strange and not is_allowed, message, feed.name, directory)
