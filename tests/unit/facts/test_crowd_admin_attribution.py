"""Which Directory shows which directory of Crowd, and the facts that come of it."""

from dataclasses import replace

import pytest

from dirsync.facts.crowd_admin_attribution import CrowdView, attribute
from dirsync.facts.crowd_admin_facts import facts_about
from dirsync.facts.crowd_admin_told import Told, ToldApplication, ToldDirectory, ToldMapping
from dirsync.model.facts import Fact, FactState, declared, observed, unknown
from dirsync.model.products import CrowdApplication, CrowdDirectory, DirectoryType

URL = "https://crowd.example.org/crowd"
SAID = "mappings/estate.yaml:7, declared by identity-admin@example.org, valid until 2027-11-20"
NO_DIRECTORIES = unknown("directories", "403")
OWN = CrowdView("customers", "dirsync-customers", URL)


def told(mappings, *, directories=(("1", "Customers"), ("2", "Staff")), inactive=(), retired=()):
    """Make what a route tells: application to the numbers (or whole mappings) of its directories."""
    known = tuple(ToldDirectory(number, name, is_active=name not in inactive) for number, name in directories)
    whole = {
        name: tuple(each if isinstance(each, ToldMapping) else ToldMapping(each) for each in numbers)
        for name, numbers in mappings.items()
        if numbers is not None
    }
    return Told(
        applications=observed(
            "applications",
            tuple(ToldApplication("9", name, is_active=name not in retired) for name in mappings),
            "GET applications",
            "now",
        ),
        directories=observed("directories", known, "GET directories", "now")
        if known
        else unknown("directories", "403"),
        mappings={
            name: observed("mappings", whole[name], f"GET {name}", "now")
            if name in whole
            else unknown("mappings", f"{name} is refused", "ask again")
            for name in mappings
        },
    )


def declared_directories(*entries):
    return {"crowd.directories": declared("crowd.directories", tuple(entries), SAID, "2026-11-20")}


def declared_applications(*entries):
    return {"crowd.applications": declared("crowd.applications", tuple(entries), SAID, "2026-11-20")}


def shown(ties):
    return {name: [tie.directory for tie in found] for name, found in ties.by_directory.items()}


def test_a_directory_shows_what_its_own_application_is_mapped_to():
    ties = attribute(told({"Dirsync-Customers": ["1"], "jira": ["2", "1"]}), [OWN], {}, URL)
    assert shown(ties) == {"customers": ["customers"]}
    assert ties.shown == {"customers": "Customers"}
    assert ties.open == {}


def test_two_directories_may_show_one_directory_of_crowd():
    views = [OWN, CrowdView("portal", "dirsync-portal", URL)]
    facts = facts_about(told({"dirsync-customers": ["1"], "dirsync-portal": ["1"], "jira": ["1"]}), views, {}, URL)
    jira = facts["crowd.applications"].value[2]
    assert jira.directories == ("customers", "portal")
    assert jira.crowd_directories == ("Customers",)
    assert not jira.shows_several
    assert [known.directory for known in facts["crowd.directories"].value] == ["customers", "portal", ""]


@pytest.mark.parametrize(
    ("mappings", "options", "why"),
    [
        ({"jira": ["1"]}, {}, "lists no active application 'dirsync-customers'"),
        ({"dirsync-customers": ["1"]}, {"retired": ["dirsync-customers"]}, "lists no active application"),
        ({"dirsync-customers": ["1", "2"]}, {}, "shows several directories (Customers, Staff)"),
        ({"dirsync-customers": []}, {}, "shows no active directory"),
        ({"dirsync-customers": ["1"]}, {"inactive": ["Customers"]}, "shows no active directory"),
        ({"dirsync-customers": None}, {}, "dirsync-customers is refused"),
    ],
)
def test_where_the_own_application_does_not_tell_it_is_open_and_says_why(mappings, options, why):
    known = told(mappings, **options)
    ties = attribute(known, [OWN], {}, URL)
    assert ties.shown == {}
    assert why in ties.open["customers"].why
    assert ties.open["customers"].remedy
    fact = facts_about(known, [OWN], {}, URL)["directories[customers].crowd_directory"]
    assert (fact.state, fact.why) == (FactState.UNKNOWN, ties.open["customers"].why)


def test_an_inactive_directory_beside_an_active_one_shows_nobody():
    known = told({"dirsync-customers": ["2", "1"]}, inactive=["Staff"])
    facts = facts_about(known, [OWN], {}, URL)
    assert facts["directories[customers].crowd_directory"].value == "Customers"
    assert facts["crowd.applications"].value[0].crowd_directories == ("Customers",)


@pytest.mark.parametrize(
    ("url", "is_tied"),
    [
        (URL, True),
        ("https://CROWD.example.org:443/crowd/", True),
        ("http://crowd.example.org/crowd", False),
        ("https://crowd.example.org/other", False),
        ("https://node1.example.org/crowd", False),
        ("", True),
    ],
)
def test_an_application_of_the_same_name_counts_only_on_the_same_crowd(url, is_tied):
    view = CrowdView("customers", "dirsync-customers", url)
    ties = attribute(told({"dirsync-customers": ["1"]}), [view], {}, URL)
    assert bool(ties.shown) is is_tied
    assert bool(ties.open) is not is_tied


def test_a_declaration_ties_a_directory_by_its_name_in_crowd():
    estate = declared_directories(CrowdDirectory("CUSTOMERS", None, "corp", "customers"))
    ties = attribute(told({"jira": ["1"]}), [], estate, URL)
    (tie,) = ties.by_directory["customers"]
    assert (tie.directory, tie.mapping, tie.declared) == ("corp", "customers", estate["crowd.directories"])


def test_a_declaration_ties_by_an_application_that_shows_one_directory():
    estate = declared_applications(CrowdApplication("JIRA", ("corp", "corp")), CrowdApplication("other", ("x",)))
    assert shown(attribute(told({"jira": ["1"]}), [], estate, URL)) == {"customers": ["corp"]}


@pytest.mark.parametrize(
    ("entry", "mapped"),
    [
        (CrowdApplication("jira", ("a", "b")), ["1"]),
        (CrowdApplication("jira", ("a",)), ["1", "2"]),
        (CrowdApplication("jira", ("",)), ["1"]),
        (CrowdApplication("jira", None), ["1"]),
        (CrowdApplication("jira", ("a",)), None),
        (CrowdApplication("jira", ("a",)), []),
    ],
)
def test_a_declared_application_that_is_not_one_to_one_ties_nothing(entry, mapped):
    assert shown(attribute(told({"jira": mapped}), [], declared_applications(entry), URL)) == {}


@pytest.mark.parametrize(
    "fact", [unknown("crowd.directories", "past its date"), observed("crowd.directories", (), "", "")]
)
def test_what_is_not_declared_ties_nothing(fact):
    assert shown(attribute(told({"jira": ["1"]}), [], {"crowd.directories": fact}, URL)) == {}


def test_a_declaration_without_a_directory_ties_nothing():
    estate = declared_directories(CrowdDirectory("Customers", None, ""))
    assert shown(attribute(told({"jira": ["1"]}), [], estate, URL)) == {}


def test_a_declaration_closes_what_the_settings_leave_open():
    estate = declared_directories(CrowdDirectory("Customers", None, "customers"))
    ties = attribute(told({"jira": ["1"]}), [OWN], estate, URL)
    assert shown(ties) == {"customers": ["customers"]}
    assert ties.open == {}
    fact = facts_about(told({"jira": ["1"]}), [OWN], estate, URL)["directories[customers].crowd_directory"]
    assert (fact.state, fact.value) == (FactState.DECLARED, "Customers")
    assert SAID in fact.source


def test_a_declaration_never_moves_what_crowd_itself_has_told():
    estate = declared_directories(CrowdDirectory("Staff", None, "customers"))
    ties = attribute(told({"dirsync-customers": ["1"]}), [OWN], estate, URL)
    assert shown(ties) == {"customers": ["customers"]}
    assert ties.by_directory["customers"][0].declared is None
    fact = facts_about(told({"dirsync-customers": ["1"]}), [OWN], estate, URL)["directories[customers].crowd_directory"]
    assert (fact.state, fact.value) == (FactState.OBSERVED, "Customers")


def test_a_declaration_does_not_help_a_directory_that_shows_several():
    estate = declared_directories(CrowdDirectory("Customers", None, "customers"))
    assert shown(attribute(told({"dirsync-customers": ["1", "2"]}), [OWN], estate, URL)) == {}


def test_a_directory_that_both_tell_is_tied_once_and_stays_observed():
    estate = declared_directories(CrowdDirectory("Customers", None, "corp"), CrowdDirectory("customers", None, "corp"))
    ties = attribute(told({"dirsync-customers": ["1"]}), [OWN], estate, URL)
    assert shown(ties) == {"customers": ["customers", "corp"]}


def test_what_nobody_attributes_is_named():
    facts = facts_about(told({"dirsync-customers": ["1"], "jira": ["2", "1"]}), [OWN], {}, URL)
    jira = facts["crowd.applications"].value[1]
    assert jira.directories == ("customers",)
    assert jira.crowd_directories == ("Staff", "Customers")
    assert jira.unattributed == ("Staff",)
    assert jira.shows_several


def test_mappings_that_nobody_tells_leave_the_application_open_with_the_reason():
    facts = facts_about(told({"jira": None}), [], {}, URL)
    assert facts["crowd.applications"].value == (CrowdApplication("jira", None),)
    missing = facts["crowd.applications[jira].directories"]
    assert (missing.state, missing.why) == (FactState.UNKNOWN, "jira is refused")


def test_without_a_list_of_directories_numbers_stand_for_names():
    known = told({"dirsync-customers": ["1"], "jira": ["1", ToldMapping("", "Staff")]}, directories=())
    facts = facts_about(known, [OWN], {}, URL)
    assert facts["crowd.applications"].value[1].crowd_directories == ("number 1", "Staff")
    assert facts["crowd.applications"].value[1].directories == ("customers",)
    leaf = facts["crowd.applications[jira].directories[customers].directory_allowed_operations"]
    assert (leaf.state, leaf.why) == (FactState.UNKNOWN, "403")


def test_a_declared_name_is_found_among_mappings_where_no_list_was_told():
    known = told({"jira": [ToldMapping("", "Staff")]}, directories=())
    estate = declared_directories(CrowdDirectory("staff", None, "corp"))
    assert facts_about(known, [], estate, URL)["crowd.applications"].value[0].directories == ("corp",)


def test_an_unknown_list_of_applications_is_said_once_and_ties_nothing():
    known = Told(
        unknown("applications", "refused", "ask"), observed("directories", (ToldDirectory("1", "A"),), "GET", "")
    )
    facts = facts_about(known, [OWN], {}, URL)
    assert facts["crowd.applications"].why == facts["directories[customers].crowd_directory"].why == "refused"
    assert facts["crowd.directories"].value == (CrowdDirectory("A", None, "", number="1"),)


def corp_twice(one: ToldMapping, other: ToldMapping) -> dict[str, Fact]:
    """Two directories of Crowd on one LDAP tree, declared to be shown by one Directory."""
    estate = declared_directories(
        CrowdDirectory("Customers", DirectoryType.CONNECTOR, "corp"), CrowdDirectory("Staff", None, "corp")
    )
    return facts_about(told({"jira": [one, other]}), [], estate, URL)


def test_what_one_of_two_directories_behind_one_gives_somebody_gets():
    facts = corp_twice(
        ToldMapping("1", default_groups=("a",), allowed_operations=("x", "Y")),
        ToldMapping("2", default_groups=("b", "a"), allowed_operations=("y", "X")),
    )
    leaf = "crowd.applications[jira].directories[corp]"
    assert facts[f"{leaf}.default_groups"].value == ("a", "b")
    assert facts[f"{leaf}.default_groups"].state is FactState.DECLARED
    assert set(facts[f"{leaf}.allowed_operations"].value) <= {"x", "Y", "y", "X"}
    assert facts["crowd.applications"].value[0].directories == ("corp",)
    source = facts[f"{leaf}.default_groups"].source
    assert source == f"GET jira; shown as {SAID}", "each is named once"


def test_two_places_that_tell_the_same_are_both_named():
    directories = (
        ToldDirectory("1", "Customers"),
        ToldDirectory("2", "Staff", allowed_operations=("create_user",)),
    )
    known = replace(
        told({"jira": [ToldMapping("1", directory_allowed_operations=("CREATE_USER",)), "2"]}),
        directories=observed("directories", directories, "GET directories", "now"),
    )
    estate = declared_directories(CrowdDirectory("Customers", None, "corp"), CrowdDirectory("Staff", None, "corp"))
    fact = facts_about(known, [], estate, URL)[
        "crowd.applications[jira].directories[corp].directory_allowed_operations"
    ]
    assert fact.value == ("CREATE_USER",)
    assert fact.source == f"GET jira; shown as {SAID}; and GET directories; shown as {SAID}"


def test_a_route_that_knows_directories_by_name_only_finds_them_in_the_list():
    facts = facts_about(told({"dirsync-customers": [ToldMapping("", "CUSTOMERS")]}), [OWN], {}, URL)
    assert facts["directories[customers].crowd_directory"].value == "Customers"
    unnumbered = replace(
        told({"dirsync-customers": [ToldMapping("1", "customers")]}),
        directories=observed("directories", (ToldDirectory("", "Customers"),), "GET directories", "now"),
    )
    assert facts_about(unnumbered, [OWN], {}, URL)["directories[customers].crowd_directory"].value == "Customers"


def test_what_two_directories_behind_one_differ_in_is_unknown():
    facts = corp_twice(
        ToldMapping("1", allow_all_to_authenticate=True, default_groups=("a",)),
        ToldMapping("2", allow_all_to_authenticate=False),
    )
    leaf = "crowd.applications[jira].directories[corp]"
    assert facts[f"{leaf}.allow_all_to_authenticate"].state is FactState.UNKNOWN
    assert "differ" in facts[f"{leaf}.allow_all_to_authenticate"].why
    assert facts[f"{leaf}.default_groups"].state is FactState.UNKNOWN, "one of them was not told"


def test_operations_of_a_directory_may_be_told_by_the_mapping():
    one = ToldMapping("1", directory_allowed_operations=("UPDATE_USER",))
    facts = facts_about(told({"dirsync-customers": [one]}), [OWN], {}, URL)
    leaf = facts["crowd.applications[dirsync-customers].directories[customers].directory_allowed_operations"]
    assert (leaf.value, leaf.source) == (("UPDATE_USER",), "GET dirsync-customers")
