"""What tests/unit/store/test_maker.py says of a store, on PostgreSQL."""

from unit.store.test_maker import *  # noqa: F403 - the same tests
