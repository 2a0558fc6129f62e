"""A record of the log as a line: text for people, JSON for machines, and what the journal wants."""

from __future__ import annotations

import json
import os
import traceback
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TextIO

from dirsync.log.levels import PRIORITIES, USUAL_PRIORITY
from dirsync.model.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import loguru

TOLD = "is_told"
"""Bound to a record that the console has shown on stderr in words."""
TRACEBACK = "traceback"
TO_STDERR, TO_FILE = "to_stderr", "to_file"
"""Under these a record carries its finished lines from the formatter to the sink."""
_OWN = frozenset({TOLD, TRACEBACK, TO_STDERR, TO_FILE, "run"})


class Form(StrEnum):
    """How lines are written; what an admin may choose."""

    AUTO = "auto"
    """JSON, but text where a person reads: on a terminal and in the journal."""
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Writing:
    """How one sink writes."""

    is_json: bool
    to_journal: bool = False
    """Each line begins with its priority, and without the time, which the journal adds."""

    def line(self, record: loguru.Record) -> str:
        """Return the record as lines without the last line feed; JSON is always one."""
        text = json_line(record) if self.is_json else text_lines(record, has_time=not self.to_journal)
        if not self.to_journal:
            return text
        priority = PRIORITIES.get(record["level"].name, USUAL_PRIORITY)
        return "\n".join(f"<{priority}>{line}" for line in text.split("\n"))


def json_line(record: loguru.Record) -> str:
    """Return one JSON object in ASCII: `time` (UTC), `level`, `run`, `logger`, `message`, and what goes with it.

    Values are as they are: JSON itself spells what would act on a terminal.
    """
    extra = record["extra"]
    told: dict[str, Any] = {
        "time": record["time"].astimezone(UTC).isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "run": extra.get("run", ""),
        "logger": record["name"] or "",
        "message": record["message"],
        **{name: value for name, value in extra.items() if name not in _OWN},
    }
    if TRACEBACK in extra:
        told[TRACEBACK] = extra[TRACEBACK]
    return json.dumps(told, default=str)


def text_lines(record: loguru.Record, *, has_time: bool) -> str:
    """Return the message and its traceback; each line has the whole head, so that no name can forge one."""
    extra = record["extra"]
    time = f"{record['time'].isoformat(timespec='milliseconds')} {record['level'].name} " if has_time else ""
    head = f"{time}{extra.get('run', '')} {record['name']}: "
    lines = [*record["message"].split("\n"), *extra.get(TRACEBACK, "").rstrip("\n").split("\n")]
    return "\n".join(head + visible(line) for line in lines if line)


def redacting(conceal: Callable[[str], str]) -> Callable[[loguru.Record], None]:
    """Return what takes secrets out of a record before any sink, or loguru's own complaint about one, sees it.

    The exception becomes text here, without the values of variables: as an object it would hold its arguments.
    """

    def redact(record: loguru.Record) -> None:
        extra = record["extra"]
        caught = record["exception"]
        if caught is not None and caught.value is not None:
            extra[TRACEBACK] = "".join(traceback.format_exception(caught.value))
            record["exception"] = None
        record["message"] = conceal(record["message"])
        for name, value in extra.items():
            extra[name] = conceal(value) if isinstance(value, str) else value

    return redact


def is_journal(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    """Say whether a stream ends in the journal: systemd names its device and inode (systemd.exec(5), JOURNAL_STREAM).

    The name alone is not enough: programs below inherit it, and send their own stderr elsewhere.
    """
    device, _, inode = environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        status = os.fstat(stream.fileno()) if stream is not None else None
    except (OSError, ValueError):
        return False
    return status is not None and (device, inode) == (str(status.st_dev), str(status.st_ino))
