"""A Directory that answers with far fewer people than last time is suspect itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.plans import Refusal
from dirsync.plan.guards.removals import SHARE_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.plan.desired import Feed
    from dirsync.plan.guards.interface import GuardContext


class ShrunkDirectory:
    """Compares what a source holds with its last complete read, against the strictest Mapping's removal share."""

    name = "shrunk-directory"

    def judge(self, context: GuardContext) -> Iterator[Refusal]:
        """See `Guard`."""
        strictest: dict[str, Feed] = {}
        for target, feeds in sorted(context.feeds.items()):
            for feed in feeds if target not in context.plan.unappliable else ():
                known = strictest.setdefault(feed.source.directory, feed)
                if _share(context, feed) < _share(context, known):
                    strictest[feed.source.directory] = feed
        for source, feed in sorted(strictest.items()):
            before = context.last_reads.get(source)
            if before is not None and before.users >= SHARE_FROM:
                yield self._one(context, feed, before.users)

    def _one(self, context: GuardContext, feed: Feed, before: int) -> Refusal:
        now = feed.source.counts().users
        lost = before - now
        allowed = _share(context, feed)
        has_shrunk = lost / before > allowed
        is_allowed = context.allowances.covers(context.allowances.removals, lost)
        message = (
            f"{feed.source.directory} held {before:,} people at the last complete read and holds {now:,} now,"
            f" {max(lost, 0) / before:.1%} fewer; mapping '{feed.name}' allows {allowed:.0%}"
            " (guards.max_removal_share)."
        )
        if has_shrunk:
            message += (
                " Check the bind account's rights, the base and the filter."
                f" If the people really are gone, run again with --allow-removals {lost}."
            )
        return Refusal(self.name, has_shrunk and not is_allowed, message, feed.name, feed.source.directory)


def _share(context: GuardContext, feed: Feed) -> float:
    return context.limits[feed.name].max_removal_share
