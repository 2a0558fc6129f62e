"""What tests/unit/store/test_images.py says of a store, on PostgreSQL."""

from unit.store.test_images import *  # noqa: F403 - the same tests
