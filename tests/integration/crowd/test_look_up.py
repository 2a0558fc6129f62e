"""Looking for one person in Crowd, where a Mapping's filter takes but a part of what the application shows."""

from __future__ import annotations

from typing import Any

import pytest
from servers.sandbox import StartSandbox

from dirsync.directories.interface import Selection
from dirsync.directories.look_up import look_for
from dirsync.directories.sightings import Sightings
from dirsync.sandbox.faults import Fault
from dirsync.sandbox.server import RunningSandbox
from dirsync.settings.models import CrowdSettings

SEED = """
crowd:
  directories:
    - name: people
      users:
        - {username: ana, email: ana@example.org}
        - {username: bert, email: bert@example.com, active: false}
        - {username: 'odd"*name', email: odd@example.org}
  applications: [{name: dirsync, password: sandbox-only, directories: [{directory: people}]}]
"""
ORG, ALL = Selection("org", user_filter="email = *@example.org"), Selection("all")


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> RunningSandbox:
    return start_sandbox(SEED)


def look(sandbox: RunningSandbox, *names: str, asked: tuple[Selection, ...] = (ORG, ALL), **more: Any) -> Sightings:
    given = {"url": sandbox.crowd_url, "application": "dirsync", "password": "sandbox-only", "retry_seconds": 0, **more}
    return look_for(names, "crowd", CrowdSettings(kind="crowd", **given), asked)


def test_a_person_the_filter_leaves_out_is_found_by_name_address_and_key(sandbox: RunningSandbox) -> None:
    (bert,) = look(sandbox, "BERT").found
    assert (bert.entry, bert.username, bert.email, bert.active) == ("bert", "bert", "bert@example.com", False)
    assert (bert.fits["org"].is_below_base, bert.fits["org"].matches_filter) == (True, False)
    assert bert.fits["org"].filter == "email = *@example.org"
    assert bert.fits["all"].matches_filter is True
    assert look(sandbox, "bert@example.com").found == (bert,)
    assert look(sandbox, bert.id).found == (bert,)
    assert look(sandbox, bert.id, "bert").found == (bert,), "told once"


def test_somebody_the_filter_takes_is_told_so(sandbox: RunningSandbox) -> None:
    (ana,) = look(sandbox, "ana").found
    assert ana.fits["org"].matches_filter is True


def test_no_name_is_a_pattern_or_a_piece_of_a_query(sandbox: RunningSandbox) -> None:
    (odd,) = look(sandbox, 'odd"*name').found
    assert odd.fits["org"].matches_filter is True
    for name in ("*@example.org", '" OR email = "*', "\\"):
        found = look(sandbox, name)
        assert (found.found, found.troubles) == ((), ())
        assert found.looked == ("everything that Crowd shows to 'dirsync'",)


def test_without_a_filter_the_read_has_seen_everybody(sandbox: RunningSandbox) -> None:
    assert look(sandbox, "ana", asked=(ALL,)) == Sightings()
    assert not sandbox.requests


def test_a_record_without_a_name_is_nobody(sandbox: RunningSandbox) -> None:
    sandbox.faults.add(
        Fault(
            path="/search",
            headers={"X-Embedded-Crowd-Version": "Crowd/6.0.2"},
            content_type="application/json",
            body=b'{"expand": "user", "users": [{"name": "", "email": "ana@example.org"}]}',
        )
    )
    assert look(sandbox, "ana@example.org") == Sightings((), ("everything that Crowd shows to 'dirsync'",))


def test_a_crowd_that_does_not_answer_is_told_and_never_fatal(sandbox: RunningSandbox) -> None:
    sandbox.faults.add(Fault(path="/search", status=500, times=None))
    found = look(sandbox, "ana")
    assert found.found == ()
    assert found.troubles[0].startswith("crowd could not be searched for this: ")
