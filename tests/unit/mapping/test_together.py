"""Which Mappings one run must hold together, and what is left when others are held elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from unit.mapping.folders import KINDS, MAPPING

from dirsync.mapping.checked import Mapping
from dirsync.mapping.policy import Policy, load_policy, parse_mapping
from dirsync.mapping.together import places_of, together
from dirsync.model.organizations import ORGANIZATIONS

SHARED = "  organizations: {attribute: o}\n"


def mapping(name: str, target: str = "", *, has_organizations: bool = False) -> Mapping:
    text = MAPPING.replace("name: customers", f"name: {name}")
    if not target:
        text = text.partition("target:")[0]
    text = text.replace("crowd-customers", target) + (SHARED if target and has_organizations else "")
    return parse_mapping(text, f"{name}.yaml")


estates = st.lists(
    st.tuples(st.sampled_from(["", "east", "west", "north", "south-1", "south_1"]), st.booleans()), max_size=8
).map(lambda made: [mapping(f"m{number}", to, has_organizations=has) for number, (to, has) in enumerate(made)])


def test_what_is_audited_only_writes_nowhere_and_what_has_organisations_into_two_places():
    assert places_of(mapping("a")) == set()
    assert places_of(mapping("a", "South-1")) == {"south_1"}
    assert places_of(mapping("a", "east", has_organizations=True)) == {"east", ORGANIZATIONS}


def test_mappings_belong_together_by_target_by_organisations_and_by_way_of_a_third():
    told = [
        mapping("z", "north"),
        mapping("d", "west"),
        mapping("c", "west", has_organizations=True),
        mapping("b"),
        mapping("a", "east", has_organizations=True),
        mapping("e", "south-1"),
        mapping("f", "south_1"),
    ]
    assert together(told) == (("a", "c", "d"), ("e", "f"), ("z",))
    assert together([]) == ()


@given(estates)
def test_groups_share_no_place_and_none_could_be_smaller(mappings: list[Mapping]):
    groups = together(mappings)
    by_name = {one.name: one for one in mappings}
    assert sorted(name for group in groups for name in group) == sorted(
        one.name for one in mappings if one.content.target
    )
    written = [frozenset[str]().union(*(places_of(by_name[name]) for name in group)) for group in groups]
    assert sum(map(len, written)) == len(frozenset[str]().union(*written))
    for group in groups:
        assert group == tuple(sorted(group))
        reached, before = {group[0]}, set[str]()
        while reached != before:
            before = set(reached)
            reached |= {one for one in group for other in before if places_of(by_name[one]) & places_of(by_name[other])}
        assert reached == {*group}
    assert groups == tuple(sorted(groups))


@given(estates, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(mappings: list[Mapping], chance: object):
    other = [*mappings]
    chance.shuffle(other)  # type: ignore[attr-defined]
    assert together(other) == together(mappings)


def folder(tmp_path: Path) -> Path:
    texts = {
        "a": ("crowd-customers", SHARED),
        "b": ("portal", SHARED),
        "c": ("portal", ""),
        "d": ("hr", ""),
        "e": ("", ""),
    }
    for name, (target, more) in texts.items():
        text = MAPPING.replace("name: customers", f"name: {name}")
        text = text.replace("crowd-customers", target) + more if target else text.partition("target:")[0]
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def names(policy: Policy) -> tuple[list[str], list[str]]:
    return [one.name for one in policy.mappings], [one.name for one in policy.carried_out()]


def test_only_takes_along_whatever_writes_into_the_same_organisations(tmp_path: Path):
    found = load_policy(folder(tmp_path), KINDS, ["a"])
    assert names(found) == (["a", "b", "c"], ["a", "b", "c"])
    assert names(load_policy(tmp_path, KINDS, ["d"])) == (["d"], ["d"])
    assert names(load_policy(tmp_path, KINDS, ["e"])) == (["e"], [])


def test_what_is_left_to_another_run_is_neither_read_nor_carried_out(tmp_path: Path):
    whole = load_policy(folder(tmp_path), KINDS)
    part = whole.without(("a", "b", "c"))
    assert names(part) == (["d", "e"], ["d"])
    assert part.only == ("d", "e")
    assert part == replace(load_policy(tmp_path, KINDS, ["d", "e"]), mappings=part.mappings)
    asked = load_policy(tmp_path, KINDS, ["d", "a"]).without(("d",))
    assert asked.only == ("a",)
    assert names(asked) == (["a", "b", "c"], ["a", "b", "c"])


def test_what_a_part_of_the_mappings_reads_of_a_directory_is_known_apart(tmp_path: Path):
    whole = load_policy(folder(tmp_path), KINDS)
    part = whole.without(("d",))
    assert [whole.read_as(one) for one in ("corp", "hr", "nobody-s")] == ["corp", "hr", "nobody-s"]
    assert [part.read_as(one) for one in ("corp", "portal", "crowd_customers")] == [
        "corp for a, b, c, e",
        "portal",
        "crowd_customers",
    ]
