"""Everything that can go wrong, as a tree. Each error knows its exit code and the admin's next step.

DirsyncError                      1   unexpected
├── ConfigurationInvalid          2   settings, mappings, estate: all mistakes at once
├── UsageInvalid                  2   arguments that can't be followed
├── DirectoryUnreadable           3   nothing, or not everything, could be read
│   ├── Unreachable                   no connection, TLS refused, time-out
│   ├── CredentialsRefused            the server does not know us
│   ├── RightsMissing                 the server knows us and won't answer
│   ├── NotThatProduct                something answered, but not what the settings name
│   ├── AnswerMalformed               the answer can't be what the server meant
│   └── ReadIncomplete                the answer ended early
├── PlanRefused                   4   a guard, or a plan file that is not today's plan
├── ChangeRejected                5   the target said no to one Change
├── LeaseLost                     1   the database ended the session that kept other runs away
├── LockHeld                     75   another run is under way
└── Interrupted                 130   stopped on request; the journal is consistent
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ExitCode(IntEnum):
    """What a caller may script against (README, "Exit codes")."""

    DONE = 0
    UNEXPECTED = 1
    INVALID = 2
    UNREADABLE = 3
    REFUSED = 4
    CHANGES_FAILED = 5
    FINDINGS = 10
    CHANGES_PENDING = 11
    UNDECIDED = 12
    LOCKED = 75
    INTERRUPTED = 130


class DirsyncError(Exception):
    """An error an admin can read: `message` says what happened to whom, `remedy` the next step."""

    exit_code: ClassVar[ExitCode] = ExitCode.UNEXPECTED

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Message and remedy as one paragraph."""
        return f"{self.message} {self.remedy}".strip()


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in something the admin wrote; `where` is `file:line:column` or a variable's name."""

    where: str
    what: str

    def __str__(self) -> str:
        """One line, the way compilers print it, so that editors can jump to it."""
        return f"{self.where}: {self.what}"


def _reading_order(mistake: Mistake) -> tuple[object, ...]:
    """Order mistakes as one reads the files: line 2 before line 10."""
    file, *numbers = mistake.where.split(":")
    return file, [int(number) if number.isdecimal() else 0 for number in numbers], mistake.where, mistake.what


class ConfigurationInvalid(DirsyncError):
    """The settings or the files in the mappings folder can't be used; carries every mistake found."""

    exit_code = ExitCode.INVALID

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes), key=_reading_order))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class UsageInvalid(DirsyncError):
    """The command line asks for something that can't be done."""

    exit_code = ExitCode.INVALID


class DirectoryUnreadable(DirsyncError):
    """A Directory or a product could not be read, or not whole. No target it feeds is written to."""

    exit_code = ExitCode.UNREADABLE


class Unreachable(DirectoryUnreadable):
    """No usable connection: name, port, TLS, time-out, or the line broke."""


class CredentialsRefused(DirectoryUnreadable):
    """The server refused the name or the password."""


class RightsMissing(DirectoryUnreadable):
    """The server knows the caller and refuses this question."""


class NotThatProduct(DirectoryUnreadable):
    """Something answered that is not the product the settings promise: a proxy, a login page, another URL."""


class AnswerMalformed(DirectoryUnreadable):
    """The answer is broken: cut off, not parseable, or forbidden content such as a DTD."""


class ReadIncomplete(DirectoryUnreadable):
    """The answer ended before the directory did: size limit, time limit, referral, lost cookie."""


class PlanRefused(DirsyncError):
    """The plan may not be applied; nothing was changed."""

    exit_code = ExitCode.REFUSED


class ChangeRejected(DirsyncError):
    """The target refused one Change, or can't be asked any more."""

    exit_code = ExitCode.CHANGES_FAILED


class LockHeld(DirsyncError):
    """Another run works on the same store."""

    exit_code = ExitCode.LOCKED


class LeaseLost(DirsyncError):
    """The session that held the lease ended during the run, so another run may write into the same places."""


class Interrupted(DirsyncError):
    """The run was asked to stop and did so between two Changes."""

    exit_code = ExitCode.INTERRUPTED
