import re

import pytest
from loguru import logger

from dirsync.log.phases import phase

TOLD = r"phase read: \d+\.\d{3} s, \d+\.\d{3} s of CPU, at most (\d+) MiB so far"


def test_a_part_of_a_run_tells_time_and_memory_also_when_it_fails() -> None:
    told: list[str] = []
    sink = logger.add(told.append, format="{level} {message}", level="DEBUG")
    try:
        with phase("read"):
            assert told == []
        with pytest.raises(ZeroDivisionError), phase("read"):
            raise ZeroDivisionError
    finally:
        logger.remove(sink)
    assert len(told) == 2
    for line in told:
        found = re.fullmatch(f"DEBUG {TOLD}\n", line)
        assert found
        assert 5 < int(found[1]) < 5000, "MiB, whatever the system counts in"
