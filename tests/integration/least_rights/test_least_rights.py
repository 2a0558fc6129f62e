"""Accounts with just the rights of `dirsync doctor --rights`, and what an audit decides with and without each."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from integration.databases import schemas
from servers.estate import SEED
from servers.postgresql import Account, PostgreSql
from servers.sandbox import StartSandbox
from servers.slapd import Slapd, StartSlapd, people_ldif
from servers.workplace import Ran, Workplace

from dirsync.operations.doctor.grants import Product, grants_script

MAPPING = """
version: 1
name: customers
audience: customers
source:
  directory: corp
  users: {base: "ou=people,dc=example,dc=org"}
  groups: {base: "ou=groups,dc=example,dc=org"}
target: {directory: crowd-customers}
public_signup: wanted
"""
# one account per directory, and nothing else may read: its own password by nobody at all
ONLY_READS = """access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="cn=reader,dc=example,dc=org" read by anonymous none by * none
"""
REFUSALS = ("HTTP 401", "HTTP 403", "permission denied", "may not", "holds neither", "does not know")


@dataclass
class Desk:
    workplace: Workplace
    slapd: Slapd

    def audit(self) -> Ran:
        return self.workplace.run("audit", "--json")

    def undecided(self) -> set[str]:
        return {one["rule"] for one in self.audit().document["rules"] if one["state"] == "unknown"}

    def rows(self, *words: str) -> dict[str, dict[str, Any]]:
        ran = self.workplace.run("doctor", "--rights", "--json", *words)
        assert ran.code == 0, ran.stderr
        return {row["route"]: row for row in ran.document["rights"]}


def granted(postgresql: PostgreSql, product: Product, schema: str) -> Account:
    account = postgresql.database(schema).account()
    return account.given(grants_script(product, account.name))


@pytest.fixture
def desk(workplace: Workplace, start_slapd: StartSlapd, start_sandbox: StartSandbox, postgresql: PostgreSql) -> Desk:
    slapd = start_slapd(ldif=people_ldif(12), extra=ONLY_READS)
    sandbox = start_sandbox(SEED % {"permissions": "ADMINISTER"})
    workplace.ldap("corp", slapd)
    workplace.crowd("crowd-customers", sandbox.crowd_url, "dirsync-customers")
    workplace.jira(sandbox.jira_url)
    workplace.settings |= {
        "DIRSYNC_JIRA__DATABASE_URL": granted(postgresql, Product.JIRA, schemas.JIRA).url(),
        "DIRSYNC_CROWD_ADMIN__URL": sandbox.crowd_url,
        "DIRSYNC_CROWD_ADMIN__USERNAME": "admin",
        "DIRSYNC_CROWD_ADMIN__PASSWORD": "administrator-only",
        "DIRSYNC_CROWD_ADMIN__DATABASE_URL": granted(postgresql, Product.CROWD, schemas.CROWD).url(),
        "DIRSYNC_READ_ONLY": "true",
    }
    workplace.mapping("customers", MAPPING)
    return Desk(workplace, slapd)


def test_an_audit_needs_no_more_than_the_rights_of_the_table(desk: Desk) -> None:
    before = desk.slapd.client("ldapsearch", "-LLL", "+", "*").stdout
    ran = desk.audit()
    assert ran.code in {0, 10, 12}, ran.stderr
    assert [(one["name"], one["complete"], one["users"]) for one in ran.document["directories"]] == [
        ("corp", True, 12),
        ("crowd_customers", True, 0),
    ]
    unknown = [fact["why"] for fact in ran.document["facts"] if fact["state"] == "unknown"]
    assert unknown, "nobody declares anything here"
    assert [why for why in unknown if any(said in why for said in REFUSALS)] == []
    assert desk.slapd.client("ldapsearch", "-LLL", "+", "*").stdout == before
    doctor = desk.workplace.run("doctor", "--json").document
    assert [one for one in doctor["checks"] if one["state"] == "fail"] == []
    database = [one["message"] for one in doctor["checks"] if one["check"] == "database"]
    assert [message for message in database if "can be read." in message] == database
    assert len(database) == 2


def test_these_accounts_could_not_write_and_no_command_tries(desk: Desk) -> None:
    slapd = desk.slapd
    login = ["-x", "-H", slapd.url, "-D", slapd.reader_dn, "-w", slapd.reader_password]
    done = subprocess.run(
        [str(slapd.clients["ldapmodify"]), *login],
        env=slapd.environment,
        input="dn: uid=user000001,ou=people,dc=example,dc=org\nchangetype: modify\nreplace: sn\nsn: x\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert "Insufficient access (50)" in done.stderr
    refused = desk.workplace.run("sync")
    assert refused.code == 2
    assert "DIRSYNC_READ_ONLY" in refused.stderr


@pytest.mark.parametrize(
    ("route", "without"),
    [
        ("corp", {"DIRSYNC_DIRECTORIES__CORP__PASSWORD": "wrong"}),
        ("jira-rest", {"DIRSYNC_JIRA__TOKEN": "wrong"}),
        ("jira-database", {"DIRSYNC_JIRA__DATABASE_URL": None}),
        ("crowd-admin", {"DIRSYNC_CROWD_ADMIN__PASSWORD": "nobody-only", "DIRSYNC_CROWD_ADMIN__USERNAME": "nobody"}),
        ("crowd-database", {"DIRSYNC_CROWD_ADMIN__DATABASE_URL": None}),
    ],
)
def test_what_the_table_says_is_lost_without_a_right_is_what_an_audit_then_leaves_undecided(
    desk: Desk, route: str, without: dict[str, str | None]
) -> None:
    lost, before = desk.rows()[route]["lost"], desk.undecided()
    for name, value in without.items():
        if value is None:
            del desk.workplace.settings[name]
        else:
            desk.workplace.settings[name] = value
    after = desk.undecided()
    # about people the made-up ones of the table stand in; where the real ones give no cause, a rule needs no fact
    assert after - before <= set(lost) | {"audit-incomplete"}
    assert bool(after - before - {"audit-incomplete"}) is bool(lost)


def test_offline_the_rights_are_shown_and_nobody_is_asked(desk: Desk) -> None:
    desk.workplace.settings["DIRSYNC_DIRECTORIES__CORP__URL"] = "ldap://127.0.0.1:1"
    desk.workplace.settings["DIRSYNC_JIRA__URL"] = "http://127.0.0.1:1"
    rows = desk.rows("--offline")
    assert {row["lost"] for row in rows.values()} == {None}
    assert list(rows) == [
        *("corp", "crowd_customers", "jira-database", "crowd-database", "jira-rest", "crowd-admin", "crowd-plugin"),
        "declared",
    ]
    assert rows["declared"]["configured"] is False
    text = desk.workplace.run("doctor", "--rights", "--offline").stdout
    assert "declared (not set up)\n  right  none: mappings/estate.yaml is dirsync's own\n" in text
    assert "corp\n  right  read and search below the bases: " in text
    assert max(map(len, text.splitlines())) <= 80
