"""The one place where a run begins and ends: every channel is told, and none of them can hurt the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Final

from loguru import logger

from dirsync.errors import DirsyncError
from dirsync.operations.telling.channels import CHANNELS
from dirsync.operations.telling.digest import Digest
from dirsync.operations.telling.interface import Begun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from dirsync.operations.telling.interface import Channel, Way
    from dirsync.settings.unattended import Unattended


BEGINNING_SECONDS: Final = 30.0
ENDING_SECONDS: Final = 120.0
"""So long a run waits for one channel. Time-outs of sockets begin anew with each byte that comes, so whoever sends one
now and then could hold up a night's job for ever."""


def utc_now() -> datetime:
    """Return the current time, with its zone."""
    return datetime.now(UTC)


@dataclass
class Telling:
    """Tells of one run. `now`, and the seconds that one channel may take, are there for tests."""

    run: str
    mode: str
    settings: Unattended
    conceal: Callable[[str], str] = str
    """Takes secrets out of what is told."""
    ways: tuple[Way, ...] = CHANNELS
    now: Callable[[], datetime] = utc_now
    beginning_seconds: float = BEGINNING_SECONDS
    ending_seconds: float = ENDING_SECONDS
    _open: list[tuple[Way, Channel]] = field(default_factory=list)
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Open the channels that the settings ask for; nobody is told yet."""
        self._began = self.now()
        opened = ((way, self._tried(way, partial(way.open, self.settings))) for way in self.ways)
        self._open = [(way, channel) for way, channel in opened if channel is not None]

    def begin(self) -> None:
        """Tell each channel that the run begins."""
        logger.info("{} begins", self.mode)
        for way, channel in self._open:
            self._told(way, partial(channel.begin, Begun(self.run, self.mode)), self.beginning_seconds)

    def end(self, exit_code: int, report: Mapping[str, Any] | None, error: str = "") -> None:
        """Tell each channel how the run went. A second Ctrl-C leaves out the rest of them."""
        seconds = (self.now() - self._began).total_seconds()
        digest = Digest(self.run, self.mode, self._began.isoformat(), seconds, exit_code, report, error, self.conceal)
        logger.info("{} ended: exit code {} after {:.1f} s", self.mode, exit_code, seconds)
        try:
            for way, channel in self._open:
                self._told(way, partial(channel.end, digest), self.ending_seconds)
        except KeyboardInterrupt:
            logger.warning("interrupted, so not everybody was told how the run went")

    def _told(self, way: Way, does: Callable[[], None], seconds: float) -> None:
        """Do it in a thread of its own, and leave it behind when its time is up: it ends with the process."""
        telling = Thread(target=self._tried, args=(way, does), name=f"telling: {way.name}", daemon=True)
        telling.start()
        telling.join(seconds)
        if telling.is_alive():
            logger.warning(
                "{} was not done after {:g} s and is not waited for any longer. Check {}; 'dirsync doctor' asks whether"
                " it could tell anybody.",
                way.name,
                seconds,
                way.setting,
            )

    def _tried(self, way: Way, does: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it returns
        """Do it; what goes wrong is a warning, a mistake of ours in a channel too."""
        try:
            return does()
        except DirsyncError as error:
            logger.warning("{}", error)
        except Exception as error:  # noqa: BLE001 - nobody's run fails because telling of it does
            logger.opt(exception=error).debug("{} broke off", way.name)
            logger.warning("{}: unexpected {}: {}", way.name, type(error).__name__, error)
        return None
