"""Which groups administer Jira, by whatever route that is known."""

from __future__ import annotations

import pytest
from unit.audit.building import CUSTOMERS, EstateBuilder

from dirsync.audit.administration import administration, administration_paths
from dirsync.model.facts import Fact, MissingFact

LABELLED, PERMITTED = "jira.administrative_groups", "jira.permissions"


def known(told: EstateBuilder):
    return administration(told.build())


def test_each_group_is_named_once_however_the_routes_spell_it():
    told = EstateBuilder().says(LABELLED, ("Owners", "jira-administrators"))
    told.says(PERMITTED, {"ADMINISTER": ("owners",), "SYSTEM_ADMIN": ("ops",), "BULK_CHANGE": ("everybody",)})
    assert known(told).groups == ("jira-administrators", "ops", "Owners")


def test_it_rests_on_one_fact_where_that_tells_all():
    told = EstateBuilder().says(LABELLED, ("Owners", "ops")).declares(PERMITTED, {"ADMINISTER": ("owners",)})
    assert [fact.name for fact in known(told).facts] == [LABELLED]
    told = EstateBuilder().says(LABELLED, ("ops",)).declares(PERMITTED, {"SYSTEM_ADMIN": ("OPS", "owners")})
    assert [fact.name for fact in known(told).facts] == [PERMITTED]
    told = EstateBuilder().says(PERMITTED, {"ADMINISTER": ("owners",)})
    assert [fact.name for fact in known(told).facts] == [PERMITTED]
    told = EstateBuilder().says(LABELLED, ("ops",)).declares(PERMITTED, {"ADMINISTER": ("ops",)})
    assert [fact.name for fact in known(told).facts] == [LABELLED]


def test_it_rests_on_both_where_neither_tells_all():
    told = EstateBuilder().says(LABELLED, ("ops",)).declares(PERMITTED, {"SYSTEM_ADMIN": ("owners",)})
    assert [fact.name for fact in known(told).facts] == [LABELLED, PERMITTED]


@pytest.mark.parametrize("route", [LABELLED, PERMITTED])
def test_a_product_that_was_asked_leaves_nothing_out(route):
    value = ("owners",) if route == LABELLED else {"ADMINISTER": ("owners",)}
    assert known(EstateBuilder().says(route, value)).gaps == ()


def test_a_person_who_declares_one_permission_has_said_nothing_of_the_other():
    told = EstateBuilder().declares(LABELLED, ("owners",)).declares(PERMITTED, {"administer": ("owners",)})
    assert [fact.name for fact in known(told).gaps] == ["jira.permissions[SYSTEM_ADMIN]"]
    told.declares(PERMITTED, {"ADMINISTER": ("owners",), "SYSTEM_ADMIN": ()})
    assert known(told).gaps == ()


def test_a_label_that_jira_told_makes_half_a_declaration_whole():
    told = EstateBuilder().says(LABELLED, ("owners",)).declares(PERMITTED, {"ADMINISTER": ("owners",)})
    assert known(told).gaps == ()


def test_other_permissions_say_nothing_about_administrators():
    told = EstateBuilder().says(PERMITTED, {"BULK_CHANGE": ("everybody",)}).forgets(LABELLED)
    with pytest.raises(MissingFact) as missing:
        known(told)
    assert missing.value.fact.name == LABELLED
    paths = administration_paths(told.build())
    assert isinstance(paths, Fact)
    assert paths.name == LABELLED


def test_no_group_at_all_is_an_answer():
    found = known(EstateBuilder().declares(PERMITTED, {"ADMINISTER": (), "SYSTEM_ADMIN": ()}))
    assert (found.groups, [fact.name for fact in found.facts], found.gaps) == ((), [PERMITTED], ())


def test_paths_end_in_the_administration():
    told = EstateBuilder().customers().says(LABELLED, ("owners",)).application("jira-software", "portal")
    told.group("portal").inside("owners")
    found = administration_paths(told.build()).of_group("portal", CUSTOMERS)
    assert [str(path) for path in found.paths] == ["portal > owners > administration of Jira"]
