"""A Directory of which nobody reads the groups says nothing about who is in which."""

from __future__ import annotations

import pytest

from dirsync.model.estate import Estate
from dirsync.model.facts import MissingFact
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import Completeness


def test_memberships_are_missing_where_no_mapping_reads_groups() -> None:
    snapshot = MemorySpool("corp").finish(Completeness(is_complete=True))
    unread = Estate(snapshots={"corp": snapshot}, without_groups=frozenset({"corp"}))
    with pytest.raises(MissingFact, match="no mapping reads the groups"):
        unread.memberships("corp")
    assert unread.snapshot("corp") is snapshot
    assert Estate(snapshots={"corp": snapshot}).memberships("CORP") is snapshot
