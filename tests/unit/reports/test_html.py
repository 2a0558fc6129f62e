"""The page is well-formed, loads nothing, and obeys no name."""

import base64
import hashlib
import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from unit.reports.runs import (
    CONFLICT,
    CONFLICTS,
    CONTENT_GUARD,
    CORP,
    CROWD,
    CUT_SHORT,
    DECLARED,
    FACTS,
    PAGES,
    PLAN,
    REFUSING_GUARD,
    WAIVED,
    a_run,
    a_what_if,
    audited,
    default_group,
    holding,
    outcomes,
    past,
)

from dirsync.errors import ExitCode
from dirsync.model.conflicts import Agreement
from dirsync.model.entries import Quarantined
from dirsync.model.facts import Evidence, observed
from dirsync.model.findings import Mechanism, OpenFinding, Subject, SubjectKind, Verdict
from dirsync.model.plans import Outcome, Result
from dirsync.model.run import AuditResult, Mode
from dirsync.reports import page, room
from dirsync.reports.document import document
from dirsync.reports.html import HtmlReport
from dirsync.reports.terminal import TerminalReport

VOID = {"meta", "br", "input", "link", "img", "hr", "base"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</bdi><h1>0 findings</h1>",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "\u202eevil\x1b[2J\x00",
]


class Page(HTMLParser):
    """What a browser would see: elements, attributes, text; complains when an element is not closed in order."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.mistakes, self.inline = [], [], [], {"style": "", "script": ""}
        self.text = ""
        self.feed(html)
        self.close()
        self.mistakes += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.mistakes.append(f"<{tag}> has an attribute twice: {names}")
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.mistakes.append(f"</{tag}> at {self.getpos()} closes something else")

    def handle_data(self, data):
        if self.open and self.open[-1] in self.inline:
            self.inline[self.open[-1]] += data
        else:
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def html_of(run):
    return HtmlReport().render(document(run, PAGES)).decode()


def text_of(html):
    return " ".join(Page(html).text.split())


def full_run():
    return a_run(
        mode=Mode.SYNC,
        directories=(replace(CORP, completeness=CUT_SHORT), CROWD),
        plan=replace(PLAN, unappliable={"crowd-agents": "corp was not read whole"}),
        refusals=(REFUSING_GUARD, CONTENT_GUARD),
        outcomes=outcomes(Result.DONE, Result.FAILED),
    )


def conflicts_named(name):
    claims = tuple(
        replace(claim, mapping=name, directory=name, source=name, user=name, user_id=name) for claim in CONFLICT.claims
    )
    return replace(CONFLICTS, listed=(replace(CONFLICT, name=name, claims=claims, wins=name, flips=name),))


def hostile_run(name):
    finding = holding(
        name,
        subject=Subject(SubjectKind.USER, name, name, name),
        path=(name, name, "jira-software"),
        evidence=(Evidence(name, name, name),),
        message=name,
        remedy=name,
        mapping=name,
        first_seen=name,
        is_new=True,
    )
    waived = replace(
        finding, subject=Subject(SubjectKind.GROUP, name, "2", name), waiver=a_run().audit.findings[-1].waiver
    )
    waived = replace(waived, waiver=replace(waived.waiver, owner=name, reason=name, expires=name, source=name))
    twin = replace(finding, subject=Subject(SubjectKind.USER, f"{name}2", "3", name))
    changes = tuple(
        replace(change, user=name, group=name, directory=name, mapping=name, before={name: name}, after={name: name})
        for change in PLAN.changes
    )
    return replace(
        audited(findings=(finding, twin, waived)),
        id=name,
        notices=(name,),
        facts=(observed(name, [{name: name}], name, name),),
        directories=(replace(CORP, name=name, kind=name, quarantined=(Quarantined(name, name),)),),
        plan=replace(
            PLAN, changes=changes, unappliable={name: name}, base={name: name}, conflicts=conflicts_named(name)
        ),
        refusals=(replace(REFUSING_GUARD, guard=name, message=name, directory=name),),
        outcomes=(replace(outcomes(Result.FAILED)[0], message=name, at=name),),
    )


@pytest.mark.parametrize("run", [a_run(), full_run(), a_run(audit=AuditResult(), directories=(), facts=())])
def test_every_element_is_closed_in_order(run):
    assert Page(html_of(run)).mistakes == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_adds_no_element_and_no_handler(name):
    harmless, attacked = Page(html_of(hostile_run("harmless"))), Page(html_of(hostile_run(name)))

    assert attacked.mistakes == []
    assert [tag for tag, _ in attacked.elements] == [tag for tag, _ in harmless.elements]
    assert not [name for _, attributes in attacked.elements for name in attributes if name.startswith("on")]
    assert attacked.inline["script"] == harmless.inline["script"]


@pytest.mark.parametrize("name", HOSTILE[:6])
def test_a_hostile_name_is_shown_as_it_is(name):
    assert name in Page(html_of(hostile_run(name))).text


def test_acting_characters_are_made_visible():
    html = html_of(hostile_run(HOSTILE[-1]))

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", html)
    assert r"\u202eevil\x1b[2J\x00" in html


@pytest.mark.parametrize("run", [a_run(), hostile_run('"}</style>\\'), hostile_run("\r\n")])
def test_the_policy_names_the_hashes_of_what_is_inlined(run):
    seen = Page(html_of(run))
    (policy,) = [
        attributes["content"]
        for attributes in seen.all("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    for element in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(seen.inline[element].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert (len(seen.all("style")), len(seen.all("script"))) == (1, 1)


def test_the_policy_stands_before_anything_it_governs():
    tags = [tag for tag, _ in Page(html_of(a_run())).elements]

    assert tags.index("style") > 4
    assert tags[:4] == ["html", "head", "meta", "meta"]


def test_nothing_is_loaded_and_nothing_is_styled_in_place():
    seen = Page(html_of(full_run()))

    for tag, attributes in seen.elements:
        assert not {"src", "srcset", "style", "action", "background", "data", "poster"} & attributes.keys(), tag
        assert attributes.get("href", "#").startswith("#"), tag
    assert not re.search(r"url\(|@import|https?:|fetch|XMLHttpRequest|innerHTML|eval\(", "".join(seen.inline.values()))


def test_every_link_inside_the_page_has_its_aim():
    seen = Page(html_of(full_run()))
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]

    assert len(ids) == len(set(ids))
    assert {attributes["href"][1:] for attributes in seen.all("a")} <= set(ids)
    assert {attributes["href"][1:] for attributes in seen.all("use")} <= set(ids)


def test_the_page_is_usable_without_eyes():
    html = html_of(full_run())
    seen = Page(html)

    assert seen.all("html") == [{"lang": "en"}]
    assert len(seen.all("h1")) == 1
    assert len(seen.all("main")) == 1
    assert all("scope" in attributes for attributes in seen.all("th"))
    assert len(seen.all("caption")) == len(seen.all("table")) > 5
    first_link = next(attributes for tag, attributes in seen.elements if tag == "a")
    assert first_link["class"] == "skip"
    # A shape or a colour never stands alone: each mark carries its word.
    marks = re.findall(r'<span class="mark mark-[a-z]+">(.*?)</span></span>', html)
    assert marks
    assert all(re.search(r"<svg.*</svg><span>\w+", mark) for mark in marks)


def test_completeness_stands_above_the_seats_and_the_seats_above_the_findings():
    html = html_of(full_run())
    order = ["completeness", "seats", "audiences", "news", "failing", "undecided", "waived", "plan", "passed"]

    places = [html.index(f'<section id="{name}"') for name in [*order, "not-applicable", "facts", "method"]]

    assert places == sorted(places)


def test_an_incomplete_read_is_said_in_words_with_its_limit_and_its_remedy():
    text = text_of(html_of(full_run()))

    assert "1 of 2 directories was not read whole" in text
    assert "size limit of 500 (olcSizeLimit)" in text
    assert "Give the bind account size.prtotal=unlimited in olcLimits." in text
    assert "sizeLimitExceeded" in text


def test_the_way_to_a_seat_is_drawn_with_the_products_name():
    assert "ana > portal > jira-users > Jira Software" in text_of(html_of(audited(findings=(holding("ana"),))))


def test_every_statement_carries_its_evidence():
    text = text_of(html_of(audited(findings=(holding("ana"), default_group("portal", Mechanism.MAPPING)))))

    for told in (
        "GET https://jira.example.org/rest/api/2/applicationrole 22 November 2026, 02:15:07 UTC",
        "jira-users contains the group portal",
        "proved by observation",
        "rests on a declaration",
        DECLARED,
        "What to do Take the group portal out of jira-users",
        "A Jira Service Management customer is free.",
    ):
        assert told in text


def test_undecided_questions_name_what_is_missing_and_the_cheapest_way_to_know():
    text = text_of(html_of(a_run()))

    assert "Missing jira.user_directories[Crowd Customers].mode" in text
    assert "Cheapest way to know Declare jira.user_directories in mappings/estate.yaml" in text


def test_a_rule_left_undecided_without_a_finding_is_not_lost():
    text = text_of(html_of(audited(findings=())))

    assert "The mode of Jira's directory 'Crowd Customers' is not known." in text
    assert "Undecided 1" in text


def test_waivers_are_shown_with_owner_reason_and_days_left():
    text = text_of(html_of(a_run()))

    assert "maria.koch@example.org pilot until go-live, ITSM-812 31 January 2027 70 days left" in text


def test_guards_show_their_sums_and_outcomes_what_the_target_said():
    text = text_of(html_of(full_run()))

    assert "61 of 140 members of portal-customers would be taken out, 43.6 %" in text
    assert "rename user c.old -> c.new" in text
    assert "HTTP 403: not permitted" in text


def test_five_thousand_findings_stay_one_case_and_every_name_is_there():
    findings = tuple(holding(f"customer-{place:04}") for place in range(5000))
    html = html_of(audited(findings=findings))

    assert html.count('<article class="case case-critical"') == 1
    assert all(f">customer-{place:04}<" in html for place in range(5000))


def test_of_very_many_who_got_there_alike_the_first_have_rows_the_rest_names(monkeypatch):
    monkeypatch.setattr(room, "ROWS", 100)
    monkeypatch.setattr(room, "NAMES", 150)
    findings = tuple(holding(f"customer-{place:04}", is_new=place > 90) for place in range(300))
    html = html_of(audited(findings=findings))
    text = text_of(html)
    rows = re.findall(r'<th scope="row"><bdi>(customer-\d+)</bdi>', html)
    names = re.findall(r"<li><bdi>(customer-\d+)</bdi> <i>new</i></li>", html)

    assert rows == [f"customer-{place:04}" for place in range(100)]
    assert names == [f"customer-{place:04}" for place in range(100, 250)]
    assert "150 more, by name. The CSV report of this run has the id, the day and the evidence of every one" in text
    assert "And 50 more. The CSV report of this run names every one" in text
    assert "dirsync report 20261122T021501Z-7f3a --format csv." in text
    assert "300 users affected in this way, the first 100 of them" in text


def test_of_very_many_ways_the_largest_are_drawn_and_the_rest_told_in_one_line_each(monkeypatch):
    monkeypatch.setattr(room, "CASES", 3)
    ways = tuple(holding(f"c-{place}", path=(f"c-{place}", f"way-{place}", "jira-software")) for place in range(10))
    open_questions = tuple(
        replace(way, verdict=Verdict.UNKNOWN, rule="masked-seat", missing=("jira.order",)) for way in ways
    )
    text = text_of(html_of(audited(findings=ways + open_questions)))

    assert text.count("> Jira Software") == 2
    assert "9 findings more of this rule, which came about in 9 other ways. Each is told below in one line." in text
    assert "9 questions more of this rule" in text
    assert "c-9 Customer c-9 occupies a seat of Jira Software." in text


def test_a_page_of_fifty_thousand_findings_is_small_and_quickly_made():
    ways = tuple(
        holding(f"customer-{place:06}@example.org", is_new=True, path=("x", f"way-{place}", "jira-software"))
        for place in range(50_000)
    )
    made = document(audited(findings=ways), PAGES)
    began = time.process_time()
    html = HtmlReport().render(made)

    assert len(html) < 15_000_000
    assert time.process_time() - began < 30
    assert b">customer-049999@example.org<" in html


def test_the_new_and_the_resolved_are_told_by_rule_and_by_name():
    was = OpenFinding("2026-11-01T02:15:00+00:00", "masked-seat", subject=Subject(SubjectKind.USER, "zoe", "u"))
    older = OpenFinding("2026-10-01T02:15:00+00:00")
    run = a_run(resolved=("a1", "b2", "c3"), resolved_were={"a1": was, "b2": older})
    text = text_of(html_of(run))

    assert "customer-holds-application-access 1 2 0" in text
    assert "masked-seat 0 0 1" in text
    assert "zoe masked-seat, stood since 1 November 2026, 02:15:00 UTC" in text
    assert "b2 of a rule that was not kept, stood since 1 October 2026, 02:15:00 UTC" in text
    assert "0123456789abcdef" in text_of(html_of(a_run()))


def test_a_run_says_which_it_was_where_and_when_by_the_clock_there():
    run = a_run(plan=PLAN, host="sync01.example.org", local_time="2026-11-22T03:15:21+01:00")
    text = text_of(html_of(run))

    told = "Run 20261122T021501Z-7f3a 22 November 2026, 02:15:21 UTC, 03:15:21 (UTC+01:00) there on sync01.example.org"
    assert f"{told} dirsync 0.1.0 mappings 9f2c41d07be81a55 plan {PLAN.digest}" in text
    assert "there" not in text_of(html_of(a_run(plan=None))).split("dirsync 0.1.0")[0]


def test_the_trend_is_drawn_with_its_figures_beside_it():
    html = html_of(a_run(past=(past(21, held=2), past(20, is_complete=False))))
    text = text_of(html)
    seen = Page(html)

    assert "Over the last 3 runs" in text
    assert "Jira Software: customers who hold a seat 3" in text
    assert "r20 Not whole 20 November 2026, 01:00:00 UTC" in text
    assert "0 in every run that told it: " in text
    drawings = [attributes for attributes in seen.all("svg") if "aria-labelledby" in attributes]
    ids = {attributes["id"] for _, attributes in seen.elements if "id" in attributes}
    assert drawings
    assert all(set(attributes["aria-labelledby"].split()) <= ids for attributes in drawings)
    assert len(seen.all("desc")) == len(drawings) == len(seen.all("title")) - 1
    assert "Over the last" not in text_of(html_of(a_run()))


def test_expired_waivers_stand_above_those_that_hold():
    expired = holding(
        "old.pilot", rule="waiver-expired", message="The waiver held until 2026-10-31.", remedy="Delete it."
    )
    text = text_of(html_of(audited(findings=(expired, WAIVED))))

    assert "1 waiver has expired: what it accepted counts again, and fails above if it is still so." in text
    assert text.index("Expired old.pilot The waiver held until 2026-10-31. Delete it.") < text.index("70 days left")


def test_what_many_accepted_findings_have_in_common_is_told_once():
    waived = tuple(replace(WAIVED, subject=replace(WAIVED.subject, name=f"p-{place:03}", id="")) for place in range(60))
    text = text_of(html_of(audited(findings=waived)))

    assert text.count("ITSM-812") == 1
    assert "60 users p-000 p-001" in text
    assert "And 10 more. The CSV report of this run has every one" in text


def test_no_list_is_without_end():
    many = range(page.ROWS_PER_LIST + 50)
    expired = tuple(holding(f"w-{place}", rule="waiver-expired") for place in many)
    waived = tuple(
        replace(
            WAIVED,
            subject=replace(WAIVED.subject, name=f"p-{place}", id=""),
            waiver=replace(WAIVED.waiver, reason=str(place)),
        )
        for place in many
    )
    new = tuple(holding(f"n-{place}", is_new=True) for place in many)
    run = audited(findings=expired + waived + new)
    change = PLAN.changes[5]
    changes = tuple(replace(change, user=f"u-{place}") for place in many)
    obstacles = tuple(replace(PLAN.obstacles[0], name=f"o-{place}") for place in many)
    quarantined = tuple(Quarantined(f"q-{place}", "twice") for place in many)
    known = OpenFinding("2026-11-01T02:15:00+00:00")
    run = replace(
        run,
        plan=replace(PLAN, changes=changes, obstacles=obstacles),
        outcomes=tuple(Outcome(change.id, Result.FAILED, "no", "") for change in changes),
        directories=(replace(CORP, quarantined=quarantined),),
        resolved=tuple(f"g-{place}" for place in many),
    )

    for one, lists in ((run, 7), (replace(run, resolved_were={f"g-{place}": known for place in many}), 7)):
        assert text_of(html_of(one)).count("And 50 more") == lists


def test_a_plan_of_very_many_steps_shares_the_page():
    member = PLAN.changes[5]
    changes = tuple(replace(member, user=f"u-{place}", group=f"g-{place % 40}") for place in range(6_000))
    html = html_of(a_run(plan=replace(PLAN, changes=changes)))

    assert html.count('<span class="who">') == page.CHANGES
    assert text_of(html).count("and 25 more; the JSON report of this run lists every one.") == 40


def test_a_what_if_names_no_command_that_does_not_know_it(monkeypatch):
    monkeypatch.setattr(room, "ROWS", 1)
    text = text_of(html_of(replace(audited(findings=(holding("bert"), holding("carl"))), what_if=a_what_if())))

    assert "1 more, by name. The CSV report of this run has the id, the day and the evidence of every one." in text


def test_a_report_of_an_earlier_version_still_renders():
    old = document(full_run())
    del old["history"], old["resolved_findings"], old["run"]["host"], old["run"]["local_time"]

    assert "Since last time" in HtmlReport().render(old).decode()


def test_a_very_long_plan_says_how_much_it_leaves_to_the_json_report():
    member = PLAN.changes[5]
    changes = tuple(replace(member, user=f"person-{place}") for place in range(page.ROWS_PER_STEP + 250))

    assert "and 250 more; the JSON report of this run lists every one." in text_of(
        html_of(a_run(plan=replace(PLAN, changes=changes)))
    )


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_explained(code):
    assert "unknown to this version" not in text_of(html_of(a_run(exit_code=code)))


def test_the_same_run_renders_to_the_same_bytes():
    assert html_of(full_run()) == html_of(full_run())


def test_emptiness_and_absence_are_told_apart():
    assert page.fact_value([]) == ["none (an empty list)"]
    assert page.fact_value(None) == ["not told"]
    assert page.fact_value("") == ["(empty)"]
    assert page.fact_value(False) == ["no"]
    assert page.fact_value(["a", "b"]) == ["a, b"]
    assert page.fact_value([{"key": "jira-core", "seats": None, "groups": [], "open": True}]) == [
        "key jira-core; groups none (an empty list); open yes"
    ]
    assert page.fact_value({"HELP": True, "limit": 5}) == ["HELP: yes", "limit: 5"]
    twins = [{"directory": "Crowd", "is_active": True}, {"directory": "Internal", "is_active": False}]
    assert page.fact_value({"ada": twins}) == [
        "ada: (directory Crowd; is_active yes), (directory Internal; is_active no)"
    ]
    assert page.fact_value([{}]) == ["nothing told"]
    assert page.fact_value({}) == ["none"]


def test_facts_that_nobody_told_say_why_and_what_would_help():
    text = text_of(html_of(a_run(facts=FACTS)))

    assert "Only Jira's database and its administration pages know it." in text


def test_moments_are_told_in_utc_and_odd_ones_as_they_came():
    assert page.when("2026-11-22T03:15:07+01:00") == "22 November 2026, 02:15:07 UTC"
    assert page.when("2026-11-22T03:15:07Z") == "22 November 2026, 03:15:07 UTC"
    assert page.when("2026-11-22T03:15:07") == "22 November 2026, 03:15:07"
    assert page.when("2026-11-22") == "22 November 2026"
    assert page.when("last night") == "last night"


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-22T03:15:07+01:00", "03:15:07 (UTC+01:00)"),
        ("2026-11-22T02:15:07+00:00", ""),
        ("2026-11-22T21:45:07-05:30", "22 November, 21:45:07 (UTC-05:30)"),
        ("2026-11-22T02:15:07", "2026-11-22T02:15:07"),
        ("by night", "by night"),
    ],
)
def test_the_time_there_is_told_with_its_offset_and_its_day_where_that_differs(moment, told):
    assert page.local_time(moment) == told


def test_durations_and_waivers_are_counted():
    assert page.duration("2026-11-22T02:15:01+00:00", "2026-11-22T02:18:21+00:00") == "3 min 20 s"
    assert page.duration("2026-11-22T02:15:01+00:00", "") == ""
    assert page.duration("2026-11-22T02:15:01+00:00", "2026-11-22T02:15:02") == ""
    assert page.days_left("2026-11-23", "2026-11-22T02:15:07+00:00") == "1 day left"
    assert page.days_left("2026-11-20", "2026-11-22T02:15:07+00:00") == "expired 2 days ago"
    assert page.days_left("soon", "2026-11-22T02:15:07+00:00") == "no readable date"


def test_a_bar_adds_up_even_when_jira_counts_fewer_than_dirsync():
    counted_less = {"used": 5, "seats": 10, "is_unlimited": False, "customers_holding": 8, "agents_holding": 12}

    parts = page.seat_bar(counted_less)

    assert sum(part.width for part in parts) == pytest.approx(100)
    assert [part.kind for part in parts] == ["customers", "agents"]
    assert page.seat_bar(counted_less | {"used": None}) == []


def test_a_rules_page_becomes_paragraphs_and_lists():
    assert page.paragraphs("One\ntwo.\n\n- a\n  b\n- c\n\n") == [("text", ["One two."]), ("list", ["a b", "c"])]
    assert page.paragraphs("seat-rule\nseverity: high\n\nOne.\n", "seat-rule") == [("text", ["One."])]


def test_whom_several_mappings_take_stands_there_with_who_wins_and_what_would_turn():
    alone = text_of(html_of(a_run(plan=replace(PLAN, changes=(), obstacles=(), adopted=(), conflicts=CONFLICTS))))

    assert "1 person whom several mappings take, intended or not" in alone
    assert "ana username, e-mail address agents: ana of corp to crowd-agents u-1" in alone
    assert "customers: Ana of abroad to crowd-customers u-2" in alone
    assert f"{CONFLICT.wins} {CONFLICT.flips}" in alone
    assert "more; the JSON report of this run lists" not in alone
    assert "Taken by several mappings" not in text_of(html_of(a_run(plan=PLAN)))


def test_where_no_order_changes_anything_the_cell_says_so():
    unmoved = replace(CONFLICTS, listed=(replace(CONFLICT, flips=""),))

    assert f"{CONFLICT.wins} nothing changes" in text_of(html_of(a_run(plan=replace(PLAN, conflicts=unmoved))))


@pytest.mark.parametrize(("listed", "total", "more"), [(2, 5, "3"), (600, 700, "200"), (500, 500, "")])
def test_of_many_people_whom_several_mappings_take_the_first_are_shown_and_all_counted(listed, total, more):
    many = replace(CONFLICTS, counts={Agreement.ID: total}, listed=(CONFLICT,) * listed)
    text = text_of(html_of(a_run(plan=replace(PLAN, conflicts=many))))

    assert page.ROWS_PER_STEP == 500
    assert f"{total} people whom several mappings take" in text
    assert (f"and {more} more; the JSON report of this run lists up to 10,000 of each kind." in text) == bool(more)


def test_a_stored_run_that_did_not_tell_of_conflicts_still_renders():
    old = document(a_run(plan=PLAN))
    del old["plan"]["conflicts"], old["plan"]["conflict_counts"]

    assert "Taken by several mappings" not in HtmlReport().render(old).decode()
    assert b"Taken by several mappings" not in TerminalReport().render(old)
