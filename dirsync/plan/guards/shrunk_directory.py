"""A Directory that answers with far fewer people than last time is suspect itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Refusal
from dirsync.plan.guards.removals import SHARE_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.guards.interface import GuardContext


class ShrunkDirectory:
    """Compares what a source holds with its last complete read, against the Mapping's removal share."""

    name = "shrunk-directory"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        for directory, feeds in sorted(context.feeds.items()):
            for feed in feeds:
                before = context.last_reads.get(feed.source.directory)
                if before is None or before.users < SHARE_FROM or directory in context.plan.unappliable:
                    continue
                now = feed.source.counts().users
                lost = before.users - now
                allowed = context.limits[feed.name].max_removal_share
                has_shrunk = lost / before.users > allowed
                is_allowed = context.allowances.covers(context.allowances.removals, lost)
                message = (
                    f"{feed.source.directory} held {before.users:,} people at the last complete read and holds {now:,}"
                    f" now, {max(lost, 0) / before.users:.1%} fewer; mapping '{feed.name}' allows {allowed:.0%}"
                    " (guards.max_removal_share)."
                )
                if has_shrunk:
                    message += (
                        " Check the bind account's rights, the base and the filter."
                        f" If the people really are gone, run again with --allow-removals {lost}."
                    )
                yield Refusal(self.name, has_shrunk and not is_allowed, message, feed.name, feed.source.directory)
