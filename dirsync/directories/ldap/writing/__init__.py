"""Writing to LDAP: Changes become requests, which are sent to a server or written to a file of change records.

`layout` says where accounts are made; `accounts`, `groups` and `switching` are pure and give `requests`; a `Tree` is
what they are about: `server` sends them, `dirsync.directories.ldif_changes` writes them down.
"""
