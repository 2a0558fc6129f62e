"""An LDAP server as a Target: single changes to single entries, below the bases that the mappings name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, failed
from dirsync.apply.targets.ldap_operations import operations
from dirsync.apply.targets.ldap_people import NotTheOne
from dirsync.directories.ldap.page_loop import LineBroken
from dirsync.directories.ldap.writing.server import ServerTree
from dirsync.directories.ldap.writing.tree import LookFailed
from dirsync.errors import Unreachable
from dirsync.http import utc_now
from dirsync.model.plans import Change, Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.address import LdapConnection
    from dirsync.directories.ldap.writing.layout import Layout

_TRIES = 2


class LdapTarget:
    """Implements `dirsync.model.plans.Target`. Not for several threads at once.

    `selection` is what the plan was made from: the same bases, filters and attributes. `layouts` is per Mapping by
    name. Before an existing account is touched, it is looked for by the Change's `user_id`, and must still bear its
    name. `carry_out` raises what `connected` raises when the server can't be reached, and `Unreachable` when the line
    broke twice over one Change.
    """

    def __init__(
        self,
        connection: LdapConnection,
        selection: Selection,
        layouts: Mapping[str, Layout],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.directory = connection.name
        self._who = connection.who
        self._tree = ServerTree(connection, selection)
        self._clock = clock
        self._carries_out = operations(self._tree, layouts)

    def close(self) -> None:
        """Close the connection to the server."""
        self._tree.close()

    def carry_out(self, change: Change) -> Outcome:
        """See `Target`."""
        ending = self._ending(change)
        at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        return Outcome(change.id, ending.result, ending.message, at, ending.target_id)

    def _ending(self, change: Change) -> Ending:
        """Carry out a Change; where the line breaks, what is so now is looked at before it is sent again."""
        broken = ""
        sent_before = self._tree.writes
        for _ in range(_TRIES):
            try:
                if not self._tree.is_open:
                    self._tree.open()
                ending = self._carries_out[change.op](change)
            except LineBroken as error:
                broken = str(error)
                self._tree.close()
            except NotTheOne as wrong:
                return wrong.ending
            except LookFailed as error:
                return failed(str(error))
            else:
                may_have_acted = bool(broken) and self._tree.writes > sent_before
                return _acted(ending) if may_have_acted else ending
        raise Unreachable(
            f"{self._who}: the line broke twice over one change: {broken}.",
            "The next run looks what became of it. Check the server's log and the line to it.",
        )


def _acted(ending: Ending) -> Ending:
    """Turn "it was already so" into "done" where our own request, whose answer was lost, is the likeliest reason."""
    if ending.result is not Result.ALREADY_SO:
        return ending
    return replace(ending, result=Result.DONE, message="the answer was lost, but the server shows that it was done")
