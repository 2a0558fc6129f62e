"""The findings as a table: one row each, for whoever filters in a spreadsheet.

A spreadsheet runs a cell that begins like a formula, and names come from directories in which strangers may
register. `csv` is safe to open; `csv-raw` holds every value as it is, for machines.
"""

from __future__ import annotations

import csv
import unicodedata
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

from dirsync.model.visible import is_acting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Item = Mapping[str, Any]

COLUMNS: Mapping[str, Callable[[Item], str]] = {
    "finding": lambda finding: finding["id"],
    "rule": lambda finding: finding["rule"],
    "verdict": lambda finding: finding["verdict"],
    "severity": lambda finding: finding["severity"],
    "confidence": lambda finding: finding["confidence"],
    "subject_kind": lambda finding: finding["subject"]["kind"],
    "subject_name": lambda finding: finding["subject"]["name"],
    "subject_id": lambda finding: finding["subject"]["id"],
    "subject_directory": lambda finding: finding["subject"]["directory"],
    "mapping": lambda finding: finding["mapping"],
    "application": lambda finding: finding["application"],
    "mechanism": lambda finding: finding["mechanism"] or "",
    "path": lambda finding: " > ".join(finding["path"]),
    "message": lambda finding: finding["message"],
    "remedy": lambda finding: finding["remedy"],
    "evidence": lambda finding: " | ".join(_evidence(seen) for seen in finding["evidence"]),
    "missing": lambda finding: " | ".join(finding["missing"]),
    "count": lambda finding: str(finding["count"]),
    "waiver_owner": lambda finding: _of_waiver(finding, "owner"),
    "waiver_reason": lambda finding: _of_waiver(finding, "reason"),
    "waiver_expires": lambda finding: _of_waiver(finding, "expires"),
    "first_seen": lambda finding: finding["first_seen"],
    "is_new": lambda finding: "true" if finding["is_new"] else "false",
}
"""What each column holds, in order; before them stands `run`, the run's id. Columns are only added, at the end."""

_STARTS_A_FORMULA = frozenset("=+-@")
# OWASP, "CSV Injection", and ASVS 5.0, 1.2.10
_MAY_PRECEDE_ONE = frozenset("\t\r\n\0")


class RawCsvReport:
    """UTF-8 without a byte order mark, every value as it is. Lines end in CR LF, as RFC 4180 wants."""

    name = "csv-raw"
    suffix = ".raw.csv"
    encoding = "utf-8"

    def render(self, document: Item) -> bytes:
        r"""Return the table. Half a character (a lone surrogate), which UTF-8 can't hold, is written as `\udcff`."""
        paper = BytesIO()
        text = TextIOWrapper(paper, self.encoding, errors="backslashreplace", newline="")
        table = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        table.writerow(["run", *COLUMNS])
        run = self.cell(document["run"]["id"])
        for finding in document["findings"]:
            table.writerow([run, *(self.cell(value(finding)) for value in COLUMNS.values())])
        text.flush()
        return paper.getvalue()

    def cell(self, value: str) -> str:
        """Return a value as it stands in its cell."""
        return value


class CsvReport(RawCsvReport):
    """For spreadsheets: with a byte order mark, without which Excel takes UTF-8 for something else."""

    name = "csv"
    suffix = ".csv"
    encoding = "utf-8-sig"

    def cell(self, value: str) -> str:
        """Return the value; with a `'` before it where a spreadsheet might run it as a formula."""
        return f"'{value}" if may_start_formula(value) else value


def may_start_formula(value: str) -> bool:
    """Say whether a spreadsheet might run a cell: its first visible character, in any width, decides.

    So does a tab, line break or NUL before that one: some programs cut the cell there.
    """
    for character in value:
        if character in _MAY_PRECEDE_ONE:
            return True
        if not character.isspace() and not is_acting(character):
            # NFKC makes the full-width and the small signs plain ones (Unicode annex 15)
            return unicodedata.normalize("NFKC", character)[0] in _STARTS_A_FORMULA
    return False


def _evidence(seen: Item) -> str:
    when = f" ({seen['at']})" if seen["at"] else ""
    return f"{seen['source']}{when}: {seen['value']}"


def _of_waiver(finding: Item, field: str) -> str:
    return str(finding["waiver"][field]) if finding["waiver"] else ""
