"""What every check of the doctor is, what it may look at, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from dirsync.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from dirsync.errors import Mistake
    from dirsync.mapping.policy import Policy
    from dirsync.settings.gather import Gathered
    from dirsync.settings.models import Settings

SOON_DAYS = 30
"""What ends within so many days (a certificate, a waiver, a declaration) is worth a warning."""


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    """Works, or can't be said here; somebody should look. Never changes the exit code."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of the doctor's answer; everything but OK carries a remedy."""

    state: State
    subject: str
    """What it is about: a file, a Directory, a variable."""
    message: str
    remedy: str = ""


def ok(subject: str, message: str) -> Remark:
    """Say that all is well."""
    return Remark(State.OK, subject, message)


def warn(subject: str, message: str, remedy: str) -> Remark:
    """Say that somebody should look."""
    return Remark(State.WARN, subject, message, remedy)


def fail(subject: str, message: str, remedy: str) -> Remark:
    """Say that this must be mended."""
    return Remark(State.FAIL, subject, message, remedy)


@dataclass(frozen=True)
class Surroundings:
    """Everything the checks may look at, loaded once. What could not be loaded is left out, and its mistakes told."""

    env_file: Path
    mappings: Path
    is_offline: bool
    gathered: Gathered = field(repr=False)
    secrets_elsewhere: Mapping[str, str]
    """Secrets that are not on this machine, by name without prefix, each with why; only offline."""
    settings: Settings
    """Without the connections that hold a mistake."""
    settings_mistakes: tuple[Mistake, ...]
    policy: Policy | None
    policy_mistakes: tuple[Mistake, ...]
    kinds: Mapping[str, str]
    """Directory key to kind, as far as that can be told."""
    now: Callable[[], datetime]
    is_interactive: bool = False
    """Somebody sits in front of it, so the environment is that of the shell they work in."""

    def connections(self) -> Iterator[tuple[str, Any]]:
        """Yield every connection of the settings with its name: the Directories, `jira` and `crowd_admin`."""
        yield from sorted(self.settings.directories.items())
        if self.settings.jira:
            yield "jira", self.settings.jira
        if self.settings.crowd_admin:
            yield "crowd_admin", self.settings.crowd_admin


@dataclass(frozen=True, slots=True)
class Check:
    """One row of CHECKS. `examine` yields Remarks; what it raises becomes one, and the next check is done."""

    name: str
    """One word or two: the first column of the answer."""
    examine: Callable[..., Iterator[Remark]]
    """Called with the Surroundings; with a connection's name and settings before them where `of` names a kind."""
    exit_code: ExitCode = ExitCode.INVALID
    """What a FAIL of it makes the exit code."""
    of: type | None = None
    """Settings of this type: the check is done once for each such connection, and only without `--offline`."""
