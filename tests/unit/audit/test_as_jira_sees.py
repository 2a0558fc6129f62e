"""Directories put together with what Jira itself holds of them: memberships of both, each person once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.audit.building import EstateBuilder, only, those

from dirsync.audit.as_jira_sees import as_jira_sees
from dirsync.audit.rules.customer_holds_application_access import CustomerHoldsApplicationAccess
from dirsync.audit.rules.people_outside_every_mapping import PeopleOutsideEveryMapping
from dirsync.audit.signup import unresolved
from dirsync.model.facts import unknown
from dirsync.model.findings import Verdict
from dirsync.model.memory import MemorySpool
from dirsync.model.products import DirectoryMode, DirectoryType, JiraDirectory
from dirsync.model.snapshot import WHOLE

CORP, LOCAL = "corp", "corp_in_jira"
STAFF = JiraDirectory("Staff", DirectoryType.LDAP, CORP, held_in=LOCAL)


def told(entry: JiraDirectory = STAFF) -> EstateBuilder:
    """Tell of customers in an LDAP tree for whom Jira has local groups, and of a seat for `jsm-agents`."""
    estate = EstateBuilder().customers(CORP, source=CORP, selection="customers", is_synced=False).no_crowd()
    estate.directory(CORP, "ldap").directory(LOCAL, "jira").application("jira-servicedesk", "jsm-agents")
    estate.says("jira.version", "9.12").says("jira.user_directories", (entry,))
    return estate.says("jira.user_directories[Staff].mode", DirectoryMode.READ_ONLY_LOCAL_GROUPS)


def seen(estate: EstateBuilder):
    built = estate.build()
    return as_jira_sees(built.snapshots, built.facts, built.populations, MemorySpool)


def as_seen(estate: EstateBuilder):
    """Return the Estate as a run makes it."""
    together, built = seen(estate), estate.build()
    kinds = {name: kind for name, kind in built.kinds.items() if name in together.snapshots}
    return replace(built, snapshots=together.snapshots, kinds=kinds, parts=together.parts)


def groups(snapshot):
    return {
        group.name: (
            sorted(user.username for user in snapshot.members(group.id)),
            sorted(child.name for child in snapshot.child_groups(group.id)),
        )
        for group in snapshot.groups()
    }


def of_both() -> EstateBuilder:
    estate = told()
    for name in ("ana", "ben"):
        estate.user(name, CORP, selections=("customers",))
    estate.user("Ana", LOCAL).user("ben", LOCAL).user("only-in-jira", LOCAL)
    estate.group("team", CORP).holds("ana")
    estate.group("Team", LOCAL).holds("Ana", "ben")
    estate.group("local", LOCAL).holds("ben", "only-in-jira").inside("jsm-agents")
    estate.group("Team", LOCAL).inside("local")
    estate.group("team", CORP).inside("units")
    return estate


def test_memberships_of_both_count_and_groups_of_one_name_are_one():
    snapshot = seen(of_both()).snapshots[CORP]
    assert groups(snapshot) == {
        "team": (["ana", "ben"], []),
        "units": ([], ["team"]),
        "local": (["ben", "only-in-jira"], ["team"]),
        "jsm-agents": ([], ["local"]),
    }


def test_people_are_those_of_the_directory_and_on_top_those_whom_only_jira_has():
    snapshot = seen(of_both()).snapshots[CORP]
    assert [(user.id, user.username) for user in snapshot.users("customers")] == [("id-ana", "ana"), ("id-ben", "ben")]
    assert [user.id for user in snapshot.users(WHOLE)] == ["id-ana", "id-ben", "jira:id-only-in-jira"]
    assert snapshot.user("jira:id-only-in-jira").ref == "jira:u-only-in-jira"


def test_people_whom_no_mapping_takes_stay_there_untaken():
    snapshot = seen(of_both().user("zoe", CORP)).snapshots[CORP]
    assert [user.username for user in snapshot.users("customers")] == ["ana", "ben"]
    assert snapshot.user_named("zoe")


def test_namesakes_are_all_meant():
    estate = told().user("ana", CORP, selections=("customers",)).user("Ana", CORP, selections=("customers",))
    estate.user("ana", LOCAL, in_group="local")
    assert groups(seen(estate).snapshots[CORP])["local"] == (["Ana", "ana"], [])


def test_what_was_left_out_of_either_stays_told():
    estate = of_both().quarantined(CORP, "in ldap").quarantined(LOCAL, "in jira")
    snapshot = seen(estate).snapshots[CORP]
    assert [entry.entry for entry in snapshot.quarantined] == ["in ldap", "in jira"]


def test_the_two_are_one_directory_and_the_read_out_of_jira_is_kept_as_evidence():
    together = seen(of_both())
    assert together.snapshots.keys() == {CORP}
    assert [part.directory for part in together.parts[CORP]] == [CORP, LOCAL]
    assert together.made == (together.snapshots[CORP],)
    assert together.snapshots[CORP].completeness.server == "https://corp.example.org"


def test_two_user_directories_may_show_one_directory():
    estate = of_both().says("jira.user_directories", (STAFF, replace(STAFF, name="More", held_in="more")))
    estate.directory("more", "jira").user("ana", "more", in_group="extra")
    together = seen(estate)
    assert groups(together.snapshots[CORP])["extra"] == (["ana"], [])
    assert "local" in groups(together.snapshots[CORP])
    assert [part.directory for part in together.parts[CORP]] == [CORP, LOCAL, "more"]
    assert len(together.made) == 2


NOT_A_PAIR = ({"held_in": ""}, {"held_in": CORP}, {"held_in": "x"}, {"directory": ""})
UNPAIRED = [replace(STAFF, **changed) for changed in NOT_A_PAIR]


@pytest.mark.parametrize("entry", UNPAIRED)
def test_what_is_not_paired_stays_as_it_is(entry):
    estate = of_both().says("jira.user_directories", (entry,))
    together = seen(estate)
    assert (together.snapshots.keys(), together.parts, together.made) == ({CORP, LOCAL}, {}, ())
    assert "local" not in groups(together.snapshots[CORP])


def test_without_word_of_jira_s_directories_nothing_is_put_together():
    built = of_both().build()
    for facts in ({}, {"jira.user_directories": unknown("jira.user_directories", "nobody tells")}):
        assert as_jira_sees(built.snapshots, facts, built.populations, MemorySpool).parts == {}


def test_people_of_whom_jira_calls_none_by_a_name_that_is_known_are_others():
    estate = told().user("ana", CORP, selections=("customers",)).user("ana@example.org", LOCAL)
    assert seen(estate).parts == {}
    finding = only(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.UNKNOWN)
    assert "Jira calls none of those whom corp_in_jira has by a username of corp" in finding.remedy


def test_a_directory_of_which_jira_has_nobody_yet_is_one_all_the_same():
    assert seen(told().user("ana", CORP, selections=("customers",))).parts.keys() == {CORP}


def test_a_seat_by_a_local_group_is_proven_by_its_path_and_both_reads():
    finding = only(CustomerHoldsApplicationAccess().audit(as_seen(of_both())), Verdict.FAIL, path=PATH_OF_BEN)
    assert finding.subject.id == "id-ben"
    reads = [known.value for known in finding.evidence if known.source.startswith("https://corp")]
    assert reads == ["corp: 2 users, 2 groups read whole", "corp_in_jira: 3 users, 3 groups read whole"]


PATH_OF_BEN = ("ben", "local", "jsm-agents", "jira-servicedesk")


def test_everybody_else_is_cleared_without_the_mode_being_known():
    estate = told().user("ana", CORP, selections=("customers",)).user("ana", LOCAL)
    estate.forgets("jira.user_directories[Staff].mode")
    assert only(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.PASS).count == 1


def test_what_jira_holds_must_be_read_whole_before_anybody_is_cleared():
    estate = of_both().incomplete(LOCAL, "the line broke", "Run it again.")
    findings = tuple(CustomerHoldsApplicationAccess().audit(as_seen(estate)))
    assert {one.subject.name for one in those(findings, Verdict.FAIL)} == {"ana", "ben"}
    open_one = only(findings, Verdict.UNKNOWN)
    assert "hat Jira itself holds of 'corp' was not read whole: the line broke" in open_one.message
    assert (open_one.missing, open_one.remedy) == ((f"directories[{LOCAL}]",), "Run it again.")


def test_a_user_directory_beside_it_that_was_not_read_out_of_jira_keeps_it_open():
    other = JiraDirectory("Other", DirectoryType.LDAP, CORP)
    estate = told().user("ana", CORP, selections=("customers",)).says("jira.user_directories", (STAFF, other))
    estate.says("jira.user_directories[Other].mode", DirectoryMode.READ_ONLY_LOCAL_GROUPS)
    finding = only(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.UNKNOWN)
    assert finding.missing == (f"directories[{CORP}].memberships_in_jira",)


def test_somebody_whom_only_jira_has_is_outside_every_mapping_with_the_seat():
    findings = tuple(PeopleOutsideEveryMapping().audit(as_seen(of_both())))
    found = only(findings, Verdict.FAIL)
    assert "1 account is in no mapping, 1 of them with a paid seat: 'only-in-jira'" in found.message
    assert found.subject.name == CORP


@pytest.mark.parametrize("kind", [DirectoryType.LDAP, DirectoryType.DELEGATING])
@pytest.mark.parametrize("where", [LOCAL, "crowd_agents"])
def test_a_tree_that_was_read_out_of_jira_for_no_mapping_may_be_any_directory(kind, where):
    entry = JiraDirectory("Staff", kind, LOCAL)
    estate = told(entry).user("ana", CORP, selections=("customers",)).user("ana", LOCAL, in_group="jsm-agents")
    estate.says("jira.user_directories[Staff].active", True)
    finding = only(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.UNKNOWN)
    assert finding.missing == ("jira.user_directories[Staff].directory",)
    assert "reads them out of Jira" in finding.message
    estate.agents(where, source=LOCAL)
    assert not those(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.UNKNOWN)


def test_jira_s_copy_of_what_crowd_shows_is_told_by_the_crowd_application():
    entry = JiraDirectory("Staff", DirectoryType.CROWD, LOCAL, "jira")
    estate = told(entry).user("ana", CORP, selections=("customers",)).user("ana", LOCAL)
    estate.facts.pop("crowd.applications")
    assert [fact.name for fact in unresolved(as_seen(estate))] == ["jira.user_directories[Staff].directory"]
    assert not list(unresolved(as_seen(estate.crowd_application("jira", (CORP,)))))


def test_a_tree_that_is_named_and_read_by_itself_is_not_any_directory():
    estate = told(JiraDirectory("Staff", DirectoryType.LDAP, "other")).directory("other", "ldap")
    estate.user("ana", CORP, selections=("customers",))
    assert only(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.PASS).count == 1


def test_jira_s_internal_directory_is_nobody_else_s():
    estate = told(JiraDirectory("Staff", DirectoryType.INTERNAL, LOCAL)).user("ana", CORP, selections=("customers",))
    assert not those(CustomerHoldsApplicationAccess().audit(as_seen(estate)), Verdict.UNKNOWN)


def test_a_tree_that_no_mapping_reads_is_put_together_all_the_same():
    estate = of_both()
    estate.populations.clear()
    assert "local" in groups(seen(estate).snapshots[CORP])
