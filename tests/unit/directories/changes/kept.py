"""A receiver in memory: what a store must make of changes, in its simplest form."""

from __future__ import annotations

from collections.abc import Iterable

from dirsync.directories.ldap.changes.interface import Changes
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Undecodable


class Kept:
    """Receives changes, and holds them back until the poll is known to have reached its end."""

    def __init__(self) -> None:
        self.state: dict[str, Entry | Undecodable] = {}
        self.told: dict[str, Entry | Undecodable | str] = {}
        self.starts = 0

    def start_over(self) -> None:
        self.starts += 1
        self.told = {}

    def changed(self, entry_id: str, entry: Entry | Undecodable) -> None:
        self.told[entry_id] = entry

    def gone(self, entry_ids: Iterable[str]) -> None:
        self.told.update(dict.fromkeys(entry_ids, "gone"))

    def still_there(self, entry_ids: Iterable[str]) -> None:
        self.told.update(dict.fromkeys(entry_ids, "still there"))

    def keep(self, changes: Changes) -> None:
        before, self.state = self.state, {} if changes.others_are_gone else self.state
        for entry_id, told in self.told.items():
            if not isinstance(told, str):
                self.state[entry_id] = told
            elif told == "gone":
                self.state.pop(entry_id, None)
            elif entry_id in before:
                self.state[entry_id] = before[entry_id]
