"""Whole processes timed side by side: wall, CPU and memory, medians and ratios of pairs taken in turn."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile


@dataclass(frozen=True)
class Measured:
    """One run of one process."""

    wall: float
    cpu: float
    output: str

    @property
    def inside(self) -> float | None:
        """Seconds without start-up and imports, where the process tells them (`inside=…`)."""
        told = re.search(r"inside=([0-9.]+)", self.output)
        return float(told[1]) if told else None


@dataclass(frozen=True)
class Contender:
    """A way to do the job: a command, and what its output must prove so that nobody is fast by doing less."""

    name: str
    command: Sequence[str]
    is_right: Callable[[str], bool]
    prepare: Callable[[], None] = lambda: None
    """Makes ready what the next run needs; not measured."""


def measure(contender: Contender, environment: Mapping[str, str]) -> Measured:
    """Run a process to its end. Fails when it did not do the whole job."""
    contender.prepare()
    around = {**os.environ, **environment}
    with TemporaryFile("w+", encoding="utf-8") as told:  # a pipe would make us part of what is measured
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(contender.command, env=around, stdout=told, check=True)
        wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        told.seek(0)
        output = told.read()
    assert contender.is_right(output), f"{contender.name} did not do the job: {output[-200:]}"
    return Measured(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, output)


def table(
    yardstick: Contender, contenders: Sequence[Contender], environment: Mapping[str, str], rounds: int
) -> list[str]:
    """Return a Markdown table. Each contender runs in turn with the yardstick, so that a slow moment hits both."""
    measure(yardstick, environment)
    base: list[Measured] = []
    rows: list[str] = []
    for contender in contenders:
        measure(contender, environment)
        pairs = [(measure(contender, environment), measure(yardstick, environment)) for _ in range(rounds)]
        base += [theirs for _, theirs in pairs]
        walls = [ours.wall / theirs.wall for ours, theirs in pairs]
        cpus = [ours.cpu / theirs.cpu for ours, theirs in pairs]
        seconds = statistics.median(ours.wall for ours, _ in pairs)
        rows.append(f"| {contender.name} | {seconds:.2f} | {spread(walls)} | {spread(cpus)} |")
        inside = [(ours.inside, theirs.wall) for ours, theirs in pairs if ours.inside is not None]
        if inside:
            seconds = statistics.median(ours for ours, _ in inside)
            ratios = spread([ours / theirs for ours, theirs in inside])
            rows.append(f"| … without start-up and imports | {seconds:.2f} | {ratios} | |")
    first = f"| {yardstick.name} | {statistics.median(one.wall for one in base):.2f} | 1 | 1 |"
    return ["| whole process | median s | wall ratio | CPU ratio |", "|---|---|---|---|", first, *rows]


def spread(ratios: Sequence[float]) -> str:
    """Return the median with the smallest and the largest ratio."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"


def machine() -> str:
    """Return what the figures were taken on."""
    with open("/proc/cpuinfo", encoding="utf-8") as told:  # noqa: PTH123 - one line of a file of the system
        model = next((line.partition(":")[2].strip() for line in told if line.startswith("model name")), "unknown CPU")
    return f"{os.cpu_count()} cores of {model}"
