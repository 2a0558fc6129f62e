"""What every channel is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.operations.telling.digest import Digest
    from dirsync.settings.unattended import Unattended


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that begins."""

    run: str
    mode: str


class Channel(Protocol):
    """One way of telling. Both methods raise `DirsyncError` for what goes wrong; none of it matters to the run."""

    def begin(self, begun: Begun) -> None:
        """Tell that a run begins."""

    def end(self, digest: Digest) -> None:
        """Tell how it went."""


@dataclass(frozen=True, slots=True)
class Way:
    """One row of CHANNELS."""

    name: str
    """What warnings and the doctor call it."""
    setting: str
    """The setting that asks for it."""
    open: Callable[[Unattended], Channel | None]
    """Return the channel, or None where the settings don't ask for it."""
