"""Reports: a Run as a document, and the document as JSON, CSV, terminal text and HTML.

`REPORTS` is the table of formats. Its values are functions, so that Jinja2 and Rich are imported by the run that
renders and not by `dirsync --help`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dirsync.reports.interface import Report


def _csv() -> Report:
    from dirsync.reports.csv_report import CsvReport

    return CsvReport()


def _csv_raw() -> Report:
    from dirsync.reports.csv_report import RawCsvReport

    return RawCsvReport()


def _html() -> Report:
    from dirsync.reports.html import HtmlReport

    return HtmlReport()


def _json() -> Report:
    from dirsync.reports.json_report import JsonReport

    return JsonReport()


def _terminal() -> Report:
    from dirsync.reports.terminal import TerminalReport

    return TerminalReport()


REPORTS: Mapping[str, Callable[[], Report]] = {
    "csv": _csv,
    "csv-raw": _csv_raw,
    "html": _html,
    "json": _json,
    "terminal": _terminal,
}
"""What `--format` calls a report, and how to get it."""
