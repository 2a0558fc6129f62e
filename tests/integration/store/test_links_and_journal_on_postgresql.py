"""What tests/unit/store/test_links_and_journal.py says of a store, on PostgreSQL."""

from unit.store.test_links_and_journal import *  # noqa: F403 - the same tests
