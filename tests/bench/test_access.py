"""How long it takes to work out who holds a seat, beside building the plain dictionaries of who is in what.

The yardstick is what every script begins with: for each group its members, for each user their groups, from pairs that
are already in memory. dirsync starts from the files in which a read leaves its Snapshots. No target is asserted, for
the machines are noisy; the seats are.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.measuring import machine, spread

USERS = int(os.environ.get("DIRSYNC_BENCH_USERS", "1000000"))
PER_USER, GROUP_SIZE, CHAIN = 3, 100, 1000
TWINS_IN = 100
"""One of so many names stands in both directories."""
ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "5"))

COMMON = """
import resource, sys, time

users, per_user, group_size, chain, twins_in = map(int, sys.argv[1:6])
groups = users * per_user // group_size

def memberships():  # group by group, as a directory tells them
    for group in range(groups):
        for place in range(group_size):
            yield f"group-{group:06}", (group * 7919 + place * 104729) % users

def nestings():  # a chain, a cycle at its end, and every second group hangs on it
    for number in range(chain):
        yield f"chain-{number + 1}", f"chain-{number}"
    yield f"chain-{chain}", "chain-0"
    for number in range(0, groups, 2):
        yield f"group-{number:06}", f"chain-{number % chain}"

def resident(field):
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith(field))
"""

DICTIONARIES = """
pairs = [(group, f"{number:08}-0000-4000-8000-000000000000") for group, number in memberships()]
steps = list(nestings())
started = time.perf_counter()
members_of, groups_of, inside = {}, {}, {}
for group, user in pairs:
    members_of.setdefault(group, set()).add(user)
    groups_of.setdefault(user, set()).add(group)
for child, parent in steps:
    inside.setdefault(parent, set()).add(child)
print(time.perf_counter() - started, resident("VmHWM"), sum(map(len, groups_of.values())))
"""

DIRSYNC = """
from pathlib import Path
from tempfile import TemporaryDirectory
from dirsync.audit.effective.order import Layer, Order, View
from dirsync.audit.effective.seats import count_seats
from dirsync.model.entries import Group, MemberKind, User
from dirsync.model.products import JiraApplication
from dirsync.model.snapshot import Completeness
from dirsync.store.spool import SqliteSpool

with TemporaryDirectory() as folder:
    spools = [SqliteSpool(name, Path(folder) / name) for name in ("agents", "customers")]
    for spool in spools:
        for number in range(groups):
            spool.add_group(Group(f"group-{number:06}", f"group-{number:06}", f"group-{number:06}"))
        for number in range(chain + 1):
            spool.add_group(Group(f"chain-{number}", f"chain-{number}", f"chain-{number}"))
        for child, parent in nestings():
            spool.add_member(parent, child, MemberKind.GROUP)
    for number in range(users):
        user_id, is_active = f"{number:08}-0000-4000-8000-000000000000", number % 10 > 0
        user = User(user_id, f"u{number}", f"person.{number}", active=is_active)
        spools[number % 10 > 2].add_user(user)
        if number % twins_in == 5:  # a twin in the directory above, who is in no group
            other = User(f"{number:08}-0000-4000-8000-ffffffffffff", f"u{number}", f"Person.{number}")
            spools[number % 10 <= 2].add_user(other)
    for group, number in memberships():
        spools[number % 10 > 2].add_member(group, f"u{number}", MemberKind.USER)
    snapshots = [spool.finish(Completeness(is_complete=True)) for spool in spools]
    order = Order(tuple(View(each.directory, (Layer(each.directory, each),)) for each in snapshots))
    before, started = resident("VmHWM"), time.perf_counter()
    (seats,) = count_seats(order, [JiraApplication("jira-software", ("chain-0",))])
    print(time.perf_counter() - started, resident("VmHWM"), seats.certain, seats.possible, before)
    for each in snapshots:
        each.close()
"""


def run(script: str) -> list[float]:
    sizes = [str(number) for number in (USERS, PER_USER, GROUP_SIZE, CHAIN, TWINS_IN)]
    command = [sys.executable, "-c", COMMON + script, *sizes]
    found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    return [float(number) for number in found.stdout.split()]


def expected() -> int:
    """Return how many seats there are, by arithmetic on the numbers alone."""
    groups = USERS * PER_USER // GROUP_SIZE
    members = {(group * 7919 + place * 104729) % USERS for group in range(0, groups, 2) for place in range(GROUP_SIZE)}
    return sum(number % 10 > 0 and number % TWINS_IN != 5 for number in members)  # active, and not masked


def test_effective_access_beside_plain_dictionaries(capsys) -> None:
    pairs = [(run(DIRSYNC), run(DICTIONARIES)) for _ in range(ROUNDS)]
    for (_, _, certain, possible, _), (_, _, memberships) in pairs:
        assert certain == possible == expected()
        assert memberships == USERS * PER_USER
    ratios = [ours[0] / theirs[0] for ours, theirs in pairs]
    with capsys.disabled():
        print(f"\n{USERS:,} users, {USERS * PER_USER:,} memberships, two directories, {ROUNDS} pairs, on {machine()}\n")
        print("| in the process | median s | peak MiB | ratio |\n|---|---|---|---|")
        for name, side, ratio in (("dictionaries", 1, "1"), ("effective access", 0, spread(ratios))):
            seconds = statistics.median(pair[side][0] for pair in pairs)
            print(f"| {name} | {seconds:.2f} | {max(pair[side][1] for pair in pairs):.0f} | {ratio} |")
        print(f"\nPeak just before the question, while the Snapshots were made: {max(p[0][4] for p in pairs):.0f} MiB.")
