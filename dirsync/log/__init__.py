"""The log: what a run tells line by line, to whoever reads stderr, to the journal and to a file.

* `levels`: the levels, CHANGE between INFO and WARNING.
* `conceal`: secrets, taken out of a record before any sink sees it.
* `forms`: a record as text, as JSON or for the journal.
* `start`: which sinks there are, and how each writes.
* `file`: the one that is a file.
* `libraries`: what libraries say through Python's own logging, and what threads die of.

Loguru is imported where it is used, so that `dirsync --help` stays quick.
"""
