"""The groups of one feed on its target: what it wants, what is there, and what it no longer calls for."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.model.names import matches
from dirsync.plan.desired import groups_below

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.model.entries import Group
    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed


class FeedGroups:
    """Answers about groups, which go by their folded names on the target."""

    def __init__(self, feed: Feed, directory: str, target: Snapshot, links: Links) -> None:
        self.feed = feed
        self.made = {link.group: link for link in links.groups(directory, feed.name)}
        """The groups that dirsync made for this feed."""
        self.unproven: set[str] = set()
        """Those that were asked about and are left as they are because the read proves nothing."""
        self._target = target
        self._there = {folded: target.group_named(group.name) for folded, group in feed.groups.items()}
        self.ids_there = {folded: group.id if group else "" for folded, group in self._there.items()}
        """The target's ids of the groups that the feed wants; empty for those that are not there."""
        self._holding = _holding(feed)
        self._everybody = {folded for folded, group in feed.groups.items() if group.is_default}
        self._may_end: dict[str, bool] = {}

    @property
    def told(self) -> Sequence[object]:
        """What `calls_for` and `ids_there` go by, as JSON can tell it."""
        return [sorted(self.ids_there.items()), sorted(self._holding.items()), sorted(self._everybody)]

    def there(self, folded: str) -> Group | None:
        """Return the target's group of a name."""
        if folded not in self._there:
            self._there[folded] = self._target.group_named(folded)
        return self._there[folded]

    def calls_for(self, source_groups: Iterable[str]) -> set[str]:
        """Return where somebody belongs whom the feed takes and whom those groups of the source hold directly."""
        found = set(self._everybody)
        for group_id in source_groups:
            found.update(self._holding.get(group_id, ()))
        return found

    def may_end(self, folded: str) -> bool:
        """Say whether the feed may take people out of a group, or remove one that no source group calls for."""
        if folded not in self._may_end:
            self._may_end[folded] = not self._stays(folded)
        return self._may_end[folded]

    def _stays(self, folded: str) -> bool:
        wanted = self.feed.groups.get(folded)
        may_be_missing = wanted is None and self._is_spoken_of(folded)
        if may_be_missing and not self.removes_missing:
            return True
        is_unproven = may_be_missing or (wanted is not None and not wanted.is_default)
        if is_unproven and self.feed.has_left_out_groups:
            self.unproven.add(folded)
            return True
        return False

    @property
    def removes_missing(self) -> bool:
        """Whether groups are removed when their source no longer shows them."""
        destination = self.feed.mapping.content.target
        return destination is not None and destination.missing_groups == "remove"

    def _is_spoken_of(self, folded: str) -> bool:
        """Say whether a pattern of the Mapping still speaks of a group that no source group calls for.

        Without such a pattern the Mapping itself has changed, and its author wants the memberships gone.
        """
        destination = self.feed.mapping.content.target
        return destination is not None and any(matches(name, folded) for name in destination.groups.values())


def _holding(feed: Feed) -> Mapping[str, list[str]]:
    """Return for each group of the source the wanted ones into which it brings its direct members."""
    groups_taken = feed.mapping.content.source.groups
    is_nested = groups_taken is not None and groups_taken.nested
    holding: dict[str, list[str]] = defaultdict(list)
    for folded, group in feed.groups.items():
        for source in () if group.is_default else group.sources:
            for one in (source, *(groups_below(feed.source, source.id) if is_nested else ())):
                holding[one.id].append(folded)
    return holding
