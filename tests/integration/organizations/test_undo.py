"""Taking back what a run did to organisations."""

from __future__ import annotations

from collections import Counter

from integration.organizations.conftest import Desk, told


def test_undo_takes_people_out_and_organisations_away(desk: Desk) -> None:
    desk.people = {"ana": "Acme", "bob": "Acme", "cyd": "Globex"}
    desk.sync()
    run = desk.sync().document["run"]["id"]
    undone = desk.run("undo", run, "--apply", "--json")
    assert undone.code in {0, 12}, undone.stderr + undone.stdout
    assert Counter(op for op, *_ in told(undone)) == {
        "remove_from_organization": 3,
        "unlink_organization": 1,
        "remove_organization": 1,
    }
    assert desk.held() == {"Globex": ({"old-hand"}, {"HELP"})}, "the first night's link stays"
    again = desk.run("undo", undone.document["run"]["id"], "--apply", "--json")
    assert again.code in {0, 12}
    assert desk.held() == {"Globex": ({"old-hand", "cyd"}, {"HELP"}), "Acme": ({"ana", "bob"}, {"HELP"})}
    assert told(desk.sync()) == []
    desk.mapping("{attribute: o, service_projects: [HELP], missing: remove}")
    desk.people = dict.fromkeys(desk.people, "Globex")
    desk.sync()
    assert set(desk.held()) == {"Globex"}, "what was made anew is dirsync's own"


def test_undo_puts_back_who_left_and_says_what_it_can_not_bring_back(settled: Desk) -> None:
    settled.mapping("{attribute: o, service_projects: [HELP], missing: remove}")
    settled.people |= {"ana": "Globex", "bob": "Globex"}
    run = settled.sync().document["run"]["id"]
    assert set(settled.held()) == {"Globex"}
    undone = settled.run("undo", run, "--apply", "--json")
    assert settled.held() == {"Globex": ({"old-hand", "cyd"}, {"HELP"}), "Acme": ({"ana", "bob"}, {"HELP"})}
    assert any("requests that were shared with them" in notice for notice in undone.document["run"]["notices"])


def test_what_somebody_changed_since_stays(settled: Desk) -> None:
    settled.people["dan"] = "Initech"
    run = settled.sync().document["run"]["id"]
    jira = settled.sandbox.state.jira
    with settled.sandbox.state.lock:
        (initech,) = (one for one in jira.organizations.all() if one.name == "Initech")
        (old_hand,) = (user for user in jira.users() if user.name == "old-hand")
        initech.members[old_hand.key] = None
    undone = settled.run("undo", run, "--apply", "--json")
    assert settled.held()["Initech"] == ({"old-hand"}, set())
    (obstacle,) = undone.document["plan"]["obstacles"]
    assert "holds old-hand" in obstacle["reason"]
