"""What was deleted: Active Directory keeps it, hidden, for some months, and shows it to whoever may list it.

By default those are the administrators (https://learn.microsoft.com/troubleshoot/windows-server/active-directory/
non-administrators-view-deleted-object-container). To everybody else the answer is success with nothing in it, the same
as where nothing was deleted: so it counts only while somebody deleted is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.directories.ldap.changes.inquiry import WholeNeeded, question
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.text_forms import text_of

if TYPE_CHECKING:
    from dirsync.directories.ldap.changes.inquiry import Inquiry
    from dirsync.directories.ldap.dialects.interface import RootDse

SHOW_RECYCLED, SHOW_DELETED = "1.2.840.113556.1.4.2064", "1.2.840.113556.1.4.417"
"""With the recycle bin on, the second leaves out what was emptied out of it ([MS-ADTS] 3.1.1.3.4.1.14 and .15)."""
LEAST_LIFETIME = 36 * 60 * 60
"""Seconds for which a deletion can be relied upon to be shown: two days are the least that tombstoneLifetime may be."""
_DELETED_OBJECTS = "18E2EA80684F11D2B9AA00C04F79F805"
"""GUID_DELETED_OBJECTS_CONTAINER_W: finds the container whatever it is called ([MS-ADTS] 6.1.1.4)."""
_MARK = "\\0ADEL:"
"""Stands in the name of everything deleted ([MS-ADTS] 3.1.1.5.5); the container itself is marked as deleted too."""
_ID, _NUMBER = "objectGUID", "uSNChanged"
# computers are deleted every day, and an account may see those although it does not see people
_PEOPLE = "(&(isDeleted=TRUE)(objectClass=user)(!(objectClass=computer)))"


class Tombstones:
    """What was deleted from one naming context. Every method raises EndedEarly."""

    def __init__(self, inquiry: Inquiry, root: RootDse, context: str) -> None:
        self._inquiry = inquiry
        self._context = context
        self._control = next((oid for oid in (SHOW_RECYCLED, SHOW_DELETED) if oid in root.controls), "")

    def are_shown(self) -> bool:
        """Say whether the account is shown anybody who was deleted, and when."""
        if not self._control:
            return False
        container = f"<WKGUID={_DELETED_OBJECTS},{self._context}>"
        found = self._inquiry.first_with(question(container, _PEOPLE, _ID, _NUMBER), self._control)
        return found is not None and all(found.values(name) for name in (_ID, _NUMBER))

    def since(self, number: int) -> set[str]:
        """Return the ids of what was deleted after a change. Raises WholeNeeded too."""
        asked = question(self._context, f"(&(isDeleted=TRUE)({_NUMBER}>={number + 1}))", _ID)
        found = set[str]()
        for entry in self._inquiry.entries_with(asked, self._control):
            if _MARK in entry.dn:
                ids = entry.values(_ID) if isinstance(entry, Entry) else ()
                if not ids:
                    raise WholeNeeded(f"{entry.dn!r}, which was deleted, does not show its {_ID}")
                found.add(text_of(_ID, ids[0]))
        return found

    @property
    def remedy(self) -> str:
        """What an admin does so that deletions are shown."""
        return (
            f"give {self._inquiry.account} List Contents and Read Property on the container Deleted Objects of "
            f"{self._context} (dsacls, LCRP)"
        )
