"""The trend is drawn from the history in the document, up to its run, and leaves no doubt out."""

from dataclasses import replace

import pytest
from unit.reports.runs import SEATS, a_run, audited, past

from dirsync.reports.document import document
from dirsync.reports.trend import HEIGHT, WIDTH, Panel, Value, trend


def of(*runs, **changes):
    return trend(document(replace(audited(applications=SEATS[:1]), past=runs, **changes)))


def panel(found, title):
    return next(panel for panel in found.panels if panel.title == title)


def test_there_is_no_trend_without_a_run_before():
    assert of() is None
    assert trend({key: value for key, value in document(a_run()).items() if key != "history"}) is None
    assert of(replace(past(20), summary={"findings": None, "applications": []})) is None


def test_it_goes_from_the_oldest_run_to_this_one():
    found = of(past(21, held=2, fail={"high": 1}), past(20, held=1, is_complete=False))

    assert [run["id"] for run in found.runs] == ["r20", "r21", "20261122T021501Z-7f3a"]
    assert [run["complete"] for run in found.runs] == [False, True, True]
    assert [value.shown for value in panel(found, "Jira Software: customers who hold a seat").values] == ["1", "2", "3"]
    assert panel(found, "Findings that fail").values[-1].in_parts == "5 (3 critical, 2 high)"
    assert panel(found, "Findings that fail").values[0].in_parts == "0"


def test_what_was_0_all_the_time_is_said_and_not_drawn():
    found = of(past(21, at_risk=4, key="jira-servicedesk", name="Jira Service Management"), past(20))

    assert [panel.title for panel in found.flat] == ["Jira Service Management: customers who hold a seat"]
    assert "Jira Software: customers at risk of one" in [panel.title for panel in found.drawn]


def test_a_figure_that_may_be_more_is_never_0():
    found = of(past(21, customers_decided=False), past(20, held=2, customers_decided=False))
    held = panel(found, "Jira Software: customers who hold a seat")

    assert [value.shown for value in held.values] == ["2+", "?", "3"]
    assert held.has_doubt
    assert not Panel("", (Value((("holding", 0),), is_least=True),)).is_flat
    assert [block.kind for block in held.blocks] == ["holding least", "unknown", "holding"]


def test_a_run_that_did_not_tell_leaves_a_gap():
    found = of(past(21, key="jira-core", name="Jira Core", held=1))
    core = panel(found, "Jira Core: customers who hold a seat")

    assert [value and value.total for value in core.values] == [1, None]
    assert core.now == "not told"
    assert core.told == "2 runs. At first 1, now not told, at most 1."
    assert len(core.blocks) == 1
    assert Panel("", (None,)).told == "1 run. At first not told, now not told, at most 0."


def test_bars_add_up_to_their_share_of_the_highest_and_stand_on_the_ground():
    values = (Value((("critical", 30), ("high", 30))), Value((("critical", 15), ("high", 0))), Value((("high", 1),)))
    blocks = Panel("", values).blocks

    assert [(block.kind, block.y, block.height) for block in blocks] == [
        ("critical", HEIGHT / 2, HEIGHT / 2),
        ("high", 0, HEIGHT / 2),
        ("critical", HEIGHT * 3 / 4, HEIGHT / 4),
        ("high", HEIGHT - 2, 2.0),
    ]
    assert Panel("", values).told == "3 runs. At first 60 (30 critical, 30 high), now 1, at most 60."


@pytest.mark.parametrize("runs", [1, 2, 31, 400])
def test_bars_never_leave_the_panel_and_the_newest_stands_at_its_edge(runs):
    blocks = Panel("", tuple(Value((("critical", 1), ("low", 1_000_000))) for _ in range(runs))).blocks

    assert all(block.x >= 0 and block.x + block.width <= WIDTH for block in blocks)
    assert all(block.y >= 0 and block.y + block.height <= HEIGHT + 0.01 for block in blocks)
    assert blocks[-1].x >= WIDTH - 24
    assert len({block.x for block in blocks}) == runs
