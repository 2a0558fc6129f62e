"""What stands in the queue, when it is tried again, and the exit code of the whole."""

from __future__ import annotations

import json
from itertools import product

import pytest

from dirsync.errors import ExitCode
from dirsync.operations.workers.status import Status, Task, status_text
from dirsync.operations.workers.work import LOST, MOST_LOST, Work, is_worn_out, wait_after, whole_exit_code, work_of

WORK = Work("20261123T021500Z-0a0b0c", "2026-11-23T02:15:00+00:00", "host", "0123456789abcdef", ("a", "b"), "new:low")


def waits(code: int) -> list[float]:
    """Return every wait of a task that always ends so."""
    before: list[int] = []
    found: list[float] = []
    while (seconds := wait_after(code, before)) is not None:
        found.append(seconds)
        before.append(code)
        assert len(before) < 1000, "it would go on for ever"
    return found


def test_what_is_kept_is_what_was_meant_and_nothing_else() -> None:
    kept = json.loads(json.dumps(WORK.arguments()))
    assert work_of(kept) == WORK
    assert set(kept) == {"enqueueing", "at", "host", "digest", "mappings", "fail_on"}


def test_a_held_lease_is_waited_for_with_growing_waits_for_an_hour_and_a_half() -> None:
    found = waits(ExitCode.LOCKED)
    assert found[:7] == [5, 10, 20, 40, 80, 160, 300]
    assert set(found[6:]) == {300}
    assert 5400 < sum(found) < 6000


def test_wrong_settings_have_the_time_of_a_deployment_and_accidents_three_more_tries() -> None:
    assert 1100 < sum(waits(ExitCode.INVALID)) < 1800
    assert waits(ExitCode.UNEXPECTED) == waits(ExitCode.INTERRUPTED) == [10, 30, 90]
    assert wait_after(1, [1, 130, 1]) is None, "both are accidents"
    assert wait_after(75, [1, 130, 1, 2]) == 5, "and no reason not to wait for another run"


@pytest.mark.parametrize("code", [0, 3, 4, 5, 10, 11, 12])
def test_what_a_run_has_told_is_not_tried_again(code: int) -> None:
    assert wait_after(code, []) is None


def test_no_more_than_ten_workers_die_of_one_task() -> None:
    assert not is_worn_out([LOST] * (MOST_LOST - 1) + [75, 1])
    assert is_worn_out([LOST] * MOST_LOST)


@pytest.mark.parametrize(
    ("groups", "audit", "whole"),
    [
        ([0, 0], 0, 0),
        ([10, 12, 11], 0, 0),
        ([0, 0], 12, 12),
        ([12, 10], 12, 12),
        ([12], 10, 10),
        ([4, 3, 5], 10, 5),
        ([4, 3], 3, 3),
        ([0, 4], 10, 4),
        ([0, 75], 10, 75),
        ([2, 5], 0, 2),
        ([1, 2], 0, 1),
        ([0], 1, 1),
        ([130, 75], 0, 130),
    ],
)
def test_the_whole_is_as_bad_as_the_worst_and_findings_are_judged_by_the_audit(
    groups: list[int], audit: int, whole: int
) -> None:
    assert whole_exit_code(groups, audit) == whole


def test_the_whole_is_good_only_if_everything_is() -> None:
    of_findings = {10, 11, 12}
    for group, audit in product(map(int, ExitCode), repeat=2):
        if audit != ExitCode.CHANGES_PENDING:  # which no audit ends with
            is_good = (group == 0 or group in of_findings) and audit == 0
            assert (whole_exit_code([group, 0], audit) == 0) is is_good, (group, audit)


def task(state: str, code: int | None, *, is_audit: bool = False, tries: int = 1) -> Task:
    run, host = ("20261123T021503Z-aabbcc", "host-7") if tries else ("", "")
    return Task(WORK, is_audit, state, tries, code, run, host, "", "", "", "2026-11-23T02:20:00+00:00" * (tries > 1))


@pytest.mark.parametrize(
    ("group", "audit", "whole"),
    [
        (task("waiting", 75, tries=2), task("waiting", None, is_audit=True, tries=0), None),
        (task("stalled", None), task("waiting", None, is_audit=True, tries=0), None),
        (task("ended", 0), task("under way", None, is_audit=True), None),
        (task("ended", 3), task("ended", 12, is_audit=True), 3),
        (task("failed", None), task("ended", 0, is_audit=True), 1),
        (task("cancelled", None), task("ended", 0, is_audit=True), 130),
        (task("ended", None), task("ended", 0, is_audit=True), 1),
    ],
)
def test_the_exit_code_is_known_when_everything_has_ended(group: Task, audit: Task, whole: int | None) -> None:
    status = Status(1, (group, audit))
    assert status.exit_code == status.document()["exit_code"] == whole


def test_the_status_is_told_as_an_admin_reads_it() -> None:
    waiting = Status(0, (task("waiting", 75, tries=2), task("waiting", None, is_audit=True, tries=0)))
    assert status_text(waiting) == (
        "0 workers are alive. Enqueued 2026-11-23T02:15:00+00:00 by host: not ended.\n"
        "  a, b: waiting, exit code 75, run 20261123T021503Z-aabbcc on host-7, 2 tries,"
        " next at 2026-11-23T02:20:00+00:00\n"
        "  audit of a, b: waiting\n"
        "Nobody works: start 'dirsync worker' on a host that has the settings and mappings."
    )
    ended = Status(1, (task("ended", 0), task("ended", 10, is_audit=True)))
    assert status_text(ended).splitlines()[0] == (
        "1 worker is alive. Enqueued 2026-11-23T02:15:00+00:00 by host: exit code 10 ('dirsync explain exit-10')."
    )
    assert status_text(ended).splitlines()[1].endswith("ended, exit code 0, run 20261123T021503Z-aabbcc on host-7")
    assert status_text(Status(2)).endswith("Nothing has been enqueued; 'dirsync sync --enqueue' does.")
