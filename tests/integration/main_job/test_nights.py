"""Night after night over one LDAP directory: only what changed is taken in, and a report says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers.slapd import Slapd, StartSlapd, people_ldif
from servers.workplace import Workplace

AGENTS = """
version: 1
name: agents
audience: agents
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
"""
NOTHING_CHANGED = (
    "content synchronization (RFC 4533): 0 groups changed, 0 are gone; "
    "content synchronization (RFC 4533): 0 users changed, 0 are gone"
)


@pytest.fixture
def server(start_slapd: StartSlapd) -> Slapd:
    return start_slapd(ldif=people_ldif(50), session_log=100)


@pytest.fixture
def desk(workplace: Workplace, server: Slapd) -> Workplace:
    workplace.ldap("corp", server)
    workplace.mapping("agents", AGENTS)
    return workplace


def audit(desk: Workplace) -> dict[str, object]:
    [read] = desk.run("audit", "--json").document["directories"]
    assert read["complete"], read
    return read


def kept(desk: Workplace) -> list[Path]:
    return sorted((desk.folder / "state" / "dirsync" / "kept").glob("*.kept"))


def test_the_second_night_takes_in_what_changed(desk: Workplace, server: Slapd) -> None:
    first = audit(desk)
    assert (first["users"], first["memberships"], first["method"]) == (50, 50, "")
    second = audit(desk)
    told = ("users", "groups", "memberships", "quarantined", "server")
    assert [second[key] for key in told] == [first[key] for key in told]
    assert second["method"] == NOTHING_CHANGED
    server.modify("dn: uid=user000001,ou=people,dc=example,dc=org\nchangetype: delete\n")
    third = audit(desk)
    assert (third["users"], third["memberships"]) == (49, 49)
    assert "0 users changed, 1 are gone" in str(third["method"])
    [path] = kept(desk)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_damaged_copy_costs_a_whole_read_and_nothing_else(desk: Workplace, server: Slapd) -> None:
    audit(desk)
    [path] = kept(desk)
    content = bytearray(path.read_bytes())
    content[len(content) // 3 :] = b"\x55" * (len(content) - len(content) // 3)
    path.write_bytes(content)
    assert audit(desk)["users"] == 50
    assert audit(desk)["method"] == NOTHING_CHANGED


def test_a_server_that_is_down_for_a_night_leaves_the_copy_to_be_built_on(desk: Workplace, server: Slapd) -> None:
    audit(desk)
    [path] = kept(desk)
    before = path.read_bytes()
    server.stop()
    [read] = desk.run("audit", "--json").document["directories"]
    assert (read["complete"], read["users"]) == (False, 0)
    assert path.read_bytes() == before
    server.start()
    assert audit(desk)["method"] == NOTHING_CHANGED


def test_who_wants_nothing_kept_reads_everything_every_night(desk: Workplace) -> None:
    audit(desk)
    assert kept(desk)
    desk.directory("corp", full_every="0")
    assert audit(desk)["method"] == ""
    assert kept(desk) == []


def test_a_server_that_does_not_tell_what_is_gone_is_read_whole_unless_the_admin_says_otherwise(
    workplace: Workplace, start_slapd: StartSlapd
) -> None:
    server = start_slapd(ldif=people_ldif(50), session_log=None)  # no overlay syncprov
    workplace.ldap("corp", server)
    workplace.mapping("agents", AGENTS)
    audit(workplace)
    server.modify("dn: uid=user000001,ou=people,dc=example,dc=org\nchangetype: delete\n")
    whole = audit(workplace)
    assert whole["users"] == 49
    assert "of users did not work (the server ended it with unavailableCriticalExtension" in str(whole["method"])
    assert "so they were read whole" in str(whole["method"])
    assert "5 of 5 groups were as they were" in str(whole["method"])


def test_what_was_not_read_whole_is_not_built_on(desk: Workplace, server: Slapd) -> None:
    audit(desk)
    server.stop()
    assert desk.run("audit", "--json").code == 3
    server.start()
    assert audit(desk)["method"] == NOTHING_CHANGED


def test_a_changed_mapping_is_read_anew_and_the_old_one_still_built_on(desk: Workplace) -> None:
    audit(desk)
    desk.mapping("agents", AGENTS.replace("users: {", 'users: {filter: "(uid=user00000*)", '))
    assert (audit(desk)["users"], audit(desk)["method"]) == (10, NOTHING_CHANGED)
    desk.mapping("agents", AGENTS)
    assert (audit(desk)["users"], audit(desk)["method"]) == (50, NOTHING_CHANGED)
    assert len(kept(desk)) == 2


def test_an_explanation_leaves_what_is_kept_as_it_was(desk: Workplace, server: Slapd) -> None:
    audit(desk)
    server.modify("dn: uid=user000001,ou=people,dc=example,dc=org\nchangetype: delete\n")
    before = [path.read_bytes() for path in kept(desk)]
    assert desk.run("explain", "user000002").code == 0
    assert [path.read_bytes() for path in kept(desk)] == before
