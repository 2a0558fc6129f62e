"""The document is the contract: plain data, stable order, nothing lost."""

import json
from dataclasses import replace
from datetime import date

import pytest
from unit.reports.runs import CONFLICTS, CORP, PAGES, PLAN, REFUSING_GUARD, WAIVED, a_run, audited, holding, outcomes

from dirsync.errors import ExitCode
from dirsync.model.entries import Quarantined
from dirsync.model.findings import Severity
from dirsync.model.plans import Adoption, Result
from dirsync.model.run import Mode
from dirsync.reports.answer import answer
from dirsync.reports.document import document
from dirsync.reports.html import HtmlReport
from dirsync.reports.json_report import JsonReport
from dirsync.reports.plain import plain

CONTRACT = {
    "run": {"id", "started_at", "finished_at", "version", "mode", "mappings_digest", "exit_code"},
    "unmapped": {"users", "holding"},
    "summary": {"fail", "unknown", "pass", "not_applicable", "new", "resolved", "waived"},
    "plan": {"digest", "base", "changes", "guards"},
}
CONTRACT_OF_ITEMS = {
    "directories": {
        "name", "kind", "complete", "reason", "users", "groups", "memberships", "requests", "seconds", "cursor",
    },
    "audiences": {"audience", "mapping", "users", "active", "judged", "holding"},
    "applications": {
        "key", "name", "seats", "used", "remaining", "customers_holding", "customers_at_risk", "agents_holding",
    },
    "rules": {"rule", "state", "why"},
    "facts": {"fact", "state", "value", "source", "at"},
    "findings": {
        "id", "rule", "verdict", "severity", "confidence", "subject", "mapping", "application", "mechanism", "path",
        "message", "evidence", "remedy", "waiver", "first_seen",
    },
    "outcomes": {"change", "outcome", "message", "at"},
}  # fmt: skip
CONTRACT_OF_CHANGES = {
    "id", "op", "directory", "mapping", "user", "user_id", "group", "group_id", "child_group", "before", "after",
    "reason",
}  # fmt: skip


def full_run():
    return a_run(mode=Mode.SYNC, plan=PLAN, refusals=(REFUSING_GUARD,), outcomes=outcomes(Result.DONE, Result.FAILED))


def test_it_has_every_field_that_people_script_against():
    made = document(full_run())

    assert made["schema"] == "dirsync.report/1"
    for section, names in CONTRACT.items():
        assert names <= made[section].keys(), section
    for section, names in CONTRACT_OF_ITEMS.items():
        assert made[section], section
        assert all(names <= item.keys() for item in made[section]), section
    assert all(change.keys() >= CONTRACT_OF_CHANGES for change in made["plan"]["changes"])
    assert all({"guard", "refused", "message"} <= guard.keys() for guard in made["plan"]["guards"])


def test_every_part_of_a_run_arrives_as_it_is():
    quarantined = (Quarantined("cn=twice", "the same entryUUID as cn=once", "g-2", is_group=True),)
    unappliable = {"crowd-agents": "corp was not read whole", "another": "nor was it"}
    plan = replace(PLAN, unappliable=unappliable, conflicts=CONFLICTS)
    done = tuple(replace(outcome, target_id=f"t-{outcome.change}") for outcome in outcomes(Result.DONE, Result.FAILED))
    run = audited(findings=(WAIVED,))
    run = replace(
        run,
        directories=(replace(CORP, quarantined=quarantined),),
        plan=plan,
        refusals=(REFUSING_GUARD,),
        outcomes=done,
        audit=replace(run.audit, audiences=tuple(sorted(run.audit.audiences, key=lambda people: people.audience))),
    )

    made = document(run)

    (directory,), (finding,), (waived,) = made["directories"], made["findings"], run.audit.findings
    assert made["answer_parts"] == plain(answer(run))
    assert directory["searches"] == plain(CORP.completeness.searches)
    assert directory["quarantined"] == plain(quarantined)
    assert made["audiences"] == plain(run.audit.audiences)
    for part in ("subject", "evidence", "waiver", "path", "missing", "mechanism"):
        assert finding[part] == plain(getattr(waived, part)), part
    assert made["plan"]["base"] == PLAN.base
    assert made["plan"]["unappliable"] == plan.unappliable
    assert made["plan"]["guards"] == plain(run.refusals)
    assert made["plan"]["adopted"] == plain(plan.adopted)
    assert made["plan"]["obstacles"] == plain(plan.obstacles)
    assert made["plan"]["conflicts"] == plain(CONFLICTS.listed)
    assert made["plan"]["conflict_counts"] == {"id": 0, "username": 1, "email": 0}
    assert made["plan"]["changes"] == [{"id": change.id, **plain(change)} for change in plan.changes]
    assert made["outcomes"] == [
        {"outcome": outcome.result.value, **{key: value for key, value in plain(outcome).items() if key != "result"}}
        for outcome in done
    ]


def test_it_survives_json_unchanged():
    made = document(full_run(), PAGES)

    assert json.loads(JsonReport().render(made)) == made


def test_two_runs_with_the_same_findings_in_another_order_give_the_same_document():
    run = a_run()
    turned = audited(
        findings=tuple(reversed(run.audit.findings)),
        rules=tuple(reversed(run.audit.rules)),
        audiences=tuple(reversed(run.audit.audiences)),
        applications=tuple(reversed(run.audit.applications)),
    )
    turned = replace(turned, facts=tuple(reversed(run.facts)), directories=tuple(reversed(run.directories)))

    assert document(turned) == document(run)


def test_findings_stand_failing_by_severity_then_undecided_then_the_rest():
    order = [
        (finding["verdict"], finding["severity"], bool(finding["waiver"]), finding["subject"]["name"])
        for finding in document(a_run())["findings"]
    ]

    assert order == [
        ("fail", "critical", False, "ana"),
        ("fail", "critical", False, "bert"),
        ("fail", "critical", False, "carl"),
        ("fail", "high", False, "helpdesk-users"),
        ("fail", "high", False, "portal-customers"),
        ("fail", "critical", True, "pilot@example.org"),
        ("unknown", "critical", False, "estate"),
        ("pass", "low", False, "crowd-customers"),
    ]


def test_waived_findings_are_counted_apart_from_failing_ones():
    summary = document(audited(findings=(holding("ana", is_new=True), WAIVED)))["summary"]

    assert summary["fail"] == {"critical": 1, "high": 0, "medium": 0, "low": 0, "info": 0}
    assert (summary["waived"], summary["new"], summary["resolved"]) == (1, 1, 1)


def test_a_pass_counts_for_all_the_subjects_it_stands_for():
    passed = replace(a_run().audit.findings[0], count=12_428)

    assert document(audited(findings=(passed,)))["summary"]["pass"] == {"proved": 12_428, "declared": 0}


def test_remaining_seats_are_null_where_nobody_told_and_not_zero():
    remaining = {seats["key"]: seats["remaining"] for seats in document(a_run())["applications"]}

    assert remaining == {"jira-core": None, "jira-servicedesk": 5, "jira-software": 32}


def test_an_unlimited_application_has_no_remaining_number():
    unlimited = replace(a_run().audit.applications[0], is_unlimited=True)

    assert document(audited(applications=(unlimited,)))["applications"][0]["remaining"] is None


def test_a_run_that_planned_nothing_differs_from_an_empty_plan():
    assert document(a_run(plan=None))["plan"]["digest"] is None
    assert document(a_run(plan=replace(PLAN, changes=())))["plan"]["digest"]


def test_the_exit_code_is_a_number():
    made = document(a_run(exit_code=ExitCode.UNDECIDED))

    assert type(made["run"]["exit_code"]) is int
    assert made["run"]["exit_code"] == 12


def test_a_rules_page_is_kept_so_that_an_old_run_explains_itself():
    pages = {rule["rule"]: rule["page"] for rule in document(a_run(), PAGES)["rules"]}

    assert pages["customer-holds-application-access"].startswith("A customer occupies a paid seat.")
    assert pages["audiences-share-a-directory"] == ""


def test_values_of_facts_become_plain_whatever_they_are_made_of():
    assert plain({"b": {Severity.LOW, Severity.HIGH}, "a": (date(2026, 11, 22), None, 1.5, object)}) == {
        "a": ["2026-11-22", None, 1.5, str(object)],
        "b": ["high", "low"],
    }


def test_json_shows_letters_and_escapes_what_would_act_on_a_terminal():
    rendered = JsonReport().render({"name": "Zoë מרים \x1b[2J\u202e\u2028\udcff\U000e0041😀"})

    assert "Zoë מרים" in rendered.decode()
    assert b"\\u001b[2J\\u202e\\u2028\\udcff\\udb40\\udc41" in rendered
    assert json.loads(rendered) == {"name": "Zoë מרים \x1b[2J\u202e\u2028\udcff\U000e0041😀"}


def test_of_accounts_taken_over_by_the_thousand_all_are_counted_and_the_first_ones_of_each_mapping_listed():
    many = [Adoption("crowd", "customers", f"P{one:05}", f"key-{one}", f"id-{one}") for one in reversed(range(20_000))]
    few = [Adoption("crowd", "agents", name, name, name) for name in ("zoe", "Ana")]

    told = document(replace(audited(), plan=replace(PLAN, adopted=(*many, *few))))["plan"]

    assert [one["user"] for one in told["adopted"]] == ["Ana", "zoe", *(f"P{one:05}" for one in range(1000))]
    counts = told["adopted_counts"]
    assert [(one["mapping"], one["accounts"]) for one in counts] == [("agents", 2), ("customers", 20_000)]
    other = document(replace(audited(), plan=replace(PLAN, adopted=(*many[1:], few[0]))))["plan"]["adopted_counts"]
    assert not {one["digest"] for one in counts} & {one["digest"] for one in other}


@pytest.mark.parametrize("version_lacked", [(), ("adopted_counts",), ("adopted_counts", "adopted")])
def test_a_run_that_an_earlier_version_kept_is_still_rendered(version_lacked: tuple[str, ...]):
    taken = tuple(Adoption("crowd", "customers", name, name, name) for name in ("ana", "ben"))
    told = json.loads(json.dumps(document(replace(audited(), plan=replace(PLAN, adopted=taken)))))
    for field in version_lacked:
        del told["plan"][field]
    page = HtmlReport().render(told).decode()
    assert ("2 accounts that dirsync did not make" in page) is ("adopted" not in version_lacked)
