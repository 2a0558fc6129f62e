"""What stands in the queue, when it is tried again, and which exit code the whole has. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dirsync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

QUEUE: Final = "dirsync"
SYNC: Final = "dirsync.sync"
AUDIT: Final = "dirsync.audit"
"""The last task of an enqueueing: it waits for the others, and its report tells of all mappings."""
LOST: Final = -1
"""Of a try that nobody ended: its worker is gone."""
MOST_LOST: Final = 10
"""So many workers may die of one task."""


@dataclass(frozen=True, slots=True)
class Work:
    """One task as it stands in the queue: names and a digest, never a setting or a secret."""

    enqueueing: str
    """Id of what was enqueued together; also of nothing else."""
    at: str
    """When, in ISO 8601."""
    host: str
    """From where."""
    digest: str
    """Of the mapping files there; a worker whose own differ leaves the task alone."""
    mappings: tuple[str, ...]
    """The group; of the audit the Mappings that were asked for, none when all are."""
    fail_on: str

    def arguments(self) -> dict[str, Any]:
        """Return it as the queue keeps it."""
        return {
            "enqueueing": self.enqueueing,
            "at": self.at,
            "host": self.host,
            "digest": self.digest,
            "mappings": list(self.mappings),
            "fail_on": self.fail_on,
        }


def work_of(arguments: Mapping[str, Any]) -> Work:
    """Return what the queue keeps as what it is."""
    return Work(**{**arguments, "mappings": tuple(arguments["mappings"])})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often something is tried again: after `first` seconds, then after `growth` times as long, up to `longest`."""

    times: int
    first: float
    growth: float = 2
    longest: float = 300

    def wait(self, number: int) -> float | None:
        """Return the seconds after the n-th time (from 1); None when it was the last."""
        return min(self.first * self.growth ** (number - 1), self.longest) if number <= self.times else None


ELSEWHERE: Final = Patience(times=24, first=5)
"""Another run holds what is needed (75): an hour and a half, longer than a night's work should take."""
WRONG_HERE: Final = Patience(times=10, first=5)
"""Settings or mappings of this worker are wrong or others (2): twenty minutes, as long as a deployment may take."""
BROKEN: Final = Patience(times=3, first=10, growth=3)
"""Killed, or an error nobody expected (1): the journal settles it, but not for ever."""
PATIENCE: Final[Mapping[int, Patience]] = {
    ExitCode.LOCKED: ELSEWHERE,
    ExitCode.INVALID: WRONG_HERE,
    ExitCode.UNEXPECTED: BROKEN,
    ExitCode.INTERRUPTED: BROKEN,
}
"""All other exit codes end a task: their run has told what there is to tell."""


def wait_after(code: int, before: Sequence[int]) -> float | None:
    """Return in how many seconds a task is tried again that ended so, after tries that ended so; None: it has ended."""
    patience = PATIENCE.get(code)
    if patience is None:
        return None
    alike = sum(PATIENCE.get(one) is patience for one in before)
    return patience.wait(alike + 1)


def is_worn_out(before: Sequence[int]) -> bool:
    """Say whether a task has cost so many workers their life that no further one shall take it."""
    return sum(one == LOST for one in before) >= MOST_LOST


WORST_FIRST: Final = (
    ExitCode.UNEXPECTED,
    ExitCode.INVALID,
    ExitCode.CHANGES_FAILED,
    ExitCode.UNREADABLE,
    ExitCode.REFUSED,
    ExitCode.INTERRUPTED,
    ExitCode.LOCKED,
    ExitCode.FINDINGS,
    ExitCode.UNDECIDED,
)
OF_FINDINGS: Final = frozenset({ExitCode.FINDINGS, ExitCode.CHANGES_PENDING, ExitCode.UNDECIDED})
"""A group sees its part of the estate only: what is found there the audit of the whole says better."""


def whole_exit_code(groups: Iterable[int], audit: int) -> int:
    """Return the one exit code of an enqueueing whose tasks ended so."""
    codes = {audit, *groups} - (OF_FINDINGS - {audit})
    return next((int(code) for code in WORST_FIRST if code in codes), int(ExitCode.DONE))
