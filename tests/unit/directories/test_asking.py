"""What a server that does not show its root entry is taken for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.decoding import Decoder
from dirsync.directories.ldap.dialects.generic import GENERIC
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.intake import Intake
from dirsync.directories.ldap.page_loop import LineBroken, Page, Undecodable
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldap.taking import Taking
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import Completeness


class Answering(Questions):
    """Questions that were answered with a result code and no entry."""

    def __init__(self, code: int) -> None:
        self.code = code

    def at(self, _name: str, _filter: str, _attributes: tuple[str, ...] = ()) -> Page:
        return Page(self.code, f"code {self.code}", "", (), (), None)


@pytest.mark.parametrize("code", [0, 32, 50])
def test_who_never_shows_it_is_a_plain_ldap_server(code: int) -> None:
    assert Answering(code).root_dse() == RootDse()


@pytest.mark.parametrize("code", [1, 3, 11, 51, 52, 53, 80])
def test_who_only_does_not_show_it_now_is_not_taken_for_another_kind_of_server(code: int) -> None:
    with pytest.raises(LineBroken, match=f"did not show its root entry: code {code}"):
        Answering(code).root_dse()


@pytest.mark.parametrize("kind", Kind)
def test_an_entry_without_a_readable_name_is_left_out_as_what_was_searched_for(kind: Kind) -> None:
    spool = MemorySpool("corp")
    intake = Intake(spool, Decoder(GENERIC, datetime(2026, 11, 22, tzinfo=UTC)))
    taking = Taking(Search(kind, "dc=x", "(cn=*)", (), ()), intake, lambda _name, _asked: None)
    taking.take(Undecodable("cn=\\xff,dc=x", "its name is not UTF-8"))
    [left_out] = spool.finish(Completeness(is_complete=True)).quarantined
    assert (left_out.entry, left_out.is_group) == ("cn=\\xff,dc=x", kind is Kind.GROUPS)
    assert intake.left_out.count == 1
