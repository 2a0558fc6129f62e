"""A connection after its line broke."""

from __future__ import annotations

import pytest

from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldap.wire.requests import paged_results
from dirsync.directories.ldap.wire.stream import Stream


class Closed:
    """A connection whose server has hung up."""

    socket: Closed

    def __init__(self) -> None:
        self.socket = self

    def gettimeout(self) -> float:
        return 1.0

    def recv(self, _most: int) -> bytes:
        return b""


def test_what_was_abandoned_on_a_broken_line_is_told_as_broken_again_and_again() -> None:
    stream = Stream(Closed(), 1.0)
    stream.abandon(7)
    for _ in range(2):
        with pytest.raises(LineBroken, match="closed the connection"):
            stream.finish()


def test_nothing_is_asked_on_a_line_that_was_closed_before() -> None:
    connection = Closed()
    connection.listening = False
    stream = Stream(connection, 1.0)
    with pytest.raises(LineBroken, match="closed before"), stream.broken_line_in_words():
        stream.send(Search(Kind.USERS, "", "(objectClass=*)", (), ()), paged_results(1000, None))


def test_with_nothing_abandoned_nothing_is_read() -> None:
    Stream(Closed(), 1.0).finish()
