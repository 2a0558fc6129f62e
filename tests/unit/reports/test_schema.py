"""The published schema of the report: what dirsync writes fits it, and what does not fit is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from schemas import MAPPINGS
from unit.audit.examples import EXAMPLES, Example
from unit.reports.runs import (
    CONFLICTS,
    CONTENT_GUARD,
    CORP,
    CUT_SHORT,
    PAGES,
    PLAN,
    REFUSING_GUARD,
    SEATS,
    TOLD_SEATS,
    a_run,
    a_what_if,
    audited,
    holding,
    outcomes,
    past,
)
from unit.reports.test_document import CONTRACT, CONTRACT_OF_CHANGES, CONTRACT_OF_ITEMS

from dirsync.audit.audit import audit
from dirsync.errors import ExitCode
from dirsync.model.findings import Confidence, Mechanism, OpenFinding, ResolvedFinding, Severity, SubjectKind, Verdict
from dirsync.model.plans import Op, Result
from dirsync.model.run import Mode
from dirsync.model.snapshot import Completeness, Counts
from dirsync.reports import REPORTS
from dirsync.reports.document import document
from dirsync.reports.history import history_document
from dirsync.reports.json_report import JsonReport

Path = tuple[str | int, ...]

SCHEMA = json.loads((MAPPINGS / "report.schema.json").read_text(encoding="utf-8"))
DEFINITIONS = SCHEMA["$defs"]
VALIDATOR = Draft202012Validator(SCHEMA)

FULL = a_run(
    mode=Mode.SYNC,
    audit=replace(a_run().audit, applications=(TOLD_SEATS,)),
    what_if=a_what_if(),
    host="sync01.example.org",
    local_time="2026-11-22T03:15:21+01:00",
    past=(past(21, held=2), replace(past(20), summary={"findings": None})),
    resolved=("0123456789abcdef", "fedcba9876543210"),
    resolved_were={
        "0123456789abcdef": OpenFinding(
            "2026-11-01T02:15:00+00:00",
            "masked-seat",
            subject=holding("zoe").subject,
            mapping="customers",
            application="jira-software",
            mechanism=Mechanism.MAPPING,
            severity=Severity.HIGH,
        ),
        "fedcba9876543210": OpenFinding("2026-10-01T02:15:00+00:00"),
    },
    plan=replace(PLAN, unappliable={"crowd-agents": "corp was not read whole"}, conflicts=CONFLICTS),
    refusals=(CONTENT_GUARD, REFUSING_GUARD),
    outcomes=outcomes(Result.DONE, Result.FAILED, Result.REFUSED, Result.NOT_TRIED, Result.ALREADY_SO),
)
RUNS = {
    "everything": FULL,
    "an audit": a_run(),
    "nothing planned": a_run(plan=None),
    "nothing to change": a_run(plan=replace(PLAN, changes=(), obstacles=(), base={}, adopted=())),
    "no findings": audited(findings=(), rules=(), audiences=(), applications=()),
    "cut short": a_run(directories=(replace(CORP, completeness=CUT_SHORT),), exit_code=ExitCode.UNREADABLE),
    "never reached": a_run(directories=(replace(CORP, completeness=Completeness(False), counts=Counts(0, 0, 0)),)),
    "unlimited": audited(applications=(replace(SEATS[0], is_unlimited=True, seats=None),)),
    "more used than there are": audited(applications=(replace(SEATS[0], used=200),)),
    **{f"mode {mode}": a_run(mode=mode) for mode in Mode},
    **{f"exit code {code}": a_run(exit_code=code) for code in ExitCode},
    **{f"op {op}": a_run(plan=replace(PLAN, changes=(replace(PLAN.changes[0], op=op),))) for op in Op},
    **{
        f"{type(word).__name__} {word}": audited(findings=(replace(holding("ana"), **{field: word}),))
        for field, words in (
            ("verdict", Verdict), ("severity", Severity), ("confidence", Confidence), ("mechanism", Mechanism),
        )
        for word in words
    },
    **{
        f"about a {kind}": audited(
            findings=(replace(holding("ana"), subject=replace(holding("ana").subject, kind=kind)),)
        )
        for kind in SubjectKind
    },
}  # fmt: skip


def written(run: Any) -> dict[str, Any]:
    return json.loads(JsonReport().render(document(run, PAGES)))


def wrong_at(changed: dict[str, Any]) -> list[Path]:
    return sorted({tuple(error.absolute_path) for error in VALIDATOR.iter_errors(changed)}, key=str)


def definition(name: str) -> dict[str, Any]:
    """Find what describes one entry of a section of the document."""
    section = SCHEMA["properties"][name]
    reference = section.get("$ref") or section.get("items", {}).get("$ref") or section["allOf"][0]["$ref"]
    return DEFINITIONS[reference.rsplit("/", 1)[-1]]


def objects(schema: dict[str, Any], value: Any, path: Path = ()) -> Iterator[tuple[dict[str, Any], Any, Path]]:
    """Yield every object of a document whose keys the schema lists, with the schema that describes it."""
    if "$ref" in schema:
        yield from objects(DEFINITIONS[schema["$ref"].rsplit("/", 1)[-1]], value, path)
    for part in [*schema.get("allOf", ()), *schema.get("anyOf", ())]:
        yield from objects(part, value, path)
    if isinstance(value, dict) and "properties" in schema:
        yield schema, value, path
        for key, inner in schema["properties"].items():
            yield from objects(inner, value[key], (*path, key))
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from objects(schema["items"], item, (*path, index))


def at(changed: Any, path: Path) -> Any:
    for step in path:
        changed = changed[step]
    return changed


def one_of_each() -> dict[Path, tuple[dict[str, Any], Path]]:
    """Return one object of every shape there is in the full document: where, and its schema."""
    found: dict[Path, tuple[dict[str, Any], Path]] = {}
    for schema, _, path in objects(SCHEMA, written(FULL)):
        shape = tuple("*" if isinstance(step, int) else step for step in path)
        found.setdefault(shape, (schema, path))
    return found


SHAPES = one_of_each()
_OF_SEATS = ("at_risk_by", "computed", "after_plan")
ADDED_LATER = {
    *(((), key) for key in ("what_if", "history", "resolved_findings")),
    *((("run",), key) for key in ("host", "local_time")),
    *((("plan",), key) for key in ("adopted", "adopted_counts", "conflicts", "conflict_counts")),
    *((("*",), key) for key in _OF_SEATS),
}
"""The last step to an object, and a key of it that reports of earlier versions do not have."""
ENUMS = [
    ("run", "mode"),
    ("run", "exit_code"),
    ("schema",),
    ("audiences", 0, "audience"),
    ("rules", 0, "state"),
    ("facts", 0, "state"),
    ("findings", 0, "verdict"),
    ("findings", 0, "severity"),
    ("findings", 0, "confidence"),
    ("findings", 3, "mechanism"),
    ("findings", 0, "subject", "kind"),
    ("plan", "changes", 0, "op"),
    ("outcomes", 0, "outcome"),
]


def test_it_is_a_schema_and_says_whose():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "dirsync.report/1"
    assert SCHEMA["properties"]["schema"]["const"] == document(a_run())["schema"]


@pytest.mark.parametrize("name", RUNS)
def test_every_kind_of_run_fits(name):
    assert [error.message for error in VALIDATOR.iter_errors(written(RUNS[name]))] == []


@pytest.mark.parametrize("rule", sorted(path.name for path in EXAMPLES.iterdir()))
def test_what_a_rule_says_about_its_examples_fits_and_every_format_shows_it(rule):
    for verdict in (EXAMPLES / rule).iterdir():
        documents = {path: written(a_run(audit=audit(Example(path).estate()))) for path in sorted(verdict.iterdir())}
        for path, made in documents.items():
            assert [error.message for error in VALIDATOR.iter_errors(made)] == [], path
        one = next(iter(documents.values()))
        for name in ("csv", "html", "json"):
            assert rule.encode() in REPORTS[name]().render(one), verdict
        assert REPORTS["terminal"]().render(one)  # names failing and undecided rules only


@pytest.mark.parametrize("name", ["everything", "an audit", "cut short"])
def test_nothing_is_written_that_the_schema_does_not_describe(name):
    for schema, value, path in objects(SCHEMA, written(RUNS[name])):
        assert value.keys() == schema["properties"].keys(), path


def test_every_shape_there_is_occurs_in_the_full_run():
    used = {id(schema) for schema, _ in SHAPES.values()}
    assert [name for name, schema in DEFINITIONS.items() if id(schema) not in used] == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: ".".join(shape) or "the report")
def test_each_field_is_required_but_those_that_were_added_later(shape):
    schema, path = SHAPES[shape]
    whole = json.dumps(written(FULL))
    for key in schema["properties"]:
        changed = json.loads(whole)
        del at(changed, path)[key]
        if (shape[-1:], key) in ADDED_LATER:
            assert wrong_at(changed) == [], key
            continue
        [found] = wrong_at(changed)
        # where null is allowed too, the complaint is about the object as a whole
        assert path[: len(found)] == found, key
        assert found == path or found[-1] in {"what_if", "computed", "findings", "subject"}, key


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: ".".join(shape) or "the report")
def test_a_field_that_a_later_version_adds_does_no_harm(shape):
    changed = written(FULL)
    at(changed, SHAPES[shape][1])["added_later"] = 1

    assert wrong_at(changed) == []


@pytest.mark.parametrize("path", ENUMS, ids=lambda path: ".".join(map(str, path)))
def test_a_word_outside_the_closed_vocabulary_is_refused(path):
    assert at(written(FULL), path) is not None
    for word in ("fails", 99, ["fail"], {}):
        changed = written(FULL)
        at(changed, path[:-1])[path[-1]] = word
        assert wrong_at(changed) == [path], word


def test_only_the_mechanism_may_be_null_where_no_default_group_is_involved():
    changed = written(FULL)
    for path in ENUMS:
        at(changed, path[:-1])[path[-1]] = None

    assert wrong_at(changed) == sorted((path for path in ENUMS if path[-1] != "mechanism"), key=str)


@pytest.mark.parametrize("kind", ["fail", "pass"])
def test_each_count_of_the_summary_is_a_number_and_none_is_missing(kind):
    for key in written(FULL)["summary"][kind]:
        for wrong in (-1, "1", None):
            changed = written(FULL)
            changed["summary"][kind][key] = wrong
            assert wrong_at(changed) == [("summary", kind, key)]
    assert set(written(FULL)["summary"]["fail"]) == set(Severity)
    assert set(written(FULL)["summary"]["pass"]) == set(Confidence)


def test_every_field_of_the_contract_is_required():
    assert set(SCHEMA["required"]) >= {"schema", "answer", *CONTRACT, *CONTRACT_OF_ITEMS}
    for section, names in {**CONTRACT, **CONTRACT_OF_ITEMS}.items():
        assert set(definition(section)["required"]) >= names, section
    assert set(DEFINITIONS["ReportedChange"]["required"]) >= CONTRACT_OF_CHANGES
    assert set(DEFINITIONS["ReportedGuard"]["required"]) >= {"guard", "refused", "message"}
    assert set(DEFINITIONS["ReportedSubject"]["required"]) >= {"kind", "name", "id", "directory"}
    assert set(DEFINITIONS["ReportedEvidence"]["required"]) >= {"source", "at", "value"}


def test_values_of_the_wrong_kind_are_refused():
    for path, wrong in (
        (("answer",), None),
        (("run", "notices"), "none"),
        (("directories", 0, "complete"), "yes"),
        (("directories", 0, "users"), -1),
        (("directories", 0, "seconds"), "3.4"),
        (("directories", 0, "cursor"), 7),
        (("applications", 0, "seats"), "150"),
        (("findings", 0, "path"), "ana > portal"),
        (("findings", 0, "waiver"), "yes"),
        (("plan", "digest"), 7),
        (("plan", "base", "corp"), None),
        (("plan", "changes", 0, "after", "email"), ["a", "b"]),
    ):
        changed = written(FULL)
        at(changed, path[:-1])[path[-1]] = wrong
        assert wrong_at(changed) == [path]


HISTORY = Draft202012Validator(json.loads((MAPPINGS / "history.schema.json").read_text(encoding="utf-8")))


def a_history() -> dict[str, Any]:
    runs = (past(21, held=2), replace(past(20), finished_at="", exit_code=None, summary={}))
    known = FULL.resolved_were["0123456789abcdef"]
    gone = (ResolvedFinding("gone", "2026-11-20T02:00:00+00:00", known),)
    made = history_document(runs, 9, {"a": known, "b": OpenFinding("2026-10-01T02:15:00+00:00")}, gone)
    return json.loads(json.dumps(made))


def test_the_history_fits_its_schema() -> None:
    assert list(HISTORY.iter_errors(a_history())) == []
    assert list(HISTORY.iter_errors(json.loads(json.dumps(history_document((), 0))))) == []


@pytest.mark.parametrize("part", ["runs", "open", "resolved"])
def test_every_field_of_the_history_is_promised(part: str) -> None:
    for key in a_history()[part][0]:
        changed = a_history()
        del changed[part][0][key]
        assert [list(error.absolute_path) for error in HISTORY.iter_errors(changed)] == [[part, 0]], key
