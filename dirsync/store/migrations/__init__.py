"""How the tables of a store came to be what they are: a step from each version to the next, and back.

* `versions`: the steps, one file each, as alembic takes them. A step names tables and columns itself instead of
  importing them: it must go on meaning what it meant when they change again.
* `env`: what alembic runs; it is handed an open transaction.
* `moving`: takes a store from one version to another, whole or not at all.

Only these import alembic, and only when a store is not of today's version: each start would take twice as long.
"""

OLDEST = 1
"""The first version of a store that there was."""
