"""How long each part of a run takes and how much memory there was by then, for `--verbose` and the log file."""

from __future__ import annotations

import resource
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from loguru import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTES_PER_UNIT: Final = 1 if sys.platform == "darwin" else 1024
"""Of `ru_maxrss`, which Linux gives in KiB and macOS in bytes (getrusage(2) of each)."""


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Tell at level DEBUG how long the block took; also of one that ends in an error."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_UNIT / (1 << 20)
        spent = time.perf_counter() - wall, time.process_time() - cpu
        logger.debug("phase {}: {:.3f} s, {:.3f} s of CPU, at most {:.0f} MiB so far", name, *spent, peak)
