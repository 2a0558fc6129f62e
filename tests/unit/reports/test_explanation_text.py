"""The answer about a person on a terminal: every section is there, and what is nothing says so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator
from schemas import MAPPINGS
from unit.reports.runs import CONFLICT

from dirsync.model.conflicts import Agreement
from dirsync.model.estate import Audience
from dirsync.model.explained import (
    Account,
    AtRisk,
    Belonging,
    Carried,
    CountedMissing,
    EffectiveSeat,
    ExpectedGroup,
    Explanation,
    GroupReached,
    InJira,
    Person,
    PlaceInJira,
    Remembered,
    SeatAnswer,
    Standing,
    Takes,
    Taking,
    Tonight,
)
from dirsync.model.findings import Finding, Mechanism, Severity, Subject, SubjectKind, Verdict, Waived
from dirsync.model.links import UserLink
from dirsync.model.plans import Change, Obstacle, Op, Refusal
from dirsync.model.run import DirectoryRead
from dirsync.model.snapshot import Completeness, Counts
from dirsync.reports.explanation import explanation_document
from dirsync.reports.explanation_text import explanation_text, where_looked

WHOLE = DirectoryRead("corp", "ldap", Completeness(is_complete=True), Counts(1_204, 3, 9))
IN_ORGANIZATIONS = DirectoryRead("jira organizations", "jira", Completeness(is_complete=True), Counts(3, 2, 2))
CUT = DirectoryRead("crowd", "crowd", Completeness(False, "crowd: it broke off", "Try again."), Counts(2, 0, 0))
ANA = Account("corp", "ldap", True, "ana", "ana@example.org", "s1", "r", "uid=ana,dc=example", True)
TITLES = (
    "Accounts", "Mappings", "Groups", "Seats", "In Jira, as its user directories stand",
    "Default groups at the next login, or when carried over",
    "Findings about this person", "What the store remembers", "What tonight would change",
)  # fmt: skip


def document(*people: Person, **more: Any) -> dict[str, Any]:
    told = explanation_document(Explanation("ana", more.pop("directories", (WHOLE,)), people, **more))
    return json.loads(json.dumps(told))


def text_of(**answers: Any) -> str:
    more = {name: answers.pop(name) for name in ("directories", "refusals", "without_groups") if name in answers}
    accounts = answers.pop("accounts", (ANA,))
    return explanation_text(document(Person("ana", accounts, **answers), **more), 500)


def section(title: str, **answers: Any) -> list[str]:
    """Return the lines of one section, unbroken."""
    lines = text_of(**answers).splitlines()
    start = lines.index(title) + 1
    end = next((number for number in range(start, len(lines)) if not lines[number]), len(lines))
    return [line.removeprefix("  ") for line in lines[start:end]]


def test_every_question_is_answered_in_its_order_and_nothing_is_said_as_such() -> None:
    lines = text_of().splitlines()
    assert lines[:2] == ["ana", "==="]
    assert [line for line in lines if line in TITLES] == list(TITLES)
    for title in TITLES[1:3] + TITLES[4:]:
        assert section(title) == ["nothing"]
    assert section("Seats") == ["none: there is no account where Jira looks"]


def test_an_account_is_told_with_what_is_wrong_with_it() -> None:
    assert section("Accounts") == ["corp (ldap): ana, ana@example.org, active", "  uid=ana,dc=example", "  id s1"]
    disabled = replace(ANA, active=False, disabled_because="nsAccountLock is TRUE", is_read=False, entry="ana")
    assert section("Accounts", accounts=(disabled,)) == [
        "corp (ldap): ana, ana@example.org, DISABLED (nsAccountLock is TRUE)",
        "  id s1",
        "  no mapping takes it from there",
    ]
    assert section("Accounts", accounts=(replace(ANA, active=False),))[0].endswith(", DISABLED")
    bare = Account("corp", "ldap", False, "", "", "", "", "cn=x", None, is_read=False, left_out="it has no uid")
    assert section("Accounts", accounts=(bare,)) == [
        "corp (ldap): no username, no e-mail address, active or not can't be told",
        "  cn=x",
        "  no id",
        "  LEFT OUT of the read: it has no uid",
        "  corp was not read whole",
    ]


def test_a_mapping_takes_or_does_not_or_nobody_knows() -> None:
    taken = Taking("a", Audience.AGENTS, "corp", "crowd", "ana", is_taken=True)
    answers = (
        taken,
        replace(taken, target=""),
        replace(taken, is_taken=False, why="outside"),
        replace(taken, is_taken=None, why="unread"),
    )
    assert section("Mappings", takings=answers) == [
        "a (agents from corp): taken, carried to crowd",
        "a (agents from corp): taken, audited only",
        "a (agents from corp): not taken: outside",
        "a (agents from corp): can't be said: unread",
    ]


def test_a_mapping_that_takes_somebody_whom_the_plan_leaves_out_is_not_said_to_carry_them() -> None:
    taken = Taking("a", Audience.AGENTS, "corp", "crowd", "ana", is_taken=True)
    others = (replace(taken, mapping="b"), replace(taken, target="else"))
    told = section(
        "Mappings", takings=(taken, *others), tonight=Tonight(obstacles=(Obstacle("crowd", "a", "ana", "why"),))
    )
    assert told == [
        "a (agents from corp): taken, but left out of crowd tonight, as told below",
        "b (agents from corp): taken, carried to crowd",
        "a (agents from corp): taken, carried to else",
    ]


def test_who_wins_and_why_is_told_of_whomever_several_mappings_take() -> None:
    tonight = Tonight(conflicts=(CONFLICT, replace(CONFLICT, by=(Agreement.EMAIL,), flips="")))
    takers = "ana of corp by 'agents' and Ana of abroad by 'customers'"
    assert section("Mappings", tonight=tonight) == [
        f"TAKEN BY SEVERAL, one person by username and e-mail address: {takers}",
        "  who wins: Mapping 'agents' answers on crowd-agents.",
        "  in another order: Were Jira's user directories in another order, it would go by crowd-customers.",
        f"TAKEN BY SEVERAL, one person by e-mail address: {takers}",
        "  who wins: Mapping 'agents' answers on crowd-agents.",
        "  in another order: nothing changes",
    ]


def test_groups_are_told_with_their_path_and_what_is_carried() -> None:
    groups = (
        GroupReached("corp", ("ana", "inner"), (Carried("m", "crowd", "portal"),)),
        GroupReached("corp", ("ana", "inner", "outer")),
    )
    assert section("Groups", groups=groups) == [
        "corp: ana > inner; carried to portal in crowd (m)",
        "corp: ana > inner > outer, through nesting",
    ]
    unknown = section("Groups", without_groups=("corp",))
    assert unknown == ["corp: not known, since no mapping reads its groups (source.groups.base)"]
    unread = section("Groups", accounts=(replace(ANA, directory="crowd"),), directories=(WHOLE, CUT))
    assert unread == ["crowd: there may be more, since it was not read whole"]


def test_a_seat_is_held_or_not_or_unknown_with_the_way_to_know() -> None:
    held = SeatAnswer("crowd", "ana", "jira-core", "Jira Core", True, ("ana", "g", "jira-core"))
    none = replace(held, holds=False, path=())
    answers = (
        held, none, replace(none, why="not active"), replace(none, holds=None, why="cut off", remedy="Ask."),
        SeatAnswer("crowd", "ana", "", "", None, why="nobody told"),
    )  # fmt: skip
    assert section("Seats", seats=answers) == [
        "Jira Core (account in crowd): holds a seat",
        "  ana > g > jira-core",
        "Jira Core (account in crowd): no seat",
        "Jira Core (account in crowd): no seat. Not active.",
        "Jira Core (account in crowd): can't be said. Cut off.",
        "  cheapest way to know: Ask.",
        "every Jira application (account in crowd): can't be said. Nobody told.",
    ]


def test_default_groups_are_told_with_where_they_lead() -> None:
    plain = ExpectedGroup("m", "crowd", Mechanism.MAPPING, "portal", "when carried over")
    groups = (
        plain,
        replace(plain, is_member=True, leads_to=("portal", "jira-core")),
        replace(plain, doubt="cut off", remedy="Ask."),
        replace(plain, group="", doubt="nobody told", remedy="Declare it."),
    )
    title = TITLES[5]
    assert section(title, expected=groups) == [
        "portal (mapping, crowd): when carried over",
        "portal (mapping, crowd): when carried over; already a member",
        "  gives a seat: portal > jira-core",
        "portal (mapping, crowd): when carried over",
        "  whether it gives a seat can't be said: Cut off.",
        "  cheapest way to know: Ask.",
        "can't be said (mapping, crowd): Nobody told.",
        "  cheapest way to know: Declare it.",
    ]


def test_findings_are_told_waived_ones_with_who_answers_for_them() -> None:
    subject = Subject(SubjectKind.USER, "ana", "s1", "crowd")
    failing = Finding("a-rule", Verdict.FAIL, Severity.HIGH, subject, "Ana costs.", remedy="Remove her.")
    findings = (
        failing,
        replace(failing, waiver=Waived("owner@example.org", "pilot", "2099-01-31", "w:1")),
        replace(failing, verdict=Verdict.UNKNOWN, remedy=""),
    )
    assert section("Findings about this person", findings=findings) == [
        "HIGH  a-rule",
        "  Ana costs.",
        "  -> Remove her.",
        "HIGH  a-rule",
        "  Ana costs.",
        "  waived by owner@example.org until 2099-01-31: pilot",
        "UNDECIDED  a-rule",
        "  Ana costs.",
    ]


def test_the_store_says_made_or_adopted_and_how_often_somebody_was_missed() -> None:
    adopted = Remembered("crowd", "m", "ana", "s1", "t1")
    made = replace(
        adopted, made_at="2026-11-20", made_by="run-1", missed=2, missed_at="2026-11-21", is_deactivated=True,
        memberships=("a", "b"),
    )  # fmt: skip
    assert section("What the store remembers", remembered=(adopted, made)) == [
        "ana in crowd: adopted, for mapping 'm'",
        "  memberships dirsync answers for: none",
        "ana in crowd: made by dirsync at 2026-11-20 (run run-1), for mapping 'm'",
        "  missing from its source in 2 reads, the last at 2026-11-21",
        "  deactivated by dirsync",
        "  memberships dirsync answers for: a, b",
    ]


def test_tonight_tells_changes_obstacles_and_what_keeps_them_from_happening() -> None:
    update = Change(
        Op.UPDATE_USER, "crowd", "m", "ana", "t1", before={"email": "a@x"}, after={"email": "b@x"}, reason="so"
    )
    tonight = Tonight(
        changes=(Change(Op.ADD_MEMBER, "crowd", "m", "ana", group="portal", reason="all"), update),
        obstacles=(Obstacle("crowd", "m", "ana", "taken"),),
        adopted=(UserLink("crowd", "m", "s1", "t1", "ana"),),
        missing=(
            CountedMissing("crowd", "m", "ana", 1, 2, "keep"),
            CountedMissing("crowd", "m", "ana", 2, 2, "remove"),
        ),
        unappliable={"crowd": "corp was not read whole"},
    )
    refusals = (Refusal("creations", True, "Too many."),)
    assert section("What tonight would change", tonight=tonight, refusals=refusals) == [
        "crowd: adopt ana for mapping 'm'",
        "crowd: ana is missing from the source of 'm'",
        "  in 1 complete read, with tonight's; the account stays (missing: keep)",
        "crowd: ana is missing from the source of 'm'",
        "  in 2 complete reads, with tonight's; the mapping says remove from 2 on",
        "crowd: add ana to portal (all)",
        "crowd: update user ana: email 'a@x' -> 'b@x' (so)",
        "but nothing is written to crowd: corp was not read whole",
        "LEFT OUT of crowd (mapping 'm'): ana: taken",
        "REFUSED as it stands, with the whole plan:",
        "  creations: Too many.",
    ]
    assert section("What tonight would change", refusals=refusals) == ["nothing"], "it stops nothing of theirs"


def test_what_was_not_read_and_not_seen_closes_the_answer() -> None:
    told = explanation_text(document(Person("ana", (ANA,)), directories=(WHOLE, CUT), troubles=("no rights",)))
    assert told.endswith(
        "NOT READ WHOLE: what is told above may not be all\n  crowd: it broke off\n    -> Try again.\n\n"
        "Looking beyond the mappings\n  no rights\n"
    )


def test_nobody_is_told_with_where_was_looked() -> None:
    told = document(directories=(WHOLE, CUT), looked={"corp": ("dc=example",)})
    assert where_looked(told) == (
        "Looked for as username, e-mail address, DN and id in corp (1,204 users read, and beyond the mappings in"
        " dc=example) and crowd (2 users read)."
    )
    assert explanation_text(told).startswith("Nobody called 'ana' was found.\n")


def test_several_people_are_announced_and_no_name_acts_on_the_terminal_or_breaks_the_width() -> None:
    people = [Person(name, (replace(ANA, username=name),)) for name in ("ana\x1b[2J", "bert " * 40)]
    text = explanation_text(document(*people), 80)
    assert text.startswith("2 people go by 'ana':\n  ana\\x1b[2J\n")
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_document_names_findings_and_changes_as_reports_do() -> None:
    change = Change(Op.CREATE_USER, "crowd", "m", "ana")
    finding = Finding("a-rule", Verdict.FAIL, Severity.HIGH, Subject(SubjectKind.USER, "ana"), "x")
    person = Person("ana", (ANA,), groups=(GroupReached("corp", ("ana", "g")),), findings=(finding,))
    told = document(replace(person, tonight=Tonight((change,))), directories=(CUT,))
    assert told["schema"] == "dirsync.explanation/1"
    (one,) = told["people"]
    assert one["findings"][0]["id"] == finding.id
    assert one["tonight"]["changes"][0]["id"] == change.id
    assert one["groups"][0]["is_direct"] is True
    assert told["directories"][0] == {
        "name": "crowd", "kind": "crowd", "complete": False, "reason": "crowd: it broke off", "remedy": "Try again.",
        "users": 2, "groups": 0,
    }  # fmt: skip


IN_JIRA = InJira(
    "ana",
    (
        PlaceInJira(1, "Crowd Agents", "agents", "a1", True, Standing.COUNTS),
        PlaceInJira(2, "Crowd Customers", "customers", "c1", False, Standing.MASKED),
        PlaceInJira(3, "Portal", "portal", "", None, Standing.UNREAD),
    ),
    (
        EffectiveSeat("jira-core", "Jira Core", Takes.YES, "agents", ("ana", "staff", "jira-core")),
        EffectiveSeat("jira-software", "Jira Software", Takes.MASKED, "customers", ("ana", "all", "jira-software")),
        EffectiveSeat("jira-servicedesk", "Jira Service Management", Takes.NO),
        EffectiveSeat("", "", Takes.OPEN, why="nobody told", remedy="Ask Jira."),
    ),
)
RISK = AtRisk("jira-core", "all", Mechanism.MAPPING, "customers", "at a login", ("all", "jira-core"))


def test_what_jira_makes_of_the_name_is_told_in_its_order_with_what_masks_it() -> None:
    assert section("In Jira, as its user directories stand", in_jira=(IN_JIRA,), at_risk=(RISK,)) == [
        "1. Crowd Agents (agents): ana: this account counts",
        "2. Crowd Customers (customers): ana, DISABLED: masked: an account of that name stands before it",
        "3. Portal (portal): ana: not read whole, so an account of that name may stand here",
        "Jira Core: takes a seat, by the account in agents",
        "  ana > staff > jira-core",
        "Jira Software: no seat, only because the account in customers is masked; by its groups it would",
        "  ana > all > jira-software",
        "Jira Service Management: no seat",
        "every Jira application: can't be said. Nobody told.",
        "  cheapest way to know: Ask Jira.",
        "AT RISK of a seat of jira-core: 'all' is given at a login",
        "  all > jira-core",
    ]
    unknown = InJira("ana", why="nobody lists Jira's user directories", remedy="Declare them.")
    assert section("In Jira, as its user directories stand", in_jira=(unknown,)) == [
        "which account 'ana' means can't be said. Nobody lists Jira's user directories.",
        "  cheapest way to know: Declare them.",
    ]
    nobody = section("In Jira, as its user directories stand", in_jira=(InJira("ana"),))
    assert nobody == ["no user directory of Jira shows 'ana'"]


def test_organisations_are_told_with_whose_doing_it_is_where_a_mapping_carries_any() -> None:
    title = "Organisations in Jira"
    ours, both = Belonging("Acme", "2", "ana", ("m",)), Belonging("Initech", "3", "ana", ("m", "n"))
    by_hand = Belonging("Globex", "1", "ana")
    read = (WHOLE, IN_ORGANIZATIONS)
    assert section(title, organizations=(ours, both, by_hand), directories=read) == [
        "Acme (account ana): by mapping 'm'",
        "Initech (account ana): by mapping 'm' and 'n'",
        "Globex (account ana): not by dirsync, which leaves it so",
    ]
    assert section(title, directories=read) == ["nothing"]
    partly = replace(IN_ORGANIZATIONS, completeness=CUT.completeness)
    assert section(title, directories=(WHOLE, partly)) == ["there may be more, since they were not read whole"]
    assert title not in text_of()
    assert "jira organizations" not in where_looked(document(directories=read))


def test_only_organisations_that_were_not_read_hide_nobody() -> None:
    partly = replace(IN_ORGANIZATIONS, completeness=CUT.completeness)
    told = Explanation("ana", (WHOLE, partly))
    assert (told.is_whole, told.hides_nobody) == (False, True)
    assert not Explanation("ana", (CUT, IN_ORGANIZATIONS)).hides_nobody


def test_what_explain_prints_fits_its_published_schema() -> None:
    schema = json.loads((MAPPINGS / "explanation.schema.json").read_text(encoding="utf-8"))
    change = Change(Op.CREATE_USER, "crowd", "m", "ana", after={"email": "ana@example.org", "active": True})
    link = UserLink("crowd", "m", "s1", "t1", "ana")
    finding = Finding("a-rule", Verdict.FAIL, Severity.HIGH, Subject(SubjectKind.USER, "ana"), "It fails.")
    gone = CountedMissing("c", "m", "a", 1, 2, "x")
    full = Person(
        "ana",
        (ANA,),
        (Taking("a", Audience.AGENTS, "corp", "crowd", "ana", is_taken=None),),
        (GroupReached("corp", ("ana", "inner"), (Carried("m", "crowd", "portal"),)),),
        (SeatAnswer("crowd", "ana", "jira-core", "Jira Core", None),),
        (IN_JIRA,),
        (RISK,),
        (ExpectedGroup("m", "crowd", Mechanism.MAPPING, "all"),),
        (replace(finding, waiver=Waived("owner@example.org", "why", "2027-01-01", "waivers.yaml:1")), finding),
        (Remembered("crowd", "m", "ana", "s1", "t1"),),
        Tonight((change,), (Obstacle("crowd", "m", "ana", "why"),), (link,), (gone,), conflicts=(CONFLICT,)),
        (Belonging("Acme", "2", "ana", ("m",)),),
    )
    refusals = (Refusal("removals", True, "Too many."),)
    told = document(full, Person("ben", ()), refusals=refusals, directories=(WHOLE, CUT))
    validator = Draft202012Validator(schema)
    assert [error.message for error in validator.iter_errors(told)] == []
    for part, of in (
        ("people", told),
        ("accounts", told["people"][0]),
        ("standing", told["people"][0]["in_jira"][0]["places"][0]),
    ):
        broken = of.pop(part)
        assert not validator.is_valid(told), f"nothing misses {part}"
        of[part] = broken
