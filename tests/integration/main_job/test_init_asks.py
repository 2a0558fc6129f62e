"""`dirsync init` with addresses: real servers are asked what they tell anybody, and the files hold it."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from dotenv import dotenv_values
from servers.command import run_dirsync
from servers.ds389 import Start389
from servers.samba import StartSamba
from servers.sandbox import StartSandbox
from servers.scripted import ScriptedServer, answer, script
from servers.slapd import StartSlapd, people_ldif
from servers.workplace import Ran, Workplace

from dirsync.directories.ldap.dialects.directory_server_389 import DIRECTORY_SERVER_389
from dirsync.mapping.policy import parse_mapping
from dirsync.operations.finding_out import PATIENCE, Found, Wanted, find_out

__all__ = ["script"]

SEED = """
jira: {version: "9.12"}
crowd:
  directories: [{name: customers}]
  applications: [{name: dirsync-customers, password: sandbox-only, directories: [{directory: customers}]}]
"""


@pytest.fixture
def silent() -> Iterator[int]:
    """Give the port of somebody who takes connections and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def init(workplace: Workplace, *words: str) -> Ran:
    return init_again(workplace, *words)


def init_again(workplace: Workplace, *words: str) -> Ran:
    return Ran(*run_dirsync(["init", *words], workplace.folder, os.environ, 120))


def settings(workplace: Workplace) -> dict[str, str | None]:
    return dict(dotenv_values(workplace.folder / "dirsync.env"))


def mapping(workplace: Workplace, name: str = "customers") -> Any:
    text = (workplace.folder / "mappings" / f"{name}.yaml").read_text()
    return parse_mapping(text, name).content, text


def test_openldap_crowd_and_jira_fill_the_files_in(
    workplace: Workplace, start_slapd: StartSlapd, start_sandbox: StartSandbox
) -> None:
    slapd, sandbox = start_slapd(), start_sandbox(SEED)
    ran = init(workplace, "--ldap", slapd.url, "--crowd", sandbox.crowd_url, "--jira", sandbox.jira_url)
    assert (ran.code, ran.stderr) == (0, "")
    told = settings(workplace)
    assert told == {
        "DIRSYNC_DIRECTORIES__CORP__KIND": "ldap",
        "DIRSYNC_DIRECTORIES__CORP__URL": slapd.url,
        "DIRSYNC_DIRECTORIES__CROWD_AGENTS__KIND": "crowd",
        "DIRSYNC_DIRECTORIES__CROWD_AGENTS__URL": sandbox.crowd_url,
        "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__KIND": "crowd",
        "DIRSYNC_DIRECTORIES__CROWD_CUSTOMERS__URL": sandbox.crowd_url,
        "DIRSYNC_JIRA__URL": sandbox.jira_url,
    }
    text = (workplace.folder / "dirsync.env").read_text()
    assert f": ldap://127.0.0.1:{slapd.port} is " in text
    assert "spoken to as OpenLDAP; it holds dc=example,dc=org; it offers pages." in text
    assert "id entryUUID, username uid, email mail;" in text
    assert f"{sandbox.crowd_url} is Crowd " in text
    assert f"{sandbox.jira_url} did not tell its version without a login: " in text, "this one keeps it to itself"
    content, shown = mapping(workplace)
    assert content.source.users.base == ("ou=customers,dc=example,dc=org",)
    assert content.source.users.filter == "(objectClass=inetOrgPerson)"
    assert shown.startswith("# SAMPLE of 'dirsync init'")
    assert "# Asked by 'dirsync init' on " in shown
    assert mapping(workplace, "agents")[0].source.groups.base == ("ou=groups,dc=example,dc=org",)
    assert ran.stdout.startswith("Asked:\n  ldap://")
    steps = ran.stdout.partition("Next steps\n")[2]
    assert "KIND" not in steps, "it is filled in"
    assert "URL" not in steps, "it is filled in"
    assert "BIND_DN" in steps
    assert "TOKEN_FILE" in steps
    assert "then delete the first line" in steps
    assert "other directories" not in steps, "all three were named"
    before = {path: path.read_bytes() for path in workplace.folder.rglob("*") if path.is_file()}
    again = init_again(workplace, "--ldap", "ldap://127.0.0.1:1")
    assert again.code == 0
    assert {path: path.read_bytes() for path in workplace.folder.rglob("*") if path.is_file()} == before
    assert "Written:" not in again.stdout
    assert "KIND, URL" in again.stdout, "nothing was filled in this time"


def test_what_it_has_filled_in_still_counts_as_a_sample_until_somebody_has_looked(
    workplace: Workplace, start_slapd: StartSlapd
) -> None:
    init(workplace, "--ldap", start_slapd().url)

    def warned() -> set[str]:
        _, out, _ = run_dirsync(["doctor", "--offline", "--json"], workplace.folder, os.environ, 120)
        told = {one["subject"]: one for one in json.loads(out)["checks"] if one["check"] == "sample"}
        filled_in = {name for name, one in told.items() if "delete its first line" in one["remedy"]}
        assert filled_in == set(told) - {"mappings/estate.yaml"}, "the server told nothing of the estate"
        return set(told)

    assert warned() == {"mappings/agents.yaml", "mappings/customers.yaml", "mappings/estate.yaml"}
    path = workplace.folder / "mappings" / "agents.yaml"
    path.write_text(path.read_text().partition("\n")[2])
    assert "mappings/agents.yaml" not in warned()


def test_389_tells_who_it_is_and_whose_people_it_holds(workplace: Workplace, start_389: Start389) -> None:
    server = start_389(lambda base: people_ldif(2, base))
    ran = init(workplace, "--ldap", server.url)
    assert "389-Directory" in ran.stdout
    text = (workplace.folder / "dirsync.env").read_text()
    assert f"spoken to as {DIRECTORY_SERVER_389.name}; it holds " in text
    assert server.base in text
    assert "id nsUniqueId, username uid" in text


def test_jira_tells_its_version_to_anybody_who_asks(
    workplace: Workplace, script: Callable[[Any], ScriptedServer]
) -> None:
    server = script(
        lambda asked: answer({"version": "9.12.4"} if asked.path.endswith("/serverInfo") else b"", crowd=None)
    )
    ran = init(workplace, "--jira", server.url)
    assert f"  {server.url} is Jira 9.12.4.\n" in ran.stdout
    assert (
        f": {server.url} is Jira 9.12.4.\nDIRSYNC_JIRA__URL={server.url}\n"
        in (workplace.folder / "dirsync.env").read_text()
    )
    assert "Authorization" not in {name.title() for asked in server.asked for name in asked.headers}


def test_active_directory_gets_filters_and_ids_of_its_own(workplace: Workplace, start_samba: StartSamba) -> None:
    server = start_samba()
    ran = init(workplace, "--ldap", server.url, "--ca-file", str(server.ca_file))
    assert "spoken to as Active Directory; it holds DC=corp,DC=example,DC=org; it offers pages." in ran.stdout
    content, _ = mapping(workplace)
    assert content.source.users.base == ("ou=customers,DC=corp,DC=example,DC=org",)
    assert "inetOrgPerson" not in content.source.users.filter
    assert "id objectGUID, username sAMAccountName" in (workplace.folder / "dirsync.env").read_text()
    assert settings(workplace)["DIRSYNC_DIRECTORIES__CORP__CA_FILE"] == str(server.ca_file)


def test_who_does_not_answer_is_written_down_and_waited_for_only_seconds(workplace: Workplace, silent: int) -> None:
    begun = time.monotonic()
    ran = init(
        workplace,
        *("--ldap", f"ldap://127.0.0.1:{silent}", "--crowd", f"http://127.0.0.1:{silent}/crowd"),
        *("--jira", "http://127.0.0.1:1"),
    )
    assert time.monotonic() - begun < 4 * PATIENCE
    assert ran.code == 0
    text = (workplace.folder / "dirsync.env").read_text()
    assert f"ldap://127.0.0.1:{silent} could not be reached: " in text
    assert f"http://127.0.0.1:{silent}/crowd could not be reached: " in text
    assert "http://127.0.0.1:1 could not be reached: " in text
    assert "connection refused" in text
    assert "without a login" not in text
    assert settings(workplace)["DIRSYNC_DIRECTORIES__CORP__URL"] == f"ldap://127.0.0.1:{silent}"
    assert mapping(workplace)[0].source.users.base == ("ou=customers,dc=example,dc=com",)
    assert not mapping(workplace)[1].startswith("# SAMPLE")


def test_a_stranger_can_not_write_into_the_files(workplace: Workplace, script: Callable[[Any], ScriptedServer]) -> None:
    evil = "Crowd/5 [2J # DIRSYNC_READ_ONLY=false" + "x" * 500
    server = script(lambda _asked: answer(b"{}", crowd=evil))
    found = find_out(Wanted(crowd=server.url))
    assert "\n" not in found.crowd
    assert len(found.crowd) <= 201
    ran = init(workplace, "--crowd", server.url, "--jira", server.url)
    assert "DIRSYNC_READ_ONLY" not in settings(workplace)
    assert f"{server.url} did not tell its version without a login: " in ran.stdout


def test_somebody_who_is_not_crowd_is_said_to_be_none(script: Callable[[Any], ScriptedServer]) -> None:
    server = script(lambda _asked: answer("<html>", crowd=None))
    assert find_out(Wanted(crowd=server.url)).crowd.endswith("not known to be Crowd: its answer does not say so.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ldap", "ldap://me:s3cret@ldap.example.org"), "--ldap: the address holds a user name or password"),
        (("--ldap", "http://ldap.example.org"), "--ldap: the address is not an LDAP URL"),
        (("--crowd", "ftp://crowd.example.org"), "--crowd: the address must be a URL of the form https://host/path"),
        (("--jira", "https://me:s3cret@jira.example.org"), "--jira: the address holds a user name or password"),
        (("--jira", "https://jira.example.org", "--ca-file", "gone.pem"), "--ca-file: there is no file "),
    ],
)
def test_a_wrong_address_is_told_before_anything_is_written(workplace: Workplace, words: Any, said: str) -> None:
    ran = init(workplace, *words)
    assert ran.code == 2
    assert said in ran.stderr
    assert "s3cret" not in ran.stderr
    assert not (workplace.folder / "mappings").exists()


def test_without_addresses_nobody_is_asked() -> None:
    assert find_out(Wanted()) == Found()
