"""A night whose store's server is gone in the middle: told in words, and the next run ends where the first would have.

All is real: the command line, PostgreSQL and its end as by a power cut, the requests to the target.
"""

from __future__ import annotations

import threading
import time

import pytest
from servers.estate import ONLY_CUSTOMERS
from servers.postgresql import PostgreSql
from servers.sandbox import StartSandbox
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox
from dirsync.store.store import Store

PEOPLE = 400
SEED = """
crowd:
  directories: [{name: customers, groups: [{name: portal}]}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
target: {directory: crowd, missing: keep}
default_groups: [portal]
public_signup: off
"""


@pytest.fixture
def desk(workplace: Workplace, start_sandbox: StartSandbox, postgresql: PostgreSql) -> tuple[Workplace, RunningSandbox]:
    sandbox = start_sandbox(SEED)
    people = (
        f"dn: uid=u{one},ou=people,dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: u{one}\ncn: u{one}\nsn: u{one}\n"
        f"mail: u{one}@example.org\nentryUUID: id-{one}\n"
        for one in range(PEOPLE)
    )
    top = "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n"
    export = workplace.write("hr.ldif", "\n".join([top, *people]))
    workplace.directory("corp", kind="ldif", path=str(export))
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers", writers="2")
    workplace.settings["DIRSYNC_STORE"] = postgresql.store_url()
    workplace.mapping("customers", MAPPING)
    workplace.mapping("estate", ONLY_CUSTOMERS)
    return workplace, sandbox


def made(sandbox: RunningSandbox) -> int:
    with sandbox.state.lock:
        return len(sandbox.state.directory("customers").users)


def in_flight(place: Workplace) -> int:
    store = Store(place.settings["DIRSYNC_STORE"])
    intents = store.journal.open_intents()
    store.close()
    return len(intents)


def test_a_run_whose_store_is_gone_says_so_and_the_next_one_ends_it(
    desk: tuple[Workplace, RunningSandbox], postgresql: PostgreSql
) -> None:
    place, sandbox = desk
    ended: list[Ran] = []
    run = threading.Thread(target=lambda: ended.append(place.run("sync", "--json")))
    run.start()
    deadline = time.monotonic() + 120
    while made(sandbox) < PEOPLE // 8 and run.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    postgresql.crash()
    try:
        run.join(120)
    finally:
        postgresql.start_again()
    [first] = ended
    assert PEOPLE // 8 <= made(sandbox) < PEOPLE, "it ended in the middle"
    assert first.code == 1, first.stderr
    assert "The store postgresql+psycopg://postgres@/store_" in first.stderr
    assert "was lost during the run" in first.stderr
    assert "then run the same command again: what was under way is settled first." in " ".join(first.stderr.split())

    assert in_flight(place), "so the next run has something to settle"
    second = place.run("sync", "--json")
    assert second.code in {0, 12}, second.stderr
    with sandbox.state.lock:
        names = [event.what for event in sandbox.state.events._events]
        directory = sandbox.state.directory("customers")
        keys = {user.name: user.key for user in directory.users.values()}
        assert len(directory.groups["portal"].users) == PEOPLE
    assert len(keys) == PEOPLE
    assert in_flight(place) == 0
    assert len(names) == len({repr(what) for what in names}), "nothing was done twice"
    store = Store(place.settings["DIRSYNC_STORE"])
    with store.links() as links:
        assert {link.username: link.target_id for link in links.users("crowd", "customers")} == keys
        assert sum(1 for _ in links.members("crowd", "customers")) == PEOPLE
    store.close()
    third = place.run("plan", "--check", "--json")
    assert third.changes == []
