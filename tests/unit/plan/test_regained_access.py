"""An undo never gives customers back what a run had taken from them."""

from __future__ import annotations

from dataclasses import replace

from unit.plan.guarding import AGENTS, Scene, unknown_reach
from unit.plan.stories import CROWD

from dirsync.model.plans import Op
from dirsync.model.run import SeatsAfterPlan
from dirsync.plan.guards.interface import GuardContext
from dirsync.plan.guards.regained_access import RegainedAccess


def said(context: GuardContext) -> list[str]:
    judged = list(RegainedAccess().judge(context))
    assert all(refusal.refused for refusal in judged)
    return [refusal.message for refusal in judged]


def test_customers_who_would_take_a_seat_again_are_counted_per_application() -> None:
    context = Scene().mapping().context()
    assert said(context) == []
    seats = (SeatsAfterPlan("jira-core", agents_gaining=3), SeatsAfterPlan("jira-software", customers_gaining=2))
    assert said(replace(context, seats=seats)) == [
        "The undo gives jira-software to 2 customers who have no seat now. Take the access from their groups first."
    ]


def test_customers_who_would_be_enabled_in_a_group_with_access_are_counted_per_group() -> None:
    scene = Scene().mapping().manages(3).plans(Op.REACTIVATE_USER, range(3))
    scene.directory(CROWD).group("safe", "key-0", "key-2")
    assert said(scene.context()) == []
    scene.directory(CROWD).group("jira-users", "key-0", "key-1")
    scene.reach = lambda group, directory: (group, directory) if group == "jira-users" else ()
    [message] = said(scene.context())
    assert message == (
        f"The undo enables 2 customers of 'customers' who are in 'jira-users' in {CROWD}, which gives access:"
        f" jira-users > {CROWD}. Take it from the group, or them out of it."
    )
    scene.reach = unknown_reach
    first, second = said(scene.context())
    assert first == (
        f"The undo enables 2 customers of 'customers' who are in 'jira-users' in {CROWD}, and nobody can say whether "
        "that group grants access: Jira could not be asked. Declare it in estate.yaml."
    )
    assert "who are in 'safe'" in second


def test_agents_may_be_enabled_wherever_they_are() -> None:
    scene = Scene().mapping(AGENTS).manages(1, "agents").plans(Op.REACTIVATE_USER, mapping="agents")
    scene.directory(CROWD).group("jira-users", "key-0")
    scene.reach = unknown_reach
    assert said(scene.context()) == []
