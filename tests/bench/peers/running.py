"""One process run to its end: wall, CPU of it and its children, and the most memory it held."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SMALL_PARENT = Path(__file__).parent / "small_parent.py"
PATIENCE = 900
"""Seconds after which a client that hangs is ended: none may hold up the others for ever."""


@dataclass(frozen=True)
class Ran:
    """How one run of one client went."""

    wall: float
    cpu: float
    peak: float
    """MiB."""
    code: int
    output: str
    errors: str

    @property
    def counts(self) -> tuple[int, int | None] | None:
        """Users and memberships it says it saw; None where it says nothing."""
        told = re.search(r"^users=(\d+) memberships=(\d+|-)$", self.output, flags=re.MULTILINE)
        return (int(told[1]), None if told[2] == "-" else int(told[2])) if told else None

    @property
    def last_words(self) -> str:
        """The last line of what it complains about."""
        lines = [line.strip() for line in (self.errors or self.output).splitlines() if line.strip()]
        return lines[-1] if lines else ""


def ran(command: Sequence[str], environment: Mapping[str, str], patience: int = PATIENCE) -> Ran:
    """Run a client, for so many seconds at most. Its output goes to files: a pipe would be part of what is measured."""
    # the benchmark's own settings would be mistyped ones to dirsync
    told = {**os.environ, **environment}
    told = {name: value for name, value in told.items() if not name.startswith("DIRSYNC_")}
    with TemporaryFile("w+") as output, TemporaryFile("w+") as errors, NamedTemporaryFile("w+") as used:
        starter = [sys.executable, "-S", "-E", str(SMALL_PARENT), used.name, str(patience)]
        subprocess.run(
            [*starter, *command], env=told, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, check=True
        )
        output.seek(0)
        errors.seek(0)
        return Ran(**json.load(used), output=output.read(), errors=errors.read())
