"""Who has become another since an earlier read, and who needed nothing then: for a plan that looks at nobody else."""

from __future__ import annotations

import json
import math
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Final

from dirsync.model.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Collection

    from dirsync.model.snapshot import Completeness
    from dirsync.store.spool.file import SpoolFile

MOST_NOTED: Final = 50_000
"""People beyond whom nothing is known of earlier states: to look them up one by one is no quicker than to read all."""


class Since:
    """See `Continuity`; answers for one kept file, of which it keeps `states`, `renewed`, `rest` and `restless`."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file

    def note_renewed(self) -> None:
        """Note whom a read concerns (`concerned`) as others from the state on that is to begin."""
        if self._file.number("SELECT (SELECT COUNT(*) FROM concerned) + COUNT(*) FROM renewed") > MOST_NOTED:
            self._file.run("DELETE FROM renewed")
            self._file.run("DELETE FROM states")
        else:
            self._file.run(f"INSERT OR REPLACE INTO renewed SELECT id, {_NEXT} FROM concerned")

    def begin(self, completeness: Completeness) -> None:
        """Begin the state that a read has led to."""
        read_at = datetime.fromisoformat(completeness.read_at).timestamp() if completeness.read_at else -math.inf
        self._file.run(f"INSERT INTO states VALUES ({_NEXT}, ?, ?)", (secrets.token_hex(16), read_at))

    @property
    def state(self) -> str:
        """See `Continuity`."""
        return str(next(self._file.rows("SELECT name FROM states ORDER BY number DESC LIMIT 1"))[0])

    def changed_since(self, state: str) -> Collection[str] | None:
        """See `Continuity`."""
        found = self._file.run("SELECT number FROM states WHERE name = ?", (state,)).fetchone()
        if found is None:
            return None
        changed = f"SELECT id FROM renewed WHERE state > ?1 UNION SELECT id FROM users WHERE {_EXPIRED}"
        return frozenset(str(one) for (one,) in self._file.rows(changed, found))

    @property
    def rest(self) -> Rest | None:
        """See `Continuity`."""
        found = self._file.run("SELECT about FROM rest").fetchone()
        if found is None:
            return None
        restless: dict[str, list[str]] = {}
        for source, one in self._file.rows("SELECT source, id FROM restless"):
            restless.setdefault(str(source), []).append(str(one))
        about = json.loads(found[0])
        return Rest(about["ground"], about["states"], about["links"], restless)

    def note_rest(self, rest: Rest | None) -> None:
        """See `Continuity`."""
        self._file.run("DELETE FROM rest")
        self._file.run("DELETE FROM restless")
        if rest:
            those = ((source, one) for source, ids in rest.restless.items() for one in ids)
            self._file.run_each("INSERT OR IGNORE INTO restless VALUES (?, ?)", those)
            # at last: where the disk is full before this, nothing is known of anybody
            about = {"ground": rest.ground, "states": dict(rest.states), "links": dict(rest.links)}
            self._file.run("INSERT INTO rest VALUES (?)", (json.dumps(about),))


_NEXT = "(SELECT COALESCE(MAX(number), 0) + 1 FROM states)"
_EXPIRED = """expires > (SELECT MIN(read_at) FROM states WHERE number >= ?1)
    AND expires <= (SELECT MAX(read_at) FROM states WHERE number >= ?1)"""
"""Whoever was active at one time and no longer at the other, though nothing was read of them; clocks may go back."""
