"""Guards over organisations: who is left without one, and which would lose everybody."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from unit.plan.guarding import CUSTOMERS, Scene

from dirsync.model.links import MemberLink
from dirsync.model.organizations import ORGANIZATIONS
from dirsync.model.plans import Op

SHARE, EMPTIED = "organization-removals", "emptied-organization"
PARTNERS = CUSTOMERS.replace("name: customers", "name: partners")


def peopled(members: int, *, name: str = "Acme", links: int | None = None) -> Scene:
    """Return a scene in which dirsync put people into an organisation of so many members."""
    scene = Scene().mapping()
    place = scene.directory(ORGANIZATIONS)
    place.group(name, *(place.person(f"p{one}", f"KEY-{one}") for one in range(members)), group_id="7")
    known = range(members if links is None else links)
    scene.links.record(MemberLink(ORGANIZATIONS, "customers", f"id-{one}", "acme") for one in known)
    return scene


def people(scene: Scene, op: Op, numbers: Iterable[int], number: str = "7", mapping: str = "customers") -> Scene:
    for one in numbers:
        about = {"directory": ORGANIZATIONS, "user": f"p{one}", "user_id": f"KEY-{one}", "source_id": f"id-{one}"}
        scene.plans(op, [one], mapping, **about, group="Acme", group_id=number)
    return scene


def leave(scene: Scene, numbers: Iterable[int], mapping: str = "customers") -> Scene:
    return people(scene, Op.REMOVE_FROM_ORGANIZATION, numbers, mapping=mapping)


@pytest.mark.parametrize(("known", "number", "refused"), [(20, 2, False), (20, 3, True), (19, 18, False)])
def test_a_large_share_left_without_an_organisation_is_refused(known: int, number: int, *, refused: bool) -> None:
    assert bool(leave(peopled(known), range(number)).refusals(SHARE)) is refused


def test_the_share_is_told_and_let_through_by_the_number_that_lets_through_all_ended_memberships() -> None:
    scene = leave(peopled(40), range(20))
    scene.plans(Op.REMOVE_MEMBER, [30], group="portal")
    [message] = scene.refusals(SHARE)
    assert message == (
        "Plan for 'customers' leaves 20 of 40 people without an organisation, 50.0%; the mapping allows 10%"
        " (guards.max_removal_share). Look whether the account that reads may still see the attribute of"
        " target.organizations. If that is right, run again with --allow-member-removals 21."
    )
    assert scene.refusals(SHARE, member_removals=20)
    assert scene.refusals(SHARE, member_removals=21) == []
    assert scene.refusals("member-removals", member_removals=21) == []


def test_whoever_moves_is_not_left_without_one() -> None:
    scene = people(leave(peopled(20), range(10)), Op.ADD_TO_ORGANIZATION, range(8), "8")
    [judged] = scene.judged(SHARE)
    assert (judged.refused, judged.mapping) == (False, "customers")
    assert judged.message.startswith("Plan for 'customers' leaves 2 of 20 people without an organisation, 10.0%;")


def test_somebody_is_counted_once_however_many_organisations_they_leave() -> None:
    scene = leave(peopled(20), range(2))
    people(scene, Op.REMOVE_FROM_ORGANIZATION, range(2), "8")
    assert scene.refusals(SHARE) == []


def test_a_plan_that_takes_nobody_out_has_no_sum_and_a_store_that_knows_nobody_has_no_share() -> None:
    assert peopled(30).judged(SHARE) == []
    assert leave(peopled(30, links=0), range(30)).refusals(SHARE) == []


@pytest.mark.parametrize(("members", "number", "refused"), [(3, 2, False), (3, 3, True), (2, 2, True), (1, 1, False)])
def test_an_organisation_of_several_that_loses_everybody_is_refused(
    members: int, number: int, *, refused: bool
) -> None:
    assert bool(leave(peopled(members), range(number)).refusals(EMPTIED)) is refused


def test_an_emptied_organisation_is_let_through_by_the_number_of_ended_memberships() -> None:
    scene = leave(peopled(3), range(3))
    scene.plans(Op.REMOVE_MEMBER, [9], group="portal")
    [refusal] = scene.judged(EMPTIED)
    assert (refusal.mapping, refusal.directory) == ("customers", ORGANIZATIONS)
    assert refusal.message == (
        "Plan for 'customers' takes all 3 people out of organisation 'Acme'. If it is only called otherwise in the"
        " source by now, rename it in Jira or say so under target.organizations.names; requests shared with it then"
        " stay shared. If they really leave, run again with --allow-member-removals 4."
    )
    assert scene.refusals(EMPTIED, member_removals=3)
    assert scene.refusals(EMPTIED, member_removals=4) == []


@pytest.mark.parametrize("op", [Op.ADD_TO_ORGANIZATION, Op.REMOVE_ORGANIZATION])
def test_one_that_somebody_comes_into_or_that_is_removed_is_not_emptied(op: Op) -> None:
    scene = people(leave(peopled(2), range(2)), op, [7], "8")
    assert scene.refusals(EMPTIED), "another organisation saves nobody"
    assert people(scene, op, [7]).judged(EMPTIED) == []


def test_two_mappings_that_empty_one_together_are_both_named() -> None:
    scene = leave(leave(peopled(4).mapping(PARTNERS), range(2)), range(2, 4), "partners")
    assert "Plan for 'customers' and 'partners' takes all 4 people out" in scene.refusals(EMPTIED)[0]


def test_what_may_not_be_written_is_not_counted() -> None:
    scene = leave(peopled(30), range(30))
    scene.unappliable[ORGANIZATIONS] = "Jira was not read whole"
    assert (scene.judged(EMPTIED), scene.judged(SHARE)) == ([], [])
