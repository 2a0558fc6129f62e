"""Databases that are not as they should be: another product's, in another encoding, with holes, frozen."""

from __future__ import annotations

import os
import signal
import time

import psycopg
import pytest
from integration.databases import schemas
from integration.databases.conftest import _granted, clock, crowd_at, jira_at
from servers.postgresql import OWNER, Database
from sqlalchemy import text

from dirsync.database.door import reading
from dirsync.database.jira_tables import DIRECTORIES, GROUPS, PERMISSIONS, USERS
from dirsync.directories.interface import Selection
from dirsync.directories.jira.directory import JiraDirectory
from dirsync.errors import Unreachable
from dirsync.facts.crowd_database import TOLD as OF_CROWD
from dirsync.facts.crowd_database import read_crowd_database_facts
from dirsync.facts.jira_attribution import JiraAttribution
from dirsync.facts.jira_database import read_jira_database_facts
from dirsync.model.facts import FactState
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead
from dirsync.operations.doctor.grants import Product

pytestmark = pytest.mark.server
NOBODY = JiraAttribution({}, {}, frozenset())
WITHOUT_IDS = """
ALTER TABLE projectrole DROP CONSTRAINT projectrole_pkey, ALTER id DROP NOT NULL;
UPDATE projectrole SET id = NULL;
"""


def jira_facts(account):
    return read_jira_database_facts(jira_at(account), NOBODY, clock)


def crowd_facts(account):
    return read_crowd_database_facts(crowd_at(account), (), {}, "", clock)


def known(facts):
    return {name for name, fact in facts.items() if fact.state is not FactState.UNKNOWN}


def people(account, directory="Jira Internal Directory"):
    selection = Selection(name="all", wants_groups=True)
    target = JiraDirectory("portal", directory, [selection], database=jira_at(account), clock=clock)
    return target.read(LastRead(), MemorySpool("portal"))


def test_jiras_database_is_not_taken_for_crowds(postgresql):
    account = _granted(postgresql.database(schemas.JIRA), Product.JIRA)
    facts = crowd_facts(account)
    assert known(facts) == set(), "Jira has a table cwd_directory too"
    assert set(OF_CROWD) <= set(facts)
    for name in OF_CROWD:
        assert "there is no cwd_app_dir_mapping" in facts[name].why
        assert "DATABASE_URL names the right database" in facts[name].remedy


def test_crowds_database_is_not_taken_for_jiras(postgresql):
    account = _granted(postgresql.database(schemas.CROWD), Product.CROWD)
    facts = jira_facts(account)
    assert known(facts) == set(), "Crowd has directories of its own, and what they are set to"
    assert "there is no cwd_directory (directory_position)" in facts["jira.user_directories"].why


@pytest.fixture
def in_bytes(postgresql):
    """Return a database that keeps bytes and knows no encoding, as old installations have it."""
    name = "without_encoding"
    with psycopg.connect(postgresql.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER} ENCODING 'SQL_ASCII' TEMPLATE template0")
    with psycopg.connect(postgresql.conninfo(name), autocommit=True) as connection:
        connection.execute(f"ALTER SCHEMA public OWNER TO {OWNER}")
    made = Database(postgresql, name)
    made.run(schemas.JIRA)
    return made


def test_names_in_a_database_without_an_encoding_are_names(in_bytes, jira_reader):
    facts = jira_facts(_granted(in_bytes, Product.JIRA))
    expected = jira_facts(jira_reader)
    assert {name: fact.value for name, fact in facts.items()} == {name: fact.value for name, fact in expected.items()}


def test_bytes_that_are_no_text_cost_their_own_facts_and_end_a_read(in_bytes):
    in_bytes.run("UPDATE globalpermissionentry SET group_id = E'caf\\xe9' WHERE id = 4")
    in_bytes.run("UPDATE cwd_user SET display_name = E'caf\\xe9' WHERE id = 11")
    account = _granted(in_bytes, Product.JIRA)
    facts = jira_facts(account)
    assert facts["jira.permissions"].state is FactState.UNKNOWN
    assert "invalid byte sequence" in facts["jira.permissions"].why
    assert facts["jira.applications"].state is FactState.OBSERVED
    snapshot = people(account)
    assert not snapshot.completeness.is_complete
    assert "invalid byte sequence" in snapshot.completeness.reason


def test_two_user_directories_of_one_name_are_refused_by_name_and_their_leaves_are_not_mixed(make_jira):
    account = make_jira(
        "UPDATE cwd_directory SET directory_name = 'Staff' WHERE id = 10000;"
        "UPDATE cwd_directory SET directory_name = 'STAFF' WHERE id = 10200;"
    )
    facts = jira_facts(account)
    order = facts["jira.user_directories"]
    assert order.state is FactState.UNKNOWN
    assert "'staff' (cwd_directory.id 10000, 10100, 10200)" in order.why
    assert "name of its own" in order.remedy
    mode = facts["jira.user_directories[Staff].mode"]
    assert (mode.state, "two of this name" in mode.why, bool(mode.remedy)) == (FactState.UNKNOWN, True, True)
    assert facts["jira.user_directories[Staff].active"].value is True, "both are switched on"
    assert facts["jira.user_directories[Jira Internal Directory].mode"].state is FactState.OBSERVED


@pytest.mark.parametrize(
    ("script", "name", "why"),
    [
        ("INSERT INTO licenserolesgroup VALUES (9, 'jira-software', NULL, 'N')", "jira.applications", "no group"),
        ("INSERT INTO licenserolesgroup VALUES (9, NULL, 'x', 'N')", "jira.applications", "no application"),
        ("UPDATE cwd_directory SET directory_position = 'NaN' WHERE id = 1", "jira.user_directories", "no position"),
        (
            WITHOUT_IDS,
            "jira.service_projects[HELP].roles",
            "id holds 'None', which is no number",
        ),
    ],
)
def test_holes_in_jiras_tables_are_unknown_and_never_a_name_or_a_number(make_jira, script, name, why):
    fact = jira_facts(make_jira(script))[name]
    assert fact.state is FactState.UNKNOWN
    assert why in fact.why
    assert fact.remedy


@pytest.mark.parametrize(
    ("script", "name", "why"),
    [
        (
            "UPDATE cwd_app_licensing SET total_users = NULL WHERE id = 1",
            "crowd.applications[jira-customers].licence_use",
            "total_users holds 'None', which is no number",
        ),
    ],
)
def test_holes_in_crowds_tables_are_unknown_too(make_crowd, script, name, why):
    fact = crowd_facts(make_crowd(script))[name]
    assert fact.state is FactState.UNKNOWN
    assert why in fact.why
    assert fact.remedy


def test_people_and_groups_without_a_name_or_an_id_are_left_out_by_name(make_jira):
    account = make_jira(
        "INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active) VALUES (50, 1, NULL, NULL, 1);"
        "INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active) VALUES (51, 1, 'Odd', NULL, 1);"
        "INSERT INTO cwd_group (id, directory_id, group_name, lower_group_name) VALUES (150, 1, NULL, NULL);"
        "ALTER TABLE cwd_user DROP CONSTRAINT cwd_user_pkey; ALTER TABLE cwd_user ALTER id DROP NOT NULL;"
        "INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active) VALUES (NULL, 1, 'No', 'no', 1);"
    )
    snapshot = people(account)
    assert sorted(user.username for user in snapshot.users()) == ["Admin", "Gone", "ana@example.org"]
    assert {group.name for group in snapshot.groups()} == {"jira-administrators", "Portal", "jira-users"}
    left_out = {(entry.entry, entry.is_group) for entry in snapshot.quarantined}
    assert left_out == {("user with the id 50", False), ("Odd", False), ("No", False), ("group with the id 150", True)}


def test_a_server_that_freezes_half_way_ends_the_read_in_time(jira_reader):
    began = time.monotonic()
    with reading(jira_at(jira_reader, statement_timeout=0.5)) as reader:
        number = reader.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(number, signal.SIGSTOP)
        try:
            with pytest.raises(Unreachable, match="fell silent"):
                reader.read(PERMISSIONS)
        finally:
            os.kill(number, signal.SIGCONT)
    assert time.monotonic() - began < 60


def test_a_server_that_freezes_while_it_streams_ends_the_read_in_time(make_jira):
    account = make_jira(
        "INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active) "
        "SELECT 100000 + n, 1, 'u' || n, 'u' || n, 1 FROM generate_series(1, 20000) n"
    )
    with reading(jira_at(account, statement_timeout=0.5)) as reader:
        number = reader.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        rows = reader.stream(USERS, {"directory_id": [1]})
        next(rows)
        os.kill(number, signal.SIGSTOP)
        try:
            with pytest.raises(Unreachable, match="fell silent"):
                list(rows)
        finally:
            os.kill(number, signal.SIGCONT)


def test_a_reader_that_takes_its_time_between_rows_is_not_cut_off(make_jira):
    account = make_jira(
        "INSERT INTO cwd_group (id, directory_id, group_name, lower_group_name) "
        "SELECT 100000 + n, 1, 'g' || n, 'g' || n FROM generate_series(1, 5000) n"
    )
    with reading(jira_at(account, statement_timeout=0.3)) as reader:
        rows = reader.stream(GROUPS, {"directory_id": [1]})
        next(rows)
        time.sleep(6)
        assert len(list(rows)) == 5002
        assert reader.read(DIRECTORIES).rows


@pytest.mark.parametrize("query", ["?sslpassword=S3cret-key&sslmode=require", "?nonsense=S3cret-key"])
def test_no_option_of_the_address_shows_in_what_is_said(jira_reader, query):
    facts = read_jira_database_facts(
        jira_at(jira_reader).__class__("Jira", jira_reader.url(query=query), "DIRSYNC_JIRA"), NOBODY, clock
    )
    assert facts
    assert "S3cret-key" not in repr(facts)
