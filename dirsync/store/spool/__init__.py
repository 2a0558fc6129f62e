"""Spools in SQLite files: a Snapshot of any size in constant memory, which the next read may build on.

`spool` takes the records and `parts` knows which of them belong together; `settle` works out what follows from them
(entries met twice, shared ids, exceptions, sizes of groups), for what was touched only; `snapshot` answers. `file` is
the one place that talks to SQLite, `kept` finds the file of the last read and puts the new one in its place.
"""

from dirsync.store.spool.spool import BATCH, SqliteSpool

__all__ = ["BATCH", "SqliteSpool"]
