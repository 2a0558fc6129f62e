"""What breaks most often is found out as docs/troubleshooting.md says: from exit code, message and doctor."""

from __future__ import annotations

import pytest
from documented.recipes import FOLDER, files
from documented.troubleshooting import LIKELY
from servers.slapd import StartSlapd, people_ldif
from servers.workplace import Ran, Workplace

SAYS = {symptom.says for symptom in LIKELY}


def flat(ran: Ran) -> str:
    """Return all that a command said, in one line."""
    return " ".join(f"{ran.stdout} {ran.stderr}".split())


@pytest.fixture
def desk(workplace: Workplace) -> Workplace:
    for name, text in files(FOLDER / "openldap.md").items():
        workplace.write(name, text)
    return workplace


@pytest.mark.server
def test_a_password_that_was_changed(desk: Workplace, start_slapd: StartSlapd):
    desk.ldap("corp", start_slapd(ldif=people_ldif(20)), password="no-longer-this")
    assert "refused to log in" in SAYS
    for command in ("audit", "doctor"):
        ran = desk.run(command)
        assert ran.code == 3
        assert "refused to log in" in flat(ran)
        assert "no-longer-this" not in flat(ran)
    assert "PASSWORD_FILE" in flat(desk.run("doctor"))


@pytest.mark.server
def test_a_limit_that_cuts_the_answer_off(desk: Workplace, start_slapd: StartSlapd):
    desk.ldap("corp", start_slapd(ldif=people_ldif(40), limits="total", size=10))
    ran = desk.run("audit")
    assert ran.code == 3
    assert "the server ended it with" in SAYS
    assert "the server ended it with" in flat(ran)


def test_a_server_that_is_away(desk: Workplace):
    desk.directory("corp", kind="ldap", url="ldap://127.0.0.1:1", bind_dn="cn=dirsync", password="x")
    ran = desk.run("audit")
    assert ran.code == 3
    assert "that the server runs, and the firewalls between" in SAYS
    assert "that the server runs, and the firewalls between" in flat(ran)


def test_a_mistyped_setting(desk: Workplace):
    desk.directory("corp", kind="ldap", url="ldap://127.0.0.1:1", bind="cn=dirsync", password="x")
    ran = desk.run("audit")
    assert ran.code == 2
    assert "there is no such setting" in SAYS
    assert "there is no such setting" in flat(ran)
