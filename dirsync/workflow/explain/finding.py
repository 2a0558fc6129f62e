"""Every account that may be meant: by what was read, by what the store links, by looking beyond the Mappings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.directories.ldap.dn import check_dn, normal
from dirsync.directories.look_up import look_for
from dirsync.directories.selections import selections
from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dirsync.directories.sightings import Sighting
    from dirsync.model.entries import Quarantined, User
    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot
    from dirsync.workflow.job import Job
    from dirsync.workflow.known import Known

MOST_NAMES = 20
"""So many names are looked for beyond the Mappings: an address that hundreds share makes no longer question."""


@dataclass
class Found:
    """An account of one Directory: as it was read, as a look beyond the Mappings saw it, or only left out by name."""

    directory: str
    user: User | None = None
    sighting: Sighting | None = None
    quarantined: Quarantined | None = None
    is_asked_for: bool = True
    """False for one that only bears the same name as somebody who is."""

    @property
    def username(self) -> str:
        """Its name; empty when it has none that can be used."""
        return next((one.username for one in (self.user, self.sighting) if one and one.username), "")

    @property
    def id(self) -> str:
        """Its immutable id; empty when it has none."""
        return next((one.id for one in (self.user, self.sighting, self.quarantined) if one and one.id), "")

    @property
    def ref(self) -> str:
        """What memberships call it; for one that was left out, its DN in normal form."""
        seen = self.user or self.sighting
        if seen:
            return seen.ref
        return normal_dn(self.quarantined.entry) if self.quarantined else ""


class Wanted:
    """Compares accounts with what was asked for, as directories compare."""

    def __init__(self, asked: str) -> None:
        self._folded = fold(asked)
        self._ref = normal_dn(asked)

    def is_meant(self, user: User) -> bool:
        """Say whether the username, the e-mail address, the id or the DN is what was asked for."""
        return self._is_one_of(user.username, user.email, user.id) or bool(self._ref and user.ref == self._ref)

    def is_left_out(self, entry: Quarantined) -> bool:
        """As `is_meant`, for an entry that was left out: it has a DN or another readable name, and maybe an id."""
        return self._is_one_of(entry.entry, entry.id) or bool(self._ref and normal_dn(entry.entry) == self._ref)

    def _is_one_of(self, *names: str) -> bool:
        """Compare names; an empty one is nobody's."""
        return any(fold(name) == self._folded for name in names if name.strip())


class Finder:
    """Looks for one name in everything a job has read, and beyond."""

    def __init__(self, job: Job, known: Known, links: Links, asked: str) -> None:
        self._job = job
        self._snapshots = known.snapshots
        self._links = links
        self._asked = asked
        self._wanted = Wanted(asked)
        self._found: dict[tuple[str, str], Found] = {}
        """By Directory and ref."""
        self.looked: dict[str, tuple[str, ...]] = {}
        self.troubles: list[str] = []

    def found(self) -> list[Found]:
        """Return all accounts that may be meant, and those that bear the same usernames in other Directories."""
        for directory, user in self._everybody():
            if self._wanted.is_meant(user):
                self._add(directory, user)
        beyond = self._follow_links()
        self._look_beyond([self._asked, *(one.username for one in self._found.values()), *beyond])
        self._follow_links()
        usernames = self._names
        for directory, user in self._everybody():
            if fold(user.username) in usernames and (directory, user.ref) not in self._found:
                self._add(directory, user).is_asked_for = False
        self._add_left_out()
        return list(self._found.values())

    def _everybody(self) -> Iterator[tuple[str, User]]:
        for directory, snapshot in sorted(self._snapshots.items()):
            for user in snapshot.users(WHOLE):
                yield directory, user

    def _add(self, directory: str, user: User) -> Found:
        return self._found.setdefault((directory, user.ref), Found(directory, user))

    def _follow_links(self) -> list[str]:
        """Add the other ends of the links of those found; return the ids of people that their source did not show."""
        not_shown: list[str] = []
        sources = {mapping.name: mapping.source for mapping in self._job.policy.mappings}
        for one in list(self._found.values()):
            for mapping in self._job.policy.mappings:
                if mapping.target and mapping.source == one.directory:
                    link = self._links.user(mapping.target, mapping.name, one.id)
                    self._add_by_id(mapping.target, link.target_id if link else "")
            owner = self._links.owner(one.directory, one.id)
            if owner and owner.mapping in sources and not self._add_by_id(sources[owner.mapping], owner.source_id):
                not_shown.append(owner.source_id)
        return not_shown

    def _add_by_id(self, directory: str, user_id: str) -> bool:
        user = self._snapshots[directory].user(user_id) if user_id else None
        if user:
            self._add(directory, user)
        return user is not None

    def _look_beyond(self, names: Iterable[str]) -> None:
        wanted = tuple(islice(dict.fromkeys(name for name in names if name.strip()), MOST_NAMES))
        for directory, asked in selections(self._job.policy.mappings).items():
            snapshot = self._snapshots[directory]
            reading = [selection for selection in asked if selection.name != WHOLE]
            if not snapshot.completeness.is_complete and not snapshot.completeness.searches:
                continue  # it could not be read at all, and would not answer this either
            sightings = look_for(wanted, directory, self._job.settings.directories[directory], reading)
            if sightings.looked:
                self.looked[directory] = sightings.looked
            self.troubles += sightings.troubles
            for sighting in sightings.found:
                self._add_sighting(directory, snapshot, sighting)

    def _add_sighting(self, directory: str, snapshot: Snapshot, sighting: Sighting) -> None:
        users = (snapshot.user(user_id) for user_id in (sighting.id, sighting.ref) if user_id)
        user = next((user for user in users if user and user.ref == sighting.ref), None)
        bears_another_name = fold(sighting.username) in self._names - {fold(self._asked)}
        new = Found(directory, user, is_asked_for=not bears_another_name)
        self._found.setdefault((directory, sighting.ref), new).sighting = sighting

    @property
    def _names(self) -> set[str]:
        """The folded usernames of those found so far."""
        return {fold(one.username) for one in self._found.values() if one.username}

    def _add_left_out(self) -> None:
        for directory, snapshot in sorted(self._snapshots.items()):
            for entry in _people(snapshot.quarantined):
                ref = normal_dn(entry.entry)
                known = self._found.get((directory, ref or entry.entry))
                if known:
                    known.quarantined = entry
                elif self._wanted.is_left_out(entry):
                    self._found[directory, ref or entry.entry] = Found(directory, quarantined=entry)


def _people(entries: Iterable[Quarantined]) -> Iterator[Quarantined]:
    return (entry for entry in entries if not entry.is_group)


def normal_dn(name: str) -> str:
    """Return the normal form of a DN, or nothing for any other name."""
    return normal(name) if "=" in name and check_dn(name) is None else ""
