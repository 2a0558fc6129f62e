"""The doctor's way of working: every check is done, each problem is told, and what is told decides the exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from time import sleep
from typing import Any

import pytest

from dirsync.directories.ldap.address import LdapConnection
from dirsync.directories.ldap.asking import PAGED_RESULTS
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.errors import ConfigurationInvalid, ExitCode, Mistake, PlanRefused, Unreachable, UsageInvalid
from dirsync.log.conceal import concealer
from dirsync.operations.doctor.answer import doctor_document, doctor_text
from dirsync.operations.doctor.certificates import required, validity
from dirsync.operations.doctor.checks import CHECKS
from dirsync.operations.doctor.examine import Examined, _surroundings, examine
from dirsync.operations.doctor.interface import Check, Remark, State, fail, ok, warn
from dirsync.operations.doctor.live_ldap import _encryption, _server
from dirsync.settings.models import LdifSettings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def done(*checks: Check, is_offline: bool = False, **environment: str) -> Examined:
    return examine(None, Path("mappings"), (), environment, lambda: NOW, is_offline=is_offline, checks=checks)


def says(*remarks: Remark, error: BaseException | None = None) -> Any:
    def check(*_given: object) -> Iterator[Remark]:
        yield from remarks
        if error:
            raise error

    return check


GOOD, ODD, BAD = ok("a", "well."), warn("b", "look.", "Look."), fail("c", "bad.", "Mend it.")


@pytest.mark.parametrize(
    ("checks", "code"),
    [
        ((), 0),
        ((Check("x", says(GOOD, ODD)),), 0),
        ((Check("x", says(BAD)),), 2),
        ((Check("x", says(BAD), ExitCode.UNREADABLE),), 3),
        ((Check("x", says(BAD), ExitCode.UNREADABLE), Check("y", says(BAD))), 2),
        ((Check("x", says(error=KeyError("k"))),), 1),
        ((Check("x", says(error=KeyError("k"))), Check("y", says(BAD), ExitCode.UNREADABLE)), 3),
        ((Check("x", says(error=Unreachable("m", "r"))),), 3),
        ((Check("x", says(error=UsageInvalid("m", "r")), ExitCode.UNREADABLE),), 2),
        ((Check("x", says(error=PlanRefused("m", "r")), ExitCode.UNREADABLE),), 3),
    ],
)
def test_the_exit_code_is_2_before_3_before_1(checks: tuple[Check, ...], code: int) -> None:
    assert done(*checks).exit_code == code


def test_an_error_in_one_check_ends_neither_what_it_had_said_nor_the_others() -> None:
    examined = done(
        Check("one", says(GOOD, error=ZeroDivisionError("by nothing"))),
        Check("two", says(error=ConfigurationInvalid([Mistake("f:1:2", "odd"), Mistake("f:3:4", "even")]))),
        Check("three", says(error=Unreachable("Nobody there.", "Start it."))),
        Check("four", says(GOOD)),
    )
    told = [(one.check, one.remark.state, one.remark.subject, one.remark.message) for one in examined.told]
    assert told == [
        ("one", State.OK, "a", "well."),
        ("one", State.FAIL, "one", "this check broke off: unexpected ZeroDivisionError: by nothing."),
        ("two", State.FAIL, "f:1:2", "odd."),
        ("two", State.FAIL, "f:3:4", "even."),
        ("three", State.FAIL, "three", "Nobody there."),
        ("four", State.OK, "a", "well."),
    ]
    assert all(one.remark.remedy for one in examined.told if one.remark.state is State.FAIL)


def test_a_check_of_a_connection_is_done_for_each_of_its_kind_and_only_online() -> None:
    asked: list[str] = []

    def check(name: str, settings: LdifSettings, _given: object) -> Iterator[Remark]:
        asked.append(f"{name} {settings.path}")
        if name == "a":
            raise Unreachable("Gone.", "Look.")
        yield GOOD

    settings = {
        f"DIRSYNC_DIRECTORIES__{name}__{key}": value
        for name in "AB"
        for key, value in (("KIND", "ldif"), ("PATH", f"{name}.ldif"))
    }
    settings |= {"DIRSYNC_JIRA__URL": "https://jira.example.org"}
    probe = Check("file", check, ExitCode.UNREADABLE, of=LdifSettings)
    examined = done(probe, **settings)
    assert sorted(asked) == ["a A.ldif", "b B.ldif"]
    assert [one.remark.subject for one in examined.told] == ["a", "a"]
    assert done(probe, is_offline=True, **settings).told == ()
    assert len(asked) == 2


def test_checks_are_done_side_by_side_and_told_in_their_order() -> None:
    together = Barrier(3)

    def waiting(number: int) -> Any:
        def check(_given: object) -> Iterator[Remark]:
            together.wait(timeout=10)  # all three are here at once, or it breaks
            sleep((3 - number) / 50)
            yield ok(str(number), "well.")

        return check

    examined = done(*(Check("x", waiting(number)) for number in range(3)))
    assert [(one.remark.state, one.remark.subject) for one in examined.told] == [(State.OK, n) for n in "012"]


def test_every_kind_of_connection_has_a_check() -> None:
    kinds = {check.of.__name__ for check in CHECKS if check.of}
    assert kinds == {
        "LdapSettings",
        "CrowdSettings",
        "CrowdAdminSettings",
        "JiraSettings",
        "ProductSettings",
        "JiraDirectorySettings",
    }


def test_no_secret_leaves_it_whoever_said_it() -> None:
    examined = done(Check("x", says(fail("c4n4ry", "c4n4ry!", "not c4n4ry"))))
    shown = examined.shown_by(concealer(["c4n4ry"]))
    assert "c4n4ry" not in json.dumps(doctor_document(shown)) + doctor_text(shown, 80)
    assert shown.exit_code is ExitCode.INVALID
    assert shown.told[0].remark == fail("***", "***!", "not ***")


def test_the_answer_is_a_line_for_each_and_a_remedy_for_several_is_said_once() -> None:
    text = doctor_text(done(Check("x", says(GOOD, BAD, BAD, ODD))), None)
    assert text.splitlines() == [
        "OK    x: a: well.",
        "FAIL  x: c: bad.",
        "FAIL  x: c: bad.",
        "      -> Mend it.",
        "WARN  x: b: look.",
        "      -> Look.",
        "",
        "1 OK, 1 WARN, 2 FAIL",
        "Next: mend what says FAIL, from the top, and run 'dirsync doctor' again.",
    ]


def test_a_terminal_gets_lines_that_fit_it_and_a_pipe_gets_whole_ones() -> None:
    long = done(Check("x", says(warn("b", "word " * 60, "again " * 60))))
    assert max(map(len, doctor_text(long, 60).splitlines())) <= 60
    assert len(doctor_text(long, None).splitlines()) == 5


def test_the_last_line_says_what_comes_next() -> None:
    assert "'dirsync doctor' asks the servers too" in doctor_text(done(is_offline=True), None)
    assert "'dirsync audit' reads everything" in doctor_text(done(), None)
    assert "run 'dirsync doctor --offline' again" in doctor_text(done(Check("x", says(BAD)), is_offline=True), None)


def test_quiet_leaves_out_what_is_well_and_says_nothing_when_all_is() -> None:
    assert doctor_text(done(Check("x", says(GOOD))), None, is_brief=True) == ""
    brief = doctor_text(done(Check("x", says(GOOD, ODD))), None, is_brief=True)
    assert "OK    x" not in brief
    assert "WARN  x: b: look." in brief


def test_as_data_each_check_has_its_state_in_a_word() -> None:
    document = doctor_document(done(Check("x", says(GOOD, BAD)), is_offline=True))
    assert document["checks"][1] == {
        "check": "x", "subject": "c", "state": "fail", "message": "bad.", "remedy": "Mend it.",
    }  # fmt: skip
    assert (document["schema"], document["exit_code"], document["offline"]) == ("dirsync.doctor/1", 2, True)


def test_a_name_can_not_act_on_the_terminal() -> None:
    assert "\x1b" not in doctor_text(done(Check("x", says(ok("\x1b[2J", "\x1b[2J")))), None)


@pytest.mark.parametrize(
    ("left", "state", "said"),
    [
        (timedelta(days=31), State.OK, "is good until 2026-12-23, 31 days from now."),
        (timedelta(days=30), State.OK, "is good until 2026-12-22, 30 days from now."),
        (timedelta(days=30, seconds=-1), State.WARN, "is good until 2026-12-22, 29 days from now."),
        (timedelta(seconds=1), State.WARN, "is good until 2026-11-22, 0 days from now."),
        (timedelta(0), State.FAIL, "ended on 2026-11-22."),
    ],
)
def test_a_certificate_is_warned_about_in_its_last_30_days(left: timedelta, state: State, said: str) -> None:
    until = (NOW + left).strftime("%b %d %H:%M:%S %Y GMT")
    subject = ((("organizationName", "Example"),), (("commonName", "ldap.example.org"),))
    remark = validity("corp", {"subject": subject, "notAfter": until}, NOW, "Renew.")
    assert (remark.state, remark.message) == (state, f"the certificate of 'ldap.example.org' {said}")
    assert remark.remedy == ("" if state is State.OK else "Renew.")


def test_a_certificate_made_out_to_nobody_is_so_called() -> None:
    until = (NOW + timedelta(days=99)).strftime("%b %d %H:%M:%S %Y GMT")
    assert "of nobody named" in validity("corp", {"notAfter": until}, NOW, "").message


def test_tls_without_a_certificate_would_be_a_mistake_of_ours() -> None:
    with pytest.raises(Exception, match="without a certificate"):
        required(None)


@pytest.mark.parametrize(
    ("controls", "state"),
    [({PAGED_RESULTS}, None), ({"1.2.3"}, State.FAIL), (set(), State.WARN)],
)
def test_a_server_that_can_not_page_proves_nothing(controls: set[str], state: State | None) -> None:
    told = list(_server("corp", RootDse(controls=frozenset(controls), vendor="Example", version="1.2")))
    assert told[0] == ok("corp", "Example 1.2, spoken to as LDAP server.")
    assert [remark.state for remark in told[1:]] == ([state] if state else [])


@pytest.mark.parametrize(("url", "state"), [("ldap://127.0.0.1", State.OK), ("ldap://ldap.example.org", State.WARN)])
def test_a_connection_in_clear_is_fine_on_this_machine_only(url: str, state: State) -> None:
    connection = LdapConnection("corp", url, allow_plaintext=True)
    given = _surroundings(None, Path("mappings"), (), {}, lambda: NOW, is_offline=False)
    [remark] = _encryption("corp", connection, object(), given)
    assert remark.state is state
