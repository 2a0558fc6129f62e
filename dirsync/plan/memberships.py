"""Who goes into which group, and out of it. Only memberships that are ours are ever taken away."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.model.links import MemberLink
from dirsync.model.plans import Change, Op

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dirsync.plan.accounts import Standing
    from dirsync.plan.desired import DesiredGroup, Feed
    from dirsync.plan.feed_groups import FeedGroups
    from dirsync.plan.people import Person
    from dirsync.plan.target_diff import TargetDiff

NONE: frozenset[str] = frozenset()


class Memberships:
    """Compares, person by person, the groups that the feeds of one source call for with those of the target."""

    def __init__(self, diff: TargetDiff, readers: Sequence[FeedGroups]) -> None:
        self._diff = diff
        self._readers = readers
        self.gone: dict[str, dict[str, set[str]]] = {groups.feed.name: defaultdict(set) for groups in readers}
        """By Mapping and folded group that it made and nothing calls for any more: our accounts in it."""
        self.waiting: dict[str, dict[str, set[str]]] = {groups.feed.name: defaultdict(set) for groups in readers}
        """As `gone`: our accounts in it of whom nothing is decided here, since they are missing or in an obstacle."""

    def compare(self, person: Person, standing: Standing | None, inside: Collection[str]) -> None:
        """Plan what becomes of one person's memberships.

        `standing` is None where nobody takes them, or something is in their way; `inside` holds the ids of the target's
        groups in which their account is.
        """
        called_for = [
            groups.calls_for(person.groups) if groups.feed.name in person.taken else NONE for groups in self._readers
        ]
        planned: set[str] = set()
        for groups, wanted in zip(self._readers, called_for, strict=True):
            linked = person.memberships.get(groups.feed.name, NONE)
            if standing is not None:
                absent = {folded for folded in wanted if groups.ids_there[folded] not in inside}
                for folded in sorted(absent - planned):
                    self._enter(groups, folded, person, standing)
                planned |= absent
                for folded in () if wanted == linked else sorted(wanted - linked - absent):
                    self._diff.recorded.append(MemberLink(self._diff.directory, groups.feed.name, person.id, folded))
            for folded in () if wanted == linked else sorted(linked - wanted):
                is_called_for = any(folded in others for others in called_for)
                self._leave(groups, folded, person, standing, inside, is_called_for=is_called_for)

    def _enter(self, groups: FeedGroups, folded: str, person: Person, standing: Standing) -> None:
        feed, existing = groups.feed, groups.there(folded)
        group = feed.groups[folded]
        self._diff.changes.append(
            Change(
                Op.ADD_MEMBER, self._diff.directory, feed.name, user=standing.username,
                user_id=standing.account.id if standing.account else "",
                group=existing.name if existing else group.name, group_id=existing.id if existing else "",
                reason=_origin(feed, group), source_id=person.id,
            )
        )  # fmt: skip

    def _leave(
        self,
        groups: FeedGroups,
        folded: str,
        person: Person,
        standing: Standing | None,
        inside: Collection[str],
        *,
        is_called_for: bool,
    ) -> None:
        """Plan the end of a membership that is ours and that its feed no longer calls for.

        Whoever is missing from the source altogether keeps it: what happens to missing people is decided in
        `dirsync.plan.missing`. Whoever has come under another Mapping of the same Directory is not missing.
        """
        feed, existing = groups.feed, groups.there(folded)
        account = standing.account if standing else None
        if folded in groups.made and folded not in feed.groups:
            kept = {link.target_id for link in person.links.values()}
            ours, whose = (self.waiting, kept) if account is None else (self.gone, {account.id})
            ours[feed.name][folded] |= whose
        if not groups.may_end(folded) or not feed.source.completeness.is_complete:
            return
        link = MemberLink(self._diff.directory, feed.name, person.id, folded)
        if standing is None:
            if not person.taken and not person.links:
                self._diff.forgotten.append(link)
        elif account is None or existing is None or existing.id not in inside or is_called_for:
            self._diff.forgotten.append(link)
        else:
            self._diff.changes.append(
                Change(
                    Op.REMOVE_MEMBER, self._diff.directory, feed.name, user=standing.username, user_id=account.id,
                    group=existing.name, group_id=existing.id, source_id=person.id,
                    reason=f"no longer called for by {feed.source.directory}, which was read whole",
                )
            )  # fmt: skip


def _origin(feed: Feed, group: DesiredGroup) -> str:
    if group.is_default:
        return f"everybody of mapping '{feed.name}' belongs to it"
    names = ", ".join(f"'{source.name}'" for source in group.sources)
    return f"member of {names} in {feed.source.directory}"
