"""An end to waiting for a server that neither answers nor goes away.

The server itself ends a statement that takes too long. One that is frozen does not, and its line stays open: TCP goes
on acknowledging, and libpq has no time-out of its own for answers (PostgreSQL manual, 34.1.2).
"""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from threading import Event, Timer
from typing import TYPE_CHECKING, Final

from dirsync.database.address import POSTGRESQL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

GRACE: Final = 5.0
"""Seconds after the server should have ended the statement itself."""


@contextmanager
def answered_within(connection: Connection, seconds: float) -> Iterator[Event]:
    """Cut the line when what is done inside takes longer than `seconds` and some; the event then says so."""
    was_cut = Event()
    driver = connection.connection.driver_connection
    if connection.dialect.name != POSTGRESQL or driver is None:
        yield was_cut
        return
    timer = Timer(seconds + GRACE, _cut, [driver.fileno(), was_cut])
    timer.daemon = True
    timer.start()
    try:
        yield was_cut
    finally:
        timer.cancel()


def _cut(number: int, was_cut: Event) -> None:
    was_cut.set()
    with socket.socket(fileno=os.dup(number)) as line:
        line.shutdown(socket.SHUT_RDWR)
