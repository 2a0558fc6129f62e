"""The HTML report as readers use it: with a keyboard, with a screen reader (axe), in the dark, and when it is long."""

import re
import time
from dataclasses import replace
from importlib.metadata import distribution

import pytest
from servers.chromium import CHROMIUM, Page
from unit.reports.runs import (
    CONFLICTS,
    CONTENT_GUARD,
    CORP,
    CROWD,
    CUT_SHORT,
    PAGES,
    PLAN,
    REFUSING_GUARD,
    WAIVED,
    a_run,
    a_what_if,
    audited,
    holding,
    outcomes,
    past,
)

from dirsync.model.plans import Result
from dirsync.model.run import Mode
from dirsync.reports.document import document
from dirsync.reports.html import HtmlReport

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NOT TESTED: no Chromium here (apt-get install chromium)")

FOCUS = "document.activeElement"
TABBABLE = "a[href], summary, button, input, [tabindex='0']"


@pytest.fixture
def browser(tmp_path):
    with Page(tmp_path) as opened:
        yield opened


def html_of(run):
    return HtmlReport().render(document(run, PAGES))


@pytest.fixture(scope="module")
def full():
    """A page that has every part."""
    run = a_run(
        mode=Mode.SYNC,
        directories=(replace(CORP, completeness=CUT_SHORT), CROWD),
        plan=replace(PLAN, unappliable={"crowd-agents": "corp was not read whole"}, conflicts=CONFLICTS),
        refusals=(REFUSING_GUARD, CONTENT_GUARD),
        outcomes=outcomes(Result.DONE, Result.FAILED),
        past=tuple(past(21 - place, held=place % 3, customers_decided=place != 4) for place in range(20)),
        what_if=a_what_if(),
        host="sync01.example.org",
        local_time="2026-11-22T03:15:21+01:00",
    )
    expired = holding("old.pilot", rule="waiver-expired")
    many = tuple(holding(f"customer-{place:02}") for place in range(40))
    waived = replace(WAIVED, subject=replace(WAIVED.subject, name="other.pilot", id=""))
    return html_of(replace(run, audit=replace(run.audit, findings=(*run.audit.findings, expired, waived, *many))))


@pytest.fixture(scope="module")
def long():
    """Half of fifty thousand customers got there alike, half each in a way of their own."""
    alike = tuple(holding(f"customer-{place:06}@example.org") for place in range(25_000))
    alone = tuple(
        holding(f"other-{place:06}@example.org", path=("x", f"way-{place}", "jira-software")) for place in range(25_000)
    )
    return html_of(audited(findings=alike + alone))


def axe() -> str:
    package = distribution("axe-playwright-python")
    (script,) = [file for file in package.files or () if file.name == "axe.min.js"]
    return script.read_text()


def violations(browser):
    browser.ask(f"{axe()}; undefined")
    told = browser.ask("axe.run().then(told => ({wrong: told.violations, right: told.passes.length}))")
    assert told["right"] > 20
    return [(each["id"], node["html"], node["failureSummary"]) for each in told["wrong"] for node in each["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_axe_finds_nothing_wrong_with_all_of_it_unfolded(browser, full, scheme, width):
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    browser.open(full)
    assert violations(browser) == []
    browser.ask("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert violations(browser) == []
    assert browser.complaints == []


def test_axe_finds_nothing_wrong_without_scripts(browser, full):
    browser.open(re.sub(rb"<script>.*?</script>", b"", full, flags=re.DOTALL))  # axe itself needs them on

    assert browser.ask("document.querySelectorAll('thead button').length") == 0
    assert violations(browser) == []


def test_every_control_is_reached_by_the_tab_key_in_order_and_shows_where_the_focus_is(browser, full):
    browser.open(full)
    wanted = browser.ask(
        f'Array.from(document.querySelectorAll("{TABBABLE}")).filter(each => each.checkVisibility())'
        ".map((each, place) => { each.dataset.place = place; return place })"
    )
    reached = []
    for _ in wanted:
        browser.press("Tab", 9)
        place, outline, top = browser.ask(
            f"(each => [Number(each.dataset.place), getComputedStyle(each).outlineStyle,"
            f" each.getBoundingClientRect().top])({FOCUS})"
        )
        reached.append(place)
        assert outline != "none", place
        assert top > -1, place

    assert len(wanted) > 60
    assert reached == wanted


def test_the_skip_link_shows_when_reached_and_leads_to_the_answer(browser, full):
    browser.open(full)
    browser.press("Tab", 9)

    assert browser.ask(f"{FOCUS}.textContent") == "Skip to the answer"
    assert browser.ask(f"{FOCUS}.getBoundingClientRect().top >= 0")
    browser.ask(f"{FOCUS}.click()")
    assert browser.ask("location.hash") == "#answer"


def test_a_table_is_sorted_by_its_header_and_says_so(browser, full):
    browser.open(full)
    table = "Array.from(document.querySelectorAll('.people table')).find(each => each.tBodies[0].rows.length > 30)"
    header, first = f"{table}.tHead.rows[0].cells[0]", f"{table}.tBodies[0].rows[0].cells[0].innerText.trim()"
    browser.ask(f"{header}.closest('details').open = true")

    seen = []
    for _ in range(2):
        browser.ask(f"{header}.querySelector('button').focus()")
        browser.press(" ", 32)
        seen.append((browser.ask(f"{header}.getAttribute('aria-sort')"), browser.ask(first).split()[0]))

    assert seen == [("ascending", "ana"), ("descending", "customer-39")]
    assert browser.ask(f"{table}.querySelectorAll('[aria-sort]').length") == 1


def test_five_and_fifty_thousand_findings_open_at_once(browser, full, long):
    assert len(long) < 15_000_000
    loaded = "performance.getEntriesByType('navigation')[0].loadEventEnd"
    for html in (full, long):
        took = []
        for _ in range(3):  # the machine may be busy with other tests
            browser.open(html)
            took.append(browser.ask(f"new Promise(told => setTimeout(() => told({loaded}), 50))"))
        assert 0 < min(took) < 3_000
    assert browser.complaints == []


def test_who_is_among_fifty_thousand_is_found_and_counted(browser, long):
    browser.open(long)
    people = "document.querySelectorAll('#failing .people')[0]"
    browser.ask(f"{people}.open = true")
    field = f"{people}.querySelector('input[type=search]')"
    shown = f"Array.from({people}.querySelectorAll('tbody tr, .by-name li')).filter(each => each.checkVisibility())"

    for wanted, place in (("customer-000007@", 7), ("customer-024999@", 24_999)):
        began = time.monotonic()
        browser.ask(f"{field}.value = '{wanted}'; {field}.dispatchEvent(new Event('input')); undefined")
        browser.ask("new Promise(told => setTimeout(() => requestAnimationFrame(told), 250))")
        assert time.monotonic() - began < 15  # it took minutes while all names were one list
        assert browser.ask(f"{shown}.map(each => each.querySelector('bdi').textContent)") == [
            f"customer-{place:06}@example.org"
        ]
    assert "1 of 25,000" in browser.ask(f"{people}.querySelector('output').textContent")


def test_long_lists_of_names_are_left_to_the_screen_and_the_paper_says_so(browser, long):
    browser.open(long)
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.ask("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert browser.ask("document.querySelectorAll('.by-name li').length") > 10_000
    assert not browser.ask("document.querySelector('.by-name li').checkVisibility()")
    assert "not on paper" in browser.ask("document.querySelector('.by-name .on-paper').innerText")
