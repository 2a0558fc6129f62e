"""The end of the log file: when, how grave, from which part of dirsync, and what dirsync's own source says of it."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any, Final

from dirsync.log.levels import PRIORITIES
from dirsync.operations.support.own_words import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LINES: Final = 300
"""So many are told, the newest."""
_BYTES: Final = 512 * 1024
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}|")
_TEXT = re.compile(r"(?P<time>\S+) (?P<level>[A-Z]+) (?P<run>\S*) (?P<logger>[\w.]+): (?P<message>.*)", re.DOTALL)
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line (?P<line>\d{1,6}), in .*')


def log_lines(file: Path, package: Path, tell: Callable[[str], str]) -> Iterator[str]:
    """Yield the last lines as JSON. `package` is dirsync's folder, whose parts may be named; `tell` is of OwnWords.

    Raises OSError.
    """
    loggers = {_module(path, package) for path in package.rglob("*.py")}
    for line in _last_lines(file):
        record = _record(line)
        told = {
            "time": _fitting(_TIME, record.get("time")),
            "level": record.get("level") if record.get("level") in PRIORITIES else "",
            "run": _fitting(_RUN, record.get("run")),
            "logger": record.get("logger") if record.get("logger") in loggers else "",
            "message": tell(str(record.get("message", ""))) if record else WITHHELD,
        }
        if trace := list(_frames(str(record.get("traceback", "")), package)):
            told["traceback"] = trace
        yield json.dumps(told)


def _last_lines(file: Path) -> list[str]:
    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _BYTES))
        lines = stream.read().decode("utf-8", "replace").split("\n")
    # the first one may have been cut
    whole = lines[1:] if size > _BYTES else lines
    return [line for line in whole if line.strip()][-LINES:]


def _record(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        found = _TEXT.fullmatch(line)
        return dict(found.groupdict()) if found else {}
    return told if isinstance(told, dict) else {}


def _fitting(pattern: re.Pattern[str], text: object) -> str:
    return text if isinstance(text, str) and pattern.fullmatch(text) else ""


def _frames(trace: str, package: Path) -> Iterator[str]:
    """Yield where in dirsync it happened; messages and the files of others are left out."""
    known = {str(path.relative_to(package)) for path in package.rglob("*.py")} if trace else set()
    for line in trace.split("\n"):
        found = _FRAME.fullmatch(line)
        part = found["file"].replace("\\", "/").rpartition("/dirsync/")[2] if found else ""
        if found and part in known:
            yield f"{part}:{found['line']}"


def _module(path: Path, package: Path) -> str:
    return ".".join((package.name, *path.relative_to(package).with_suffix("").parts)).removesuffix(".__init__")
