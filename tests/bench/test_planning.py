"""How long the plan of a large sync takes, beside making its records and hashing them.

The yardstick is the least that any night costs: every person's record, with the names of their groups, is made, written
as canonical JSON and hashed, as a plan does with its Changes. dirsync starts from the files in which the reads leave
their Snapshots and from the store's links, all made before, and ends with the plan's digest. One in a hundred people
has changed: a name, an address, gone, new, another group. Two first runs, where nothing is in the store, stand beside
it: the target is empty, or it holds everybody already. No time is asserted, for the machines are noisy; the Changes are
counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from bench.measuring import machine, spread

SIZES = [int(size) for size in os.environ.get("DIRSYNC_BENCH_PLANS", "100000,1000000").split(",")]
MOST = 100_000
"""People of the first runs, and of what is measured without `--long`."""
PER_USER, GROUP_SIZE, CHANGED_IN = 3, 3000, 500
"""Memberships of each person, people per group; one of so many people has each of the five kinds of change."""
ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "5"))

COMMON = """
import sys, time

users, per_user, group_size, changed_in = map(int, sys.argv[2:6])
folder, groups = sys.argv[1], users * per_user // group_size
KINDS = RENAMED, MAILED, GONE, NEW, MOVED = range(1, 6)

def kind(number):
    return number % changed_in

def person(number):  # in another order than the accounts, as ids are
    return f"{number * 2654435761 % 2**32:08x}-0000-4000-8000-{number:012x}"

def account(number):
    return f"32769:{number * 2246822519 % 2**32:08x}-0000-4000-8000-{number:012x}"

def attributes(number):
    return {"username": f"person.{number}", "email": f"person.{number}@example.org", "first_name": "Given",
            "last_name": f"Family {number}", "display_name": f"Given Family {number}"}

def groups_of(number):
    return [(number + place * 7919) % groups for place in range(per_user)]

def peak():  # not ru_maxrss, which begins with that of whoever started the process
    told = open("/proc/self/status").read()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024
"""

YARDSTICK = """
import hashlib, json

before, started, cpu = peak(), time.perf_counter(), time.process_time()
digest = hashlib.sha256()
for number in range(users):
    names = [f"portal-{group}" for group in groups_of(number)]
    record = {"id": person(number), **attributes(number), "active": True, "groups": names}
    told = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    digest.update(hashlib.sha256(told.encode()).digest())
print(time.perf_counter() - started, time.process_time() - cpu, peak() - before, 0)
"""

MAKE = """
from datetime import UTC, datetime
from pathlib import Path
from dirsync.model.entries import Group, MemberKind, User
from dirsync.model.snapshot import Completeness
from dirsync.store.spool import SqliteSpool
from dirsync.store.database import MEMBER_LINKS, USER_LINKS
from dirsync.store.opening import open_database
from dirsync.store.spool.kept import Keeping
from datetime import timedelta

def spool(name, only):
    keeping = Keeping(Path(folder) / name, datetime(2026, 11, 20, 1, tzinfo=UTC))
    made = SqliteSpool(name, Path(), only=only, kept=keeping.file_of(name, "bench", timedelta(days=7)))
    if name != "nobody":
        for group in range(groups):
            made.add_group(Group(f"{name}-{group}", f"{name}-{group}", f"portal-{group}"), only)
    return made

def settled(made):
    snapshot = made.finish(Completeness(is_complete=True))
    snapshot.keep()
    snapshot.close()

def shown(number):
    known = attributes(number)
    if kind(number) == RENAMED:
        known["username"] = f"renamed.{number}"
    if kind(number) == MAILED:
        known["email"] = f"other.{number}@example.org"
    return known

corp = spool("corp", "customers")
for number in range(users):
    if kind(number) != GONE:
        corp.add_user(User(person(number), f"p{number}", **shown(number)), "customers")
        first, *others = groups_of(number)
        for group in ((first + 1) % groups if kind(number) == MOVED else first, *others):
            corp.add_member(f"corp-{group}", f"p{number}", MemberKind.USER)
settled(corp)
crowd = spool("crowd", "")
there = [number for number in range(users) if kind(number) != NEW]
for number in there:
    crowd.add_user(User(account(number), f"a{number}", **attributes(number)))
    for group in groups_of(number):
        crowd.add_member(f"crowd-{group}", f"a{number}", MemberKind.USER)
settled(crowd)
settled(spool("nobody", ""))
store = open_database(f"sqlite:///{folder}/known.db")
where = {"directory": "crowd", "mapping": "customers"}
by_id = sorted((person(number), number) for number in there)
with store.begin() as connection:  # as the store has them, and without asking it for those of before
    for start in range(0, len(by_id), 10000):
        some = by_id[start : start + 10000]
        own = [{"target_id": account(number), "username": f"person.{number}", "missed": 0, "missed_at": "",
                "is_deactivated": False, "source_id": one, **where} for one, number in some]
        inside = [{"group": f"portal-{group}", "source_id": one, **where}
                  for one, number in some for group in groups_of(number)]
        connection.execute(USER_LINKS.insert(), own)
        connection.execute(MEMBER_LINKS.insert(), inside)
store.dispose()
open_database(f"sqlite:///{folder}/empty.db").dispose()
"""

PLAN = """
before = peak()
import gc
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from dirsync.mapping.policy import parse_mapping
from dirsync.model.snapshot import Completeness
from dirsync.plan.desired import Feed
from dirsync.plan.plan import make_plan
from dirsync.store.spool.file import SpoolFile
from dirsync.store.spool.snapshot import SqliteSnapshot
from dirsync.store.store import Store

from dirsync.cli import RARELY

gc.set_threshold(*RARELY)
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
MAPPING = parse_mapping('''
version: 1
name: customers
audience: customers
source: {directory: corp}
target: {directory: crowd, groups: {"portal-*": "portal-*"}, missing: deactivate, missing_after: 1}
''', "mappings/bench.yaml")

def snapshot(name, only, of):
    [file] = (Path(folder) / of).glob("*.kept")
    known = SpoolFile(file, f"The file {file}", "")
    known.run("BEGIN")  # as a read leaves it; what a plan adds is not there for the next round
    return SqliteSnapshot(name, Completeness(is_complete=True), known, only, lambda: None, known.close)

how = sys.argv[6]
source, target = snapshot("corp", "customers", "corp"), snapshot("crowd", "", "nobody" if how == "empty" else "crowd")
store = Store(f"sqlite:///{folder}/{'empty' if how else 'known'}.db")
imported, started, cpu = peak(), time.perf_counter(), time.process_time()
with store.links() as links:
    planned = make_plan({"crowd": [Feed(MAPPING, source)]}, {"crowd": target}, links, NOW)
digest = planned.plan.digest
took, took_cpu = time.perf_counter() - started, time.process_time() - cpu
found = Counter(change.op.value for change in planned.plan.changes)
many = {one: sum(kind(number) == one for number in range(users)) for one in KINDS}
there = users - many[GONE]
if how == "empty":
    assert found == {"create_group": groups, "create_user": there, "add_member": there * per_user}, found
elif how == "adopting":
    adopted = there - many[NEW] - many[RENAMED] - many[MAILED]
    new, joining = many[NEW] + many[RENAMED], many[MOVED] + (many[NEW] + many[RENAMED]) * per_user
    assert found == {"create_user": new, "add_member": joining}, found
    assert (len(planned.plan.adopted), len(planned.plan.obstacles)) == (adopted, many[MAILED])
else:
    moves = {"add_member": many[MOVED] + many[NEW] * per_user, "remove_member": many[MOVED]}
    renames = {"rename_user": many[RENAMED], "update_user": many[MAILED], "create_user": many[NEW]}
    assert found == {**moves, **renames, "deactivate_user": many[GONE]}, found
    assert len(planned.recorded) == many[GONE], "who was missing for the first time"
assert how == "adopting" or not (planned.plan.obstacles or planned.plan.adopted or planned.forgotten)
print(took, took_cpu, peak() - before, peak() - imported, len(planned.plan.changes), digest)
"""


def run(script: str, users: int, folder: Path, what: str = "") -> list[float]:
    """Run a script in a process of its own; return wall and CPU seconds and the memory it came to take, in MiB."""
    sizes = [str(number) for number in (users, PER_USER, GROUP_SIZE, CHANGED_IN)]
    command = [sys.executable, "-c", COMMON + script, str(folder), *sizes, what]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    return [float(part) for part in told.stdout.split()[:5]]


@pytest.mark.parametrize("users", [pytest.param(size, marks=[pytest.mark.long] * (size > MOST)) for size in SIZES])
def test_a_plan_beside_making_and_hashing_its_records(tmp_path: Path, capsys, users: int) -> None:
    run(MAKE, users, tmp_path)
    rounds = [(run(YARDSTICK, users, tmp_path), run(PLAN, users, tmp_path)) for _ in range(ROUNDS)]
    firsts = [(how, run(PLAN, users, tmp_path, how)) for how in ("empty", "adopting") if users <= MOST]
    walls, cpus = ([ours[part] / theirs[part] for theirs, ours in rounds] for part in (0, 1))
    seconds = [statistics.median(pair[place][0] for pair in rounds) for place in (0, 1)]
    memory, own = (max(ours[part] for _, ours in rounds) for part in (2, 3))
    with capsys.disabled():
        print(f"\n{users:,} people, {users * PER_USER:,} memberships, {ROUNDS} rounds, on {machine()}")
        print(f"{rounds[0][1][4]:,.0f} changes; wall {spread(walls)}, CPU {spread(cpus)} of the yardstick")
        print(f"{seconds[1]:.1f} s beside {seconds[0]:.1f} s; {memory:.0f} MiB with the libraries, {own:.0f} without")
        for how, first in firsts:
            print(f"first run, {how}: {first[4]:,.0f} changes in {first[0]:.1f} s, {first[2]:.0f} MiB")
