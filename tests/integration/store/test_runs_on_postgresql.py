"""What tests/unit/store/test_runs_and_lock.py says of a store, on PostgreSQL."""

from unit.store.test_runs_and_lock import *  # noqa: F403 - the same tests
