"""Organisations in the books: which links follow from a Change, and what a look at Jira says after a crash."""

from __future__ import annotations

import pytest
from unit.plan.fakes import MemoryLinks
from unit.plan.organization_stories import OrganizationStory

from dirsync.apply.bookkeeping import LinkChanges, links_after
from dirsync.apply.failures import Failures
from dirsync.apply.settle import settle
from dirsync.model.links import GroupLink, MemberLink
from dirsync.model.organizations import AS_GROUP, ORGANIZATIONS, SERVICE_PROJECTS
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent

MADE = GroupLink(ORGANIZATIONS, "customers", "2")
MEMBER = MemberLink(ORGANIZATIONS, "customers", "id-ana", "acme")
SERVED = MemberLink(SERVICE_PROJECTS, "customers", "acme", "help")
KEY = {"service_project": "HELP"}


def change(op: Op, *, group_id: str = "2") -> Change:
    user = {"user": "ana", "user_id": "KEY-ana", "source_id": "id-ana"} if "to_" in op or "from_" in op else {}
    before = KEY if op is Op.UNLINK_ORGANIZATION else {}
    after = KEY if op is Op.LINK_ORGANIZATION else {}
    number = "" if op is Op.CREATE_ORGANIZATION else group_id
    return Change(op, ORGANIZATIONS, "customers", group="Acme", group_id=number, before=before, after=after, **user)


FOLLOWS = {
    Op.CREATE_ORGANIZATION: LinkChanges((MADE,)),
    Op.LINK_ORGANIZATION: LinkChanges((SERVED,)),
    Op.ADD_TO_ORGANIZATION: LinkChanges((MEMBER,)),
    Op.REMOVE_FROM_ORGANIZATION: LinkChanges((), (MEMBER,)),
    Op.UNLINK_ORGANIZATION: LinkChanges((), (SERVED,)),
    Op.REMOVE_ORGANIZATION: LinkChanges((), (MADE,)),
}


@pytest.mark.parametrize("op", AS_GROUP)
def test_what_follows_from_a_change(op: Op) -> None:
    one = change(op)
    made = "2" if op is Op.CREATE_ORGANIZATION else ""
    assert links_after(one, Outcome(one.id, Result.DONE, target_id=made)) == FOLLOWS[op]
    assert links_after(one, Outcome(one.id, Result.FAILED)) == LinkChanges()


def test_one_that_was_there_before_is_not_ours() -> None:
    one = change(Op.CREATE_ORGANIZATION)
    assert links_after(one, Outcome(one.id, Result.ALREADY_SO, target_id="2")) == LinkChanges()


def settled(story: OrganizationStory, one: Change) -> tuple[Result, str]:
    (found,) = settle([Intent("run", 0, one)], {ORGANIZATIONS: story.jira.snapshot()}, MemoryLinks(), "now")
    if found.outcome.result is Result.DONE:
        assert (found.recorded, found.forgotten) == (FOLLOWS[one.op].recorded, FOLLOWS[one.op].forgotten)
    return found.outcome.result, found.outcome.target_id


def test_a_look_at_jira_settles_what_was_under_way() -> None:
    story = OrganizationStory()
    story.make("Globex")
    making = [Op.CREATE_ORGANIZATION, Op.LINK_ORGANIZATION, Op.ADD_TO_ORGANIZATION]
    ending = [Op.REMOVE_FROM_ORGANIZATION, Op.UNLINK_ORGANIZATION, Op.REMOVE_ORGANIZATION]
    assert [settled(story, change(op))[0] for op in making] == [Result.NOT_TRIED] * 3
    assert [settled(story, change(op))[0] for op in ending] == [Result.DONE] * 3
    story.known_to_jira("ana")
    story.make("Acme", serves=())
    assert settled(story, change(Op.ADD_TO_ORGANIZATION))[0] is Result.NOT_TRIED
    story.jira.members |= {("2", "KEY-ana"), ("2", "service project HELP")}
    assert [settled(story, change(op)) for op in making] == [(Result.DONE, "2"), (Result.DONE, ""), (Result.DONE, "")]
    assert [settled(story, change(op))[0] for op in ending] == [Result.NOT_TRIED] * 3


def test_of_two_of_a_name_nobody_can_say_which_was_made() -> None:
    story = OrganizationStory()
    story.make("Globex"), story.make("Acme"), story.make("acme")
    assert settled(story, change(Op.CREATE_ORGANIZATION))[0] is Result.NOT_TRIED
    assert settled(story, change(Op.REMOVE_ORGANIZATION))[0] is Result.NOT_TRIED, "it is known by its id"


def test_what_depends_on_an_organisation_that_was_not_made_stays_out() -> None:
    failures = Failures()
    failures.block(change(Op.CREATE_ORGANIZATION))
    for op in (Op.LINK_ORGANIZATION, Op.ADD_TO_ORGANIZATION):
        why = "organisation 'Acme' could not be made, and this depends on it"
        assert failures.why_blocked(change(op, group_id="")) == why
