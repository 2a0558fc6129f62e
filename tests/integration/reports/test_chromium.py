"""The HTML report in a real browser: it runs under its own policy, fits narrow screens, prints, and phones nobody."""

import os
import re
import shutil
import socket
import struct
import subprocess
import zlib
from dataclasses import replace

import pytest
from unit.reports.runs import CORP, CROWD, CUT_SHORT, PAGES, PLAN, REFUSING_GUARD, a_run, audited, holding, outcomes

from dirsync.model.findings import Subject, SubjectKind
from dirsync.model.plans import Result
from dirsync.model.run import Mode
from dirsync.reports.document import document
from dirsync.reports.html import HtmlReport

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PDFTOTEXT = shutil.which("pdftotext")
PAPER = {"light": (0xFC, 0xFB, 0xF8), "dark": (0x15, 0x17, 0x1A)}
SCHEME = {"dark": 0, "light": 1}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="NOT TESTED: no Chromium here (apt-get install chromium)")


class Browser:
    """Headless Chromium on one file; `console` is what the page's console said last time."""

    def __init__(self, folder):
        self.folder = folder
        self.console = ""

    def open(self, html, *options, width=1280, height=900):
        page = self.folder / "report.html"
        page.write_bytes(html)
        command = [
            CHROMIUM,
            "--headless=new",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            "--enable-logging=stderr",
            f"--user-data-dir={self.folder / 'profile'}",
            f"--window-size={width},{height}",
            "--virtual-time-budget=3000",
            *options,
            page.as_uri(),
        ]
        run = subprocess.run(command, capture_output=True, timeout=90, check=True)
        self.console = "\n".join(line for line in run.stderr.decode().splitlines() if "CONSOLE" in line)
        return run.stdout.decode()

    def dom(self, html, *options, **size):
        return self.open(html, "--dump-dom", *options, **size)

    def screenshot(self, html, scheme, width):
        picture = self.folder / f"{scheme}-{width}.png"
        blink = f"--blink-settings=preferredColorScheme={SCHEME[scheme]}"
        self.open(html, blink, f"--screenshot={picture}", width=width, height=1600)
        return picture.read_bytes()

    def printed(self, html, *options):
        paper = self.folder / "report.pdf"
        self.open(html, f"--print-to-pdf={paper}", *options)
        return subprocess.run([PDFTOTEXT, "-layout", paper, "-"], capture_output=True, check=True).stdout.decode()


@pytest.fixture
def browser(tmp_path):
    return Browser(tmp_path)


def html_of(run):
    return HtmlReport().render(document(run, PAGES))


@pytest.fixture(scope="module")
def full():
    return html_of(
        a_run(
            mode=Mode.SYNC,
            directories=(replace(CORP, completeness=CUT_SHORT), CROWD),
            plan=PLAN,
            refusals=(REFUSING_GUARD,),
            outcomes=outcomes(Result.DONE, Result.FAILED),
        )
    )


def test_the_page_breaks_nothing_of_its_own_policy_and_its_script_runs(browser, full):
    dom = browser.dom(full)

    assert browser.console == ""
    assert '<button type="button">' in dom


def test_a_changed_script_is_refused_by_the_policy(browser, full):
    dom = browser.dom(full.replace(b'"use strict";', b'"use strict"; '))

    assert "Content Security Policy" in browser.console
    assert '<button type="button">' not in dom


def test_without_scripts_the_page_says_the_same(browser, full):
    with_scripts = browser.dom(full)
    without = browser.dom(scriptless(full))

    def words(dom):
        return re.sub(
            r"<[^>]+>", " ", re.sub(r"<(script|style)>.*?</\1>|<label.*?</label>", "", dom, flags=re.DOTALL)
        ).split()

    assert "<button" not in without
    assert words(without) == words(with_scripts)


def test_hostile_names_run_nothing_and_call_nobody(browser):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        names = [
            f"<script>document.title='owned'; fetch('{address}/a')</script>",
            f'"><img src="{address}/b" onerror="document.title=\'owned\'">',
            f"</style><link rel=stylesheet href='{address}/c'><style>@import '{address}/d';",
            f"<svg onload=\"location='{address}/e'\">",
            f"<iframe src='{address}/f'></iframe><meta http-equiv=refresh content='0;url={address}/g'>",
        ]
        findings = tuple(
            holding(name, subject=Subject(SubjectKind.USER, name, name, name), message=name, mapping=name)
            for name in names
        )

        dom = browser.dom(html_of(audited(findings=findings)))

        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "owned</title>" not in dom
    assert browser.console == ""
    assert not re.search(r"<(img|iframe|link)\b", dom)


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_drawn_on_the_paper_the_reader_prefers(browser, full, scheme, width):
    picture = browser.screenshot(full, scheme, width)

    assert struct.unpack(">II", picture[16:24]) == (width, 1600)
    assert first_pixel(picture) == PAPER[scheme]


@pytest.mark.parametrize("width", [320, 400, 768, 1280])
def test_nothing_sticks_out_sideways(browser, full, width, tmp_path):
    # Windows are never narrower than 500 pixels, frames are. The policy would refuse a measuring script, so the
    # copy that is measured goes without one.
    measure = b"<script>parent.postMessage(document.documentElement.scrollWidth + ' of ' + innerWidth, '*')</script>"
    framed = re.sub(rb'<meta http-equiv="Content-Security-Policy"[^>]*>', b"", full).replace(b"</body>", measure)
    (tmp_path / "framed.html").write_bytes(framed)
    frame = (
        "<!doctype html><title>nothing measured</title>"
        "<script>onmessage = message => { document.title = message.data }</script>"
        f'<iframe src="framed.html" width="{width}" height="700" frameborder="0"></iframe>'
    )

    assert f"<title>{width} of {width}</title>" in browser.dom(frame.encode(), width=1400)


@pytest.mark.skipif(PDFTOTEXT is None, reason="NOT TESTED: no pdftotext here (apt-get install poppler-utils)")
@pytest.mark.parametrize("has_scripts", [True, False])
def test_on_paper_everything_is_unfolded_and_each_sheet_names_the_run(browser, full, has_scripts):
    sheets = browser.printed(full if has_scripts else scriptless(full)).rstrip("\f").split("\f")
    text = "\n".join(sheets)

    assert len(sheets) > 3
    for place, sheet in enumerate(sheets, start=1):
        assert "dirsync run 20261122T021501Z-7f3a" in sheet
        assert f"Page {place} of {len(sheets)}" in sheet
    assert "sizeLimitExceeded" in text
    assert "person-41" in text
    assert "Skip to the answer" not in text


@pytest.mark.skipif(PDFTOTEXT is None, reason="NOT TESTED: no pdftotext here (apt-get install poppler-utils)")
def test_on_paper_a_long_table_repeats_its_head_on_every_sheet(browser):
    findings = tuple(holding(f"customer-{place:04}") for place in range(200))
    sheets = browser.printed(html_of(audited(findings=findings))).split("\f")

    holding_names = [sheet for sheet in sheets if "customer-0" in sheet]

    assert len(holding_names) > 2
    assert all("Immutable id" in sheet for sheet in holding_names)


def scriptless(html):
    """Return the page as a browser with scripts turned off has it (headless Chromium itself needs them on)."""
    return re.sub(rb"<script>.*?</script>", b"", html, flags=re.DOTALL)


def first_pixel(picture):
    """Return the red, green and blue of the upper left pixel of a PNG; its filters leave that one as it is."""
    data, place = b"", 8
    while place < len(picture):
        (length,), kind = struct.unpack(">I", picture[place : place + 4]), picture[place + 4 : place + 8]
        if kind == b"IDAT":
            data += picture[place + 8 : place + 8 + length]
        place += 12 + length
    return tuple(zlib.decompressobj().decompress(data, 4)[1:4])
