"""Taking back Changes of organisations: as groups, and told as organisations again."""

from __future__ import annotations

import pytest

from dirsync.model.journaled import Journaled
from dirsync.model.links import MemberLink
from dirsync.model.organizations import AS_GROUP, ORGANIZATIONS
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.plan.undo import Undoing
from dirsync.plan.undo_organizations import as_group_entry, as_organizations

LINK = MemberLink(ORGANIZATIONS, "customers", "id-ana", "acme")


def about(op: Op, directory: str = ORGANIZATIONS, **more: object) -> Change:
    return Change(op, directory, "customers", group="Acme", **more)


@pytest.mark.parametrize("op", Op)
def test_an_entry_is_about_groups(op: Op) -> None:
    entry = Journaled("run", 3, about(op), Outcome("id", Result.DONE), None)
    told = as_group_entry(entry)
    assert (told.run, told.position, told.outcome) == ("run", 3, entry.outcome)
    assert told.change.op is AS_GROUP.get(op, op)


def test_the_way_back_is_about_organisations_again() -> None:
    elsewhere = about(Op.ADD_MEMBER, "crowd", user="ana")
    back_in, nested = about(Op.ADD_MEMBER, user="ana"), about(Op.ADD_CHILD_GROUP, child_group="service project HELP")
    undoing = Undoing(
        changes=[elsewhere, back_in, nested],
        restores={elsewhere.id: (LINK,), back_in.id: (LINK,)},
        losses=["something else"],
    )
    told = as_organizations(undoing)
    assert [one.op for one in told.changes] == [Op.ADD_MEMBER, Op.ADD_TO_ORGANIZATION, Op.LINK_ORGANIZATION]
    assert told.changes[2].after == {"service_project": "HELP"}
    assert told.restores == {elsewhere.id: (LINK,), told.changes[1].id: (LINK,)}
    assert told.losses == ["something else"]


def test_one_that_is_made_anew_gets_the_link_of_its_new_id_and_is_told_as_a_loss() -> None:
    anew = about(Op.CREATE_GROUP, after={"name": "Acme"})
    told = as_organizations(Undoing(changes=[anew], restores={anew.id: ()}))
    assert ([one.op for one in told.changes], told.restores) == ([Op.CREATE_ORGANIZATION], {})
    assert told.changes[0].after == {"name": "Acme"}
    (loss,) = told.losses
    assert loss.startswith("the ids of removed organisations, which are made anew (Acme): requests that were shared")
