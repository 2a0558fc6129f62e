"""A redacted report tells what was found, and no name, whatever the names are and wherever they stand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from unit.reports.runs import CORP, CUT_SHORT, PAGES, PLAN, REFUSING_GUARD, WAIVED, a_run, audited, holding
from unit.reports.test_schema import FULL, RUNS, SCHEMA

from dirsync.model.findings import Finding, Severity, Subject, SubjectKind, Verdict
from dirsync.model.run import Run
from dirsync.reports import REPORTS
from dirsync.reports.document import document
from dirsync.reports.pseudonyms import Pseudonyms
from dirsync.reports.redacted import redacted

PSEUDONYMS = Pseudonyms(b"k" * 32)
CANARY = "zqcanaryqz"
# what stays readable, by its path in the document; everything else is a name, or may hold one
READABLE = re.compile(
    r"""schema | run\.(id|started_at|finished_at|version|mode)
    | directories\.(name|kind) | audiences\..* | applications\..*
    | history\.(id|mode|refused|applications\..*) | resolved_findings\.(rule|severity|mechanism|subject\.kind)
    | rules\.(rule|state|title|page) | facts\.state
    | findings\.(rule|verdict|severity|confidence|mechanism|application|subject\.kind)
    | plan\.changes\.op | plan\.guards\.guard | plan\.conflicts\.by | outcomes\.outcome""",
    re.VERBOSE,
)


def hidden(run: Run, key: bytes = b"k" * 32) -> dict[str, Any]:
    return redacted(document(run, PAGES), Pseudonyms(key))


def tainted(value: Any, mark: str, path: str = "") -> Any:
    if isinstance(value, dict):
        added = {mark: mark} if path.endswith((".before", ".after")) else {}
        return {name: tainted(item, mark, f"{path}.{name}".lstrip(".")) for name, item in value.items()} | added
    if isinstance(value, list):
        return [tainted(item, mark, path) for item in value]
    if path in ("facts.fact", "findings.missing"):
        return re.sub(r"\]", lambda _: f"{mark}]", value)  # names stand in brackets, the rest is a constant of ours
    if isinstance(value, str) and not READABLE.fullmatch(path):
        return f"{value}{mark}"
    return value


def texts(made: dict[str, Any]) -> dict[str, str]:
    found = {}
    for name, make in REPORTS.items():
        content = make().render(made)
        if name == "xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                content = b"\n".join(book.read(part) for part in book.namelist())
        found[name] = content.decode("utf-8-sig" if name == "csv" else "utf-8")
    return found


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())
def test_a_redacted_document_fits_the_schema_and_keeps_no_marked_text(run):
    made = redacted(tainted(document(run, PAGES), CANARY), PSEUDONYMS)

    assert CANARY not in json.dumps(made)
    assert not list(Draft202012Validator(SCHEMA).iter_errors(made))


def test_a_redacted_document_has_every_field_that_a_document_has():
    def fields(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: fields(item) for name, item in value.items()}
        return [fields(value[0])] if isinstance(value, list) and value else None

    whole, made = fields(document(FULL, PAGES)), fields(hidden(FULL))

    assert made.keys() == whole.keys()
    for part in ("run", "answer_parts", "directories", "audiences", "applications", "summary", "rules", "outcomes"):
        assert made[part] == whole[part] or part == "answer_parts"
    for part in ("subject", "evidence"):
        assert made["findings"][0][part] == whole["findings"][0][part]
    assert made["findings"][0].keys() == whole["findings"][0].keys()
    assert made["facts"][0].keys() == whole["facts"][0].keys()
    assert made["plan"].keys() == whole["plan"].keys()
    for part in ("changes", "adopted", "guards", "obstacles", "conflicts"):
        assert made["plan"][part][0].keys() == whole["plan"][part][0].keys()
    assert made["plan"]["conflicts"][0]["claims"] == whole["plan"]["conflicts"][0]["claims"]


def test_the_trend_stays_and_resolved_findings_lose_their_names():
    made = hidden(FULL)

    assert [run["id"] for run in made["history"]] == ["r21", "r20"]
    assert made["history"][0]["meaning"] == document(FULL)["history"][0]["meaning"]
    named, unnamed = made["resolved_findings"]
    assert named["subject"]["name"].startswith("user-")
    assert named["application"] == "jira-software"
    assert (unnamed["subject"], unnamed["application"]) == (None, "")
    assert (made["run"]["host"], made["run"]["local_time"]) == ("", "")


def test_a_document_without_a_history_is_redacted_all_the_same():
    old = document(FULL)
    del old["history"], old["resolved_findings"]

    assert redacted(old, PSEUDONYMS)["history"] == []


@pytest.mark.parametrize(
    "mark", [CANARY, f"<script>{CANARY}</script>", f"=cmd|'{CANARY}", f'"{CANARY}\n|`', f"\u0237\u202e{CANARY}"]
)
def test_no_format_shows_a_name(mark):
    made = redacted(tainted(document(FULL, PAGES), mark), PSEUDONYMS)

    for name, text in texts(made).items():
        assert CANARY not in text, name


@given(st.text(max_size=5), st.text(max_size=5))
def test_no_name_of_the_directory_survives(before, after):
    name = f"{before}{CANARY}{after}"
    finding = replace(holding(name), path=(name, name, "jira-software"), remedy=name, missing=(f"jira.groups[{name}]",))
    made = hidden(
        audited(
            findings=(finding, *(replace(WAIVED, subject=Subject(kind, name, name, name)) for kind in SubjectKind)),
        )
    )

    assert CANARY not in json.dumps(made, ensure_ascii=False).casefold()


def test_a_finding_can_be_followed():
    made = hidden(a_run())
    finding = next(each for each in made["findings"] if len(each["path"]) == 4 and not each["waiver"])

    assert [re.sub(r"-[0-9a-f]{12}$", "", name) for name in finding["path"]] == [
        "user",
        "group",
        "group",
        "jira-software",
    ]
    assert finding["path"][0] == finding["subject"]["name"]
    assert finding["message"] == f"A customer occupies a paid seat: {finding['path'][0]}."
    assert finding["remedy"] == "'dirsync explain customer-holds-application-access' tells what to do."
    assert finding["first_seen"] == "2026-11-20T02:15:04+00:00"
    assert finding["subject"]["directory"] == "crowd-customers"


def test_what_is_the_same_stays_the_same():
    one = hidden(a_run())
    other = hidden(audited(findings=(replace(holding("ANA"), subject=holding("ANA").subject),)))
    changes = hidden(a_run(plan=replace(PLAN, changes=(replace(PLAN.changes[4], user="ana", group="portal"),))))

    ana = PSEUDONYMS.name("user", "ana")
    assert ana in [finding["subject"]["name"] for finding in one["findings"]]
    assert other["findings"][0]["subject"]["name"] == ana
    assert changes["plan"]["changes"][0]["user"] == ana
    assert changes["plan"]["changes"][0]["group"] == one["findings"][0]["path"][1]
    assert hidden(a_run()) == one


def test_another_key_gives_other_pseudonyms_ids_and_digests():
    one, other = hidden(FULL), hidden(FULL, b"x" * 32)

    assert {finding["id"] for finding in one["findings"]}.isdisjoint(finding["id"] for finding in other["findings"])
    assert {finding["id"] for finding in one["findings"]}.isdisjoint(
        finding["id"] for finding in document(FULL)["findings"]
    )
    assert one["plan"]["digest"] != other["plan"]["digest"]
    assert one["run"]["mappings_digest"] != other["run"]["mappings_digest"]
    assert one["findings"][0]["subject"]["name"] != other["findings"][0]["subject"]["name"]


def test_outcomes_still_belong_to_their_changes():
    made = hidden(FULL)

    changes = [change["id"] for change in made["plan"]["changes"]]
    assert [outcome["change"] for outcome in made["outcomes"]] == changes[: len(made["outcomes"])]
    assert [outcome["message"] for outcome in made["outcomes"]][:2] == ["", "left out of this redacted report"]


def subject_of(kind: SubjectKind, name: str, directory: str = "corp") -> dict[str, Any]:
    finding = Finding("a-rule", Verdict.FAIL, Severity.LOW, Subject(kind, name, "", directory), "m")
    return hidden(audited(findings=(finding,)))["findings"][0]


@pytest.mark.parametrize(
    ("kind", "name", "shown"),
    [
        (SubjectKind.USER, "corp", "user-"),
        (SubjectKind.GROUP, "corp", "group-"),
        (SubjectKind.PROJECT, "HELP", "project-"),
        (SubjectKind.DIRECTORY, "corp", "corp"),
        (SubjectKind.DIRECTORY, "CORP", "CORP"),
        (SubjectKind.DIRECTORY, "Jira Internal Directory", "directory-"),
        (SubjectKind.MAPPING, "customers", "customers"),
        (SubjectKind.APPLICATION, "jira-software", "jira-software"),
        (SubjectKind.APPLICATION, "jira-customers", "application-"),
        (SubjectKind.ESTATE, "estate", "estate"),
    ],
)
def test_only_what_the_settings_and_jira_applications_are_called_stays_readable(kind, name, shown):
    told = subject_of(kind, name)["subject"]["name"]

    assert told == shown or (shown.endswith("-") and re.fullmatch(rf"{shown}[0-9a-f]{{12}}", told))
    assert subject_of(kind, name, "elsewhere")["subject"]["directory"].startswith("directory-")


def test_a_rule_that_the_run_does_not_describe_is_its_own_title():
    assert subject_of(SubjectKind.ESTATE, "estate")["message"] == "a-rule: estate."


def test_a_path_to_no_known_application_ends_in_a_group():
    made = hidden(audited(findings=(replace(holding("ana"), application="", path=("ana", "portal", "secret")),)))

    assert made["findings"][0]["path"][2].startswith("group-")
    assert hidden(audited(findings=(replace(holding("ana"), path=()),)))["findings"][0]["path"] == []


def test_facts_tell_how_they_are_known_and_plain_values():
    facts = {fact["fact"]: fact for fact in hidden(a_run())["facts"]}

    assert facts["jira.version"]["value"] == "9.12.4"
    assert facts["jira.public_signup.global"]["value"] is True
    assert facts["jira.applications"]["value"] == "left out of this redacted report"
    assert [re.sub("[0-9a-f]{12}", "…", name) for name in facts if "[" in name] == [
        "crowd.applications[fact-…]",
        "crowd.applications[fact-…]",
        "jira.user_directories[fact-…]",
    ]
    assert {fact["why"] for fact in facts.values()} == {"", "left out of this redacted report"}


def test_a_fact_that_does_not_begin_with_words_of_the_settings_is_replaced_whole():
    name = "Ana's[group]"
    (fact,) = hidden(a_run(facts=(replace(a_run().facts[0], name=name),)))["facts"]

    assert fact["fact"] == f"[{PSEUDONYMS.exact('fact', name)}]"


def test_the_answer_is_made_of_numbers():
    assert hidden(a_run())["answer"] == (
        "3 of 12,431 customers are proved to hold a paid seat. 5 findings fail. 1 finding could not be decided. "
        "1 rule about seats or sign-up could not be decided. (pseudonyms stand for names; 1 finding waived)"
    )
    one = replace(a_run().audit.audiences[0], users=1, holding=1)
    assert hidden(audited(audiences=(one,), findings=(), rules=()))["answer"] == (
        "1 of 1 customer is proved to hold a paid seat. 0 findings fail. (pseudonyms stand for names)"
    )


def test_the_answer_begins_with_what_limits_it():
    run = a_run(directories=(replace(CORP, completeness=CUT_SHORT),), plan=PLAN, refusals=(REFUSING_GUARD,))
    made = hidden(run)

    assert made["answer_parts"]["limits"] == [
        "Directory corp was not read whole.",
        "A guard refused the plan: nothing was changed.",
    ]
    assert made["answer"].startswith("Directory corp was not read whole. A guard")
    assert "The plan has 47 changes." in made["answer"]
    assert made["directories"][0]["reason"] == "left out of this redacted report"
    assert made["directories"][0]["searches"][0]["result"] == "sizeLimitExceeded"
    assert made["plan"]["guards"][0]["message"] == "Refused."


def test_nobody_who_was_not_read_is_said_to_hold_nothing():
    assert hidden(audited(audiences=()))["answer"].startswith("Whether customers hold a paid seat was not asked")


def test_rules_say_how_many_findings_they_have():
    rules = {rule["rule"]: rule["why"] for rule in hidden(a_run())["rules"]}

    assert rules["customer-holds-application-access"] == "findings fail: 4"
    assert rules["public-signup-needs-read-write"] == "findings could not be decided: 1"
    assert rules["audiences-share-a-directory"] == ""


def test_notices_are_counted():
    assert hidden(a_run())["run"]["notices"] == ["Notices that are left out here: 1."]
    assert hidden(a_run(notices=()))["run"]["notices"] == []


def test_a_moment_is_kept_only_where_it_is_one():
    assert hidden(audited(findings=(holding("ana", first_seen="ana"),)))["findings"][0]["first_seen"] == ""


def test_an_older_run_has_less_and_is_redacted_too():
    old = document(FULL)
    for name in ("adopted", "conflicts", "conflict_counts"):
        del old["plan"][name]

    assert redacted(old, PSEUDONYMS)["plan"]["adopted"] == []


def test_the_key_is_not_shown():
    assert "kkk" not in repr(PSEUDONYMS)


def test_pseudonyms_differ_by_kind_and_by_capitals_where_these_count():
    assert PSEUDONYMS.name("user", "ana") == PSEUDONYMS.name("user", " ANA ")
    assert PSEUDONYMS.name("user", "ana")[5:] != PSEUDONYMS.name("group", "ana")[6:]
    assert PSEUDONYMS.exact("id", "a") != PSEUDONYMS.exact("id", "A")
    assert PSEUDONYMS.name("user", "") == PSEUDONYMS.exact("id", "") == PSEUDONYMS.digest("") == ""
    assert PSEUDONYMS.name("user", "\udcff").startswith("user-")
    # HMAC-SHA-256 of "user\0ana", as any other program computes it
    assert PSEUDONYMS.name("user", "ana") == "user-" + _hmac("user\0ana")[:12]


def _hmac(text: str) -> str:
    import hashlib
    import hmac

    return hmac.new(b"k" * 32, text.encode(), hashlib.sha256).hexdigest()


def test_a_waiver_says_until_when_and_that_it_is_the_same_owner():
    made = hidden(audited(findings=(WAIVED,)))

    assert made["findings"][0]["waiver"] == {
        "owner": PSEUDONYMS.name("user", "maria.koch@example.org"),
        "reason": "left out of this redacted report",
        "expires": "2027-01-31",
        "source": "",
    }


def test_evidence_and_reads_can_be_compared_without_being_read():
    made = hidden(a_run(plan=PLAN))
    seen = made["findings"][0]["evidence"][0]
    corp = next(read for read in made["directories"] if read["name"] == "corp")

    assert seen["at"] == "2026-11-22T02:15:07+00:00"
    assert seen["source"].startswith("source-")
    assert len({each["source"] for each in made["findings"][0]["evidence"]}) == 2
    assert corp["cursor"] == made["plan"]["base"]["corp"] == PSEUDONYMS.exact("cursor", CORP.completeness.cursor)
    assert [search["entries"] for search in corp["searches"]] == [12_741, 318]
    assert corp["read_at"] == "2026-11-22T02:15:07+00:00"
    assert next(read for read in made["directories"] if read["name"] != "corp")["cursor"] is None


def test_a_change_shows_which_attributes_it_touches():
    changes = hidden(a_run(plan=PLAN))["plan"]["changes"]

    assert changes[0]["after"] == {
        "username": PSEUDONYMS.name("user", "ben@example.org"),
        "email": PSEUDONYMS.name("email", "ben@example.org"),
        "active": True,
    }
    assert changes[0]["user"] == changes[0]["after"]["username"]
    assert changes[0]["reason"] == "left out of this redacted report"
    assert changes[2]["reason"] == ""
