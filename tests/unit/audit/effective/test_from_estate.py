"""What is known of the products, as an order of directories."""

from __future__ import annotations

import pytest
from unit.audit.building import AGENTS, CUSTOMERS, EstateBuilder

from dirsync.audit.effective.from_estate import order_of_crowd, order_of_jira
from dirsync.audit.effective.order import EITHER, EVERYBODY, NO, YES, Admission, Filtering
from dirsync.model.facts import MissingFact
from dirsync.model.products import CrowdApplication, DirectoryType, JiraDirectory

LEAVES = {
    "allow_all_to_authenticate": True,
    "default_groups": ("portal",),
    "directory_default_groups": (),
    "allowed_operations": ("CREATE_USER",),
    "directory_allowed_operations": ("CREATE_USER", "UPDATE_USER"),
}
FIRST_GRANT = "crowd.applications[app].directories[one]"


def only_view(told: EstateBuilder):
    (view,) = order_of_jira(told.build()).views
    return view


def through_crowd(*shows: str, **leaves: object) -> EstateBuilder:
    told = EstateBuilder()
    for directory in shows:
        told.directory(directory)
    told.crowd_application("app", shows, **{**LEAVES, **leaves})
    told.says("crowd.applications[app].access_based_sync", False)
    return told.jira_directory("Crowd", application="APP", active=True, mode="read-write")


def test_nobody_knows_the_order_where_nobody_lists_the_user_directories():
    with pytest.raises(MissingFact):
        order_of_jira(EstateBuilder().build())


def test_user_directories_stand_in_jira_s_order():
    told = EstateBuilder().directory("b", "ldap").directory("a", "ldap")
    told.jira_directory("Second", "b", DirectoryType.LDAP).jira_directory("First", "a", DirectoryType.LDAP)
    views = order_of_jira(told.build()).views
    assert [(view.name, view.layers[0].directory) for view in views] == [("Second", "b"), ("First", "a")]


class TestAnLdapDirectory:
    def told(self, **leaves: object) -> EstateBuilder:
        told = EstateBuilder().directory("corp", "ldap")
        return told.jira_directory("LDAP", "corp", DirectoryType.LDAP, **leaves)

    def test_known_whole(self):
        view = only_view(self.told(active=True, mode="read-write", default_groups=("local",)))
        assert (view.is_active, view.is_writable, view.default_groups, view.missing) == (YES, YES, ("local",), ())
        assert (view.aggregates, view.filterings, view.nests) == (NO, (Filtering.NONE,), YES)
        (layer,) = view.layers
        assert (layer.is_whole, layer.admission, layer.missing) == (True, EVERYBODY, ())

    def test_what_nobody_told_is_open_and_named(self):
        view = only_view(self.told())
        assert (view.is_active, view.is_writable, view.default_groups) == (EITHER, EITHER, None)
        assert [fact.name for fact in view.missing] == [
            f"jira.user_directories[LDAP].{leaf}" for leaf in ("default_groups", "active", "mode")
        ]

    @pytest.mark.parametrize("mode", ["read-only", "read-only-local-groups"])
    def test_only_read_write_lets_jira_make_users(self, mode):
        assert only_view(self.told(mode=mode)).is_writable == NO

    def test_one_that_is_off(self):
        assert only_view(self.told(active=False)).is_active == NO

    def test_local_groups_that_were_not_read_are_missing(self):
        (layer,) = only_view(self.told(mode="read-only-local-groups")).layers
        assert [fact.name for fact in layer.missing] == ["directories[corp].memberships_in_jira"]

    @pytest.mark.parametrize(("nested", "expected"), [(True, YES), (False, NO)])
    def test_nested_groups_are_as_told(self, nested, expected):
        assert only_view(self.told(nested_groups=nested)).nests == expected


def test_the_internal_directory_has_no_default_memberships_and_is_unread_where_nobody_shows_it():
    view = only_view(
        EstateBuilder().jira_directory("Internal", kind=DirectoryType.INTERNAL, active=True, mode="read-write")
    )
    assert (view.default_groups, view.missing) == ((), ())
    assert (view.layers[0].directory, view.layers[0].is_whole) == ("Internal", False)


def test_a_directory_named_by_a_mapping_shows_that_mapping_s_people_alone():
    told = EstateBuilder().customers("corp", selection="customers", is_synced=False).directory("corp", "ldap")
    told.user("ana", "corp", selections=("customers",)).user("ben", "corp", selections=("agents",))
    known = JiraDirectory("LDAP", DirectoryType.LDAP, "corp", mapping="customers")
    (layer,) = only_view(told.says("jira.user_directories", (known,))).layers
    assert (layer.selection, bool(layer.named("ana")), bool(layer.named("ben"))) == ("customers", True, False)


class TestACrowdApplication:
    def test_known_whole(self):
        view = only_view(through_crowd("one"))
        assert (view.name, view.is_active, view.is_writable, view.missing) == ("Crowd", YES, YES, ())
        assert (view.aggregates, view.filterings, view.default_groups) == (NO, (Filtering.NONE,), ())
        (layer,) = view.layers
        assert (layer.directory, layer.admission, layer.grants_add_user) == ("one", EVERYBODY, YES)
        assert (layer.default_groups, layer.directory_default_groups) == (("portal",), ())

    def test_its_directories_stand_in_its_order_each_once(self):
        view = only_view(through_crowd("two", "one", "two"))
        assert [layer.directory for layer in view.layers] == ["two", "one"]

    def test_of_several_directories_aggregation_is_asked_for(self):
        told = through_crowd("one", "two")
        view = only_view(told)
        assert view.aggregates == EITHER
        assert [fact.name for fact in view.missing] == ["crowd.applications[app].aggregate_memberships"]
        for is_on, expected in ((True, YES), (False, NO)):
            assert only_view(told.says("crowd.applications[app].aggregate_memberships", is_on)).aggregates == expected

    def test_access_based_synchronisation_does_not_tell_whether_it_hides_groups(self):
        told = through_crowd("one").says("crowd.applications[app].access_based_sync", True)
        assert only_view(told).filterings == (Filtering.USERS, Filtering.USERS_AND_GROUPS)

    def test_access_based_synchronisation_that_nobody_told_is_open(self):
        view = only_view(through_crowd("one").forgets("crowd.applications[app].access_based_sync"))
        assert view.filterings == tuple(Filtering)
        assert [fact.name for fact in view.missing] == ["crowd.applications[app].access_based_sync"]

    @pytest.mark.parametrize(
        ("everybody", "groups", "expected"),
        [
            (True, None, EVERYBODY), (False, ("staff",), Admission(("staff",))), (False, (), Admission(())),
            (False, None, None), (None, ("staff",), None),
        ],
    )  # fmt: skip
    def test_who_is_let_in(self, everybody, groups, expected):
        told = through_crowd("one")
        for leaf, value in (("allow_all_to_authenticate", everybody), ("authorised_groups", groups)):
            told.forgets(f"{FIRST_GRANT}.{leaf}") if value is None else told.says(f"{FIRST_GRANT}.{leaf}", value)
        assert only_view(told).layers[0].admission == expected

    @pytest.mark.parametrize(
        ("application", "directory", "expected"),
        [
            (("CREATE_USER",), ("CREATE_USER",), YES), ((), ("CREATE_USER",), NO), (("CREATE_USER",), (), NO),
            (None, (), NO), ((), None, NO), (None, ("CREATE_USER",), EITHER), (("CREATE_USER",), None, EITHER),
        ],
    )  # fmt: skip
    def test_add_user_must_be_granted_on_both_levels(self, application, directory, expected):
        told = through_crowd("one")
        for leaf, value in (("allowed_operations", application), ("directory_allowed_operations", directory)):
            told.forgets(f"{FIRST_GRANT}.{leaf}") if value is None else told.says(f"{FIRST_GRANT}.{leaf}", value)
        assert only_view(told).layers[0].grants_add_user == expected

    def test_what_is_true_of_a_directory_everywhere_may_stand_there(self):
        told = through_crowd("one").crowd_directory("Other", "two", default_groups=("other",))
        told.crowd_directory("Nothing told", "one")
        told.crowd_directory("One", "one", default_groups=("everywhere",), allowed_operations=())
        (layer,) = only_view(told).layers
        assert (layer.directory_default_groups, layer.grants_add_user) == (("everywhere",), NO)

    def test_one_of_which_nobody_says_what_it_shows_is_what_its_user_directory_names(self):
        told = EstateBuilder().directory(AGENTS).crowd_application("app", None)
        view = only_view(told.jira_directory("Crowd", AGENTS, application="app", active=True, mode="read-only"))
        (layer,) = view.layers
        assert (layer.directory, layer.admission, layer.grants_add_user) == (AGENTS, None, EITHER)
        assert (layer.default_groups, layer.directory_default_groups) == (None, None)
        assert view.filterings == (Filtering.NONE,)

    def test_where_nobody_lists_the_applications_neither_is_it_known(self):
        told = EstateBuilder().directory(AGENTS).jira_directory("Crowd", AGENTS, application="app")
        assert [layer.directory for layer in only_view(told).layers] == [AGENTS]

    def test_another_application_s_directories_are_not_its_own(self):
        told = EstateBuilder().directory(AGENTS).directory(CUSTOMERS).crowd_application("other", (CUSTOMERS,))
        view = only_view(told.jira_directory("Crowd", AGENTS, application="app"))
        assert [layer.directory for layer in view.layers] == [AGENTS]

    def test_directories_that_nobody_shows_may_stand_above_all(self):
        told = through_crowd("one")
        told.says("crowd.applications", (CrowdApplication("app", ("one",), unattributed=("Partners",)),))
        view = only_view(told)
        assert [(layer.directory, layer.is_whole) for layer in view.layers] == [("Partners", False), ("one", True)]

    def test_one_that_was_not_read(self):
        (layer,) = only_view(through_crowd("one").unread("one")).layers
        assert (layer.directory, layer.is_whole) == ("one", False)

    def test_by_itself_it_is_an_order_of_one_view(self):
        estate = through_crowd("one", "two").build()
        (application,) = estate.need("crowd.applications").value
        (view,) = order_of_crowd(estate, application).views
        assert (view.name, [layer.directory for layer in view.layers]) == ("app", ["one", "two"])

    def test_by_itself_it_is_missing_where_nobody_says_what_it_shows(self):
        with pytest.raises(MissingFact, match="which directories the Crowd application 'app' shows"):
            order_of_crowd(EstateBuilder().build(), CrowdApplication("app", None))


def test_what_nobody_names_a_directory_for_is_none_that_happens_to_have_its_name():
    told = EstateBuilder().customers("shop").agents(AGENTS, selection="agents").directory("portal")
    for name in ("SHOP", "Portal", "Crowd-Agents", "Other"):
        told.jira_directory(name, kind=DirectoryType.LDAP)
    layers = [view.layers[0] for view in order_of_jira(told.build()).views]
    assert [layer.directory for layer in layers] == [
        "SHOP (as Jira calls it)",
        "Portal (as Jira calls it)",
        "Crowd-Agents (as Jira calls it)",
        "Other",
    ]
    assert not any(layer.is_whole for layer in layers)


def test_nor_is_one_of_crowd_s_that_nobody_attributes():
    told = EstateBuilder().customers("shop").user("ana", "shop").jira_directory("Crowd", application="app")
    told.says("crowd.applications", (CrowdApplication("app", ("other",), ("Shop", "Old"), ("Shop", "Old")),))
    assert [layer.directory for layer in only_view(told).layers] == ["Shop (as Crowd calls it)", "Old", "other"]
    assert not only_view(told).layers[0].named("ana")
