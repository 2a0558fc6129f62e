"""Where a new account is made."""

from __future__ import annotations

from unit.audit.effective.orders import crowd, jira, layer

from dirsync.audit.effective.new_users import Landing, landings
from dirsync.audit.effective.order import EITHER, NO, YES, Filtering, Order


def read(*orders: Order) -> list[str]:
    """Return the readings, as user directory > directory."""
    found = landings(Order(tuple(view for order in orders for view in order.views)))
    return [
        f"{at.view.name if at.view else 'nowhere'} > {at.layer.directory if at.layer else 'nobody'}" for at in found
    ]


def test_the_first_that_is_active_and_writable_gets_it():
    off, read_only = jira(layer("off"), is_active=NO), jira(layer("read-only"), is_writable=NO)
    assert read(off, read_only, jira(layer("a"), layer("b"))) == ["a > a"]


def test_where_none_is_writable_nobody_is_made():
    assert read(jira(layer("a"), is_writable=NO)) == ["nowhere > nobody"]
    assert landings(Order(())) == (Landing(),)


def test_unknown_modes_leave_every_directory_down_to_the_first_known_one():
    maybe = jira(layer("a"), is_writable=EITHER), jira(layer("b"), is_active=EITHER)
    assert read(*maybe, jira(layer("c"), layer("d"))) == ["a > a", "b > b", "c > c"]
    assert read(*maybe) == ["a > a", "b > b", "nowhere > nobody"]


def test_crowd_s_first_directory_that_grants_add_user_gets_it():
    agents, customers = layer("agents", grants_add_user=NO), layer("customers")
    assert read(crowd(agents, customers, layer("c"))) == ["crowd > customers"]


def test_where_crowd_grants_it_nowhere_nobody_is_made_and_jira_does_not_go_on():
    assert read(crowd(layer("a", grants_add_user=NO)), jira(layer("b"))) == ["crowd > nobody"]


def test_unknown_permissions_leave_every_reading():
    assert read(crowd(layer("a", grants_add_user=EITHER), layer("b"))) == ["crowd > a", "crowd > b"]
    assert read(crowd(layer("a", grants_add_user=EITHER))) == ["crowd > a", "crowd > nobody"]


def test_access_based_synchronisation_that_may_be_on_may_refuse():
    order = crowd(layer("a"), filterings=(Filtering.NONE, Filtering.USERS))
    assert read(order) == ["crowd > nobody", "crowd > a"]
    assert read(crowd(layer("a", grants_add_user=YES), filterings=(Filtering.USERS,))) == ["crowd > nobody"]
