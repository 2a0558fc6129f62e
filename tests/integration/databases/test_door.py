"""The door to a database: what it lets through, and how it says what went wrong."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest
from integration.databases.conftest import jira_at
from servers.postgresql import NAME
from servers.slapd import free_port
from sqlalchemy import event, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from dirsync.database.address import DatabaseAddress, account_of, database_of
from dirsync.database.door import reading
from dirsync.database.jira_tables import ACTORS, DIRECTORY_ATTRIBUTES, JIRA_TABLES, PERMISSIONS
from dirsync.database.tables import NamedTable
from dirsync.errors import CredentialsRefused, DirectoryUnreadable, NotThatProduct, RightsMissing, Unreachable

pytestmark = pytest.mark.server


def refused(address: DatabaseAddress) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as caught, reading(address):
        pass
    return caught.value


def test_the_transaction_can_only_read_and_sees_one_instant(make_jira):
    account = make_jira("")
    with reading(jira_at(account)) as reader:
        before = len(reader.read(PERMISSIONS).rows)
        account.database.run("INSERT INTO globalpermissionentry VALUES (99, 'ADMINISTER', 'late')")
        assert len(reader.read(PERMISSIONS).rows) == before
        assert reader.connection.execute(text("SHOW transaction_isolation")).scalar() == "repeatable read"
        with pytest.raises(DBAPIError, match="read-only"):
            reader.connection.execute(text("CREATE TABLE left_behind (id integer)"))
    with reading(jira_at(account)) as reader:
        assert len(reader.read(PERMISSIONS).rows) == before + 1


def test_only_named_columns_and_named_attributes_are_asked_for(jira_reader):
    statements: list[str] = []

    def note(_conn, _cursor, statement, parameters, *_more):
        statements.append(f"{statement} {parameters}")

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with reading(jira_at(jira_reader)) as reader:
            for table in JIRA_TABLES:
                reader.read(table)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(statements) >= len(JIRA_TABLES)
    assert not [statement for statement in statements if "*" in statement or "credential" in statement]
    [attributes] = [statement for statement in statements if DIRECTORY_ATTRIBUTES.name in statement]
    assert "WHERE attribute_name IN" in attributes
    assert "password" not in attributes


def test_many_values_are_asked_for_part_by_part(jira_reader):
    with reading(jira_at(jira_reader)) as reader:
        assert len(reader.read(ACTORS, {"pid": [10500, *range(20_000, 22_500)]}).rows) == 3
        assert reader.read(ACTORS, {"pid": []}).rows == ()


def test_looking_at_a_table_reads_no_row(jira_reader):
    with reading(jira_at(jira_reader)) as reader:
        assert reader.look_at(PERMISSIONS).rows == ()
        lacking = reader.look_at(NamedTable("cwd_user", ("id", "credential", "nonsense"), "")).lacking
    assert {column: problem.needs_grant for column, problem in lacking.items()} == {
        "credential": True,
        "nonsense": False,
    }


def test_a_statement_that_takes_too_long_costs_its_table_only(make_jira):
    account = make_jira(
        "ALTER TABLE globalpermissionentry RENAME TO slow_entries;"
        "CREATE FUNCTION slowly() RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(5) IS NOT NULL';"
        "CREATE VIEW globalpermissionentry AS SELECT permission, group_id FROM slow_entries WHERE slowly()"
    )
    with reading(jira_at(account, statement_timeout=0.2)) as reader:
        lacking = reader.read(PERMISSIONS).lacking
        assert lacking["permission"].why == "reading {what} took longer than 0.2 s (READ_TIMEOUT)"
        assert reader.read(ACTORS).rows, "the transaction goes on"


def test_a_server_that_ends_the_connection_is_told(jira_reader):
    server = jira_reader.database.server
    with reading(jira_at(jira_reader)) as reader:
        number = reader.connection.execute(text("SELECT pg_backend_pid()")).scalar()
        with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", (number,))
        with pytest.raises(Unreachable, match="broke off"):
            reader.read(PERMISSIONS)


def test_what_keeps_a_connection_from_coming_about_is_told_without_the_password(jira_reader, tmp_path):
    good = jira_at(jira_reader)
    other = replace(jira_reader, password="wr0ng-Pa55")
    told = refused(jira_at(other))
    assert isinstance(told, CredentialsRefused)
    assert "DIRSYNC_JIRA__DATABASE_URL" in told.remedy
    assert "wr0ng-Pa55" not in str(told)
    missing = refused(replace(good, url=good.url.rpartition("/")[0] + "/nowhere"))
    assert isinstance(missing, NotThatProduct)
    assert '"nowhere" does not exist' in missing.message
    port = jira_reader.database.server.port
    nobody = refused(replace(good, url=good.url.replace(f":{port}/", f":{free_port()}/")))
    assert type(nobody) is Unreachable
    assert "Connection refused" in nobody.message
    assert jira_reader.password not in str([told, missing, nobody])


def test_an_account_that_may_not_connect_is_told(make_jira):
    account = make_jira("")
    with psycopg.connect(account.database.server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(f"REVOKE CONNECT ON DATABASE {account.database.name} FROM PUBLIC")
    assert isinstance(refused(jira_at(account)), RightsMissing | Unreachable)
    assert "permission denied for database" in refused(jira_at(account)).message


def test_over_a_network_the_server_must_prove_who_it_is(jira_reader, tmp_path):
    server = jira_reader.database.server
    query = "?hostaddr=127.0.0.1"  # libpq goes there, and still verifies the name

    def at(host: str, more: str = "", **settings: object) -> DatabaseAddress:
        return DatabaseAddress("Jira", jira_reader.url(host, query + more), "DIRSYNC_JIRA", **settings)

    with reading(at(NAME, ca_file=server.ca_file)) as reader:
        encrypted = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert reader.connection.execute(text(encrypted)).scalar() is True
    for address in (at(NAME), at("other.example.org", ca_file=server.ca_file)):
        told = refused(address)
        assert type(told) is Unreachable
        assert "DIRSYNC_JIRA__CA_FILE" in told.remedy
    for accepted in (at(NAME, "&sslmode=disable"), at(NAME, allow_plaintext=True)):
        with reading(accepted) as reader:
            assert reader.read(PERMISSIONS).rows


def test_a_url_that_is_none_and_a_driver_that_is_not_there_are_told():
    nonsense = refused(DatabaseAddress("Jira", "postgresql://a:b@h:port/x", "DIRSYNC_JIRA"))
    assert "is not the URL of a database" in nonsense.message
    assert "not installed" in refused(DatabaseAddress("Jira", "oracle+nothing://a/b", "DIRSYNC_JIRA")).message
    assert "not installed" in refused(DatabaseAddress("Jira", "mysql+pymysql://a/b", "DIRSYNC_JIRA")).message


def test_an_address_is_shown_without_account_password_and_options():
    url = "postgresql+psycopg://reader:s3cret@db.example.org:5433/jira?password=s3cret"
    assert database_of(url) == "postgresql://db.example.org:5433/jira"
    assert database_of("nonsense") == "an address that is none"
    assert (account_of(url), account_of("nonsense"), account_of("postgresql://db/jira")) == ("reader", "", "")


@pytest.mark.parametrize("url", ["postgresql://", "postgres://"])
def test_the_driver_that_comes_with_us_is_the_default(jira_reader, url):
    with reading(replace(jira_at(jira_reader), url=jira_reader.url().replace("postgresql+psycopg://", url))) as reader:
        assert reader.read(PERMISSIONS).rows
