"""Reports: a Run as a document, and the document in every format.

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


def _markdown() -> Report:
    from dirsync.reports.markdown import MarkdownReport

    return MarkdownReport()


def _nagios() -> Report:
    from dirsync.reports.nagios import NagiosReport

    return NagiosReport()


def _ocsf() -> Report:
    from dirsync.reports.ocsf import OcsfReport

    return OcsfReport()


def _opengraph() -> Report:
    from dirsync.reports.opengraph import OpenGraphReport

    return OpenGraphReport()


def _terminal() -> Report:
    from dirsync.reports.terminal import TerminalReport

    return TerminalReport()


def _xlsx() -> Report:
    from dirsync.reports.xlsx import XlsxReport

    return XlsxReport()


REPORTS: Mapping[str, Callable[[], Report]] = {
    "csv": _csv,
    "csv-raw": _csv_raw,
    "html": _html,
    "json": _json,
    "md": _markdown,
    "nagios": _nagios,
    "ocsf": _ocsf,
    "opengraph": _opengraph,
    "terminal": _terminal,
    "xlsx": _xlsx,
}
"""What `--format` calls a report, and how to get it."""
