"""What a run is asked to do: everything it needs from outside, handed in once."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003 - the default of a field is called
from dataclasses import dataclass, field
from datetime import UTC, datetime
from socket import gethostname
from typing import TYPE_CHECKING

from dirsync.model.findings import Severity
from dirsync.plan.guards.interface import Allowances

if TYPE_CHECKING:
    from dirsync.directories.interface import Progress
    from dirsync.mapping.policy import Policy
    from dirsync.model.run import Mode
    from dirsync.plan.saved import SavedPlan
    from dirsync.settings.models import Settings
    from dirsync.store.store import Store


def utc_now() -> datetime:
    """Return the current time, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FailOn:
    """From which severity on a failing finding makes the exit code 10, and whether only new ones do."""

    severity: Severity = Severity.HIGH
    only_new: bool = False


@dataclass
class StopRequest:
    """Set when somebody asks the run to stop; apply then ends between two Changes."""

    is_set: bool = False
    is_deferred: bool = False
    """True while apply is under way: the request waits for the Change in flight."""


@dataclass(frozen=True)
class Job:
    """One run to be. `reviewed` is the plan file of `dirsync apply`; `checks_for_changes` is `plan --check`."""

    mode: Mode
    settings: Settings
    policy: Policy
    store: Store
    progress: Progress
    allowances: Allowances = field(default_factory=Allowances)
    fail_on: FailOn = field(default_factory=FailOn)
    reviewed: SavedPlan | None = None
    checks_for_changes: bool = False
    undoes: str = ""
    """Id of the run that `dirsync undo` takes back."""
    run: str = ""
    """Its id, where that is given before it begins, so that every line of the log can bear it."""
    leftover: tuple[str, ...] = ()
    """In sentences, what another run does meanwhile and this one leaves to it."""
    stop: StopRequest = field(default_factory=StopRequest)
    clock: Callable[[], datetime] = utc_now
    host: str = field(default_factory=gethostname)
