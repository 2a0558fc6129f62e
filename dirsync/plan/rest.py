"""Whom a plan must look at: everybody, or only those of whom the last plan's rest no longer tells.

Whoever was at rest (`dirsync.plan.at_rest`) stays so as long as nothing of what that was told from is another: what
the source and the target show of them, their links, the groups that their Mappings want, and the names that others
have too. A plan is the same with this module and without it (`tests/unit/plan/test_rest.py` holds both side by side).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from dirsync import __version__
from dirsync.model.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from dirsync.model.links import Links
    from dirsync.model.rest import Continuity
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.accounts import Accounts
    from dirsync.plan.desired import Feed
    from dirsync.plan.feed_groups import FeedGroups
    from dirsync.plan.people import Person

MEANING: Final = 1
"""Of being at rest. Whoever changes of whom that is said, or what it is told from, counts one on."""
MOST: Final = 20_000
"""People of one plan beyond whom all are looked at: so many by id take about as long as everybody in order."""


@dataclass
class Resting:
    """Gathers what the rest of one target's plan will be known by, and answers of whom the last one still tells."""

    directory: str
    target: Snapshot
    feeds: Sequence[Feed]
    links: Links
    ground: str
    """See `ground_of`."""
    _restless: dict[str, set[str]] = field(default_factory=dict)

    def concerned(self) -> Mapping[str, Collection[str]] | None:
        """Return whom of each source the plan must look at, by id; None for everybody."""
        continuities = self._continuities()
        rest = continuities[self.directory].rest if continuities else None
        if not continuities or rest is None or not self._stands(rest):
            return None
        changed: dict[str, Collection[str]] = {}
        for name, continuity in continuities.items():
            since = continuity.changed_since(rest.states.get(name, ""))
            if since is None:
                return None
            changed[name] = since
        concerned = {source: {*rest.restless.get(source, ()), *changed[source]} for source in self._sources()}
        if self._number(concerned) + len(changed[self.directory]) > MOST:
            return None
        self._add_owners(concerned, changed[self.directory])
        self._add_bearers(concerned, changed)
        return concerned if self._number(concerned) <= MOST else None

    def note(self, source: str, people: Iterable[Person]) -> None:
        """Note who may need something: all who were not at rest."""
        if self._number(self._restless) <= MOST:
            self._restless.setdefault(source, set()).update(person.id for person in people)

    def rest(self) -> Rest | None:
        """Return the rest of all whom the plan did not note, as long as their links stay as they are; None: unknown."""
        continuities = self._continuities()
        if not continuities or self._number(self._restless) > MOST:
            return None
        states = {name: one.state for name, one in continuities.items()}
        return Rest(self.ground, states, self._link_states(), self._restless)

    def _stands(self, rest: Rest) -> bool:
        return rest.ground == self.ground and rest.links == self._link_states()

    def _sources(self) -> list[str]:
        return sorted({feed.source.directory for feed in self.feeds})

    def _continuities(self) -> dict[str, Continuity] | None:
        snapshots = {feed.source.directory: feed.source for feed in self.feeds} | {self.directory: self.target}
        found = {name: one.continuity for name, one in snapshots.items() if one.completeness.is_complete}
        known = {name: one for name, one in found.items() if one is not None}
        return known if len(known) == len(snapshots) else None

    def _link_states(self) -> dict[str, str]:
        return {feed.name: self.links.state(self.directory, feed.name) for feed in self.feeds}

    def _add_owners(self, concerned: Mapping[str, set[str]], accounts: Collection[str]) -> None:
        """Add those whose account shows something else."""
        sources = {feed.name: feed.source.directory for feed in self.feeds}
        for link in self.links.owners(self.directory, accounts):
            if link.mapping in sources:
                concerned[sources[link.mapping]].add(link.source_id)

    def _add_bearers(self, concerned: Mapping[str, set[str]], changed: Mapping[str, Collection[str]]) -> None:
        """Add those whose name somebody else has now whom another Mapping takes."""
        for feed in self.feeds if len(self.feeds) > 1 else ():
            names = [user.username for user in feed.source.users_among(changed[feed.source.directory], feed.name)]
            for other in self.feeds:
                if other is not feed:
                    bearers = other.source.users_named_among(names, other.name)
                    concerned[other.source.directory].update(user.id for user in bearers)

    @staticmethod
    def _number(people: Mapping[str, Collection[str]]) -> int:
        return sum(map(len, people.values()))


def ground_of(groups: Sequence[FeedGroups], accounts: Accounts, shared: Collection[str]) -> str:
    """Return a digest of what anybody's rest is told from, beside their own records, account and links."""
    told = [
        [one.feed.name, one.feed.source.directory, one.feed.mapping.content.model_dump_json(), one.told]
        for one in groups
    ]
    text = json.dumps([__version__, MEANING, told, accounts.all_in_doubt, sorted(shared)], sort_keys=True)
    return sha256(text.encode()).hexdigest()
