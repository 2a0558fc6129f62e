"""Directories that Jira holds, read from its database by an account that may read the printed columns only."""

from __future__ import annotations

import psycopg
import pytest
from integration.databases.conftest import jira_at
from integration.databases.schemas import SECRET
from sqlalchemy import event
from sqlalchemy.engine import Engine

from dirsync.database.door import reading
from dirsync.database.jira_tables import USERS
from dirsync.directories.interface import Selection
from dirsync.directories.jira import JiraDirectory
from dirsync.errors import DirectoryUnreadable, NotThatProduct, Unreachable
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import LastRead

pytestmark = pytest.mark.server
FIRST_TIME, WANTED = LastRead(), Selection("customers")
INTERNAL, STAFF = "jira internal DIRECTORY", "Staff"


def read(account, called=INTERNAL, known=FIRST_TIME, asked=(WANTED,), progress=None, **more):
    directory = JiraDirectory("portal", called, asked, progress, database=jira_at(account, **more))
    return directory.read(known, MemorySpool("portal"))


def groups(snapshot):
    return {
        group.name: (
            sorted(user.username for user in snapshot.members(group.id)),
            sorted(child.name for child in snapshot.child_groups(group.id)),
        )
        for group in snapshot.groups()
    }


def test_one_directory_is_read_with_its_people_groups_and_nesting(jira_reader):
    snapshot = read(jira_reader)
    assert [(user.id, user.username, user.active) for user in snapshot.users("customers")] == [
        ("10", "Admin", True),
        ("11", "ana@example.org", True),
        ("12", "Gone", False),
    ]
    admin = snapshot.user("10")
    assert (admin.first_name, admin.last_name, admin.display_name, admin.email) == (
        *("Ada", "Min", "Ada Min"),
        "admin@example.org",
    )
    assert groups(snapshot) == {
        "jira-administrators": (["Admin"], []),
        "Portal": (["ana@example.org"], []),
        "jira-users": ([], ["Portal"]),
    }
    assert [(group.id, group.description) for group in snapshot.groups()] == [
        ("100", "Admins"),
        ("101", ""),
        ("102", ""),
    ]


def test_the_proof_tells_every_question_and_that_it_was_one_instant(jira_reader):
    proof = read(jira_reader).completeness
    assert proof.is_complete
    assert proof.server.startswith("Jira's database (postgresql://127.0.0.1")
    assert [(search.what, search.entries) for search in proof.searches] == [
        ("cwd_user of directory 1", 3),
        ("cwd_group of directory 1", 3),
        ("cwd_membership of directory 1", 3),
    ]
    assert {search.result for search in proof.searches} == {"read to its end, in one repeatable-read transaction"}
    assert (proof.requests, proof.notices, proof.reason) == (5, (), "")


def test_people_of_another_directory_and_no_password_are_ever_asked_for(jira_reader):
    statements: list[str] = []

    def note(_conn, _cursor, statement, parameters, *_more):
        statements.append(f"{statement} {parameters}")

    event.listen(Engine, "before_cursor_execute", note)
    try:
        snapshot = read(jira_reader, STAFF)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert groups(snapshot) == {"Portal": (["Agent"], [])}
    assert [user.id for user in snapshot.users()] == ["20"]
    assert not [said for said in statements if "credential" in said or "*" in said or SECRET in said]
    with_rows = [said for said in statements if " cwd_user" in said and "LIMIT" not in said]
    assert with_rows
    assert all("directory_id IN" in said for said in with_rows)


def test_groups_are_left_alone_where_nobody_wants_them(jira_reader):
    snapshot = read(jira_reader, asked=(Selection("customers", wants_groups=False),))
    assert (snapshot.counts().users, snapshot.counts().groups) == (3, 0)
    assert len(snapshot.completeness.searches) == 1
    both = read(jira_reader, asked=(WANTED, Selection("agents", wants_groups=False)))
    assert [both.counts(name).groups for name in ("customers", "agents")] == [3, 0]


def test_everything_is_of_one_instant(make_jira):
    account = make_jira("")
    late = "INSERT INTO cwd_membership (id, directory_id, membership_type, lower_parent_name, lower_child_name) VALUES "

    def meanwhile(what, _done, _total=None):
        if what == "portal: users":
            account.database.run(f"{late} (99, 1, 'GROUP_USER', 'portal', 'admin')")

    assert groups(read(account, progress=meanwhile))["Portal"] == (["ana@example.org"], [])
    assert groups(read(account))["Portal"] == (["Admin", "ana@example.org"], [])


def test_an_id_outlives_a_rename(make_jira):
    account = make_jira("")
    before = read(account).user_named("ana@example.org")
    account.database.run(
        "UPDATE cwd_user SET user_name = 'Anna', lower_user_name = 'anna' WHERE id = 11;"
        "UPDATE cwd_membership SET child_name = 'Anna', lower_child_name = 'anna' WHERE id = 2"
    )
    after = read(account)
    assert after.user(before.id).username == "Anna"
    assert groups(after)["Portal"] == (["Anna"], [])


def test_a_directory_that_jira_has_switched_off_is_read_and_said_so(make_jira):
    account = make_jira("UPDATE cwd_directory SET active = 0 WHERE id = 1")
    assert read(account).completeness.notices == (
        "'Jira Internal Directory' is switched off in Jira, so that Jira sees nobody in it.",
    )


@pytest.mark.parametrize(("value", "nested"), [("false", []), ("true", ["Portal"]), ("", ["Portal"])])
def test_nesting_counts_unless_it_is_off(make_jira, value, nested):
    account = make_jira(f"INSERT INTO cwd_directory_attribute VALUES (1, 'useNestedGroups', '{value}')")
    snapshot = read(account)
    assert groups(snapshot)["jira-users"] == ([], nested)
    assert bool(snapshot.completeness.notices) is (not nested)


def test_nesting_counts_where_nobody_may_see_whether_it_is_off(make_jira):
    account = make_jira("INSERT INTO cwd_directory_attribute VALUES (1, 'useNestedGroups', 'false')")
    account.given(f"REVOKE SELECT (attribute_value) ON cwd_directory_attribute FROM {account.name}")
    assert groups(read(account))["jira-users"] == ([], ["Portal"])


def test_what_can_t_be_acted_on_is_left_out_by_name_and_stops_nobody(make_jira):
    account = make_jira(
        "INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active) VALUES"
        " (90, 1, 'odd', 'odd', NULL), (91, 1, '', '', 1);"
        "INSERT INTO cwd_membership (id, directory_id, membership_type, lower_parent_name, lower_child_name) VALUES"
        " (98, 1, 'GROUP_USER', 'no-such-group', 'admin'), (99, 1, 'GROUP_ROLE', 'portal', 'admin')"
    )
    snapshot = read(account)
    assert snapshot.completeness.is_complete
    assert snapshot.counts().users == 3
    assert [(entry.entry, entry.id, entry.is_group) for entry in snapshot.quarantined] == [
        ("odd", "90", False),
        ("user with the id 91", "91", False),
        ("group 'no-such-group'", "", True),
    ]
    assert groups(snapshot)["Portal"] == (["ana@example.org"], [])


def test_nobody_where_there_were_some_is_not_the_whole_directory(make_jira):
    account = make_jira("DELETE FROM cwd_user WHERE directory_id = 1")
    assert read(account).completeness.is_complete
    proof = read(account, known=LastRead(users=1200)).completeness
    assert (proof.is_complete, "holds no users where there were 1,200" in proof.reason) == (False, True)
    assert "--allow-removals 1200" in proof.remedy


def refused(account, called=INTERNAL, **more) -> DirectoryUnreadable:
    with pytest.raises(DirectoryUnreadable) as caught:
        read(account, called, **more)
    return caught.value


def test_a_name_that_jira_has_not_or_twice_is_told(make_jira):
    account = make_jira("INSERT INTO cwd_directory VALUES (7, 'STAFF', 'staff', now(), 1, '', 'x', 'INTERNAL', 9)")
    missing = refused(account, "Portal")
    assert isinstance(missing, NotThatProduct)
    assert "no user directory 'Portal'; it has 'Crowd Customers', 'Jira Internal Directory'," in missing.message
    assert "DIRSYNC_DIRECTORIES__PORTAL__JIRA_DIRECTORY" in missing.remedy
    twice = refused(account, STAFF)
    assert "2 user directories called 'Staff' (cwd_directory.id 10100, 7)" in twice.message


def test_all_that_an_account_may_not_read_is_told_at_once_with_the_grants(make_jira):
    account = make_jira("ALTER TABLE cwd_group RENAME COLUMN description TO other")
    account.given(f"REVOKE SELECT (active) ON cwd_user FROM {account.name}")
    account.given(f"REVOKE SELECT (lower_parent_name) ON cwd_membership FROM {account.name}")
    account.given(f"GRANT SELECT (id, directory_id, group_name, lower_group_name) ON cwd_group TO {account.name}")
    problem = refused(account)
    assert "may not read cwd_user (active)" in problem.message
    assert "may not read cwd_membership (lower_parent_name)" in problem.message
    assert "there is no cwd_group (description)" in problem.message
    assert f"GRANT SELECT (active) ON cwd_user TO {account.name};" in problem.remedy
    assert f"GRANT SELECT (lower_parent_name) ON cwd_membership TO {account.name};" in problem.remedy


def test_a_statement_that_takes_too_long_ends_the_read_as_not_whole(make_jira):
    account = make_jira(
        "ALTER TABLE cwd_membership RENAME TO memberships;"
        "CREATE FUNCTION slowly() RETURNS boolean LANGUAGE sql AS 'SELECT pg_sleep(5) IS NOT NULL';"
        "CREATE VIEW cwd_membership AS SELECT * FROM memberships WHERE slowly()"
    )
    proof = read(account, statement_timeout=0.3).completeness
    assert not proof.is_complete
    assert "reading cwd_membership ended after 0 rows: took longer than 0.3 s" in proof.reason
    assert "DIRSYNC_JIRA__READ_TIMEOUT" in proof.remedy
    assert [search.what for search in proof.searches] == ["cwd_user of directory 1", "cwd_group of directory 1"]


MANY = (
    "INSERT INTO cwd_user (id, directory_id, user_name, lower_user_name, active) "
    "SELECT 1000 + n, 1, 'p' || n, 'p' || n, 1 FROM generate_series(1, 5000) AS n"
)


@pytest.mark.parametrize(("at", "asked"), [(1000, "cwd_user"), (5003, "cwd_group")])
def test_a_line_that_breaks_ends_the_read_as_not_whole(make_jira, at, asked):
    account = make_jira(MANY)
    server = account.database.server

    def cut(_what, done, _total=None):
        if done == at:
            with psycopg.connect(server.conninfo("postgres"), autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (account.name,)
                )

    proof = read(account, progress=cut).completeness
    assert (proof.is_complete, "broke off" in proof.reason) == (False, True)
    assert f"{asked} of directory 1" not in {search.what for search in proof.searches if "to its end" in search.result}


def test_rows_are_streamed_with_the_server_s_cursor(make_jira):
    account = make_jira(MANY)
    declared: list[str] = []
    with reading(jira_at(account)) as reader:
        rows = reader.stream(USERS, {"directory_id": [1]})
        next(rows)
        with psycopg.connect(account.database.server.conninfo("postgres"), autocommit=True) as admin:
            found = admin.execute("SELECT query FROM pg_stat_activity WHERE usename = %s", (account.name,))
            declared += [query for (query,) in found]
            number = admin.execute("SELECT pid FROM pg_stat_activity WHERE usename = %s", (account.name,)).fetchone()
            assert sum(1 for _ in range(1000) if next(rows)) == 1000
            admin.execute("SELECT pg_terminate_backend(%s)", number)
        with pytest.raises(Unreachable):
            list(rows)
    assert declared
    assert all(query.startswith("FETCH FORWARD") for query in declared)
    assert read(account).counts().users == 5003
