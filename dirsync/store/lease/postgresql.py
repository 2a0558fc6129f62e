"""The lease of a store on PostgreSQL: locks of one session, which end with it (manual, 13.3.5).

Who holds one stands in the name that the session gives itself, so no row is left behind by a process that was killed.
The journal is written over the same session: what has lost the lease can note no further intent.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from dirsync.errors import DirsyncError, LeaseLost
from dirsync.store.advisory import LEASING, key_of, wait_for
from dirsync.store.lease.interface import Holder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection, Engine

SAID_BY: Final = "dirsync"
"""First word of the name of a session that holds a lease."""
_KEY: Final = key_of("'lease of ' || :place")
# no name from outside is in any of these: the place is bound
_TRY: Final = text(f"SELECT pg_try_advisory_lock({_KEY})")
_GIVE_BACK: Final = text(f"SELECT pg_advisory_unlock({_KEY})")
_GIVE_ALL_BACK: Final = text("SELECT pg_advisory_unlock_all()")
# of a key of 64 bits the view shows the halves, and 1 as objsubid (manual, 54.12)
_IS_ON: Final = f"""
    locks.locktype = 'advisory' AND locks.granted AND locks.mode = 'ExclusiveLock' AND locks.objsubid = 1
    AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (locks.classid::bigint << 32) | locks.objid::bigint = {_KEY}"""  # noqa: S608
_WHO: Final = text(f"""
    SELECT sessions.application_name, sessions.backend_start
    FROM pg_locks AS locks JOIN pg_stat_activity AS sessions USING (pid)
    WHERE {_IS_ON}""")  # noqa: S608
_HOLDS: Final = text(f"SELECT count(*) FROM pg_locks AS locks WHERE locks.pid = pg_backend_pid() AND {_IS_ON}")  # noqa: S608
# A session that waits while directories are read must not be ended for that, nor forgotten by a firewall; and one whose
# host is gone must end within two minutes. A server that does not know a setting does not end sessions by it.
_LASTING: Final = text("""
    SELECT set_config(settings.name, wanted.value, false)
    FROM (VALUES ('idle_session_timeout', '0'), ('tcp_keepalives_idle', '60'), ('tcp_keepalives_interval', '10'),
                 ('tcp_keepalives_count', '5')) AS wanted (name, value)
    JOIN pg_settings AS settings ON settings.name = wanted.name""")
_NAMED: Final = text("SELECT set_config('application_name', :name, false)")


@dataclass(frozen=True)
class SessionLease:
    """See `Lease`."""

    connection: Connection
    held: AbstractSet[str]
    elsewhere: Mapping[str, str]

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """See `Lease`."""
        with self.connection.begin():
            self._assert_held()
            yield self.connection

    def _assert_held(self) -> None:
        # SQLAlchemy makes a lost connection anew, and a pooler may hand out another session: neither has the locks
        try:
            # all are of one session, so one of them tells of all
            is_held = all(self.connection.execute(_HOLDS, {"place": one}).scalar_one() for one in sorted(self.held)[:1])
        except DirsyncError as error:
            raise self._lost(error.message) from None
        if not is_held:
            raise self._lost("The database answered in another session.")

    def _lost(self, why: str) -> LeaseLost:
        return LeaseLost(
            f"The lease of {', '.join(sorted(self.held))} was lost during the run; another run may have it now. {why}",
            "No change was begun since. See why the database ended the session, then run the same command again: what"
            " was under way is settled first.",
        )


@contextmanager
def session_lease(
    engine: Engine, _folder: Path, wanted: Sequence[Collection[str]], holder: Holder
) -> Iterator[SessionLease]:
    """Hold each of the groups that nobody else holds a part of; `elsewhere` tells of the others."""
    with engine.connect() as connection:
        # never back into the pool: the session ends with the lease, and with the session every lock of it
        connection.detach()
        with connection.begin():
            connection.execute(_LASTING)
            connection.execute(_NAMED, {"name": _name(holder)})
            # one takes at a time: a group of which two had a part each would be nobody's
            wait_for(connection, LEASING)
            held: set[str] = set()
            elsewhere: dict[str, str] = {}
            for places in wanted:
                if taken := _taken(connection, places):
                    elsewhere |= taken
                else:
                    held |= {*places}
        try:
            yield SessionLease(connection, held, elsewhere)
        finally:
            # the server ends a session some time after it was left; whoever comes next must not meet its locks
            with suppress(DirsyncError, SQLAlchemyError):
                connection.rollback()
                connection.execute(_GIVE_ALL_BACK)


def _taken(connection: Connection, places: Collection[str]) -> dict[str, str]:
    """Take all of them, or none and return which of them another session has."""
    got = [place for place in places if connection.execute(_TRY, {"place": place}).scalar_one()]
    if len(got) == len(places):
        return {}
    for place in got:
        connection.execute(_GIVE_BACK, {"place": place})
    return {place: _who(connection, place) for place in places if place not in got}


def _who(connection: Connection, place: str) -> str:
    row = connection.execute(_WHO, {"place": place}).one_or_none()
    # it may have ended since; and not every account is told since when another account's session is there
    return _read(row.application_name or "", row.backend_start) if row else ""


def _name(holder: Holder) -> str:
    # a name has 63 bytes at most (manual, 20.8.1), so what may be long comes last; `dirsync undo` takes a run's end too
    return f"{SAID_BY} {holder.pid} {holder.run.rpartition('-')[2]} {holder.host}"


def _read(name: str, begun: datetime | None) -> str:
    """Return who a session says it is; an empty string where it says something else."""
    match name.split():
        case [said_by, pid, run, host] if said_by == SAID_BY and pid.isdigit():
            since = begun.astimezone(UTC).isoformat(timespec="seconds") if begun else ""
            return str(Holder(host, int(pid), run, since))
        case _:
            return ""
