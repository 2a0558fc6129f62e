"""Reads one search on top of the last read: by what the server says has changed, or by what looks as it did.

`changed_since` asks a feed of changes; `whole_again` reads everything and decodes what it has not met before. Either
way the Snapshot holds what a read from nothing would hold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.position import NO_POSITION, parse_position
from dirsync.directories.ldap.chunks import Chunks
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, LineBroken, broken, raw_pages_of
from dirsync.directories.ldap.parents import Parents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dirsync.directories.ldap.asking import Questions
    from dirsync.directories.ldap.changes.interface import ChangeFeed, Changes
    from dirsync.directories.ldap.changes.position import Position
    from dirsync.directories.ldap.chunks import Chunk
    from dirsync.directories.ldap.page_loop import SearchEnd, Undecodable
    from dirsync.directories.ldap.searches import Search
    from dirsync.directories.ldap.taking import TakingInParts
    from dirsync.model.snapshot import Parts

_RAW = "raw entries"
_POSITION = "position "
_OTHERS_BELOW = "an entry was renamed or removed that had others below it"
_REPORT_EVERY = 1000


@dataclass(frozen=True, slots=True)
class Asking:
    """One search that is asked, what takes its answer, and what is told how many entries have come."""

    questions: Questions
    search: Search
    end: SearchEnd
    """How far it got."""
    taking: TakingInParts
    parts: Parts
    positions: Mapping[str, str]
    """How far feeds had got at the last read, by question (`positions_before`)."""
    progress: Callable[[int], None]


def positions_before(parts: Parts) -> dict[str, str]:
    """Take out how far feeds had got at the last read, by question. Called once per read, before the first search.

    What a read does not ask is let go, and its position must go with it. Else a question that is asked again some
    nights later (a group names logins for one night, or a server without a feed answers) is told only what changed
    since, on top of nothing, and everybody else is lost.
    """
    notes = parts.notes
    return {name.removeprefix(_POSITION): notes.pop(name) for name in [*notes] if name.startswith(_POSITION)}


def whole_again(asking: Asking, account: str) -> str:
    """Read a search whole. Returns how much of it was as it was, in words; empty for nothing."""
    end, taking, parts = asking.end, asking.taking, asking.parts
    question = taking.answers(_RAW)
    chunks, unchanged = Chunks(), 0

    def take(came: Iterable[Chunk]) -> int:
        kept = 0
        for key, messages in came:
            tally = parts.keep(question, key)
            if tally:
                taking.count(tally)
                kept += tally.entries
            else:
                taking.take_part(key, asking.questions.decoded(messages), covers_ranges=False)
        return kept

    try:
        for page in raw_pages_of(asking.questions.raw_pages(asking.search), end, taking.dialect, account):
            unchanged += take(chunks.of(page))
            asking.progress(end.entries)
        unchanged += take(chunks.rest())
    except LineBroken as error:
        end.failure = broken(error)
    return f"{unchanged:,} of {end.entries:,} {asking.search.kind} were as they were" if unchanged else ""


def changed_since(asking: Asking, feed: ChangeFeed, *, accepts_silence: bool) -> str | Failure:
    """Read what changed of a search. Returns how much that was, in words; empty where everything is new.

    The Failure is the feed's: then the search can still be read whole, unless the line is broken.
    `accepts_silence`: a feed that does not tell what is gone is good enough.
    """
    taking, parts = asking.taking, asking.parts
    question = taking.answers(feed.name)
    kept, _, known = asking.positions.get(question, "").partition("\n")
    parents = Parents(asking.questions, taking.dialect.attributes.id, json.loads(known) if known else {})
    receiver = _Receiver(asking, question, parents)
    try:
        told = _told(receiver, feed, parse_position(kept), parents)
        above = None if isinstance(told, Failure) else parents.found(with_known=not told.others_are_gone)
    except LineBroken as error:
        told, above = broken(error), None
    if not isinstance(told, Failure) and not (told.knows_deletions or accepts_silence):
        told = Failure("it can't tell what is gone", "")
    if isinstance(told, Failure):
        # what it told before it failed is of no instant: the search read whole tells it again, or that it is gone
        parts.start_over(question)
        return told
    if not told.others_are_gone:
        parts.keep_all(question)
    if above is not None:
        parts.notes[f"{_POSITION}{question}"] = f"{told.position}\n{json.dumps(above, sort_keys=True)}"
    asking.end.failure = taking.complete()
    asking.end.pages, asking.end.entries, asking.end.result = 1, taking.count_all().entries, "success"
    return receiver.in_words(feed.name, told)


def _told(receiver: _Receiver, feed: ChangeFeed, position: Position | None, parents: Parents) -> Changes | Failure:
    """Ask for changes; for everything where names may have changed of which no feed tells. Raises LineBroken."""
    if position and parents.have_moved():
        return receiver.poll(feed, None, _OTHERS_BELOW)
    told = receiver.poll(feed, position)
    if not isinstance(told, Failure) and not told.is_full and receiver.left_others_below():
        return receiver.poll(feed, None, _OTHERS_BELOW)
    return told


class _Receiver:
    """Takes changes into the parts of a spool, each entry as one; see `Receiver`."""

    def __init__(self, asking: Asking, question: str, parents: Parents) -> None:
        self._asking = asking
        self._question = question
        self._parents = parents
        self._why_full = ""
        self._has_begun = False
        self._begin()

    def _begin(self) -> None:
        self._changed = 0
        self._gone = 0
        self._old_names: set[str] = set()
        self._parents.start_over()

    def poll(self, feed: ChangeFeed, position: Position | None, why_full: str = "") -> Changes | Failure:
        """Ask the feed; `why_full` is why it is asked for everything."""
        self._why_full = why_full
        self._builds_on = position is not None
        return feed.poll(self._asking.questions, self._asking.search, position, self)

    def left_others_below(self) -> bool:
        """Say whether a name is gone in which names of other entries end, of which no feed says a word."""
        return bool(self._old_names) and self._asking.parts.are_above(self._old_names)

    def in_words(self, feed: str, told: Changes) -> str:
        """Return what was told."""
        why = self._why_full or told.why_full
        if not why:
            kind = self._asking.search.kind
            return f"{feed}: {self._changed:,} {kind} changed, {self._gone:,} are gone"
        return "" if why == NO_POSITION else f"{feed}: everything was asked for anew, since {why}"

    def start_over(self) -> None:
        """See `Receiver`."""
        if self._has_begun:
            self._asking.parts.start_over(self._question)
            self._asking.taking.start_over()
        self._has_begun = True
        self._begin()

    def changed(self, entry_id: str, entry: Entry | Undecodable) -> None:
        """See `Receiver`."""
        key, ref = entry_id.encode(), _ref(entry)
        self._parents.note(ref)
        if self._builds_on:
            self._old_names |= self._asking.parts.refs(self._question, key) - {ref}
        self._asking.taking.take_part(key, [entry], covers_ranges=True)
        self._changed += 1
        if not self._changed % _REPORT_EVERY:
            self._asking.progress(self._changed)

    def gone(self, entry_ids: Iterable[str]) -> None:
        """See `Receiver`."""
        keys = [entry_id.encode() for entry_id in entry_ids]
        if self._builds_on:
            for key in keys:
                known = self._asking.parts.refs(self._question, key)
                self._old_names |= known
                self._gone += bool(known)
        self._asking.parts.drop(self._question, keys)

    def still_there(self, entry_ids: Iterable[str]) -> None:
        """See `Receiver`."""
        self._asking.parts.keep_those(self._question, (entry_id.encode() for entry_id in entry_ids))


def _ref(entry: Entry | Undecodable) -> str:
    try:
        return entry.ref if isinstance(entry, Entry) else ""
    except ValueError:
        return ""
