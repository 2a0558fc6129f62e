"""Customers into organisations, night after night, over the command line and the emulated Jira."""

from __future__ import annotations

from integration.organizations.conftest import Desk, told


def test_people_come_into_organisations_once_jira_knows_them(desk: Desk) -> None:
    desk.people = {"ana": "Acme", "bob": "Acme", "cyd": "Globex", "dan": ""}
    first = desk.sync()
    assert first.code in {0, 12}, first.stderr
    assert told(first) == [("link_organization", "HELP", "Globex")], "it was there before, and people belong to it"
    waiting = {one["name"]: one["reason"] for one in first.document["plan"]["obstacles"]}
    assert waiting["ana"] == (
        "has no account yet that Jira shows as dirsync's; will be put into 'Acme' once Jira has synchronised"
    )
    assert set(waiting) == {"ana", "bob", "cyd"}
    second = desk.sync()
    assert told(second) == [
        ("create_organization", "", "Acme"),
        ("link_organization", "HELP", "Acme"),
        ("add_to_organization", "ana", "Acme"),
        ("add_to_organization", "bob", "Acme"),
        ("add_to_organization", "cyd", "Globex"),
    ]
    assert {one["outcome"] for one in second.document["outcomes"]} == {"done"}
    assert desk.held() == {"Globex": ({"old-hand", "cyd"}, {"HELP"}), "Acme": ({"ana", "bob"}, {"HELP"})}
    third = desk.sync()
    assert (told(third), third.document["plan"]["obstacles"]) == ([], [])


def test_whoever_moves_leaves_one_and_joins_the_other(settled: Desk) -> None:
    settled.people["bob"] = "Globex"
    moved = settled.sync()
    assert told(moved) == [("add_to_organization", "bob", "Globex"), ("remove_from_organization", "bob", "Acme")]
    assert settled.held() == {"Globex": ({"old-hand", "cyd", "bob"}, {"HELP"}), "Acme": ({"ana"}, {"HELP"})}
    assert told(settled.sync()) == []


def test_a_rename_changes_nothing_since_jira_keeps_the_membership(settled: Desk) -> None:
    settled.people = {"anna": "Acme", "bob": "Acme", "cyd": "Globex", "dan": ""}
    settled.ids = {"anna": "ana"}
    renamed = settled.sync()
    assert (told(renamed), renamed.document["plan"]["obstacles"]) == ([], [])
    after = settled.sync()
    assert (told(after), after.document["plan"]["obstacles"]) == ([], [])
    assert settled.held()["Acme"] == ({"anna", "bob"}, {"HELP"})


def test_a_leaver_is_taken_out_with_the_account_and_others_stay(settled: Desk) -> None:
    del settled.people["ana"]
    left = settled.sync()
    assert told(left) == [("remove_from_organization", "ana", "Acme")]
    assert settled.held() == {"Globex": ({"old-hand", "cyd"}, {"HELP"}), "Acme": ({"bob"}, {"HELP"})}
    assert told(settled.sync()) == []


def test_a_leaver_whose_account_is_kept_stays(desk: Desk) -> None:
    desk.place.mapping(
        "customers",
        (desk.place.folder / "mappings/customers.yaml").read_text(encoding="utf-8").replace("deactivate", "keep"),
    )
    desk.people = {"ana": "Acme", "bob": "Acme"}
    desk.sync()
    desk.sync()
    del desk.people["ana"]
    assert told(desk.sync()) == []


def test_whoever_was_put_in_by_hand_stays_and_whoever_was_taken_out_by_hand_comes_back(settled: Desk) -> None:
    jira = settled.sandbox.state.jira
    with settled.sandbox.state.lock:
        (acme,) = (one for one in jira.organizations.all() if one.name == "Acme")
        keys = {user.name: user.key for user in jira.users()}
        acme.members[keys["old-hand"]] = None
        del acme.members[keys["ana"]]
    assert told(settled.sync()) == [("add_to_organization", "ana", "Acme")]
    assert settled.held()["Acme"] == ({"ana", "bob", "old-hand"}, {"HELP"})


def test_an_organisation_that_nobody_names_any_more_is_kept_unless_the_mapping_says_otherwise(settled: Desk) -> None:
    settled.people |= {"ana": "Globex", "bob": "Globex"}
    assert settled.sync().code == 4, "it would lose everybody"
    settled.sync("--allow-member-removals", "2")
    assert settled.held()["Acme"] == (set(), {"HELP"})
    settled.mapping("{attribute: o, service_projects: [HELP], missing: remove}")
    assert told(settled.sync()) == [("unlink_organization", "HELP", "Acme"), ("remove_organization", "", "Acme")]
    assert set(settled.held()) == {"Globex"}
    settled.people = dict.fromkeys(settled.people, "Initech")
    settled.sync()
    assert set(settled.held()) == {"Globex", "Initech"}, "Globex was there before dirsync"
    assert settled.held()["Globex"] == ({"old-hand"}, set())


def test_names_and_service_projects_go_by_pattern(desk: Desk) -> None:
    desk.mapping('{attribute: o, names: {"GLX*": "Globex", "*-partner": "*"}, service_projects: {"Glo*": [IT, NONE]}}')
    desk.people = {"ana": "glx-north", "bob": "Acme-partner", "cyd": "Elsewhere"}
    assert told(desk.sync()) == [("link_organization", "IT", "Globex")]
    ran = desk.sync()
    assert told(ran) == [
        ("create_organization", "", "Acme"),
        ("add_to_organization", "bob", "Acme"),
        ("add_to_organization", "ana", "Globex"),
    ]
    assert [(one["name"], one["reason"]) for one in ran.document["plan"]["obstacles"]] == [
        ("NONE", "should serve 'Globex', and there is no such service project, or dirsync's account can't see it")
    ]
    desk.mapping('{attribute: o, names: {"GLX*": "Globex", "*-partner": "*"}, service_projects: {"Glo*": HELP}}')
    assert told(desk.sync()) == [("link_organization", "HELP", "Globex"), ("unlink_organization", "IT", "Globex")]
    assert desk.held()["Globex"] == ({"old-hand", "ana"}, {"HELP"})


def test_several_organisations_of_one_name_are_left_alone(settled: Desk) -> None:
    settled.sandbox.state.jira.organizations.make("Initech")
    settled.sandbox.state.jira.organizations.make("initech")
    settled.sandbox.state.jira.organizations.make("acme")
    settled.people |= {"dan": "Initech", "bob": "Globex"}
    ran = settled.sync()
    assert told(ran) == [("add_to_organization", "bob", "Globex"), ("remove_from_organization", "bob", "Acme")]
    (obstacle,) = ran.document["plan"]["obstacles"]
    assert obstacle["name"] == "Initech"
    assert "(ids 3, 4)" in obstacle["reason"], "of the two called Acme, dirsync knows the one that it made"
