"""Connections and secrets, from the environment, `dirsync.env` and secret files. Policy belongs to mappings.

Every name starts with `DIRSYNC_` and nests with `__`. A name that means nothing is an error wherever it stands,
so that a typing mistake can't silently turn a protection off.
"""
