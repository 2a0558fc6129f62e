"""What is told of a run: news or not, with names or without, and nothing that acts in a chat."""

from __future__ import annotations

import json
from _thread import interrupt_main
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from loguru import logger

from dirsync.errors import DirsyncError, ExitCode
from dirsync.operations.telling.around import Telling, utc_now
from dirsync.operations.telling.channels import CHANNELS
from dirsync.operations.telling.digest import MEANINGS, SUCCESSES, Digest, harmless
from dirsync.operations.telling.interface import Begun, Way
from dirsync.settings.unattended import Unattended

NOTHING = {
    "answer": "Nobody holds a seat.",
    "summary": {"fail": {"critical": 0, "high": 0}, "new": 0, "resolved": 0, "waived": 0, "unknown": 0},
    "applications": [],
    "directories": [{"name": "corp", "complete": True, "users": 3, "groups": 0}],
    "findings": [],
    "resolved": [],
    "plan": {"changes": [], "guards": []},
    "outcomes": [],
}
SEATS = {
    "key": "jira-software",
    "name": "Jira Software",
    "seats": 10,
    "used": 3,
    "customers_holding": 2,
    "customers_decided": False,
    "customers_at_risk": 0,
    "risk_decided": False,
}


def digest(code: int = 0, error: str = "", **report) -> Digest:
    return Digest("r1", "sync", "2026-11-23T02:15:00+00:00", 90.26, code, {**NOTHING, **report}, error)


def finding(name: str, *, is_new: bool = True, verdict: str = "fail") -> dict:
    return {
        "id": f"id-{name}",
        "rule": "customer-holds-application-access",
        "severity": "critical",
        "verdict": verdict,
        "is_new": is_new,
        "subject": {"name": name},
        "application": "jira-software",
    }


def summary(**counts: int) -> dict:
    return {**NOTHING["summary"], **counts}


def test_every_exit_code_has_a_meaning():
    assert set(MEANINGS) == set(ExitCode)
    assert {0, 10, 11, 12} == SUCCESSES


@pytest.mark.parametrize(
    ("told", "is_news"),
    [
        (digest(), False),
        (digest(10), False),
        (digest(12, summary=summary(unknown=3, waived=2)), False),
        (digest(10, summary=summary(new=1)), True),
        (digest(0, summary=summary(resolved=1)), True),
        (digest(0, outcomes=[{"outcome": "done", "message": ""}]), False),
        (digest(5, outcomes=[{"outcome": "failed", "message": ""}]), True),
        (digest(5, outcomes=[{"outcome": "refused", "message": ""}]), True),
        (digest(4, plan={"guards": [{"guard": "removals", "refused": True, "message": ""}]}), True),
        (digest(0, plan={"guards": [{"guard": "removals", "refused": True, "message": ""}]}), True),
        (digest(0, plan={"guards": [{"guard": "removals", "refused": False, "message": ""}]}), False),
        (digest(0, directories=[{"name": "corp", "complete": False, "users": 0, "groups": 0}]), True),
        (digest(3), True),
        *((Digest("r1", "sync", "2026-11-23", 1, code), True) for code in (1, 2, 3, 4)),
        *((Digest("r1", "sync", "2026-11-23", 1, code), False) for code in (75, 130)),
        (digest(130), False),
    ],
)
def test_news_is_what_somebody_should_look_at(told: Digest, is_news):
    assert told.is_news is is_news
    assert told.document(is_redacted=True)["run"]["news"] is is_news


def test_the_lines_have_counts_and_then_names():
    told = digest(
        5,
        "corp: refused.",
        summary=summary(fail={"critical": 1_200, "high": 0}, new=7, waived=1),
        applications=[SEATS],
        findings=[finding("old", is_new=False), finding("odd", verdict="unknown"), *map(finding, "abcdefg")],
        plan={
            "guards": [
                {"guard": "removals", "refused": True, "message": "60 of 90."},
                {"guard": "removals", "refused": True, "message": "61 of 90."},
                {"guard": "creations", "refused": False, "message": "not told"},
            ]
        },
        outcomes=[
            {"outcome": "done", "message": ""},
            {"outcome": "not_tried", "message": "not told"},
            {"outcome": "failed", "message": "crowd: no ana"},
        ],
        directories=[{"name": "corp", "complete": False, "users": 0, "groups": 0}],
    )
    counts = [
        "Run r1, 90 s.",
        "Findings: 1,200 critical, 7 new, 1 waived.",
        "Jira Software: 2+ customers hold a seat, ? at risk.",
        "Changes: 1 done, 1 failed, 1 not tried.",
        "Refused by removals: nothing was changed.",
        "Not read whole: corp.",
    ]
    assert told.title() == "dirsync sync: some changes failed (exit code 5)"
    assert told.lines(is_redacted=True) == counts
    assert told.lines(is_redacted=False) == [
        *counts,
        "corp: refused.",
        "New: 7 findings.",
        *(f"CRITICAL customer-holds-application-access: {name}" for name in "abcde"),
        "60 of 90.",
        "61 of 90.",
        "crowd: no ana",
    ]


def test_the_document_has_the_same_and_without_names_no_details():
    told = digest(10, applications=[SEATS], findings=[finding("ana")], resolved=["id-bob"], summary=summary(new=1))
    whole = told.document(is_redacted=False)
    assert whole["run"] == {
        "id": "r1",
        "mode": "sync",
        "version": whole["run"]["version"],
        "started_at": "2026-11-23T02:15:00+00:00",
        "ended_at": "2026-11-23T02:16:30.260000+00:00",
        "seconds": 90.26,
        "exit_code": 10,
        "meaning": "failing findings",
        "success": True,
        "news": True,
    }
    assert whole["schema"] == "dirsync.digest/1"
    assert whole["applications"] == [{name: value for name, value in SEATS.items() if name != "name"}]
    assert whole["directories"] == NOTHING["directories"]
    assert whole["details"]["new"] == [
        {
            "id": "id-ana",
            "rule": "customer-holds-application-access",
            "severity": "critical",
            "subject": "ana",
            "application": "jira-software",
        }
    ]
    assert whole["details"]["resolved"] == ["id-bob"]
    redacted = told.document(is_redacted=True)
    assert "details" not in redacted
    assert {**redacted, "details": whole["details"]} == whole
    assert "ana" not in json.dumps(redacted)


def test_a_run_that_broke_off_has_no_counts():
    told = Digest("r1", "audit", "2026-11-23T02:15:00+00:00", 1, 2, None, "customers.yaml:3:1: no audience")
    assert told.lines(is_redacted=True) == ["Run r1, 1 s."]
    assert told.lines(is_redacted=False) == ["Run r1, 1 s.", "customers.yaml:3:1: no audience"]
    assert set(told.document(is_redacted=True)) == {"schema", "run"}
    assert told.document(is_redacted=False)["details"]["error"] == "customers.yaml:3:1: no audience"


def test_nothing_fails_is_said():
    assert digest().lines(is_redacted=True)[1] == "Findings: none fails."


def test_a_secret_is_taken_out_of_whatever_is_told():
    told = Digest(
        "r1", "audit", "2026-11-23T02:15:00+00:00", 1, 1, None, "canary", lambda text: text.replace("canary", "***")
    )
    assert "canary" not in json.dumps(told.document(is_redacted=False)) + "".join(told.lines(is_redacted=False))


def test_a_name_can_neither_mention_nor_link_nor_forge_a_line():
    shown = harmless("<!channel> @here #all https://evil.example.org www.evil.example.org a@b.example.org\n\x1b[2J")
    for acting in ("!channel", "@here", "#all", "://", "www.", "\n", "\x1b"):
        assert acting not in shown
    assert "a@b.example.org" in shown
    assert harmless("x" * 301) == "x" * 300 + "…"
    assert harmless("x" * 300) == "x" * 300


class Recording:
    def __init__(self, fails: BaseException | None = None) -> None:
        self.heard: list[object] = []
        self.fails = fails

    def begin(self, begun: Begun) -> None:
        self.heard.append(begun)
        if self.fails:
            raise self.fails

    def end(self, digest: Digest) -> None:
        self.heard.append(digest)
        if self.fails:
            raise self.fails


class Waiting(Recording):
    """Does something, and then takes longer than anybody waits."""

    def __init__(self, does: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.does = does

    def begin(self, begun: Begun) -> None:
        super().begin(begun)
        self.does()
        Event().wait(60)

    def end(self, digest: Digest) -> None:
        super().end(digest)
        self.does()
        Event().wait(60)


@pytest.fixture
def warned():
    told: list[str] = []
    handler = logger.add(lambda message: told.append(message.record["message"]), level="WARNING", format="{message}")
    yield told
    logger.remove(handler)


def telling(*channels: Recording | None) -> Telling:
    times = iter([datetime(2026, 11, 23, 2, 15, tzinfo=UTC) + timedelta(seconds=second) for second in (0, 5)])
    ways = tuple(Way(f"way {place}", "X", lambda _settings, one=one: one) for place, one in enumerate(channels))
    return Telling("r1", "sync", Unattended(), ways=ways, now=lambda: next(times))


def test_one_channel_s_trouble_is_a_warning_and_the_others_are_told(warned: list[str]):
    refuses, breaks, hears = Recording(DirsyncError("ping: no.", "Look.")), Recording(KeyError("x")), Recording()
    told = telling(refuses, None, breaks, hears)
    told.begin()
    told.end(3, None, "why")
    assert hears.heard[0] == Begun("r1", "sync")
    assert hears.heard[1] == Digest("r1", "sync", "2026-11-23T02:15:00+00:00", 5, 3, None, "why")
    assert warned == 2 * ["ping: no. Look.", "way 2: unexpected KeyError: 'x'"]


def test_nobody_is_waited_for_longer_than_told(warned: list[str]):
    hears = Recording()
    told = telling(Waiting(), hears)
    told.beginning_seconds, told.ending_seconds = 0.1, 0.2
    told.begin()
    told.end(0, None)
    assert len(hears.heard) == 2
    assert warned == [
        f"way 0 was not done after {seconds} s and is not waited for any longer. Check X; 'dirsync doctor' asks"
        " whether it could tell anybody."
        for seconds in ("0.1", "0.2")
    ]


def test_a_second_interruption_leaves_out_the_rest(warned: list[str]):
    hears = Recording()
    told = telling(Waiting(interrupt_main), hears)
    told.end(130, None)
    assert hears.heard == []
    assert warned == ["interrupted, so not everybody was told how the run went"]


def test_without_settings_there_is_no_channel_and_each_has_a_setting_that_exists():
    assert Telling("r1", "sync", Unattended())._open == []
    assert {way.setting.removeprefix("DIRSYNC_").lower() for way in CHANNELS} <= set(Unattended.model_fields)
    assert utc_now().tzinfo is UTC
