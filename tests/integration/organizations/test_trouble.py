"""What goes wrong with organisations: half a read, refusals, lost answers, a run that is killed."""

from __future__ import annotations

from collections import Counter

from integration.organizations.conftest import Desk, told

from dirsync.sandbox.faults import Fault


def test_half_a_read_changes_nothing_in_jira_and_the_accounts_go_on(settled: Desk) -> None:
    settled.people |= {"bob": "Globex", "new": "Acme"}
    before = settled.held()
    settled.sandbox.faults.add(Fault(path="servicedeskapi/organization/2/user", status=403, times=None))
    ran = settled.sync()
    assert ran.code == 3, ran.stderr
    assert settled.held() == before
    assert not any(op.startswith(("remove", "unlink")) for op, *_ in told(ran))
    (read,) = (one for one in ran.document["directories"] if one["name"] == "jira organizations")
    assert (read["complete"], bool(read["reason"])) == (False, True)
    assert "new" in settled.sandbox.state.directory("customers").users


def test_an_organisation_whose_answer_was_lost_is_not_made_twice(desk: Desk) -> None:
    desk.people = {"ana": "Acme", "bob": "Initech"}
    desk.sync()
    desk.sandbox.faults.add(Fault(path="servicedeskapi/organization$|organization\\?$", method="POST", drop="after"))
    desk.sandbox.faults.add(Fault(path="servicedeskapi/organization", method="POST", drop="before"))
    ran = desk.sync()
    assert {one["outcome"] for one in ran.document["outcomes"]} == {"done"}
    names = [one.name for one in desk.sandbox.state.jira.organizations.all()]
    assert sorted(names) == ["Acme", "Globex", "Initech"]
    assert desk.held()["Acme"][0] == {"ana"}
    desk.mapping("{attribute: o, service_projects: [HELP], missing: remove}")
    desk.people = {"ana": "Globex", "bob": "Globex"}
    assert ("remove_organization", "", "Acme") in told(desk.sync()), "it is known to be dirsync's own"


def test_a_refusal_says_whose_rights_are_missing(desk: Desk) -> None:
    desk.people = {"ana": "Acme", "bob": "Globex"}
    desk.sync()
    desk.sandbox.faults.add(
        Fault(path="servicedeskapi/organization", method="POST", status=403, body=b'{"errorMessage": "No."}')
    )
    ran = desk.sync()
    assert ran.code == 5
    results = Counter(one["outcome"] for one in ran.document["outcomes"])
    assert results == {"refused": 1, "not_tried": 2, "done": 1}
    messages = {one["outcome"]: one["message"] for one in ran.document["outcomes"]}
    assert "Make the account of this token an agent" in messages["refused"]
    assert messages["not_tried"] == "organisation 'Acme' could not be made, and this depends on it"
    assert desk.held()["Globex"][0] == {"old-hand", "bob"}
    assert [op for op, *_ in told(desk.sync())] == ["create_organization", "link_organization", "add_to_organization"]


def test_too_many_people_leaving_is_refused(settled: Desk) -> None:
    path = settled.place.folder / "mappings/customers.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("max_removal_share: 1.0", "max_member_removals: 1"), encoding="utf-8")
    settled.people |= {"ana": "Globex", "bob": "Globex"}
    ran = settled.sync()
    assert (ran.code, settled.held()["Acme"][0]) == (4, {"ana", "bob"})
    assert settled.sync("--allow-member-removals", "2").code in {0, 12}


def test_an_attribute_that_nobody_shows_any_more_takes_nobody_out(settled: Desk) -> None:
    settled.people = dict.fromkeys(settled.people, "")
    ran = settled.sync()
    assert told(ran) == []
    (obstacle,) = ran.document["plan"]["obstacles"]
    assert "look whether the account that reads may still see it" in obstacle["reason"]


def test_a_plan_that_was_reviewed_is_the_one_that_is_applied(settled: Desk) -> None:
    settled.people["bob"] = "Globex"
    assert settled.run("plan", "--out", "plan.json").code in {0, 12}
    settled.people["bob"] = "Acme"
    assert settled.run("apply", "plan.json").code == 4
    settled.people["bob"] = "Globex"
    assert settled.run("apply", "plan.json").code in {0, 12}
    assert settled.held()["Acme"][0] == {"ana"}


def test_a_rehearsal_asks_and_changes_nothing(settled: Desk) -> None:
    settled.people["bob"] = "Globex"
    before, sent = settled.held(), len(settled.sandbox.requests)
    assert len(told(settled.sync("--dry-run"))) == 2
    assert settled.held() == before
    assert {one.method for one in list(settled.sandbox.requests)[sent:]} == {"GET"}
