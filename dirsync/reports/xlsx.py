"""The findings, the seats and the plan as a workbook: one sheet each, to filter and to send around.

Every cell is written as what it is, text by `write_string`: that makes neither formulas nor links of
what directories hold, so no value needs an apostrophe and all stand as they are.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

from dirsync.errors import UsageInvalid
from dirsync.model.visible import visible
from dirsync.reports.csv_report import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Item = Mapping[str, Any]
    Cell = str | int | None

_MOST_ROWS = 1_048_576
_LONGEST_CELL = 32_767
# Microsoft, "Excel specifications and limits": rows of a worksheet, characters that a cell can contain
_NOT_ALL = "More rows than a sheet holds: the report in csv has all."
_CHANGE_COLUMNS = (
    "id",
    "op",
    "directory",
    "mapping",
    "user",
    "user_id",
    "group",
    "group_id",
    "child_group",
    "reason",
)
_SEATS_COLUMNS = (
    "key",
    "name",
    "seats",
    "used",
    "remaining",
    "customers_holding",
    "customers_decided",
    "customers_at_risk",
    "risk_decided",
    "agents_holding",
)
_WIDTH = 24


class XlsxReport:
    """Office Open XML, made by XlsxWriter. The same document gives the same bytes.

    Rows pass through temporary files that only their owner can read, so that memory does not grow with the findings.
    """

    name = "xlsx"
    suffix = ".xlsx"

    def render(self, document: Item) -> bytes:
        """Return the workbook. Raises `UsageInvalid` where XlsxWriter is not installed.

        What acts instead of being seen is escaped, as XML can't hold most of it. Rows beyond what a sheet holds and
        characters beyond what a cell holds are left out, and the last row or the cell says so.
        """
        try:
            from xlsxwriter import Workbook
        except ModuleNotFoundError as absent:
            raise UsageInvalid(
                "The format 'xlsx' needs the library XlsxWriter, which is not installed.",
                "Install it with: pip install 'dirsync-connector[excel]'",
            ) from absent
        paper = BytesIO()
        with Workbook(paper, {"constant_memory": True}) as book:
            # XlsxWriter writes the moment of writing otherwise, which the run does not know.
            finished = datetime.fromisoformat(document["run"]["finished_at"]).replace(tzinfo=None)
            book.set_properties({"title": f"dirsync {visible(document['run']['id'])}", "created": finished})
            head = book.add_format({"bold": True})
            for name, columns, rows in _sheets(document):
                sheet = book.add_worksheet(name)
                sheet.freeze_panes(1, 0)
                sheet.set_column(0, len(columns) - 1, _WIDTH)
                for column, title in enumerate(columns):
                    sheet.write_string(0, column, title, head)
                last = _write(sheet, rows)
                sheet.autofilter(0, 0, last, len(columns) - 1)
        return paper.getvalue()


def _sheets(document: Item) -> Iterable[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]:
    run = document["run"]
    about = [("answer", document["answer"]), *((name, run[name]) for name in run if name != "notices")]
    yield "Run", ("what", "value"), [*about, *(("notice", notice) for notice in run["notices"])]
    yield (
        "Findings",
        ("run", *COLUMNS),
        ((run["id"], *(value(finding) for value in COLUMNS.values())) for finding in document["findings"]),
    )
    yield "Seats", _SEATS_COLUMNS, ([seats[name] for name in _SEATS_COLUMNS] for seats in document["applications"])
    outcomes = {outcome["change"]: outcome for outcome in document["outcomes"]}
    nothing = {"outcome": "", "message": ""}
    yield (
        "Changes",
        (*_CHANGE_COLUMNS, "outcome", "outcome_message"),
        (
            [
                *(change[name] for name in _CHANGE_COLUMNS),
                *(outcomes.get(change["id"], nothing)[name] for name in ("outcome", "message")),
            ]
            for change in document["plan"]["changes"]
        ),
    )
    yield (
        "Conflicts",
        ("name", "one_by", "taken_by", "in_jira", "wins", "flips"),
        (
            (one["name"], ", ".join(one["by"]), _taken_by(one), one["in_jira"], one["wins"], one["flips"])
            for one in document["plan"].get("conflicts", ())
        ),
    )


def _taken_by(conflict: Item) -> str:
    claims = conflict["claims"]
    return "; ".join(f"{one['mapping']}: {one['user']} of {one['source']} to {one['directory']}" for one in claims)


def _write(sheet: Any, rows: Iterable[Sequence[Cell]]) -> int:  # noqa: ANN401 - XlsxWriter has no types
    written = 0
    for written, row in enumerate(_as_many_as_fit(rows), 1):
        for column, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(written, column, cell)
            elif isinstance(cell, int):
                sheet.write_number(written, column, cell)
            elif cell:
                sheet.write_string(written, column, _fitting(visible(cell)))
    return written


def _as_many_as_fit(rows: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    left = iter(rows)
    yield from islice(left, _MOST_ROWS - 2)  # the titles take one, and one is kept
    last = list(islice(left, 2))
    yield from last if len(last) < 2 else [(_NOT_ALL,)]  # noqa: PLR2004 - two rows do not fit into one


def _fitting(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"
