"""By what people are left out: every condition alone, and the words that say which."""

from __future__ import annotations

import pytest

from dirsync.model.conditions import Conditions, GroupConditions, fits, groups_meant, left_out_inside, told
from dirsync.model.entries import Quarantined


def why(conditions: Conditions, **values: list[str]) -> str:
    return conditions.left_out_by(lambda attribute: values.get(attribute, []))


@pytest.mark.parametrize(
    ("pattern", "value", "is_one"),
    [
        ("staff", "STAFF ", True),
        ("Straße*", "STRASSE 7", True),
        ("Zoe\u0308", "ZOË", True),
        ("a*c", "abbc", True),
        ("a?c", "abc", True),
        ("a?c", "abbc", False),
        ("a", "ab", False),
        ("b", "ab", False),
        ("[ab]", "a", False),
        ("[ab]", "[AB]", True),
        ("*", "two\nlines", True),
    ],
)
def test_values_fit_as_directories_compare(pattern: str, value: str, *, is_one: bool) -> None:
    assert fits((pattern,), value) is is_one
    assert fits(("nothing", pattern), value) is is_one
    assert not fits((), value)


def test_included_is_who_has_a_value_that_fits_of_each_attribute() -> None:
    conditions = Conditions(include=(("l", ("Bonn",)), ("o", ("a*", "b"))))
    assert why(conditions, l=["Köln", "bonn"], o=["b"]) == ""
    assert why(conditions, l=["Bonn"], o=["c", "d"]) == "includes only people whose o is 'a*' or 'b', and theirs is c"
    assert why(conditions, o=["b"]) == "includes only people whose l is 'Bonn', and theirs is empty"


def test_excluded_is_who_has_one_value_that_fits() -> None:
    conditions = Conditions(include=(("o", ("*",)),), exclude=(("l", ("Bonn", "K*")), ("t", ("x",))))
    assert why(conditions, o=["a"], l=["Ulm"]) == why(conditions, o=["a"], t=["y"]) == ""
    expected = "excludes people whose l is 'Bonn' or 'K*', and theirs is Köln"
    assert why(conditions, o=["a"], l=["Ulm", "Köln"]) == expected
    assert why(conditions, o=["a"], t=["y", "x"]) == "excludes people whose t is 'x', and theirs is x"


def test_groups_are_meant_by_name_on_each_side() -> None:
    groups = [("1", "Staff"), ("2", "staff-it"), ("3", "portal")]
    meant = groups_meant("m", GroupConditions(("portal", "staff"), ("staff*",)), groups)
    assert (meant.include, meant.exclude, meant.trouble) == (frozenset({"1", "3"}), frozenset({"1", "2"}), "")


def test_a_name_that_means_no_group_is_a_trouble_whatever_the_others_mean() -> None:
    meant = groups_meant("m", GroupConditions(("portal", "portla"), ("stafff", "portla")), [("3", "portal")])
    assert meant.include == {"3"}
    assert meant.trouble == (
        "mapping 'm' includes or excludes the members of 'portla' and of 'stafff', and there is no such group among "
        "those it looks at"
    )


def test_a_group_that_was_left_out_is_a_trouble_where_it_is_meant() -> None:
    conditions = GroupConditions(exclude=("staff*",))
    for doubtful, trouble in (
        (["other"], ""),
        (
            ["z", "staff-2", "STAFF-1"],
            "mapping 'm' includes or excludes the members of 'STAFF-1', a group that was left out",
        ),
    ):
        assert groups_meant("m", conditions, [("1", "staff")], doubtful).trouble == trouble


def test_a_group_that_was_left_out_does_not_hide_a_name_that_is_nobodys() -> None:
    conditions = GroupConditions(include=("portla",), exclude=("staff*",))
    assert groups_meant("m", conditions, [], ["staff-1"]).trouble == (
        "mapping 'm' includes or excludes the members of 'staff-1', a group that was left out; mapping 'm' includes or"
        " excludes the members of 'portla', and there is no such group among those it looks at"
    )


def test_groups_decide_only_where_some_are_named() -> None:
    assert not GroupConditions(is_nested=True)
    assert GroupConditions(include=("a",))
    assert GroupConditions(exclude=("a",))
    assert told(("a", "b")) == "'a' or 'b'"


@pytest.mark.parametrize(
    ("entry", "entry_id", "is_meant"),
    [
        ("cn=Staff,ou=g,dc=x", "", True),
        ("cn=staff+ou=x,dc=x", "", True),
        ("cn=staff", "", True),
        ("staff", "", True),
        ("cn=a\\2C b,dc=x", "", True),
        ("cn=a\\, b,dc=x", "", True),
        ("cn=staff-2,dc=x", "", False),
        ("cn=staff,ou=g,dc=x", "7", False),
        ("cn=other,dc=x", "1", True),
    ],
)
def test_a_group_of_which_something_is_not_known_is_a_trouble_where_it_may_be_meant(
    entry: str, entry_id: str, *, is_meant: bool
) -> None:
    conditions = GroupConditions(("staff",), ("a, b",))
    left_out = [Quarantined("cn=z-last,dc=x", "why", "1"), Quarantined(entry, "why", entry_id)]
    told = left_out_inside("m", conditions, left_out[1:], lambda one: one.id == "1")
    found = "mapping 'm' includes or excludes the members of a group that can't be read whole: "
    assert told == (f"{found}{entry}" if is_meant else "")
    both = left_out_inside("m", conditions, left_out, lambda one: one.id == "1")
    assert both == f"{found}{min(entry, 'cn=z-last,dc=x') if is_meant else 'cn=z-last,dc=x'}"
