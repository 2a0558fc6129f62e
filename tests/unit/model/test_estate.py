"""What the Estate answers, and that it says what it doesn't know."""

from __future__ import annotations

from typing import Any

import pytest

from dirsync.model.estate import Audience, Estate, Population
from dirsync.model.facts import Fact, MissingFact, observed, unknown
from dirsync.model.memory import MemorySpool
from dirsync.model.products import CrowdApplication, DirectoryType, JiraApplication, JiraDirectory
from dirsync.model.snapshot import Completeness, Snapshot

AGENTS = Population("agents", Audience.AGENTS, "corp", "crowd_agents")
CUSTOMERS = Population("customers", Audience.CUSTOMERS, "corp", "crowd_customers")


def facts(values: dict[str, object]) -> dict[str, Fact[Any]]:
    return {name: observed(name, value, "s", "t") for name, value in values.items()}


def read(*, is_complete: bool) -> Snapshot:
    reason = "" if is_complete else "the size limit of 500 was reached"
    return MemorySpool("corp").finish(Completeness(is_complete, reason, "" if is_complete else "Raise it."))


def test_a_known_fact_is_given_and_a_missing_one_says_how_to_know_it():
    estate = Estate(
        facts={**facts({"jira.version": "9.12"}), "crowd.applications": unknown("crowd.applications", "no")}
    )
    assert estate.need("jira.version").value == "9.12"
    assert (estate.has("jira.version"), estate.has("crowd.applications"), estate.has("other")) == (True, False, False)
    with pytest.raises(MissingFact) as caught:
        estate.need("crowd.applications")
    assert caught.value.fact.why == "no"
    with pytest.raises(MissingFact) as caught:
        estate.need("jira.user_directories")
    assert caught.value.fact.remedy == "Declare jira.user_directories in mappings/estate.yaml."


def test_only_a_snapshot_that_was_read_whole_is_given():
    estate = Estate(snapshots={"crowd_agents": read(is_complete=True), "corp": read(is_complete=False)})
    assert estate.snapshot("Crowd-Agents").directory == "corp"
    with pytest.raises(MissingFact) as caught:
        estate.snapshot("corp")
    assert caught.value.fact.name == "directories[corp]"
    assert caught.value.fact.why == "directory 'corp' was not read whole: the size limit of 500 was reached"
    assert caught.value.fact.remedy == "Raise it."
    with pytest.raises(MissingFact, match="directory 'ldap' was not read"):
        estate.snapshot("ldap")


def test_people_are_of_the_audiences_whose_mappings_name_their_directory():
    estate = Estate(populations=(AGENTS, CUSTOMERS, Population("x", Audience.CUSTOMERS, "corp", "crowd_agents")))
    assert estate.population(Audience.AGENTS) == (AGENTS,)
    assert estate.audiences_of("crowd_agents") == {Audience.AGENTS, Audience.CUSTOMERS}
    assert estate.audiences_of("crowd_customers") == {Audience.CUSTOMERS}
    assert estate.audiences_of("corp") == frozenset()


DIRECTORIES = (
    JiraDirectory("Own", DirectoryType.INTERNAL, "portal"),
    JiraDirectory("Direct", DirectoryType.CROWD, "crowd_agents"),
    JiraDirectory("Through Crowd", DirectoryType.CROWD, "", "Jira-Customers"),
    JiraDirectory("Nothing named", DirectoryType.LDAP, ""),
    JiraDirectory("Delegating", DirectoryType.DELEGATING, "corp"),
)
APPLICATIONS = (CrowdApplication("jira-customers", ("crowd_customers",)), CrowdApplication("untold", None))


def test_jira_shows_a_directory_that_it_names_or_that_its_crowd_application_shows():
    estate = Estate(facts=facts({"jira.user_directories": DIRECTORIES, "crowd.applications": APPLICATIONS}))
    shown = {
        name: [one.name for one in estate.jira_directories_showing(name)]
        for name in ("portal", "crowd_agents", "crowd_customers", "elsewhere")
    }
    assert shown == {
        "portal": ["Own"],
        "crowd_agents": ["Direct"],
        "crowd_customers": ["Through Crowd"],
        "elsewhere": [],
    }
    assert estate.crowd_application_shows("JIRA-customers") == ("crowd_customers",)
    assert estate.crowd_application_shows("untold") == estate.crowd_application_shows("nobody") == ()


def test_a_part_of_a_directory_is_not_shown_by_what_was_named_for_another_part():
    entries = (
        JiraDirectory("Agents", DirectoryType.LDAP, "corp", mapping="agents"),
        JiraDirectory("Customers", DirectoryType.LDAP, "corp", mapping="customers"),
        JiraDirectory("All", DirectoryType.LDAP, "corp"),
        JiraDirectory("Crowd", DirectoryType.CROWD, "corp", "jira", mapping="agents"),
    )
    applications = (CrowdApplication("jira", ("corp",)),)
    estate = Estate(facts=facts({"jira.user_directories": entries, "crowd.applications": applications}))
    part = Population("customers", Audience.CUSTOMERS, "corp", "corp", selection="customers")
    whole = Population("customers", Audience.CUSTOMERS, "hr", "corp", is_synced=True)
    assert [one.name for one in estate.jira_directories_showing("corp", part)] == ["Customers", "All", "Crowd"]
    assert list(estate.jira_directories_showing("corp", whole)) == list(entries)
    assert list(estate.jira_directories_showing("corp")) == list(entries)


def test_without_word_of_crowd_s_applications_nothing_is_shown_through_them():
    estate = Estate(facts=facts({"jira.user_directories": DIRECTORIES}))
    assert list(estate.jira_directories_showing("crowd_customers")) == []
    with pytest.raises(MissingFact):
        list(Estate().jira_directories_showing("corp"))


def test_jira_s_applications_are_given_or_missing():
    application = JiraApplication("jira-software", ("devs",))
    assert Estate(facts=facts({"jira.applications": (application,)})).applications() == (application,)
    with pytest.raises(MissingFact):
        Estate().applications()


@pytest.mark.parametrize(
    ("directory", "mode", "holds"),
    [
        ("portal", None, True),
        ("corp", None, True),
        ("crowd_agents", "read-only-local-groups", True),
        ("crowd_agents", "read-only", False),
        ("crowd_agents", "read-write", False),
        ("nowhere", None, False),
    ],
)
def test_jira_holds_memberships_of_its_own_where_it_may_write_them(directory: str, mode: str | None, holds: bool):  # noqa: FBT001 - a table
    told: dict[str, object] = {"jira.user_directories": DIRECTORIES}
    if mode:
        told["jira.user_directories[Direct].mode"] = mode
    assert Estate(facts=facts(told)).jira_holds_memberships(directory) is holds


def test_whether_jira_holds_memberships_is_unknown_while_the_mode_is():
    with pytest.raises(MissingFact) as caught:
        Estate(facts=facts({"jira.user_directories": DIRECTORIES})).jira_holds_memberships("crowd_agents")
    assert caught.value.fact.name == "jira.user_directories[Direct].mode"


@pytest.mark.parametrize(
    ("application", "is_resolved"),
    [
        (CrowdApplication("jira", ("crowd_customers",)), True),
        (CrowdApplication("JIRA", ("crowd_customers",), ("Customers", "Staff"), ("Staff",)), False),
        (CrowdApplication("jira", ()), False),
        (CrowdApplication("jira", None), False),
        (CrowdApplication("another", ("crowd_customers",)), False),
    ],
)
def test_a_crowd_application_is_resolved_once_everything_it_shows_has_its_directory(
    application: CrowdApplication, *, is_resolved: bool
) -> None:
    estate = Estate(facts=facts({"crowd.applications": (application,)}))
    assert estate.crowd_application_is_resolved("jira") is is_resolved
    assert not Estate().crowd_application_is_resolved("jira")
