"""Groups that grant access: those that are nowhere, and those that administer Jira too."""

from __future__ import annotations

from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder, only, those

from dirsync.audit.rules.admin_group_takes_seats import AdminGroupTakesSeats
from dirsync.audit.rules.licensed_group_unresolved import LicensedGroupUnresolved
from dirsync.model.findings import Verdict

UNRESOLVED, ADMINISTRATORS = LicensedGroupUnresolved(), AdminGroupTakesSeats()


def estate(group: str = "Gone", **more) -> EstateBuilder:
    told = EstateBuilder().agents(**more).application("jira-software", group).no_crowd()
    return told.jira_directory("Agents", AGENTS, active=True, mode="read-only")


class TestNowhere:
    def test_nothing_passes_where_nothing_is_found(self):
        assert [finding.verdict for finding in estate().asks(UNRESOLVED)] == [Verdict.FAIL]

    def test_its_id_stays_however_the_group_is_spelt(self):
        assert (
            only(estate().asks(UNRESOLVED), Verdict.FAIL).id == only(estate("gone").asks(UNRESOLVED), Verdict.FAIL).id
        )

    def test_only_a_mapping_that_writes_and_knows_the_group_makes_it(self):
        for told in (
            estate(),
            estate(default_groups=("others",)),
            estate(default_groups=("gone",), is_synced=False),
            estate(source="nowhere"),
            estate().customers(default_groups=("gone",)).jira_directory("Customers", CUSTOMERS, active=True),
        ):
            assert only(told.asks(UNRESOLVED), Verdict.FAIL).message.endswith("whoever makes one hands out seats.")

    def test_a_mapping_makes_its_default_groups_and_may_carry_over_what_its_source_has(self):
        made = estate(default_groups=("GONE",))
        assert only(made.asks(UNRESOLVED), Verdict.FAIL).message.endswith("makes it at the next sync.")
        carried = estate().directory("corp", "ldap")
        carried.group("gone", "corp")
        assert only(carried.asks(UNRESOLVED), Verdict.FAIL).message.endswith("may carry it over from corp.")


class TestAdministrators:
    def test_nothing_passes_where_the_only_group_takes_seats(self):
        told = estate("Ops").says("jira.administrative_groups", ("Ops",))
        assert [finding.verdict for finding in told.asks(ADMINISTRATORS)] == [Verdict.FAIL]

    def test_its_id_stays_however_the_group_is_spelt(self):
        ids = {
            only(estate("ops").says("jira.administrative_groups", (name,)).asks(ADMINISTRATORS), Verdict.FAIL).id
            for name in ("ops", "OPS")
        }
        assert len(ids) == 1

    def test_namesakes_in_two_directories_are_two_accounts(self):
        told = estate("ops").customers().says("jira.administrative_groups", ("ops",))
        told.jira_directory("Customers", CUSTOMERS, active=True, mode="read-only")
        told.user("ana", AGENTS, "ops").user("ana", CUSTOMERS, "ops")
        assert "2 active accounts" in only(told.asks(ADMINISTRATORS), Verdict.FAIL).message

    def test_other_groups_pass_beside_one_that_fails(self):
        told = estate("ops").says("jira.administrative_groups", ("ops", "Owners"))
        (passed,) = those(told.asks(ADMINISTRATORS), Verdict.PASS)
        assert passed.count == 1
        assert passed.message.startswith("'Owners' administers Jira without access to jira-software")
