"""Who shows what a user directory of Jira holds: told where it is certain, and left open where it is not."""

from __future__ import annotations

import pytest

from dirsync.facts.jira_attribution import JiraAttribution, ShownBy, jira_attribution
from dirsync.mapping.policy import Policy, parse_mapping
from dirsync.model.facts import declared, unknown
from dirsync.model.products import DirectoryType, JiraDirectory
from dirsync.settings.models import JiraDirectorySettings, LdapSettings, LdifSettings

CORP = LdapSettings(kind="ldap", url="ldaps://a.example.org ldap://b.example.org:1389")
PORTAL = JiraDirectorySettings(kind="jira", jira_directory="Jira Internal Directory")
DECLARED = declared(
    "jira.user_directories",
    (JiraDirectory("Staff", DirectoryType.LDAP, "corp", "", "agents"), JiraDirectory("Open", DirectoryType.LDAP, "")),
    "estate.yaml:3",
    "2026-11-01",
)
URL, BASE = "ldap://A.example.org:389", "DC=example, dc=org"


def knows(settings=None, bases=("ou=people,dc=example,dc=org",), shows=("corp",), said=None):
    return JiraAttribution(settings or {"corp": CORP}, {"corp": tuple(bases)}, frozenset(shows), said)


def test_the_settings_say_what_jira_holds_itself():
    assert knows({"portal": PORTAL}, said=DECLARED).of_directory("jira internal directory") == ShownBy("portal")
    assert knows({"portal": PORTAL}).of_directory("Staff") == ShownBy()


def test_what_jira_holds_of_an_ldap_tree_comes_on_top_of_the_tree():
    settings = {"corp": CORP, "staff_in_jira": JiraDirectorySettings(kind="jira", jira_directory="STAFF")}
    by_server = knows(settings).of_directory("Staff", URL, BASE)
    assert (by_server.directory, by_server.held_in) == ("corp", "staff_in_jira")
    assert knows(settings, said=DECLARED).of_directory("Staff") == ShownBy(
        "corp", "agents", declared=DECLARED, held_in="staff_in_jira"
    )
    assert knows(settings).of_directory("Staff") == ShownBy("staff_in_jira")
    assert knows(settings).of_directory("Other", URL, BASE).held_in == ""


def test_who_maps_what_jira_holds_or_declares_it_to_show_itself_wants_just_that():
    settings = {"corp": CORP, "staff_in_jira": JiraDirectorySettings(kind="jira", jira_directory="Staff")}
    mapped = knows(settings, shows=("corp", "staff_in_jira"))
    assert mapped.of_directory("Staff", URL, BASE) == ShownBy("staff_in_jira")
    said = declared(
        "jira.user_directories", (JiraDirectory("Staff", DirectoryType.LDAP, "staff_in_jira"),), "estate.yaml:3", "then"
    )
    assert knows(settings, said=said).of_directory("Staff", URL, BASE) == ShownBy("staff_in_jira")


def test_a_declaration_says_it_unless_it_is_unknown_or_silent():
    assert knows(said=DECLARED).of_directory("STAFF") == ShownBy("corp", "agents", declared=DECLARED)
    assert knows(said=DECLARED).of_directory("Open") == ShownBy()
    assert knows(said=DECLARED).of_directory("Nobody's") == ShownBy()
    assert knows(said=unknown("jira.user_directories", "past its day")).of_directory("Staff") == ShownBy()


def test_the_server_tells_it_where_nothing_else_can_be_meant():
    shown = knows().of_ldap_server(URL, BASE)
    assert (shown.directory, shown.declared) == ("corp", None)
    assert shown.because.endswith("below DC=example, dc=org")
    assert knows(bases=("DC=Example,DC=Org",)).of_ldap_server(URL, BASE).directory == "corp"


@pytest.mark.parametrize(
    ("who", "url", "base"),
    [
        (knows(), "ldap://c.example.org", BASE),
        (knows(), "nonsense", BASE),
        (knows(), URL, ""),
        (knows(), URL, "ou=other,dc=example,dc=org"),
        (knows(bases=("ou=people,dc=example,dc=org", "ou=x,dc=example,dc=net")), URL, BASE),
        (knows(bases=("",)), URL, BASE),
        (knows(bases=()), URL, BASE),
        (knows(shows=()), URL, BASE),
        (knows({"corp": CORP, "second": LdapSettings(kind="ldap", url="ldap://a.example.org")}), URL, BASE),
        (knows({"corp": LdifSettings(kind="ldif", path="x.ldif")}), URL, BASE),
        (knows({"corp": LdapSettings(kind="ldap", url="ldapi://%2Fsocket")}), "ldapi://%2Fsocket", BASE),
    ],
)
def test_the_server_tells_nothing_where_others_could_be_meant(who, url, base):
    assert who.of_ldap_server(url, base) == ShownBy()


def test_it_is_made_of_settings_mappings_and_declarations():
    text = "version: 1\nname: {name}\naudience: agents\nsource: {{directory: corp{users}}}\n"
    mappings = (
        parse_mapping(text.format(name="a", users=', users: {base: "ou=a"}'), "a.yaml"),
        parse_mapping(text.format(name="b", users=""), "b.yaml"),
    )
    policy = Policy(mappings, None, (), "digest", {"a": "corp", "b": "elsewhere"})
    made = jira_attribution({"corp": CORP}, policy, {"jira.user_directories": DECLARED})
    assert made.bases == {"corp": ["ou=a", ""]}
    assert made.shows == {"corp", "elsewhere"}
    assert made.declared is DECLARED
