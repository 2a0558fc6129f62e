"""Customers who would become agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.estate import Audience
from dirsync.model.plans import Op, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.desired import Feed
    from dirsync.plan.guards.interface import GuardContext


class MovesToAgents:
    """Counts people with a customer's account who come under an agents Mapping; each of them takes a seat.

    Where both audiences share a target there is no new account: the agents' groups tell.
    """

    name = "moves-to-agents"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        customers = [
            (directory, feed)
            for directory, feeds in context.feeds.items()
            for feed in feeds
            if context.audiences[feed.name] is Audience.CUSTOMERS
        ]
        for target, feeds in context.feeds.items():
            for feed in feeds:
                if context.audiences[feed.name] is Audience.AGENTS:
                    yield from self._judge_feed(context, target, feed, customers)

    def _judge_feed(
        self, context: GuardContext, target: str, feed: Feed, customers: list[tuple[str, Feed]]
    ) -> Iterator[Refusal]:
        gaining = {change.source_id for change in context.changes(feed.name, (Op.CREATE_USER, Op.ADD_MEMBER))}
        had_one = {
            source_id
            for directory, other in customers
            if other.source.directory == feed.source.directory
            for source_id in context.links.known(directory, other.name, gaining)
        }
        moved = had_one.difference(context.links.known(target, feed.name, had_one))
        limit = context.limits[feed.name].max_removals
        is_too_many = len(moved) > limit
        is_allowed = context.allowances.covers(context.allowances.removals, len(moved))
        message = (
            f"Plan for '{feed.name}' makes agents of {len(moved):,} people who are customers today; the mapping allows"
            f" {limit:,} (guards.max_removals)."
        )
        if is_too_many:
            message += f" If that is right, run again with --allow-removals {len(moved)}."
        yield Refusal(self.name, is_too_many and not is_allowed, message, feed.name)
