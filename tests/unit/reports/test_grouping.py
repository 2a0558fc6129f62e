"""Findings and changes are put together without losing any."""

from unit.reports.runs import CHANGES, PLAN, UNDECIDED_SIGNUP, a_run, audited, default_group, holding, outcomes

from dirsync.model.facts import Evidence
from dirsync.model.findings import Mechanism, Severity
from dirsync.model.plans import Change, Op, Result
from dirsync.model.run import Mode
from dirsync.reports.changes import by_target, change_name, change_phrase, missed_changes, outcome_counts
from dirsync.reports.document import document
from dirsync.reports.grouping import by_rule, is_failing, reaches_application, shown_path
from dirsync.reports.wording import a_few, in_words, sentence


def groups_of(*findings):
    made = document(audited(findings=findings))
    return by_rule(made, made["findings"])


def test_people_who_get_there_the_same_way_are_one_case_with_all_their_names():
    (group,) = groups_of(*(holding(f"customer-{place}") for place in range(500)))
    (case,) = group.cases

    assert len(case.findings) == 500
    assert case.path == ("500 users", "portal", "jira-users", "jira-software")
    assert case.message == "Customer … occupies a seat of Jira Software."


def test_another_way_is_another_case():
    direct = holding("ana", path=("ana", "jira-users", "jira-software"))

    (group,) = groups_of(direct, holding("bert"), holding("carl"))

    assert sorted(len(case.findings) for case in group.cases) == [1, 2]
    assert {finding["subject"]["name"] for case in group.cases for finding in case.findings} == {"ana", "bert", "carl"}


def test_a_name_inside_another_word_does_not_tear_a_case_apart():
    (group,) = groups_of(holding("a"), holding("occupies"), holding("ana"))

    assert sum(len(case.findings) for case in group.cases) == 3


def test_shared_evidence_is_told_once_and_own_evidence_with_its_owner():
    (group,) = groups_of(holding("ana"), holding("bert"))
    (case,) = group.cases

    assert [item["value"] for item in case.evidence] == [
        "jira-software is opened by [jira-users]",
        "jira-users contains the group portal",
    ]
    assert sorted(item["value"] for own in case.own_evidence.values() for item in own) == [
        "portal contains ana",
        "portal contains bert",
    ]


def test_no_evidence_is_lost_when_nothing_is_shared():
    one = holding("ana", evidence=(Evidence("a", "", "1"),))
    other = holding("bert", evidence=())

    (group,) = groups_of(one, other)

    assert group.cases[0].evidence == ()
    assert [own[0]["value"] for own in group.cases[0].own_evidence.values()] == ["1"]


def test_the_costliest_rule_stands_first_and_is_called_by_its_worst_finding():
    groups = groups_of(
        default_group("portal", Mechanism.MAPPING),
        default_group("help", Mechanism.CROWD_DIRECTORY, severity=Severity.LOW),
        holding("ana"),
    )

    assert [(group.rule, group.severity) for group in groups] == [
        ("customer-holds-application-access", "critical"),
        ("customer-default-group-grants-application-access", "high"),
    ]


def test_the_jira_application_at_the_end_of_a_path_is_shown_by_name():
    (group,) = groups_of(holding("ana"))
    names = {"jira-software": "Jira Software"}

    assert shown_path(group.cases[0], names)[-1] == "Jira Software"
    assert reaches_application(group.cases[0], names)


def test_a_path_that_ends_in_a_group_is_not_dressed_up_as_a_seat():
    (group,) = groups_of(holding("ana", path=("ana", "helpers"), application=""))

    assert shown_path(group.cases[0], {"jira-software": "Jira Software"}) == ("ana", "helpers")
    assert not reaches_application(group.cases[0], {})


def test_the_estate_is_not_counted_as_a_thing():
    (group,) = groups_of(UNDECIDED_SIGNUP)

    assert group.affected == "the estate as a whole"


def test_waived_findings_are_not_failing():
    made = document(a_run())

    assert "pilot@example.org" not in {
        finding["subject"]["name"] for finding in made["findings"] if is_failing(finding)
    }


def test_a_plan_is_told_by_target_and_memberships_by_group():
    targets = by_target(document(a_run(plan=PLAN))["plan"])

    assert [(target.directory, target.count) for target in targets] == [("crowd-agents", 1), ("crowd-customers", 46)]
    assert [(step.title, step.group) for step in targets[1].steps] == [
        ("Create 1 user", ""),
        ("Rename 1 user", ""),
        ("Update 1 user", ""),
        ("Add 42 members to", "portal-customers"),
        ("Take 1 member out of", "helpdesk-users"),
    ]
    assert sum(len(step.changes) for target in targets for step in target.steps) == len(CHANGES)


def test_a_target_without_changes_is_still_told_when_it_may_not_be_written():
    plan = document(a_run(plan=PLAN))["plan"] | {"changes": [], "unappliable": {"crowd-agents": "not read whole"}}

    (target,) = by_target(plan)

    assert (target.directory, target.count, target.unappliable) == ("crowd-agents", 0, "not read whole")


def test_every_kind_of_change_has_words_and_a_name():
    plan = document(
        a_run(
            plan=PLAN.__class__(
                tuple(
                    Change(
                        op,
                        "d",
                        "m",
                        user="ana" if any(word in op for word in ("user", "member", "to_org", "from_org")) else "",
                        group="staff" if any(word in op for word in ("group", "member", "organization")) else "",
                        child_group="team" if "child" in op else "",
                        before={"username": "ana", "name": "staff", "service_project": "HELP" if "unlink" in op else ""}
                        if "rename" in op or "unlink" in op
                        else {},
                        after={"username": "anna", "name": "crew", "service_project": "HELP" if "link" in op else ""}
                        if "rename" in op or op == "link_organization"
                        else {},
                    )
                    for op in Op
                )
            )
        )
    )["plan"]

    phrases = {change["op"]: change_phrase(change) for change in plan["changes"]}

    assert phrases["rename_user"] == "rename user ana -> anna"
    assert phrases["rename_group"] == "rename group staff -> crew"
    assert phrases["add_member"] == "add ana to staff"
    assert phrases["remove_member"] == "take ana out of staff"
    assert phrases["add_child_group"] == "nest team in staff"
    assert phrases["remove_child_group"] == "take team out of staff"
    assert phrases["deactivate_user"] == "deactivate user ana"
    assert phrases["create_organization"] == "create organisation staff"
    assert phrases["remove_organization"] == "remove organisation staff"
    assert phrases["add_to_organization"] == "add ana to organisation staff"
    assert phrases["remove_from_organization"] == "take ana out of organisation staff"
    assert phrases["link_organization"] == "link HELP to organisation staff"
    assert phrases["unlink_organization"] == "unlink HELP from organisation staff"
    assert all(change_name(change) for change in plan["changes"])
    assert len(by_target(plan)[0].steps) == len(Op)


def test_missed_changes_are_told_with_what_they_would_have_done():
    made = document(
        a_run(mode=Mode.SYNC, plan=PLAN, outcomes=outcomes(Result.DONE, Result.ALREADY_SO, Result.FAILED)),
    )

    ((outcome, change),) = missed_changes(made)

    assert outcome["outcome"] == "failed"
    assert change is not None
    assert change["user"] == "dora"
    assert outcome_counts(made) == [("done", 1), ("already so", 1), ("failed", 1)]


def test_a_few_names_and_how_many_more():
    names = [str(place) for place in range(42)]

    assert a_few(names, 3) == "0, 1, 2 and 39 more"
    assert a_few(names[:4], 3) == "0, 1, 2 and 3"
    assert a_few(names[:1], 3) == "0"
    assert a_few([], 3) == ""
    assert in_words(["a", "b"]) == "a and b"


def test_sentences_are_closed_once():
    assert [sentence(text) for text in ("why not", "Done.", "", " (so.)", "really?")] == [
        "Why not.", "Done.", "", "(so.)", "Really?",
    ]  # fmt: skip
