"""Which Crowd applications show somebody, where Crowd itself has listed them all."""

import pytest
from unit.audit.building import CUSTOMERS, EstateBuilder

from dirsync.audit.crowd import serves_jira, showing
from dirsync.audit.rules.audiences_share_a_directory import AudiencesShareADirectory
from dirsync.audit.rules.customers_cannot_authenticate import CustomersCannotAuthenticate
from dirsync.model.facts import unknown
from dirsync.model.findings import Verdict
from dirsync.model.products import CrowdApplication, CrowdDirectory, DirectoryType

STAFF = CrowdApplication("confluence", (), ("Staff",), ("Staff",), "CONFLUENCE")


def listed(*applications, kind="crowd", directories=()):
    story = EstateBuilder().customers()
    story.directory(CUSTOMERS, kind)
    story.says("crowd.applications", applications)
    return story.says("crowd.directories", directories)


def doubts(story):
    return [fact.name for fact in showing(story.build(), CUSTOMERS).unsaid]


@pytest.mark.parametrize(
    ("kind", "directories", "is_open"),
    [
        ("crowd", (), True),
        ("crowd", (CrowdDirectory("Customers", None, CUSTOMERS),), False),
        ("ldap", (), True),
        ("ldap", (CrowdDirectory("staff", DirectoryType.CONNECTOR, ""),), True),
        ("ldap", (CrowdDirectory("staff", DirectoryType.INTERNAL, ""),), False),
        ("ldap", (CrowdDirectory("others", DirectoryType.INTERNAL, ""),), True),
        ("ldif", (CrowdDirectory("staff", DirectoryType.INTERNAL, ""),), True),
        ("jira", (), False),
    ],
)
def test_a_directory_that_nobody_attributes_may_be_one_that_nobody_has_placed(kind, directories, is_open):
    assert bool(doubts(listed(STAFF, kind=kind, directories=directories))) is is_open


def test_it_is_not_one_that_an_application_is_known_to_show():
    placed = CrowdApplication("dirsync", (CUSTOMERS,), ("Customers",))
    assert doubts(listed(STAFF, placed)) == []


def test_an_application_that_shows_it_is_no_doubt_whatever_else_it_shows():
    both = CrowdApplication("jira", (CUSTOMERS,), ("Customers", "Staff"), ("Staff",))
    story = listed(both, kind="ldap")
    assert showing(story.build(), CUSTOMERS).applications == (both,)
    assert doubts(story) == []


def test_without_the_list_of_directories_the_doubt_stays():
    story = listed(STAFF)
    story.forgets("crowd.directories")
    assert doubts(story) == ["crowd.applications[confluence].directories"]


def test_the_reason_that_a_route_gave_is_the_one_that_is_shown():
    story = listed(CrowdApplication("jira", None))
    (fact,) = showing(story.build(), CUSTOMERS).unsaid
    assert "nobody says which directories the Crowd application 'jira' shows" in fact.why
    name = "crowd.applications[jira].directories"
    story.facts[name] = unknown(name, "GET … answered HTTP 404")
    (fact,) = showing(story.build(), CUSTOMERS).unsaid
    assert fact.why == "GET … answered HTTP 404"


@pytest.mark.parametrize(
    ("kind", "named", "serves"),
    [
        ("", None, True),
        ("JIRA", None, True),
        ("CONFLUENCE", None, False),
        ("GENERIC_APPLICATION", ["app"], True),
        ("CONFLUENCE", ["APP"], True),
        ("JIRA", ["another"], False),
        ("JIRA", [""], True),
        ("CONFLUENCE", [""], False),
        ("CONFLUENCE", ["", "app"], True),
        ("JIRA", [], False),
    ],
)
def test_jira_uses_what_its_directories_name_else_what_crowd_calls_a_jira(kind, named, serves):
    application = CrowdApplication("app", (CUSTOMERS,), type=kind)
    story = listed(application)
    if named is not None:
        story.jira_directory("Internal", kind=DirectoryType.INTERNAL)
        for place, name in enumerate(named):
            story.jira_directory(f"Crowd {place}", application=name)
    assert serves_jira(story.build(), application) is serves


def test_customers_need_not_be_let_into_what_is_not_jira():
    story = listed(CrowdApplication("confluence", (CUSTOMERS,), type="CONFLUENCE"))
    story.says(f"crowd.applications[confluence].directories[{CUSTOMERS}].allow_all_to_authenticate", value=False)
    story.says(f"crowd.applications[confluence].directories[{CUSTOMERS}].authorised_groups", ())
    verdicts = {finding.verdict for finding in story.asks(CustomersCannotAuthenticate())}
    assert Verdict.FAIL not in verdicts


@pytest.mark.parametrize(("kind", "verdict"), [("JIRA", Verdict.FAIL), ("CONFLUENCE", Verdict.UNKNOWN)])
def test_only_an_application_that_jira_uses_brings_audiences_together(kind, verdict):
    story = EstateBuilder().customers().agents()
    for directory in (CUSTOMERS, "crowd_agents"):
        story.directory(directory)
    story.says("crowd.applications", (CrowdApplication("app", (CUSTOMERS, "crowd_agents"), type=kind),))
    assert verdict in {finding.verdict for finding in story.asks(AudiencesShareADirectory())}


def test_what_jiras_application_shows_besides_keeps_it_open_whether_audiences_are_apart():
    story = EstateBuilder().customers().agents()
    for directory in (CUSTOMERS, "crowd_agents"):
        story.directory(directory)
    for unattributed, verdict in (((), Verdict.PASS), (("Staff",), Verdict.UNKNOWN)):
        story.says(
            "crowd.applications",
            (
                CrowdApplication("a", (CUSTOMERS,), unattributed=unattributed, type="JIRA"),
                CrowdApplication("b", ("crowd_agents",), type="JIRA"),
            ),
        )
        assert {finding.verdict for finding in story.asks(AudiencesShareADirectory())} == {verdict}
