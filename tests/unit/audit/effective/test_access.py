"""Who takes a seat, by which path, and what is open."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.audit.effective.orders import SOFTWARE, crowd, jira, layer, not_read

from dirsync.audit.effective.access import EffectiveAccess, Hold
from dirsync.audit.effective.doubts import Cause
from dirsync.audit.effective.order import EITHER, NO, YES, Admission, Filtering, Order
from dirsync.model.facts import unknown
from dirsync.model.products import JiraApplication


def held(order: Order, application: JiraApplication = SOFTWARE) -> list[str]:
    """Return the proofs; those that are open end in the causes."""
    found = []
    for access in EffectiveAccess(order, [application]).accounts(application):
        user = access.layer.snapshot.user(access.user_id)
        causes = f" ({', '.join(doubt.cause for doubt in access.doubts)})" if access.doubts else ""
        masked = f" (masked in {access.layer.directory})" if access.hold is Hold.MASKED else ""
        found.append(f"{access.way.path.of(user.username)}{causes}{masked}")
    return found


def only_doubt(order: Order):
    (access,) = EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE)
    (doubt,) = access.doubts
    return doubt


def test_everybody_is_told_once_nearest_first():
    order = jira(layer("a", {"ben": ["inner"], "ana": ["jira-users", "inner"]}, nested={"inner": ["jira-users"]}))
    assert held(order) == ["ana > jira-users > jira-software", "ben > inner > jira-users > jira-software"]


def test_inactive_people_take_no_seat():
    assert held(jira(layer("a", {"ana": ["jira-users"]}, inactive=["ana"]))) == []


def test_a_masked_seat_is_not_taken_and_told_apart():
    order = jira(layer("a", {"ana": []}), layer("b", {"ana": ["jira-users"], "ben": ["jira-users"]}))
    ben, ana = EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE)
    assert (ben.user_id, ben.hold, ben.doubts) == ("b:ben", Hold.TAKEN, ())
    assert (ana.user_id, ana.hold, ana.doubts) == ("b:ana", Hold.MASKED, ())
    assert str(ana.way.path) == "jira-users > jira-software"


def test_several_accounts_of_a_name_may_be_masked():
    order = jira(
        *(layer(name, {"ana": groups}) for name, groups in (("a", []), ("b", ["jira-users"]), ("c", ["jira-users"])))
    )
    path = "ana > jira-users > jira-software"
    assert held(order) == [f"{path} (masked in b)", f"{path} (masked in c)"]


def test_an_account_that_crowd_hides_masks_none_and_is_not_masked():
    hidden = crowd(layer("a", {"ana": ["jira-users"]}, admission=Admission(("staff",))), filterings=(Filtering.USERS,))
    assert held(hidden) == []
    assert EffectiveAccess(hidden, [SOFTWARE]).of("ana", SOFTWARE) == ()
    below = jira(layer("b", {"ana": []}))
    assert held(Order((*hidden.views, *below.views))) == []


@pytest.mark.parametrize("below", [{"inactive": ["ana"]}, {"users": {"ana": ["others"]}}])
def test_a_twin_that_would_take_no_seat_itself_is_not_masked(below):
    content = {"users": {"ana": ["jira-users"]}, **below}
    assert held(jira(layer("a", {"ana": []}), layer("b", **content))) == []


def test_where_the_first_account_takes_a_seat_none_is_masked():
    order = jira(layer("a", {"ana": ["jira-users"]}), layer("b", {"ana": ["jira-users"]}))
    assert held(order) == ["ana > jira-users > jira-software"]


def test_a_masked_account_of_a_group_that_may_not_nest_is_none():
    above = layer("a", {"ana": []}, nested={"portal": ["jira-users"]})
    assert held(jira(above, layer("b", {"ana": ["portal"]}))) == []


def test_with_aggregation_the_shortest_path_of_all_twins_is_told():
    one = layer("a", {"ana": ["inner"]}, nested={"inner": ["jira-users"]})
    assert held(crowd(one, layer("b", {"ana": ["jira-users"]}), aggregates=YES)) == ["ana > jira-users > jira-software"]


def test_the_shortest_of_several_open_paths_is_told():
    above = layer("a", nested={"x": ["jira-users"], "y": ["x"]})
    below = layer("b", {"ana": ["y", "x"]})
    assert held(jira(above, below)) == ["ana > x > jira-users > jira-software (nesting)"]
    twin = layer("a", {"ana": []}, nested={"x": ["jira-users"], "y": ["x"]})
    assert held(crowd(twin, below, aggregates=YES)) == ["ana > x > jira-users > jira-software (nesting)"]


def test_nesting_in_another_directory_gives_both_readings():
    order = jira(layer("a", nested={"portal": ["jira-users"]}), layer("b", {"ana": ["portal"]}))
    doubt = only_doubt(order)
    assert doubt.cause is Cause.NESTING
    assert "in b nothing puts 'portal'" in doubt.fact.why
    assert "'portal' is inside 'jira-users' in a" in doubt.fact.why


def test_a_group_that_another_directory_of_the_application_masks_may_not_nest():
    above = layer("a", groups=["portal"])
    below = layer("b", {"ana": ["portal"]}, nested={"portal": ["jira-users"]})
    path = "ana > portal > jira-users > jira-software"
    assert held(crowd(above, below)) == [f"{path} (nesting)"]
    fact = only_doubt(crowd(layer("z"), above, below)).fact
    assert fact.name == "nesting[portal]"
    assert "'portal' is inside 'jira-users' in b, but not in a, which 'crowd' asks before" in fact.why
    assert fact.remedy.startswith("Rename the group 'portal' in one of the directories")
    assert held(crowd(above, below, aggregates=YES)) == [path]
    assert held(crowd(above, below, aggregates=EITHER)) == [f"{path} (nesting)"]
    assert held(jira(above, below)) == [path]
    assert held(crowd(layer("a", nested={"Portal": ["JIRA-users"]}), below)) == [path]


def test_the_masked_step_is_told_and_no_other_one():
    above = layer("a", groups=["inner"], nested={"portal": ["inner"]})
    below = layer("b", {"ana": ["portal"]}, nested={"portal": ["inner"], "inner": ["jira-users"]})
    assert only_doubt(crowd(above, below)).fact.name == "nesting[inner]"


def test_where_nested_groups_may_be_off_only_direct_members_are_certain():
    only = layer("a", {"ana": ["jira-users"], "ben": ["inner"]}, nested={"inner": ["jira-users"]})
    certain, open_path = "ana > jira-users > jira-software", "ben > inner > jira-users > jira-software"
    assert held(jira(only, nests=EITHER)) == [certain, f"{open_path} (nesting)"]
    *_, ben = EffectiveAccess(jira(only, nests=EITHER), [SOFTWARE]).accounts(SOFTWARE)
    assert "whether nested groups are enabled in 'a', and 'inner' is inside 'jira-users'" in ben.doubts[0].fact.why
    assert held(jira(only, nests=NO)) == [certain]


class TestOpenSettings:
    def test_of_a_user_directory_that_may_be_off(self):
        missing = unknown("jira.user_directories[a].active", "nobody says", "Look it up.")
        order = jira(layer("a", {"ana": ["jira-users"]}), is_active=EITHER, missing=(missing,))
        doubt = only_doubt(order)
        assert (doubt.cause, doubt.fact.name) == (Cause.SETTING, "jira.user_directories[a].active")
        assert "whether the user directory 'a' is active" in doubt.fact.why
        assert doubt.fact.remedy == "Look it up."

    def test_of_a_user_directory_that_may_be_off_and_holds_a_twin(self):
        order = Order((
            *jira(layer("a", {"ana": ["jira-users"]}), is_active=EITHER).views,
            *jira(layer("b", {"ana": []})).views,
        ))  # fmt: skip
        doubt = only_doubt(order)
        assert doubt.cause is Cause.SETTING
        assert doubt.fact.remedy == (
            "Tell it of 'a' under jira.user_directories or crowd.applications in mappings/estate.yaml."
        )

    def test_of_one_that_is_off_nobody_counts(self):
        assert held(jira(layer("a", {"ana": ["jira-users"]}), is_active=NO)) == []

    def test_of_aggregation(self):
        order = crowd(layer("a", {"ana": []}), layer("b", {"ana": ["jira-users"]}), aggregates=EITHER)
        doubt = only_doubt(order)
        assert (doubt.cause, doubt.fact.name) == (Cause.AGGREGATION, "jira.user_directories[crowd].aggregation")
        assert "adds up the memberships of 'ana'" in doubt.fact.why

    def test_of_aggregation_says_nothing_of_who_may_log_in(self):
        first = layer("a", {"ana": []}, admission=Admission(("staff",)))
        order = crowd(first, layer("b", {"ana": ["jira-users"]}), aggregates=EITHER)
        assert only_doubt(order).cause is Cause.AGGREGATION

    def test_of_namesakes(self):
        doubt = only_doubt(jira(layer("a", {"ana": [], "Ana": ["jira-users"]})))
        assert (doubt.cause, doubt.fact.name) == (Cause.NAMESAKES, "jira.accounts[ana].id")
        assert "a has several users called 'ana'" in doubt.fact.why

    def test_of_an_inactive_twin_on_top(self):
        order = jira(layer("a", {"ana": []}, inactive=["ana"]), layer("b", {"ana": ["jira-users"]}))
        doubt = only_doubt(order)
        assert (doubt.cause, doubt.fact.name) == (Cause.INACTIVE_ABOVE, "jira.accounts[ana].directory")

    def test_of_an_inactive_twin_below_nothing_is(self):
        order = Order((
            *jira(layer("a", {"ana": ["jira-users"]}), is_active=EITHER).views,
            *jira(layer("b", {"ana": []}, inactive=["ana"])).views,
        ))  # fmt: skip
        assert only_doubt(order).cause is Cause.SETTING

    @pytest.mark.parametrize("above", [{}, {"ana": []}])
    def test_of_a_directory_above_that_was_not_read(self, above):
        order = jira(
            not_read("top"),
            *([layer("a", above, inactive=["ana"])] if above else []),
            layer("b", {"ana": ["jira-users"]}),
        )
        (access,) = EffectiveAccess(order, [SOFTWARE]).accounts(SOFTWARE)
        doubt = access.doubts[0]
        assert (doubt.cause, doubt.fact.name) == (Cause.UNREAD, "directories[top]")
        assert "was not read whole (it was not read)" in doubt.fact.why
        assert doubt.fact.remedy.startswith("Let a mapping read 'top';")

    def test_of_a_directory_below_that_was_not_read_nothing_is(self):
        assert held(jira(layer("a", {"ana": ["jira-users"]}), not_read("b"))) == ["ana > jira-users > jira-software"]


class TestAccessBasedSynchronisation:
    def told(self, *filterings: Filtering, admission: Admission | None, groups=("jira-users",), **more) -> list[str]:
        return held(crowd(layer("a", {"ana": groups}, admission=admission, **more), filterings=filterings))

    def test_who_has_no_access_takes_no_seat(self):
        assert self.told(Filtering.USERS, admission=Admission(("staff",))) == []

    def test_who_has_access_does(self):
        path = "ana > jira-users > jira-software"
        assert self.told(Filtering.USERS, admission=Admission(("jira-users",))) == [path]
        assert self.told(Filtering.USERS, admission=Admission()) == [path]
        assert self.told(Filtering.USERS, Filtering.NONE, admission=Admission(("jira-users",))) == [path]

    def test_where_it_may_be_on_who_has_no_access_is_open(self):
        told = self.told(*Filtering, admission=Admission(("staff",)))
        assert told == ["ana > jira-users > jira-software (setting, setting)"]

    def test_a_group_without_access_may_be_hidden(self):
        only = layer("a", {"ana": ["jira-users", "staff"]}, admission=Admission(("staff",)))
        fact = only_doubt(crowd(only, filterings=tuple(Filtering))).fact
        assert fact.name == "jira.user_directories[crowd].visible_groups"
        assert "may show only groups with access" in fact.why
        assert "not 'jira-users'" in fact.why
        told = self.told(*Filtering, admission=Admission(("staff",)), groups=("jira-users", "staff"))
        assert told == ["ana > jira-users > jira-software (setting)"]

    def test_a_group_without_access_is_hidden_where_groups_are(self):
        assert (
            self.told(Filtering.USERS_AND_GROUPS, admission=Admission(("staff",)), groups=("jira-users", "staff")) == []
        )

    def test_a_group_inside_one_with_access_is_shown(self):
        told = self.told(Filtering.USERS_AND_GROUPS, admission=Admission(("staff",)), nested={"jira-users": ["staff"]})
        assert told == ["ana > jira-users > jira-software"]

    def test_where_nobody_tells_who_has_access_it_is_open(self):
        assert self.told(Filtering.USERS, admission=None) == ["ana > jira-users > jira-software (setting)"]

    def test_a_membership_that_was_not_read_may_give_access(self):
        told = self.told(Filtering.USERS, admission=Admission(("staff",)), reason="size limit")
        assert told == ["ana > jira-users > jira-software (setting)"]

    def test_of_a_twin_too(self):
        first = layer("a", {"ana": ["jira-users"]}, admission=None)
        doubt = only_doubt(crowd(first, layer("b", {"ana": []}), filterings=(Filtering.USERS,)))
        assert doubt.cause is Cause.SETTING
        assert "may show only users who may log in" in doubt.fact.why


def test_gaps_are_the_directories_not_read_whole_and_the_memberships_not_known_whole():
    missing = unknown("directories[b].memberships_in_jira", "local groups were not read")
    order = jira(not_read("a"), layer("b", missing=(missing,)), layer("c"))
    assert [fact.name for fact in EffectiveAccess(order, [SOFTWARE]).gaps] == [missing.name, "directories[a]"]
    assert EffectiveAccess(jira(layer("c")), [SOFTWARE]).gaps == ()


def test_the_remedy_of_an_incomplete_read_is_its_own():
    known = layer("a", reason="size limit")
    known.snapshot.completeness = replace(known.snapshot.completeness, remedy="Raise it.")
    (fact,) = EffectiveAccess(jira(known), [SOFTWARE]).gaps
    assert fact.remedy == "Raise it."


def test_every_directory_above_that_was_not_read_may_hold_the_name():
    order = jira(not_read("a"), layer("b"), layer("c", {"ana": ["jira-users"]}))
    assert only_doubt(order).fact.name == "directories[a]"


def test_of_ways_that_are_open_the_nearest_is_told():
    # What leads there, and how near it is, is in neither order that the names have.
    nested = {"a-far": ["m-middle"], "m-middle": ["z-near"], "z-near": ["jira-users"]}
    order = jira(layer("a", nested=nested), layer("b", {"ana": ["a-far", "z-near", "m-middle"]}))
    assert held(order) == ["ana > z-near > jira-users > jira-software (nesting)"]
    both = jira(layer("a", {"ana": ["a-far", "z-near"], "ben": ["a-far"]}, nested=nested), nests=EITHER)
    assert held(both) == [
        "ana > z-near > jira-users > jira-software (nesting)",
        "ben > a-far > m-middle > z-near > jira-users > jira-software (nesting)",
    ]


def test_names_that_several_accounts_bear_come_last_in_their_order():
    names = [f"user-{number:02}" for number in range(20)]
    order = jira(layer("a", {name: ["jira-users"] for name in names}), layer("b", dict.fromkeys(names, ())))
    assert held(order) == [f"{name} > jira-users > jira-software" for name in names]


def test_of_several_deactivated_accounts_the_one_on_top_is_told_with_the_active_one():
    off = [layer(name, {"ana": []}, inactive=["ana"]) for name in "ab"]
    # By one reading "b" does not come into it: whoever looks at the first account, looks at "a".
    fact = only_doubt(jira(*off, layer("c", {"ana": ["jira-users"]}))).fact
    assert "'ana' is deactivated in a and active in c below it" in fact.why


def test_whoever_is_surely_let_in_is_not_hidden_whatever_else_is_open():
    let_in = layer("a", {"ana": ["staff"]}, admission=Admission(("staff",)))
    below = layer("b", {"ana": ["jira-users"]})
    order = crowd(let_in, below, aggregates=EITHER, filterings=tuple(Filtering))
    assert only_doubt(order).cause is Cause.AGGREGATION
