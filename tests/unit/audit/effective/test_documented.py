"""What Atlassian's pages and tickets give as examples, one test each, the source in its docstring."""

from __future__ import annotations

from unit.audit.effective.orders import SOFTWARE, crowd, jira, layer

from dirsync.audit.effective.access import EffectiveAccess, Hold
from dirsync.audit.effective.accounts import ABSENT, standings
from dirsync.audit.effective.groups import Groups, groups_of
from dirsync.audit.effective.logins import Gift, given_at_login
from dirsync.audit.effective.new_users import Landing, landings
from dirsync.audit.effective.order import EITHER, NO, YES, Admission, Filtering
from dirsync.audit.effective.seats import count_seats
from dirsync.model.findings import Mechanism
from dirsync.model.products import JiraApplication


def customers_and_partners():
    return layer("customers", {"jsmith": ["G1"]}), layer("partners", {"jsmith": ["G2"]})


def decides(order, username):
    return [reading.account and reading.account.layer.directory for reading in standings(order, username)]


def holds(order, username):
    return [access.hold for access in EffectiveAccess(order, [SOFTWARE]).of(username, SOFTWARE)]


def test_jira_looks_for_groups_only_in_the_first_directory_of_a_name():
    """Managing multiple directories (adminjiraserver0917), Permissions: jsmith has G1 only, not G2."""
    assert groups_of(jira(*customers_and_partners()), "jsmith") == Groups(("G1",))


def test_jira_authenticates_the_first_occurrence_of_a_name():
    """Managing multiple directories (adminjiraserver0917), Login."""
    assert decides(jira(*customers_and_partners()), "jsmith") == ["customers"]


def test_the_entry_of_the_second_directory_is_ignored():
    """Shadowed users (USERMAN020)."""
    first, second = layer("Directory1", {"jsmith": []}), layer("Directory2", {"JSmith": ["jira-users"]})
    assert holds(jira(first, second), "jsmith") == [Hold.MASKED]


def test_crowd_grants_by_the_first_directory_without_aggregation():
    """Editing a user's group membership (CROWD027): by G1, and not a member of G2."""
    assert groups_of(crowd(*customers_and_partners()), "jsmith") == Groups(("G1",))


def test_crowd_does_not_consider_sam_an_admin_by_a_lower_directory():
    """Effective memberships with multiple directories (672530810), Non-aggregating membership."""
    order = crowd(layer("first", {"sam": ["users"]}), layer("lower", {"Sam": ["Admin"]}))
    assert groups_of(order, "Sam") == Groups(("users",))


def test_crowd_adds_memberships_up_with_aggregation():
    """Effective memberships with multiple directories (672530810), Aggregating membership."""
    assert groups_of(crowd(*customers_and_partners(), aggregates=YES), "jsmith") == Groups(("G1", "G2"))


def test_confluence_s_aggregation_is_not_jira_s():
    """Directory order (CONF57) has Confluence add G1 and G2 up; Jira's page does not, so it has no such switch."""
    assert groups_of(jira(*customers_and_partners()), "jsmith") == Groups(("G1",))


def test_with_one_directory_neither_scheme_matters():
    """Effective memberships with multiple directories (672530810): one directory, and the page does not apply."""
    for scheme in (YES, NO, EITHER):
        order = crowd(layer("only", {"sam": ["Admin"]}), aggregates=scheme)
        assert groups_of(order, "sam") == Groups(("Admin",))


def test_crowd_refuses_who_is_inactive_in_the_first_directory():
    """CWD-5179, Inactive users: inactive in the primary directory, active in the secondary one, access is rejected."""
    order = crowd(
        layer("internal", {"a": ["jira-users"]}, inactive=["a"]),
        layer("delegated", {"a": ["jira-users"]}),
        aggregates=YES,
    )
    assert decides(order, "a") == ["internal"]
    assert holds(order, "a") == [Hold.MASKED]
    assert given_at_login(order, "a").certain == ()


def test_two_users_of_one_name_but_for_its_case_count_once_and_not_at_all_when_the_first_is_inactive():
    """CWD-5179, steps to reproduce and expected behaviour, which Crowd's own counter does not show."""
    below = {"user1": ["jira-users"], "user2": ["jira-users"]}
    above = {"USER1": ["jira-users"], "user2": ["jira-users"]}
    for inactive, expected in (([], 2), (["USER1"], 1)):
        order = crowd(layer("Directory1", above, inactive=inactive), layer("Directory2", below))
        (counted,) = count_seats(order, [SOFTWARE])
        assert (counted.certain, counted.possible) == (expected, expected)


def test_an_inactive_twin_on_top_has_two_readings_in_jira():
    """How to handle users in multiple directories (JIRAKB) against the duplicate users health check (1063554355)."""
    order = jira(layer("top", {"a": []}, inactive=["a"]), layer("below", {"a": ["jira-users"]}))
    assert decides(order, "a") == ["top", "below"]
    (found,) = EffectiveAccess(order, [SOFTWARE]).of("a", SOFTWARE)
    (doubt,) = found.doubts
    assert "deactivated in top and active in below" in doubt.fact.why
    assert "How to handle users" in doubt.fact.why
    assert "Health check" in doubt.fact.why


def test_an_inactive_directory_is_not_included_when_searching():
    """CWD-1944."""
    above = jira(layer("off", {"jsmith": ["G1"]}), is_active=NO)
    below = jira(layer("on", {"jsmith": ["G2"]}))
    order = type(above)((*above.views, *below.views))
    assert decides(order, "jsmith") == ["on"]
    assert groups_of(order, "jsmith") == Groups(("G2",))


def test_groups_in_groups_count_for_a_login_and_for_a_list_of_members():
    """Nested groups in Crowd (x/0NdDDw): Crowd searches the mapped group plus all its sub-groups."""
    nested = {"sub": ["mapped"], "sub-sub": ["sub"]}
    only = layer("only", {"ana": ["sub-sub"], "ben": []}, nested=nested, admission=Admission(("Mapped",)))
    ana, ben = (only.named(name)[0] for name in ("ana", "ben"))
    assert (only.may_authenticate(ana), only.may_authenticate(ben)) == (YES, NO)
    assert groups_of(crowd(only), "ana") == Groups(("mapped", "sub", "sub-sub"))


def test_without_nested_groups_enabled_a_sub_group_gives_nothing():
    """Crowd advanced settings (USERMAN 230818253), Enable Nested Groups."""
    only = layer("only", {"ana": ["sub"]}, nested={"sub": ["jira-users"]})
    assert groups_of(crowd(only, nests=NO), "ana") == Groups(("sub",))
    assert holds(crowd(only, nests=NO), "ana") == []


def test_a_login_is_granted_by_the_first_directory_whatever_is_aggregated():
    """Specifying the directory order for an application (crowd050), Authentication."""
    first = layer("first", {"a": []}, admission=Admission(("staff",)), default_groups=("welcome",))
    order = crowd(first, layer("second", {"a": ["staff"]}), aggregates=YES)
    assert given_at_login(order, "a").possible == given_at_login(order, "a").certain == ()


def test_with_access_based_synchronisation_the_first_directory_decides_who_is_shown():
    """Syncing users based on their access rights (1409289226)."""
    first = layer("first", {"a": ["jira-users"]}, admission=Admission(("staff",)))
    second = layer("second", {"a": ["staff", "jira-users"]}, admission=Admission(("staff",)))
    assert standings(crowd(first, second, filterings=(Filtering.USERS,)), "a") == (ABSENT,)
    assert decides(crowd(second, first, filterings=(Filtering.USERS,)), "a") == ["second"]


def test_with_access_based_synchronisation_no_user_is_created():
    """Syncing users based on their access rights (1409289226), with either variant."""
    for filtering in (Filtering.USERS, Filtering.USERS_AND_GROUPS):
        order = crowd(layer("customers"), filterings=(filtering,))
        assert landings(order) == (Landing(order.views[0]),)


def test_a_user_is_added_to_the_first_directory_that_grants_add_user():
    """Understanding how Crowd manages multiple directories (x/2om7Jw), addUser."""
    partners, customers = layer("partners", grants_add_user=NO), layer("customers")
    order = crowd(partners, customers, layer("staff"))
    assert landings(order) == (Landing(order.views[0], customers),)


def test_jira_writes_to_the_first_directory_where_it_may():
    """Managing multiple directories (adminjiraserver076): changes are made only in the first such directory."""
    agents, customers = layer("agents"), layer("customers")
    order = type(jira())((*jira(agents, is_writable=NO).views, *jira(customers, layer("internal")).views))
    assert landings(order) == (Landing(order.views[1], customers),)


def test_auto_assigned_groups_are_those_of_the_application_one_logs_in_to():
    """Automatically assigning users to groups (CROWD041), its example with jira-users and conf-users."""
    for own in ("jira-users", "conf-users"):
        order = crowd(layer("remote", {"ana": []}, default_groups=(own,)))
        assert given_at_login(order, "ana").certain == (Gift(own, Mechanism.CROWD_APPLICATION),)


def test_who_is_in_several_groups_of_an_application_takes_one_seat():
    """Licensing and application access (adminjiraserver0817)."""
    software = JiraApplication("jira-software", ("developers", "testers"))
    (counted,) = count_seats(jira(layer("only", {"ana": ["developers", "testers"]})), [software])
    assert counted.certain == 1


def test_who_has_two_applications_takes_a_seat_of_each():
    """Get list of licensed users (278695452): licences per application."""
    desk = JiraApplication("jira-servicedesk", ("agents",))
    counted = count_seats(jira(layer("only", {"ana": ["jira-users", "agents"]})), [SOFTWARE, desk])
    assert [each.certain for each in counted] == [1, 1]


def test_groups_without_application_access_cost_nothing():
    """Managing customers (SERVICEDESK021): no application access, no licence."""
    (counted,) = count_seats(jira(layer("only", {"cleo": ["portal-customers"]})), [SOFTWARE])
    assert counted.possible == 0


def test_a_chain_that_changes_directory_is_open_with_aggregation_too():
    """The scenario of ldap-crowd-adapter's set-up script: A in C in directory 1, C in D in E in directory 4."""
    first = layer("directory-1", {"ana": ["GroupA"]}, nested={"GroupA": ["GroupC"]})
    fourth = layer("directory-4", nested={"GroupC": ["GroupD"], "GroupD": ["GroupE"]})
    for scheme in (YES, NO):
        found = groups_of(crowd(first, fourth, aggregates=scheme), "ana")
        assert found == Groups(("GroupA", "GroupC"), ("GroupD", "GroupE"))
