"""A plan looks at those of whom the last one does not tell: real slapd, the emulated Crowd, the real command line."""

from __future__ import annotations

import re

import pytest
from servers.sandbox import StartSandbox
from servers.slapd import Slapd, StartSlapd, people_ldif
from servers.workplace import Ran, Workplace

from dirsync.sandbox.server import RunningSandbox

MAPPING = """
version: 1
name: staff
audience: agents
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
target: {directory: crowd, groups: {"*": "*"}, missing: remove, missing_after: 1}
default_groups: [portal]
guards: {max_removal_share: 1.0, max_creations: 1000}
"""
SEED = """
crowd:
  directories: [{name: customers, groups: [{name: portal}]}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""
ESTATE = "version: 1\ncrowd: none\n"
PLANNED = re.compile(r"crowd: planned for (everybody|[0-9,]+)")


@pytest.fixture
def server(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=people_ldif(50), session_log=100)


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


@pytest.fixture
def desk(workplace: Workplace, server: Slapd, sandbox: RunningSandbox) -> Workplace:
    workplace.ldap("corp", server)
    workplace.crowd("crowd", sandbox.crowd_url, "dirsync-customers")
    workplace.mapping("staff", MAPPING)
    workplace.mapping("estate", ESTATE)
    return workplace


def night(desk: Workplace, *arguments: str) -> tuple[str, Ran]:
    """Return for how many the plan was made, and how the run went."""
    ran = desk.run(*(arguments or ("sync",)), "--json", "--verbose")
    found = PLANNED.search(ran.stderr)
    assert found, ran.stderr[-2000:]
    return found[1], ran


def settled(desk: Workplace) -> None:
    """Let three nights go by: people are made, found to be there, and known to need nothing."""
    assert night(desk)[0] == "everybody"
    night(desk)
    number, ran = night(desk)
    assert (number, ran.changes) == ("0", [])


def modified(number: int, mail: str) -> str:
    dn = f"uid=user{number:06d},ou=people,dc=example,dc=org"
    return f"dn: {dn}\nchangetype: modify\nreplace: mail\nmail: {mail}\n"


def test_it_looks_at_whoever_changed_on_either_side(desk: Workplace, server: Slapd, sandbox: RunningSandbox) -> None:
    settled(desk)
    server.modify(modified(1, "other@example.org"))
    with sandbox.state.lock:
        sandbox.state.directory("customers").update_user("user000002", email="spoilt@example.org")
        sandbox.state.directory("customers").remove_member("portal", "user000003")
    planned, ran = night(desk, "plan")
    wanted = [("update_user", "user000001", ""), ("update_user", "user000002", ""),
              ("add_member", "user000003", "portal")]  # fmt: skip
    assert (planned, ran.changes) == ("3", wanted)
    planned, ran = night(desk)
    assert (planned, ran.changes) == ("3", wanted), "a plan that is only shown settles nothing"
    assert night(desk)[0] == "3", "they needed something"
    assert night(desk)[0] == "0"


def test_what_undo_took_back_is_looked_at(desk: Workplace, server: Slapd) -> None:
    settled(desk)
    server.modify(modified(1, "other@example.org"))
    run = night(desk)[1].document["run"]["id"]
    night(desk)
    assert desk.run("undo", run, "--apply").code in {0, 10, 12}
    planned, ran = night(desk)
    assert ran.changes == [("update_user", "user000001", "")]
    assert planned == "1"


def test_a_lost_store_or_copy_has_everybody_looked_at(desk: Workplace) -> None:
    settled(desk)
    state = desk.folder / "state" / "dirsync"
    for path in (state / "kept").glob("corp-*"):
        path.unlink()
    assert night(desk)[0] == "everybody"
    assert night(desk)[0] == "0"
    (state / "dirsync.db").unlink()
    planned, ran = night(desk, "plan")
    assert (planned, ran.changes) == ("everybody", [])


def test_another_mapping_file_has_everybody_looked_at_once(desk: Workplace) -> None:
    settled(desk)
    desk.mapping("staff", MAPPING.replace("missing_after: 1", "missing_after: 2"))
    assert night(desk)[0] == "everybody"
    assert night(desk)[0] == "0"
