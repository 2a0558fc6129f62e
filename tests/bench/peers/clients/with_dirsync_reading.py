"""dirsync's reading alone: people, groups and memberships into a Snapshot, which exists only when all was read."""

from pathlib import Path
from tempfile import TemporaryDirectory

from about import BASE, DN, GROUPS, PASSWORD, PEOPLE, URL, tell

from dirsync.directories.interface import Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.model.snapshot import LastRead
from dirsync.store.spool import SqliteSpool

del BASE
asked = Selection("bench", (PEOPLE,), group_bases=(GROUPS,))
with TemporaryDirectory() as folder:
    spool = SqliteSpool("bench", Path(folder) / "spool")
    snapshot = LdapDirectory(LdapConnection("bench", URL, DN, PASSWORD), [asked]).read(LastRead(), spool)
    counted, completeness = snapshot.counts(), snapshot.completeness
    snapshot.close()
assert completeness.is_complete, completeness.reason
tell(counted.users, counted.memberships)
