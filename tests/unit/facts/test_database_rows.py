"""Rows, flags and grants: what was read, what could not be, and the script that mends it."""

from __future__ import annotations

import pytest
from unit.facts.tables import MISSING, REFUSED, read_from

from dirsync.database.crowd_tables import CROWD_TABLES
from dirsync.database.failures import Failure, concealed
from dirsync.database.jira_tables import JIRA_TABLES
from dirsync.database.rows import ColumnsLacking, number, text, truth
from dirsync.database.tables import Grants, NamedTable, quoted
from dirsync.errors import AnswerMalformed
from dirsync.facts.database_facts import DatabaseFacts, Remarked
from dirsync.model.facts import FactState, declared

PEOPLE = NamedTable("people", ("id", "name", "place"), "People.")
ALL = {"id": REFUSED, "name": REFUSED, "place": MISSING}


def test_rows_come_where_all_that_is_asked_for_could_be_read():
    tables = read_from([PEOPLE], {PEOPLE: [(1, "ana", "x")]}, {PEOPLE: {"place": MISSING}})
    assert tables.rows("people", "id", "name") == ({"id": 1, "name": "ana"},)
    assert tables.asked == ["people"]
    with pytest.raises(ColumnsLacking, match=r"In the database there is no people \(place\)\.") as caught:
        tables.rows("people", "id", "place")
    assert "search_path" in caught.value.remedy


def test_what_is_refused_names_the_grant_for_all_of_the_table():
    tables = read_from([PEOPLE], {}, {PEOPLE: ALL})
    with pytest.raises(ColumnsLacking) as caught:
        tables.rows("people", "id", "place")
    assert caught.value.message == (
        "In the database this account may not read people (id); there is no people (place)."
    )
    assert caught.value.remedy == "Let its owner run: GRANT SELECT (id, name) ON people TO dirsync;"


def test_a_table_that_is_never_empty_must_show_a_row():
    with pytest.raises(AnswerMalformed, match="people shows no row"):
        read_from([PEOPLE], {}).some_rows("people", "id")
    assert read_from([PEOPLE], {PEOPLE: [(1, "a", "b")]}).some_rows("people", "id")


@pytest.mark.parametrize("written", [1, True, "T", "t ", "true", "Y", "1"])
def test_every_way_to_write_yes(written):
    assert truth({"flag": written}, "flag") is True


@pytest.mark.parametrize("written", [0, False, "F", "f ", "FALSE", "N", "0"])
def test_every_way_to_write_no(written):
    assert truth({"flag": written}, "flag") is False


@pytest.mark.parametrize("written", [None, "", "maybe", 2])
def test_anything_else_is_neither(written):
    with pytest.raises(AnswerMalformed, match="neither yes nor no"):
        truth({"flag": written}, "flag")


def test_texts_lose_the_blanks_of_fixed_width_columns():
    assert (text({"a": "x  "}, "a"), text({"a": None}, "a"), number({"a": "7"}, "a")) == ("x", "", 7)


def test_a_fact_that_rests_on_a_declaration_is_declared():
    tables = read_from([PEOPLE], {})
    facts = DatabaseFacts(tables, "now")
    said = declared("x", 1, "estate.yaml:3, declared by owner@example.org", "2026-11-01")
    facts.tell("plain", lambda: tables.rows("people", "id"))
    facts.tell("remarked", lambda: Remarked(1, "by hand"))
    facts.tell("vouched", lambda: Remarked(2, "", (said, said)))
    facts.tell("lost", lambda: tables.some_rows("people", "id"))
    facts.tell("lost either", lambda: tables.some_rows("people", "id"), otherwise="ask")
    assert (facts.facts["plain"].source, facts.facts["plain"].at) == ("the database, people", "now")
    assert facts.facts["remarked"].source == "the database,  (by hand)"
    assert facts.facts["vouched"].state is FactState.DECLARED
    assert facts.facts["vouched"].source.endswith(f"; shown as {said.source}")
    assert facts.facts["vouched"].at == "2026-11-01"
    assert (facts.value("vouched"), facts.value("lost"), facts.value("never asked")) == (2, None, None)
    assert facts.facts["lost either"].remedy == f"{facts.facts['lost'].remedy} Or ask."


def test_identifiers_are_quoted_where_they_must_be():
    assert [quoted(name) for name in ("cwd_user", "AO_1", 'a"b', "0x")] == ["cwd_user", '"AO_1"', '"a""b"', '"0x"']


@pytest.mark.parametrize("tables", [JIRA_TABLES, CROWD_TABLES])
def test_the_script_grants_every_named_column_and_nothing_else(tables):
    script = Grants("a reader").script("Jira", tables)
    for table in tables:
        assert Grants("a reader").statement(table.name, table.columns) in " ".join(script.replace("\n ", "").split())
    statements = [line for line in script.splitlines() if line and not line.startswith(("--", "  "))]
    assert len(statements) == len(tables) + 2
    assert "GRANT SELECT ON" not in script
    assert "*" not in script
    assert '"a reader"' in script
    assert max(map(len, script.splitlines())) <= 120


@pytest.mark.parametrize("table", [*JIRA_TABLES, *CROWD_TABLES], ids=lambda table: table.name)
def test_no_credential_is_named_and_tables_with_passwords_are_narrowed_and_marked(table):
    assert not [column for column in table.columns if "credential" in column or "password" in column]
    if "attribute" in table.name or table.name.startswith("property"):
        assert table.only or table.name in {"propertynumber", "propertystring"}
    if table.name in {"cwd_directory_attribute", "propertynumber", "propertystring"}:
        assert table.caution.startswith("CAUTION")
    assert set(table.only) <= set(table.columns)


class _Complaint(Exception):
    def __init__(self, said: str, state: str = "") -> None:
        super().__init__(said)
        self.sqlstate = state


class _Raised:
    def __init__(self, said: str, state: str = "", *, is_broken: bool = False) -> None:
        self.orig = _Complaint(said, state)
        self.connection_invalidated = is_broken


@pytest.mark.parametrize(
    ("said", "state", "kind", "words"),
    [
        ("no entry", "28P01", "CredentialsRefused", "pg_hba.conf"),
        ('password authentication failed for user "x"', "", "CredentialsRefused", "DIRSYNC_JIRA__DATABASE_URL"),
        ("whatever", "3D000", "NotThatProduct", "Correct the database's name"),
        ('database "x" does not exist', "", "NotThatProduct", "Correct the database's name"),
        ("SSL error: certificate verify failed", "", "Unreachable", "DIRSYNC_JIRA__CA_FILE"),
        ("permission denied", "42501", "RightsMissing", "GRANT CONNECT"),
        ("timeout", "", "Unreachable", "Check host, port"),
    ],
)
def test_a_connection_that_fails_is_told_by_its_cause(said, state, kind, words):
    failure = Failure(_Raised(said, state), ("s3cret",))
    told = failure.as_unreachable("Jira's database (x)", "DIRSYNC_JIRA")
    assert type(told).__name__ == kind
    assert words in told.remedy
    assert said in told.message


def test_of_a_complaint_the_first_line_counts_and_secrets_are_hidden():
    assert Failure(_Raised("\n  wrong s3cret-long, s3cret.\nLINE 1: SELECT"), ("s3cret", "s3cret-long", "")).said == (
        "wrong ***, ***"
    )
    assert Failure(_Raised(""), ()).said == "_Complaint"
    assert concealed("abc", ()) == "abc"
    assert Failure(_Raised("x", "57014"), ()).is_timeout
    assert Failure(_Raised("x", is_broken=True), ()).is_broken_line
