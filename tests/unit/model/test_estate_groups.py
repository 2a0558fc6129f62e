"""A Directory of which nobody reads the groups says nothing about who is in which."""

from __future__ import annotations

import pytest

from dirsync.model.entries import Quarantined
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


def test_memberships_are_missing_where_a_group_had_to_be_left_out() -> None:
    spool = MemorySpool("corp")
    spool.quarantine(Quarantined("uid=ana", "it has no id"))
    spool.quarantine(Quarantined("cn=staff", "it has no id", is_group=True))
    left_out = Estate(snapshots={"corp": spool.finish(Completeness(is_complete=True))})
    with pytest.raises(MissingFact, match=r"1 group entry of directory 'corp' had to be left out \(cn=staff\)"):
        left_out.memberships("corp")
