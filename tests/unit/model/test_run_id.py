"""The id of a run tells when it began."""

from __future__ import annotations

from datetime import UTC, datetime

from dirsync.model.run_id import began, new_run_id


def test_an_id_tells_the_second_in_which_its_run_began() -> None:
    at = datetime(2026, 11, 23, 2, 15, 1, 999, tzinfo=UTC)
    run_id = new_run_id(at, bytes([1, 2, 255]))
    assert run_id == "20261123T021501Z-0102ff"
    assert began(run_id) == at.replace(microsecond=0)


def test_an_id_of_another_make_tells_nothing() -> None:
    assert began("r1") is None
    assert began("") is None
