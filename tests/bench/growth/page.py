"""docs/growth.md and docs/growth.svg: a table, and the same as lines on paper of two logarithmic scales."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.growth.steps import phases
from bench.measuring import spread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.peers.running import Ran

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 420, 60, 20, 250, 50
SHOWN_FROM = 0.05
"""Seconds below which a part is not worth a row."""
COLOURS = ("#1f4e79", "#2e8b57", "#b8621b", "#7b3fa0", "#a02c2c", "#4a4a4a", "#c2478f", "#0f8b8d", "#9a9a00")


@dataclass(frozen=True)
class Row:
    """One step at one size: each run with the ldapsearch of the same directories right after it."""

    users: int
    step: str
    pairs: Sequence[tuple[Ran, Ran]]

    @property
    def wall(self) -> float:
        """Median seconds."""
        return statistics.median(mine.wall for mine, _ in self.pairs)

    def parts(self) -> Iterator[list[str]]:
        """Yield a row for each part of a run, of the run in the middle."""
        run = sorted((mine for mine, _ in self.pairs), key=lambda mine: mine.wall)[len(self.pairs) // 2]
        for name, (wall, cpu, peak) in phases(run).items():
            if max(wall, cpu) >= SHOWN_FROM:
                yield [self.step, name, f"{wall:.1f}", f"{cpu:.1f}", str(peak)]

    def cells(self) -> list[str]:
        """Return the row as the table shows it."""
        return [
            f"{self.users:,}",
            self.step,
            f"{self.wall:.1f}",
            spread([mine.wall / theirs.wall for mine, theirs in self.pairs]),
            spread([mine.cpu / theirs.cpu for mine, theirs in self.pairs]),
            f"{max(mine.peak for mine, _ in self.pairs):.0f}",
        ]


def page(rows: Sequence[Row], machine: str) -> str:
    """Return the page as Markdown."""
    most = max(row.users for row in rows)
    table = ["| people | run | s | wall ratio | CPU ratio | peak MiB |", "|---|---|---|---|---|---|"]
    return "\n".join(
        [
            "# How it grows",
            "",
            "Made by `tests/run --bench -k growth`: whole `dirsync` processes, each beside an `ldapsearch` of the",
            "same directories (users and groups with their members, page 1000) right after it. Everybody is in three",
            "groups. `audit` reads one slapd, `sync` two with the same people, one of them the target. Medians, and",
            f"extremes in brackets, on {machine}, with the servers on the same cores. Those that",
            "tell what has changed (RFC 4533) keep a log of 10,000 changes.",
            "",
            "![seconds by number of people](growth.svg)",
            "",
            *table,
            *("| " + " | ".join(row.cells()) + " |" for row in rows),
            "",
            f"## Where the time goes at {most:,} people",
            "",
            "As `dirsync --verbose` tells it; what starts and ends the process is not in it. The memory is the most",
            "that the process had held by the end of that part.",
            "",
            *["| run | part | s | CPU s | peak MiB |", "|---|---|---|---|---|"],
            *("| " + " | ".join(part) + " |" for row in rows if row.users == most for part in row.parts()),
            "",
        ]
    )


def drawing(rows: Sequence[Row]) -> str:
    """Return the lines as SVG; the dashed one grows as the people do."""
    sizes = sorted({row.users for row in rows})
    low_x, high_x = math.log10(sizes[0]), math.log10(max(sizes[-1], sizes[0] * 10))
    low_y = math.floor(math.log10(min(row.wall for row in rows)))
    high_y = max(math.ceil(math.log10(max(row.wall for row in rows))), low_y + 1)

    def at(users: float, seconds: float) -> tuple[float, float]:
        x = LEFT + (math.log10(users) - low_x) / (high_x - low_x) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (math.log10(seconds) - low_y) / (high_y - low_y) * (HEIGHT - TOP - BOTTOM)
        return round(x, 1), round(y, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"',
        'font-size="12" role="img"><title>Seconds of a run by number of people</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low_y, high_y + 1):
        (left, y), (right, _) = at(sizes[0], 10**power), at(10**high_x, 10**power)
        parts.append(f'<path d="M{left} {y}H{right}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{10**power:g} s</text>')
    for size in sizes:
        x, y = at(size, 10**low_y)
        parts.append(f'<text x="{x}" y="{y + 20}" text-anchor="middle">{size:,}</text>')
    first = min(row.wall for row in rows if row.users == sizes[0])
    ends = [at(size, first * size / sizes[0]) for size in (sizes[0], sizes[-1])]
    parts.append(f'<polyline points="{_points(ends)}" fill="none" stroke="#888" stroke-dasharray="4 4"/>')
    for number, step in enumerate(dict.fromkeys(row.step for row in rows)):
        points = [at(row.users, row.wall) for row in rows if row.step == step]
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = TOP + 20 + 34 * number
        name, _, rest = step.replace("`", "").partition(", ")
        parts.append(f'<text x="{WIDTH - RIGHT + 14}" y="{y}" fill="{colour}">{name},</text>')
        parts.append(f'<text x="{WIDTH - RIGHT + 14}" y="{y + 14}" fill="{colour}">{rest}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
