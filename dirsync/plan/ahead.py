"""What a chunk of people needs of the target and of the store, asked for at once; the rest is asked for one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.model.names import fold
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Collection

    from dirsync.model.entries import User
    from dirsync.model.links import Links, UserLink
    from dirsync.model.snapshot import Snapshot


class Bearers:
    """Who is the first to bear a name in a Snapshot, as `Snapshot.user_named` tells."""

    def __init__(self, snapshot: Snapshot, selection: str = WHOLE) -> None:
        self._snapshot = snapshot
        self._selection = selection
        self._known: dict[str, User | None] = {}

    def look_ahead(self, usernames: Collection[str]) -> None:
        """Look for those who bear some names; what was known before is let go."""
        self._known = {fold(username): None for username in usernames}
        for user in self._snapshot.users_named_among(usernames, self._selection) if usernames else ():
            folded = fold(user.username)
            self._known[folded] = self._known[folded] or user

    def known(self) -> list[User]:
        """Return those who were found."""
        return [user for user in self._known.values() if user is not None]

    def of(self, username: str) -> User | None:
        """Return who bears a name."""
        folded = fold(username)
        return self._known[folded] if folded in self._known else self._snapshot.user_named(username, self._selection)


class Owners:
    """For whom an account stands, as `Links.owner` tells."""

    def __init__(self, directory: str, links: Links) -> None:
        self._directory = directory
        self._links = links
        self._known: dict[str, UserLink | None] = {}

    def look_ahead(self, target_ids: Collection[str]) -> None:
        """Look for the owners of some accounts; what was known before is let go."""
        self._known = dict.fromkeys(target_ids)
        for link in self._links.owners(self._directory, target_ids) if target_ids else ():
            self._known[link.target_id] = link

    def of(self, target_id: str) -> UserLink | None:
        """Return the link of an account's owner."""
        if target_id in self._known:
            return self._known[target_id]
        return self._links.owner(self._directory, target_id)
