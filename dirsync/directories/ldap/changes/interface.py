"""What a feed of changes takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.position import Position
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.page_loop import Failure, Undecodable
    from dirsync.directories.ldap.searches import Search


class Receiver(Protocol):
    """Takes changes as they come, so that a whole directory need not fit into memory.

    Nothing of it counts before `poll` has returned Changes: a receiver works in a transaction. The last word about an
    id is the one that holds. Ids may be unknown to it, since servers also name entries that never fitted the filter.
    """

    def start_over(self) -> None:
        """Forget what came so far: the server begins anew. Always called once before anything comes."""

    def changed(self, entry_id: str, entry: Entry | Undecodable) -> None:
        """Take an entry that is new, or may differ from what it was: in a value, in its name, or not at all."""

    def gone(self, entry_ids: Iterable[str]) -> None:
        """Take ids of entries that were deleted, moved away, or no longer fit the filter."""

    def still_there(self, entry_ids: Iterable[str]) -> None:
        """Take ids of entries that are as they were."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A poll that reached its end. What came with it leads from the state at the old position to the one at the new."""

    position: Position
    """Where the next poll goes on."""
    others_are_gone: bool
    """Whether every entry is gone that was told neither as changed nor as still there."""
    why_full: str = ""
    """Why the server answered with everything, in words for an admin; then `others_are_gone`. Empty: it did not."""
    knows_deletions: bool = True
    """Whether all that is gone was told. If not, only a full answer tells it."""

    @property
    def is_full(self) -> bool:
        """Whether everything came, so that the receiver's state is replaced."""
        return bool(self.why_full)


class ChangeFeed(Protocol):
    """A way of asking one kind of server what changed."""

    name: str
    """As reports call it."""
    tells_deletions: bool
    """Whether it tells what is gone, at least where the account has the rights that takes."""

    def poll(
        self, questions: Questions, search: Search, position: Position | None, receiver: Receiver
    ) -> Changes | Failure:
        """Ask what changed since `position`; for everything, where there is none or it belongs to another question.

        The Failure is that of a read that did not reach its end: then the position and the state stay as they were.
        The first poll, and one that can't be answered otherwise, is full.
        """
