"""The emulated Crowd and Jira, for every test that needs one: `start_sandbox(seed)` gives a running sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from dirsync.sandbox.seed import Seed
from dirsync.sandbox.seed_file import parse_seed
from dirsync.sandbox.server import RunningSandbox, start

StartSandbox = Callable[[str | Seed], RunningSandbox]


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Start sandboxes from seeds (YAML, or a `Seed` where YAML would be slow to read); all stop with the test."""
    with ExitStack() as running:

        def start_one(seed: str | Seed) -> RunningSandbox:
            return running.enter_context(start(parse_seed(seed, "seed.yaml") if isinstance(seed, str) else seed))

        yield start_one
