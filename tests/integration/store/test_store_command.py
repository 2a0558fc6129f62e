"""`dirsync store` by the real command line, on both databases."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from servers.postgresql import PostgreSql
from servers.workplace import Ran, Workplace
from sqlalchemy import create_engine, text
from stores.old_stores import SUMMARY, found, make_old

from dirsync.store.database import VERSION
from dirsync.store.store import Store

HELD = """
import sys
from datetime import datetime
from pathlib import Path
from dirsync.store.lock import only_run
from dirsync.store.store import Store
store = Store(sys.argv[1])
with only_run(store.folder, "2026-11-20T01:00:00+00:00"):
    print("running", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, workplace: Workplace) -> Workplace:
    if request.param == "sqlite":
        workplace.settings["DIRSYNC_STORE"] = f"sqlite:///{workplace.folder / 'dirsync.db'}"
    else:
        server: PostgreSql = request.getfixturevalue("postgresql")
        workplace.settings["DIRSYNC_STORE"] = server.store_url()
    return workplace


def url_of(place: Workplace) -> str:
    return place.settings["DIRSYNC_STORE"]


def version_of(place: Workplace) -> int:
    engine = create_engine(url_of(place))
    with engine.connect() as connection:
        version: int = connection.execute(text("SELECT version FROM dirsync_store")).scalar_one()
    engine.dispose()
    return version


def lines(ran: Ran) -> str:
    return " ".join(ran.stdout.split())


def test_an_old_store_is_shown_upgraded_and_taken_back_as_told(place: Workplace) -> None:
    engine = create_engine(url_of(place))
    with engine.begin() as connection:
        make_old(connection, 5)
    assert f"of version 5; the next run brings it to version {VERSION}." in lines(place.run("store"))
    assert version_of(place) == 5, "looking changes nothing"
    refused = place.run("store", "downgrade", "5", "--apply")
    assert (refused.code, version_of(place)) == (2, 5)
    assert "can't be taken back to version 5" in refused.stderr
    assert "and may be written to" in lines(place.run("store", "upgrade"))
    assert version_of(place) == VERSION
    seen = place.run("store", "downgrade", "5")
    assert "lost: how things were before each change" in lines(seen)
    assert "Nothing was changed." in seen.stderr
    assert version_of(place) == VERSION
    done = place.run("store", "downgrade", "5", "--apply")
    assert (done.code, lines(done)) == (0, lines(seen))
    assert "Start the older dirsync now" in done.stderr
    with engine.connect() as connection:
        assert json.loads(found(connection)["runs"][0]["summary"]) == SUMMARY
    engine.dispose()
    assert version_of(place) == 5
    told = json.loads(place.run("store", "downgrade", "2", "--json").stdout)
    assert (told["from"], told["to"], told["is_done"], len(told["losses"])) == (5, 2, False, 3)
    assert json.loads(place.run("store", "upgrade", "--json").stdout)["version"] == VERSION


def test_while_a_run_is_under_way_nothing_is_taken_back(place: Workplace) -> None:
    Store(url_of(place)).close()
    with subprocess.Popen(
        [sys.executable, "-c", HELD, url_of(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"running\n"
        refused = place.run("store", "downgrade", "7", "--apply")
        assert place.run("store", "downgrade", "7").code == 0, "to see what it means is no change"
        other.kill()
    assert refused.code == 75
    assert "Another run is under way" in refused.stderr or "another dirsync works with it" in refused.stderr
    assert version_of(place) == VERSION
    assert place.run("store", "downgrade", "7", "--apply").code == 0
    assert version_of(place) == 7


def test_a_store_that_is_not_there_or_not_ours_is_told(workplace: Workplace) -> None:
    assert "is not there yet; the first run makes it." in lines(workplace.run("store"))
    refused = workplace.run("store", "downgrade", "3", "--apply")
    assert refused.code == 2
    assert "There is nothing to take back." in refused.stderr
    Path(workplace.folder / "text.db").write_text("no database " * 99)
    workplace.settings["DIRSYNC_STORE"] = f"sqlite:///{workplace.folder / 'text.db'}"
    for arguments in (("store",), ("store", "upgrade"), ("store", "downgrade", "3")):
        ran = workplace.run(*arguments)
        assert ran.code == 2
        assert "file is not a database" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mend",), "There is no 'store mend'. -> It must be one of show, upgrade, downgrade."),
        (("upgrade", "7"), "'store upgrade' takes no version and no --apply."),
        (("show", "--apply"), "'store show' takes no version and no --apply."),
        (("downgrade",), "'store downgrade' needs the version to go back to."),
        (("downgrade", "--apply"), "'store downgrade' needs the version to go back to."),
    ],
)
def test_arguments_that_make_no_sense_are_refused(workplace: Workplace, arguments: tuple[str, ...], said: str) -> None:
    ran = workplace.run("store", *arguments)
    assert ran.code == 2
    assert said in " ".join(ran.stderr.split())
