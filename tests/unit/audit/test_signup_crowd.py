"""Which Crowd applications stand between sign-up and the customers' directory."""

from __future__ import annotations

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.signup_crowd import in_crowd, may_be_written, passages
from dirsync.model.facts import MissingFact
from dirsync.model.products import CrowdApplication, DirectoryType

RW, RO = {"mode": "read-write", "active": True}, {"mode": "read-only", "active": True}


def customers() -> EstateBuilder:
    return EstateBuilder().customers(public_signup=True)


def names(facts) -> list[str]:
    return [fact.name for fact in facts]


def test_what_a_lone_user_directory_is_set_to_does_not_tell_as_which_application_jira_logs_in():
    told = customers().jira_directory("Crowd", CUSTOMERS)
    told.crowd_application("one", (CUSTOMERS,)).crowd_application("two", (CUSTOMERS,))
    found = passages(told.build(), CUSTOMERS)
    assert found.applications == ("one", "two")
    assert names(found.doubts) == ["jira.user_directories[Crowd].crowd_application"]
    assert not found.may_bypass


def test_modes_tell_which_of_several_user_directories_it_is():
    told = customers().jira_directory("First", CUSTOMERS, application="one", active=True)
    told.jira_directory("Second", CUSTOMERS, application="two", **RW)
    told.jira_directory("Third", CUSTOMERS, application="three", **RW)
    found = passages(told.build(), CUSTOMERS)
    assert (found.applications, names(found.doubts)) == (("one", "two"), ["jira.user_directories[First].mode"])


def test_where_all_are_shut_the_first_is_the_one_to_open():
    told = customers().jira_directory("First", CUSTOMERS, application="one", **RO)
    told.jira_directory("Second", CUSTOMERS, application="two", **RO)
    assert passages(told.build(), CUSTOMERS).applications == ("one",)


def test_one_application_behind_two_user_directories_is_asked_once():
    told = customers().jira_directory("First", CUSTOMERS, application="one", active=True)
    told.jira_directory("Second", CUSTOMERS, application="ONE", **RW).crowd_application("One", (CUSTOMERS,))
    assert passages(told.build(), CUSTOMERS).applications == ("One",)


def test_an_ldap_directory_may_be_the_way_around_crowd():
    told = customers().jira_directory("LDAP", CUSTOMERS, DirectoryType.LDAP, active=True)
    told.jira_directory("Crowd", CUSTOMERS, application="one", **RW)
    found = passages(told.build(), CUSTOMERS)
    assert (found.applications, found.may_bypass) == (("one",), True)
    assert names(found.doubts) == ["jira.user_directories[LDAP].mode"]


def test_crowd_names_the_applications_where_jira_names_none():
    told = customers().crowd_application("one", (CUSTOMERS,)).crowd_application("other", (AGENTS,))
    found = passages(told.build(), CUSTOMERS)
    assert (found.applications, found.doubts) == (("one",), ())
    found = passages(told.crowd_application("two", (CUSTOMERS,)).build(), CUSTOMERS)
    assert (found.applications, names(found.doubts)) == (("one", "two"), ["jira.user_directories"])


def test_applications_of_other_products_are_not_jira_s():
    known = (
        CrowdApplication("wiki", (CUSTOMERS,), type="CONFLUENCE"),
        CrowdApplication("j", (CUSTOMERS,), type="JIRA"),
    )
    assert passages(customers().says("crowd.applications", known).build(), CUSTOMERS).applications == ("j",)


def test_a_user_directory_without_a_name_for_its_people_leaves_which_application_it_is():
    told = customers().jira_directory("Crowd").crowd_application("one", (CUSTOMERS,))
    assert passages(told.build(), CUSTOMERS).doubts == ()
    found = passages(told.crowd_application("two", (CUSTOMERS,)).build(), CUSTOMERS)
    assert names(found.doubts) == ["jira.user_directories[Crowd].directory"]


def test_what_no_application_is_known_to_show_is_told_as_far_as_it_is_open():
    told = customers().jira_directory("Crowd", CUSTOMERS).crowd_application("one", None)
    found = passages(told.build(), CUSTOMERS)
    assert (found.applications, names(found.unsaid)) == ((), ["crowd.applications[one].directories"])
    told.crowd_application("two", (CUSTOMERS,))
    found = passages(told.build(), CUSTOMERS)
    assert (found.applications, found.unsaid) == (("two",), ()), (
        "the user directory has one application, and it is known"
    )


def test_a_directory_of_crowd_has_one_list_of_permissions_wherever_it_is_told():
    leaf = f"crowd.applications[one].directories[{CUSTOMERS}].directory_allowed_operations"
    told = customers().crowd_directory("Customers", CUSTOMERS, allowed_operations=("A", "B"))
    told.crowd_directory("Agents", AGENTS, allowed_operations=())
    assert may_be_written(told.build(), "one", CUSTOMERS).value == ("A", "B")
    assert may_be_written(told.says(leaf, ("B", "A")).build(), "one", CUSTOMERS).name == leaf
    with pytest.raises(MissingFact) as missing:
        may_be_written(told.says(leaf, ("A",)).build(), "one", CUSTOMERS)
    assert f"GET {leaf} and GET crowd.directories[Customers].allowed_operations" in missing.value.fact.why
    assert missing.value.fact.name == leaf


def test_a_screen_is_named_where_one_directory_of_crowd_is_meant():
    told = customers()
    assert in_crowd(told.build(), CUSTOMERS) == f"(the directory of {CUSTOMERS})"
    told.crowd_directory("Customers", CUSTOMERS)
    assert in_crowd(told.build(), CUSTOMERS) == "Customers"
    told.crowd_directory("Old customers", CUSTOMERS)
    assert in_crowd(told.build(), CUSTOMERS) == f"(the directory of {CUSTOMERS})"


def test_the_first_user_directory_is_named_as_the_way_past_crowd():
    told = customers().jira_directory("First", CUSTOMERS, DirectoryType.LDAP, active=True)
    told.jira_directory("Second", CUSTOMERS, DirectoryType.LDAP, **RW)
    assert passages(told.build(), CUSTOMERS).why_none == "Jira makes accounts in its 'First', without Crowd"


def test_an_application_that_may_show_it_keeps_crowd_s_say_open_though_jira_lists_nothing():
    found = passages(customers().crowd_application("one", None).build(), CUSTOMERS)
    assert (found.why_none, names(found.unsaid)) == ("", ["crowd.applications[one].directories"])


def test_one_application_is_no_doubt_though_jira_does_not_name_it():
    told = customers().jira_directory("Crowd", CUSTOMERS, **RW).crowd_application("one", (CUSTOMERS,))
    found = passages(told.build(), CUSTOMERS)
    assert (found.applications, found.doubts) == (("one",), ())


def test_none_that_is_known_is_no_doubt_which_of_several_it_is():
    told = customers().jira_directory("Crowd", CUSTOMERS, **RW).crowd_application("one", None)
    found = passages(told.build(), CUSTOMERS)
    assert (names(found.unsaid), found.doubts) == (["crowd.applications[one].directories"], ())


def test_the_first_user_directory_is_the_one_to_name_an_application_for():
    told = customers().jira_directory("First", CUSTOMERS, active=True).jira_directory("Second", CUSTOMERS, **RW)
    with pytest.raises(MissingFact) as missing:
        passages(told.crowd_application("one", (AGENTS,)).build(), CUSTOMERS)
    assert missing.value.fact.name == "jira.user_directories[First].crowd_application"


def test_the_first_user_directory_is_the_one_to_name_a_directory_for():
    told = customers().jira_directory("First").jira_directory("Second")
    with pytest.raises(MissingFact) as missing:
        passages(told.build(), CUSTOMERS)
    assert missing.value.fact.name == "jira.user_directories[First].directory", "nobody lists Crowd's applications"
    with pytest.raises(MissingFact) as missing:
        passages(told.crowd_application("one", (AGENTS,)).build(), CUSTOMERS)
    assert missing.value.fact.name == "jira.user_directories[First].directory", "the one there is shows others"
