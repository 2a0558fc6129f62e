"""How long the audit of a large estate takes, beside building the plain dictionaries of who is in what.

The yardstick is what every script begins with: for each group its members, for each user their groups, from pairs that
are already in memory. dirsync starts from the files in which a read leaves its Snapshots, and is measured twice: who
holds a seat, and the whole catalogue of rules with all its counts. No target is asserted, for the machines are noisy;
the seats are.

One in twenty people is an agent, half of the agents' groups lead to a seat over a chain of 1,000 groups with a cycle,
and so does one in a thousand of the customers' groups; the other groups of customers nest as deep and lead nowhere.
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
TWINS_IN = 1000
"""One of so many names stands in both directories."""
AGENTS_IN, OPEN_GROUPS_IN = 20, 1000
"""One of so many people is an agent; one of so many groups of customers leads to a seat."""
ROUNDS = int(os.environ.get("DIRSYNC_BENCH_ROUNDS", "5"))
SLOWEST = 6
"""How many rules are told by name."""

COMMON = """
import sys, time

users, per_user, group_size, chain, twins_in, agents_in, open_groups_in = map(int, sys.argv[1:8])
groups = users * per_user // group_size

def memberships():  # group by group, as a directory tells them
    for group in range(groups):
        for place in range(group_size):
            yield f"group-{group:06}", (group * 7919 + place * 104729) % users

def nestings(name="chain"):  # a chain, a cycle at its end, and every second group hangs on it
    for number in range(chain):
        yield f"{name}-{number + 1}", f"{name}-{number}"
    yield f"{name}-{chain}", f"{name}-0"
    for number in range(0, groups, 2):
        yield f"group-{number:06}", f"{name}-{number % chain}"

def resident(field):
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith(field))
"""

DICTIONARIES = """
pairs = [(group, f"{number:08}-0000-4000-8000-000000000000") for group, number in memberships()]
steps = list(nestings())
started, cpu = time.perf_counter(), time.process_time()
members_of, groups_of, inside = {}, {}, {}
for group, user in pairs:
    members_of.setdefault(group, set()).add(user)
    groups_of.setdefault(user, set()).add(group)
for child, parent in steps:
    inside.setdefault(parent, set()).add(child)
print(time.perf_counter() - started, time.process_time() - cpu, resident("VmHWM"), sum(map(len, groups_of.values())))
"""

DIRSYNC = """
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from dirsync.audit.effective.of_estate import seats_in
from dirsync.audit.audit import audit
from dirsync.audit.rules import RULES
from dirsync.model.entries import Group, MemberKind, User
from dirsync.model.estate import Audience, Estate, Population
from dirsync.model.facts import observed
from dirsync.model.products import CrowdApplication, DirectoryType, JiraApplication, JiraDirectory
from dirsync.model.snapshot import Completeness
from dirsync.store.spool import SqliteSpool

NAMES = ("agents", "customers")
READ_AT = "2026-11-20T01:00:00Z"

def filled(folder):
    spools = [SqliteSpool(name, Path(folder) / name) for name in NAMES]
    for spool, names in zip(spools, ("group", "portal")):
        for number in range(groups):
            spool.add_group(Group(f"group-{number:06}", f"group-{number:06}", f"{names}-{number:06}"))
        for name in ("chain", *(["portal-chain"] if names == "portal" else [])):
            for number in range(chain + 1):
                spool.add_group(Group(f"{name}-{number}", f"{name}-{number}", f"{name}-{number}"))
            for child, parent in nestings(name):
                is_licensed = name == "chain"
                is_open = not child.startswith("group-") or int(child[6:]) % open_groups_in == 0
                if names == "group" or is_open or not is_licensed:
                    spool.add_member(parent, child, MemberKind.GROUP)
    for number in range(users):
        is_customer, name = number % agents_in != 3, f"person.{number}"
        user = User(
            f"{number:08}-0000-4000-8000-000000000000", f"u{number}", name, f"{name}@example.org",
            display_name=f"Person {number}", active=number % 10 > 0,
        )
        spools[is_customer].add_user(user)
        if number % twins_in == 5:  # a twin in the other directory, who is in no group
            other = user._replace(id=f"{number:08}-0000-4000-8000-ffffffffffff", username=f"Person.{number}")
            spools[not is_customer].add_user(other)
    for group, number in memberships():
        spools[number % agents_in != 3].add_member(group, f"u{number}", MemberKind.USER)
    return spools

def told():
    yield "jira.version", "9.12.0"
    application = JiraApplication("jira-software", ("chain-0",), seats=users, used=0)
    yield "jira.applications", (application,)
    yield "jira.administrative_groups", ("administrators",)
    crowd = DirectoryType.CROWD
    yield "jira.user_directories", tuple(JiraDirectory(name, crowd, name, f"jira-{name}") for name in NAMES)
    yield "crowd.applications", tuple(CrowdApplication(f"jira-{name}", (name,)) for name in NAMES)
    yield "crowd.directories", ()
    for name in NAMES:
        for leaf, value in {"active": True, "mode": "read-only", "default_groups": ()}.items():
            yield f"jira.user_directories[{name}].{leaf}", value
        for leaf in ("aggregate_memberships", "access_based_sync"):
            yield f"crowd.applications[jira-{name}].{leaf}", False
        leaves = {"allow_all_to_authenticate": True, "default_groups": ("portal-000001",)}
        empty = ("authorised_groups", "directory_default_groups", "allowed_operations", "directory_allowed_operations")
        for leaf, value in {**leaves, **dict.fromkeys(empty, ())}.items():
            yield f"crowd.applications[jira-{name}].directories[{name}].{leaf}", value

def estate_of(snapshots):
    facts = {name: observed(name, value, f"GET {name}", READ_AT) for name, value in told()}
    populations = tuple(
        Population(name, Audience(name), name, name, where=f"mappings/{name}.yaml:2") for name in NAMES
    )
    kinds = dict.fromkeys(NAMES, "crowd")
    return Estate({each.directory: each for each in snapshots}, populations, facts, date(2026, 11, 20), kinds=kinds)

def timed(work):
    started, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - started, time.process_time() - cpu

class Timed:
    def __init__(self, rule):
        self.rule, self.id, self.severity, self.decides_seats = rule, rule.id, rule.severity, rule.decides_seats
        self.__doc__ = rule.__doc__

    def audit(self, estate):
        findings, _, cpu = timed(lambda: list(self.rule.audit(estate)))
        print("rule", self.id, cpu)
        return findings

with TemporaryDirectory() as folder:
    spools = filled(folder)
    completeness = Completeness(is_complete=True, server="https://crowd.example.org", read_at=READ_AT)
    snapshots, *made = timed(lambda: [spool.finish(completeness) for spool in spools])
    before = resident("VmHWM")
    if sys.argv[8] == "seats":
        (seats,), *took = timed(lambda: seats_in(estate_of(snapshots)))
        told = (seats.certain, seats.possible, 0)
    else:
        rules = [Timed(rule) for rule in RULES] if sys.argv[8] == "rules" else RULES
        result, *took = timed(lambda: audit(estate_of(snapshots), rules))
        (seats,) = result.applications
        told = (seats.agents_holding, seats.customers_holding, len(result.findings))
    print("total", *took, resident("VmHWM"), *made, before, *told)
    for each in snapshots:
        each.close()
"""


def run(script: str, what: str = "") -> list[list[str]]:
    sizes = [str(number) for number in (USERS, PER_USER, GROUP_SIZE, CHAIN, TWINS_IN, AGENTS_IN, OPEN_GROUPS_IN)]
    command = [sys.executable, "-c", COMMON + script, *sizes, what]
    found = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    return [line.split() for line in found.stdout.splitlines()]


def measured(script: str, what: str = "") -> list[float]:
    return [float(number) for number in run(script, what)[-1] if number != "total"]


def holders() -> tuple[set[int], set[int]]:
    """Return the agents and the customers that groups give a seat, by arithmetic on the numbers alone."""
    groups = USERS * PER_USER // GROUP_SIZE

    def active_in(step: int) -> set[int]:
        those = ((g * 7919 + place * 104729) % USERS for g in range(0, groups, step) for place in range(GROUP_SIZE))
        return {number for number in those if number % 10 > 0}

    agents = {number for number in active_in(2) if number % AGENTS_IN == 3}
    return agents, {number for number in active_in(OPEN_GROUPS_IN) if number % AGENTS_IN != 3}


def test_an_audit_beside_plain_dictionaries(capsys) -> None:
    agents, customers = holders()
    # Jira takes the account of the first directory, that of the agents, who has no group where it is a twin
    seated = {*agents, *(number for number in customers if number % TWINS_IN != 5)}
    rounds = [(measured(DICTIONARIES), measured(DIRSYNC, "seats"), measured(DIRSYNC, "audit")) for _ in range(ROUNDS)]
    for dictionaries, seats, whole in rounds:
        assert dictionaries[-1] == USERS * PER_USER
        assert seats[6] == seats[7] == len(seated)
        assert (whole[6], whole[7]) == (len(agents), len(customers))
    rules = sorted((line[1:] for line in run(DIRSYNC, "rules") if line[0] == "rule"), key=lambda rule: -float(rule[1]))
    with capsys.disabled():
        print(f"\n{USERS:,} users, {USERS * PER_USER:,} memberships, two directories, {ROUNDS} rounds, on {machine()}")
        print(
            f"{len(customers):,} customers and {len(agents):,} agents hold a seat; {int(rounds[0][2][8]):,} findings\n"
        )
        print("| in the process | median s | wall ratio | CPU ratio | peak MiB |\n|---|---|---|---|---|")
        for name, place in (("dictionaries", 0), ("who holds a seat", 1), ("the whole audit", 2)):
            walls, cpus = ([each[place][part] / each[0][part] for each in rounds] for part in (0, 1))
            peak = max(each[place][2] for each in rounds)
            seconds = statistics.median(each[place][0] for each in rounds)
            print(f"| {name} | {seconds:.2f} | {spread(walls)} | {spread(cpus)} | {peak:.0f} |")
        before = max(each[place][5] for each in rounds for place in (1, 2))
        made = statistics.median(each[place][3] for each in rounds for place in (1, 2))
        print(f"\nThe Snapshots were made before that, in {made:.2f} s after the last record, and {before:.0f} MiB.")
        slowest = ", ".join(f"{name} {float(cpu):.2f}" for name, cpu in rules[:SLOWEST])
        print(f"Rules that took the most CPU, in seconds: {slowest}.")
