"""Night after night: things happen, something breaks, dirsync runs, and what it left behind is judged."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from integration.soak.estate import Estate
from integration.soak.faults import FAULTS, OF_DISKS, OF_THE_DATABASE, WELL, Kind, Night, source_killed
from integration.soak.hands import Hands
from integration.soak.oracle import Watch
from integration.soak.runs import Order, Ran, Resident, Runs
from integration.soak.scene import Scene, tell
from servers.postgresql import PostgreSql
from sqlalchemy import create_engine, text

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
EVERY_THIRD = 3
"""Nights of which one is left in peace, and shows whether all is well."""
LONG_ENOUGH, FEW = 10, 4
"""Runs in a quarter of all from which on growth is looked for; open files that are no growth."""
ENOUGH = 20
"""Differences after which nothing more is learnt."""
AT_THE_END = 4
"""Nights in peace."""
UNWANTED = re.compile(r"Traceback|Unexpected [A-Z]")
NUMBER = re.compile(r"--allow-member-removals (\d+)")


@dataclass
class Soak:
    """The nights of one seed."""

    scene: Scene
    seed: int
    store: str
    database: PostgreSql | None = None
    has_disks: bool = False
    injected: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    changes: int = 0
    nights: int = 0
    sizes: list[tuple[int, int]] = field(default_factory=list)
    """Pages of memory and open files of the process that stays, after each of its runs."""

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.estate = Estate(self.chance)
        self.runs = Runs(self.scene.desk.folder, self._environment)
        self.resident = Resident(self.runs)
        self.typical = [1.0]
        self.watches = {name: Watch(promise) for name, promise in self.scene.promises.items()}
        for name, watch in self.watches.items():
            held = self.scene.places[name].held()
            watch.by_hand |= {(group, number) for group, members in held.groups.items() for number in members}
        self.hands = Hands(self.chance, self.scene, self.watches)
        self.engine = create_engine(self.store)

    def _environment(self) -> dict[str, str]:
        return {**self.scene.desk.environment(), "TMPDIR": str(self.scene.desk.folder / "tmp")}

    def work(self, nights: int) -> None:
        """Let so many nights go by, and some in peace behind them."""
        bag: list[Kind] = []
        kinds = self.kinds()
        tell(self.scene, self.estate, 0)
        for number in range(nights):
            if number % EVERY_THIRD == 0:
                self.night(None)
            else:
                bag = bag or self.chance.sample(kinds, len(kinds))
                self.night(bag.pop())
            if len(self.differences) > ENOUGH:
                return
            self.hands.act()
            tell(self.scene, self.estate, self.chance.randint(1, 8))
        for _ in range(AT_THE_END):
            self.night(None)
        self.at_the_end()

    def kinds(self) -> list[Kind]:
        """Return what may go wrong."""
        return [*FAULTS, *(OF_DISKS if self.has_disks else ()), *(OF_THE_DATABASE if self.database else ())]

    def now(self) -> datetime:
        """Return the time of this night."""
        return FIRST + self.nights * DAY

    def night(self, kind: Kind | None) -> None:
        """Let one night go by."""
        self.nights += 1
        for name, watch in self.watches.items():
            watch.begin(self.estate, self.scene.places[name].held())
        order = Order(self.now())
        night = Night(
            self.scene, self.estate, self.chance, self.runs, order, median(self.typical[-9:]), self.database, self._look
        )
        if kind is None:
            ran = self._in_peace(night)
        else:
            name = kind.__name__
            self.tried[name] += 1
            with kind(night):
                ran = self._run(night)
                self.injected[name] += night.was_felt(ran)
            self.scene.sandbox.faults.clear()
        self._judge(night, kind, [ran, *night.others])

    def _in_peace(self, night: Night) -> Ran:
        """Run, and as an admin does, again with the number that a guard asks for."""
        ran = self._run(night)
        self.typical.append(ran.seconds)
        for _ in range(3):
            if ran.code != 4:
                break
            ran = self._run_allowed(night, ran)
        return ran

    def _run_allowed(self, night: Night, refused: Ran) -> Ran:
        """Run with the number that a guard asks for."""
        number = max(map(int, NUMBER.findall(refused.stdout)), default=0)
        night.changes(arguments=("sync", "--json", "--allow-member-removals", str(number)))
        return self._run(night)

    def _run(self, night: Night) -> Ran:
        if night.is_own_process:
            return self.runs.in_own_process(night.order, night.meanwhile)
        ran = self.resident.run(night.order, lambda: night.meanwhile(0))
        self.sizes.append((ran.pages, ran.files))
        return ran

    def _look(self) -> None:
        for watch in self.watches.values():
            watch.look(self.estate)

    def _judge(self, night: Night, kind: Kind | None, every: list[Ran]) -> None:
        where = (
            f"night {self.nights} ({kind.__name__ if kind else 'in peace'}, exit {[int(one.code) for one in every]})"
        )
        ran, is_in_peace = every[0], kind is None
        wrong = [f"exit code {one.code}: {_complaints(one)}" for one in every if one.code not in WELL | night.codes]
        wrong += [f"says {found[0]!r}: {_complaints(one)}" for one in every if (found := UNWANTED.search(one.stderr))]
        is_well = ran.code in WELL - {4}
        is_read = any(_has_read(one) for one in every)
        for name, watch in self.watches.items():
            held = self.scene.places[name].held()
            found = [*watch.end(self.estate, held, is_read=is_read, is_sure=is_in_peace and is_well)]
            if kind is source_killed:
                watch.source_has_forgotten()
            if is_in_peace:
                found += watch.differences(self.estate, held)
            wrong += [f"{name}: {one}" for one in found]
        if is_in_peace:
            if not is_well:
                wrong.append(f"exit code {ran.code} in peace: {_complaints(ran)}")
            wrong += self._left_open()
        self.changes += sum(len(_done(one)) for one in every)
        self.differences += [f"{where}: {one}" for one in wrong]

    def _left_open(self) -> Iterator[str]:
        with self.engine.connect() as connection:
            open_ = connection.execute(text("SELECT run, change FROM journal WHERE result IS NULL")).all()
        self.engine.dispose()
        yield from (f"the journal has an open intent: {tuple(one)}" for one in open_)

    def at_the_end(self) -> None:
        """Note what is not as it must be once everything has come to rest."""
        self.nights += 1
        ran = self.resident.run(Order(self.now(), ("plan", "--check", "--json")))
        if ran.code == 11 or _document(ran).get("plan", {}).get("changes"):
            self.differences.append(f"a plan is left: {_document(ran)['plan']['changes']}")
        folder = self.scene.desk.folder
        for rest in _files_left(folder):
            self.differences.append(f"left behind: {rest.relative_to(folder)}")

        self.differences += self._grown()

    def _grown(self) -> Iterator[str]:
        """Yield what the process that stays holds on to, once it has seen some of everything."""
        quarter = len(self.sizes) // 4
        if quarter < LONG_ENOUGH:
            return
        early, late = self.sizes[quarter : 2 * quarter], self.sizes[-quarter:]
        pages, pages_then = (max(one[0] for one in some) for some in (late, early))
        files, files_then = (max(one[1] for one in some) for some in (late, early))
        if pages > 1.1 * pages_then:
            yield f"memory has grown from {pages_then:,} to {pages:,} pages"
        if files > files_then + FEW:
            yield f"open files have grown from {files_then} to {files}"

    def told(self) -> str:
        """Return what was done and found, for whoever reads the log of the tests."""
        table = "\n".join(f"  {name:<28}{self.injected[name]:>4} of {self.tried[name]}" for name in sorted(self.tried))
        return (
            f"seed {self.seed}: {self.nights} nights, {self.estate.happened:,} things happened, {self.hands.acted:,} by"
            f" hand, {self.changes:,} changes were made; faults {self.injected.total()}, differences"
            f" {len(self.differences)}{self._sizes_told()}\n{table}"
        )

    def _sizes_told(self) -> str:
        if not self.sizes:
            return ""
        return f"; pages and files of the process that stays {self.sizes[len(self.sizes) // 4]} and {self.sizes[-1]}"

    def stop(self) -> None:
        """End what still runs."""
        self.resident.stop()
        self.engine.dispose()


def _document(ran: Ran) -> dict[str, Any]:
    try:
        return json.loads(ran.stdout)
    except ValueError:
        return {}


def _complaints(ran: Ran) -> str:
    """Return what a run said was wrong."""
    lines = [line for line in ran.stderr.splitlines() if '"level": "CHANGE"' not in line]
    unread = [one["reason"] for one in _document(ran).get("directories", ()) if not one["complete"]]
    return "\n    ".join([*unread, *lines[-12:]])


def _has_read(ran: Ran) -> bool:
    """Say whether a run may have counted who is missing: unless it says itself that it did not read the source."""
    reads = _document(ran).get("directories", ())
    return all(one["complete"] for one in reads if one["name"] == "corp")


def _done(ran: Ran) -> list[dict[str, Any]]:
    return [one for one in _document(ran).get("outcomes", ()) if one["outcome"] == "done"]


def _files_left(folder: Path) -> Iterator[Path]:
    yield from (folder / "tmp").iterdir()
    for path in (folder / "state").rglob("*"):
        if path.suffix in {".part", ".new"} or path.name.endswith("-journal"):
            yield path
