"""Raw entries are known again in runs that end where the entries themselves say so."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from dirsync.directories.ldap import chunks
from dirsync.directories.ldap.chunks import Chunks
from dirsync.directories.ldap.wire.frames import Message

ENTRIES = [random.Random(n).randbytes(200) for n in range(3000)]


def message(raw: bytes, number: int = 7) -> Message:
    before = bytes(number)
    data = before + raw + b"controls"
    return (number, 0x64, data, 0, len(before), len(before) + len(raw), len(data))


def keys(entries: Iterable[bytes], page: int = 1000, number: int = 7) -> list[bytes]:
    """Return the keys of the runs of an answer that came in pages."""
    entries, runs, found = list(entries), Chunks(), []
    for first in range(0, len(entries), page):
        found += list(runs.of(message(raw, number) for raw in entries[first : first + page]))
    return [key for key, _ in [*found, *runs.rest()]]


def test_every_entry_is_in_one_run_and_in_its_place() -> None:
    runs = Chunks()
    cut = [*runs.of(message(raw) for raw in ENTRIES), *runs.rest()]
    together = [one[2][one[4] : one[5]] for _, messages in cut for one in messages]
    assert together == ENTRIES
    assert len({key for key, _ in cut}) == len(cut)
    assert 20 < len(cut) < 200, "runs of some 64 entries"
    assert list(runs.rest()) == []


def test_pages_and_numbers_of_requests_do_not_matter() -> None:
    assert keys(ENTRIES) == keys(ENTRIES, page=17, number=3)


@pytest.mark.parametrize("at", [0, 1, 1500, 2999])
def test_what_is_added_changed_or_removed_leaves_nearly_all_runs_as_they_were(at: int) -> None:
    before = set(keys(ENTRIES))
    for changed in (
        [*ENTRIES[:at], b"new", *ENTRIES[at:]],
        [*ENTRIES[:at], b"new", *ENTRIES[at + 1 :]],
        [*ENTRIES[:at], *ENTRIES[at + 1 :]],
    ):
        after = set(keys(changed))
        assert after != before
        assert len(after - before) <= 2


def test_no_two_answers_have_the_same_key() -> None:
    [one], [other] = keys([b"ab", b"c"]), keys([b"ab", b"d"])
    assert one != other
    assert keys([]) == []


def test_large_entries_end_a_run_so_that_it_never_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "LARGEST", 1000)
    runs = Chunks()
    for _, messages in [*runs.of(message(raw) for raw in ENTRIES), *runs.rest()]:
        assert sum(one[5] - one[4] for one in messages) <= 1000 + 200
