"""`dirsync doctor` about Crowd's administration: who is let in, and what is lost where nobody is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from servers.sandbox import StartSandbox
from servers.scripted import ScriptedServer, answer, script
from servers.slapd import free_port
from servers.workplace import Ran, Workplace
from typer.testing import CliRunner

from dirsync.cli.app import app

__all__ = ["script"]

PASSWORD = "c4n4ry-administrator"
SEED = """
crowd:
  version: "%s"
  admin: {username: admin, password: %s, unserved: [%s]}
  directories:
    - {name: customers, users: [{username: helper, password: helper-only}]}
  applications: [{name: jira, type: JIRA, directories: [{directory: customers}]}]
"""
MAPPING = """
version: 1
name: customers
audience: customers
source: {directory: corp}
public_signup: wanted
"""
NEEDS_CROWD = "customer-default-group-grants-application-access"


@pytest.fixture
def desk(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """Return settings that name Crowd's administration, and people whom Crowd may give default groups."""
    monkeypatch.chdir(workplace.folder)
    workplace.directory("corp", kind="ldif", path="corp.ldif")
    workplace.write("corp.ldif", "dn: dc=example,dc=org\nobjectClass: domain\ndc: example\n")
    workplace.mapping("customers", MAPPING)
    workplace.settings |= {
        "DIRSYNC_CROWD_ADMIN__USERNAME": "admin",
        "DIRSYNC_CROWD_ADMIN__PASSWORD": PASSWORD,
        "DIRSYNC_CROWD_ADMIN__RETRY_SECONDS": "0",
    }
    return workplace


@pytest.fixture
def served(desk: Workplace, start_sandbox: StartSandbox) -> Callable[..., Workplace]:
    def serve(version: str = "6.0.2", unserved: str = "", **settings: str) -> Workplace:
        desk.settings["DIRSYNC_CROWD_ADMIN__URL"] = start_sandbox(SEED % (version, PASSWORD, unserved)).crowd_url
        desk.settings |= {f"DIRSYNC_CROWD_ADMIN__{name.upper()}": value for name, value in settings.items()}
        return desk

    return serve


@pytest.fixture
def scripted(desk: Workplace, script: Callable[[Any], ScriptedServer]) -> Callable[[Any], Workplace]:
    def serve(steps: Any) -> Workplace:
        desk.settings["DIRSYNC_CROWD_ADMIN__URL"] = script(steps).url
        return desk

    return serve


def doctor(desk: Workplace) -> Ran:
    desk.environment()
    result = CliRunner().invoke(app, ["doctor", "--json"], prog_name="dirsync")
    ran = Ran(result.exit_code, result.stdout, result.stderr)
    assert PASSWORD not in ran.stdout + ran.stderr
    assert all(one["remedy"] for one in ran.document["checks"] if one["state"] != "ok"), "each problem has a remedy"
    return ran


def lines(ran: Ran, check: str = "Crowd admin") -> list[tuple[str, str, str]]:
    return [
        (one["state"], one["message"], one["remedy"])
        for one in ran.document["checks"]
        if one["check"] == check and one["subject"] in {"crowd_admin", "crowd.applications"}
    ]


def silenced(ran: Ran) -> str:
    """Return what the check of facts says of the list of applications, which no other route tells here."""
    [(state, message, _)] = lines(ran, "fact")
    assert state == "warn"
    return message


def test_an_administrator_is_let_in_and_the_version_told(served: Callable[..., Workplace]) -> None:
    ran = doctor(served())
    (state, message, _), (clock, skew, _) = lines(ran)
    assert (ran.code, state, clock, skew) == (0, "ok", "ok", "its clock and ours agree.")
    assert message.startswith("Crowd 6.0.2 at http://127.0.0.1:")
    assert message.endswith("/crowd shows 'admin' its administration.")
    assert lines(ran, "fact") == [], "the list of applications is told"


def test_a_crowd_that_does_not_tell_its_version_is_one_all_the_same(served: Callable[..., Workplace]) -> None:
    ran = doctor(served(unserved="server-info"))
    assert lines(ran)[0][1].startswith("Crowd at http://127.0.0.1:")


def test_a_wrong_password_fails_and_says_what_is_lost(served: Callable[..., Workplace]) -> None:
    ran = doctor(served(password="wrong"))
    [(state, message, remedy)] = lines(ran)
    assert (ran.code, state) == (3, "fail")
    assert "Crowd does not know the user 'admin' with this password" in message
    assert remedy == "Check DIRSYNC_CROWD_ADMIN__USERNAME and DIRSYNC_CROWD_ADMIN__PASSWORD."
    assert NEEDS_CROWD in silenced(ran)


def test_a_user_who_does_not_administer_crowd_is_told_from_a_stranger(served: Callable[..., Workplace]) -> None:
    ran = doctor(served(username="helper", password="helper-only"))
    [(state, message, remedy)] = lines(ran)
    assert (ran.code, state) == (3, "fail")
    assert "HTTP 403: PERMISSION_DENIED: User <helper> does not administer Crowd" in message
    assert "Put 'helper' into a group whose members administer Crowd" in remedy
    assert NEEDS_CROWD in silenced(ran)


ADDRESS_PAGE = (
    "<html><head><style>h1 {color: black}</style></head><body><h1>HTTP Status 403 - Client with address "
    "&quot;192.0.2.7&quot; is forbidden from making requests to the application, crowd.</h1></body></html>"
)


def test_an_address_that_crowd_does_not_let_in_is_told_with_where_to_add_it(
    scripted: Callable[[Any], Workplace],
) -> None:
    ran = doctor(scripted(lambda _: answer(ADDRESS_PAGE, 403, "text/html;charset=utf-8")))
    [(state, message, remedy)] = lines(ran)
    assert (ran.code, state) == (3, "fail")
    assert "Crowd forbids this to the address 192.0.2.7, whoever asks" in message
    assert remedy == "In Crowd, add 192.0.2.7 under Applications > crowd > Remote addresses."
    assert "192.0.2.7" in silenced(ran)


def test_a_page_that_forbids_without_saying_why_is_not_taken_for_a_missing_right(
    scripted: Callable[[Any], Workplace],
) -> None:
    ran = doctor(scripted(lambda _: answer("<html><body>Forbidden</body></html>", 403, "text/html", crowd=None)))
    [(state, message, remedy)] = lines(ran)
    assert (ran.code, state) == (3, "fail")
    assert "with a web page. That is not how Crowd refuses a user" in message
    assert "which addresses Crowd, its container and the proxy before it let in" in remedy


def test_nobody_there_is_told_and_the_other_checks_are_done(desk: Workplace) -> None:
    desk.settings["DIRSYNC_CROWD_ADMIN__URL"] = f"http://127.0.0.1:{free_port()}/crowd"
    ran = doctor(desk)
    [(state, message, _)] = lines(ran)
    assert (ran.code, state) == (3, "fail")
    assert "refused" in message
    assert NEEDS_CROWD in silenced(ran)
    assert any(one["check"] == "LDIF file" and one["state"] == "ok" for one in ran.document["checks"])


def test_an_old_crowd_without_the_interface_costs_its_facts_and_fails_nothing(
    served: Callable[..., Workplace],
) -> None:
    ran = doctor(served("2.1", "appmanagement"))
    (state, message, remedy), *_ = lines(ran)
    assert (ran.code, state) == (0, "warn")
    assert message.startswith("Crowd/2.1 at http://127.0.0.1:")
    assert message.endswith("has no administrative interface (HTTP 404), so it tells nothing.")
    assert remedy.startswith("Set DIRSYNC_CROWD_ADMIN__DATABASE_URL, or declare crowd.applications")
    assert remedy.endswith("Then take DIRSYNC_CROWD_ADMIN__URL out.")
    assert NEEDS_CROWD in silenced(ran)


def test_a_crowd_with_the_older_interface_only_is_said_to_tell_less(served: Callable[..., Workplace]) -> None:
    ran = doctor(served("2.9"))
    (state, message, remedy), *_ = lines(ran)
    assert (ran.code, state) == (0, "warn")
    assert "has only the older interface /rest/appmanagement/1, which tells less" in message
    assert "DIRSYNC_CROWD_ADMIN__DATABASE_URL" in remedy


def test_an_address_that_is_no_crowd_fails(scripted: Callable[[Any], Workplace]) -> None:
    ran = doctor(scripted(lambda _: answer("nothing here", 404, "text/plain", crowd=None)))
    [(state, message, remedy)] = lines(ran)
    assert (ran.code, state) == (3, "fail")
    assert "answered HTTP 404, and not in the way of Crowd" in message
    assert remedy.startswith("Check DIRSYNC_CROWD_ADMIN__URL: it ends where Crowd's path ends")


def test_what_is_not_json_is_told(scripted: Callable[[Any], Workplace]) -> None:
    pages = {"/rest/admin/1.0/server-info": answer("<html>log in</html>", 200, "text/html")}
    ran = doctor(scripted(lambda asked: pages.get(asked.path, answer({"values": []}))))
    assert ran.code == 3
    assert lines(ran)[0][0] == "fail"


def test_with_the_database_alone_nobody_is_asked_by_rest(desk: Workplace) -> None:
    for name in ("USERNAME", "PASSWORD"):
        del desk.settings[f"DIRSYNC_CROWD_ADMIN__{name}"]
    desk.settings["DIRSYNC_CROWD_ADMIN__DATABASE_URL"] = f"postgresql://reader:{PASSWORD}@127.0.0.1:{free_port()}/crowd"
    ran = doctor(desk)
    assert lines(ran) == []
    [(state, message, _)] = lines(ran, "database")
    assert (ran.code, state) == (3, "fail")
    assert "could not be reached" in message
    assert NEEDS_CROWD in silenced(ran)
