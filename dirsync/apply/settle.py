"""After a crash: what became of the Changes that were under way, told by looking at the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.apply.bookkeeping import links_settled
from dirsync.apply.organization_links import organization_is_so
from dirsync.model.names import fold, same
from dirsync.model.organizations import AS_GROUP
from dirsync.model.plans import Change, Op, Outcome, Result
from dirsync.store.journal import Intent, Settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dirsync.model.entries import User
    from dirsync.model.links import Links
    from dirsync.model.snapshot import Snapshot


def settle(intents: Iterable[Intent], targets: Mapping[str, Snapshot], links: Links, at: str) -> list[Settled]:
    """Settle what a run that ended early left open, as far as its targets were read whole.

    What is on the target counts as done; what isn't was not done and is planned again. Intents on a target
    that could not be read whole stay open. An account that stands for somebody else by its link was not made by
    a Change that was to make one of the same name: its owner's rename did not come to it either.
    """
    settled: list[Settled] = []
    # the later ones first: what became of them tells of the renames they went on from
    for intent in reversed([*intents]):
        target = targets.get(intent.change.directory)
        if target is None or not target.completeness.is_complete:
            continue
        is_done, target_id = (
            organization_is_so(intent.change, target)
            if intent.change.op in AS_GROUP
            else _is_on_target(intent.change, target, links)
        )
        if any(_went_on(one, intent) for one in settled):
            is_done, target_id = True, intent.change.user_id
        message = "settled after an interruption: " + ("found on the target" if is_done else "not on the target")
        outcome = Outcome(intent.change.id, Result.DONE if is_done else Result.NOT_TRIED, message, at, target_id)
        after = links_settled(intent, outcome)
        settled.append(Settled(intent, outcome, after.recorded, after.forgotten))
    return settled[::-1]


def _went_on(later: Settled, intent: Intent) -> bool:
    """Say whether a later rename, which is done, took an account on from the name for the time between."""
    one, other = intent.change, later.intent.change
    return (
        later.outcome.result is Result.DONE
        and one.op is other.op is Op.RENAME_USER
        and bool(one.user_id)
        and (intent.run, one.directory, one.user_id) == (later.intent.run, other.directory, other.user_id)
        and same(other.user, str(one.after["username"]))
    )


def _is_on_target(change: Change, target: Snapshot, links: Links) -> tuple[bool, str]:
    """Say whether the target looks as the Change wants it, with the immutable id of what was made."""
    account = target.user(change.user_id) if change.user_id else target.user_named(change.user)
    match change.op:
        case Op.CREATE_USER:
            owner = links.owner(change.directory, account.id) if account else None
            is_somebody_elses = owner is not None and owner.source_id != change.source_id
            is_there = account is not None and _shows(account, change) and not is_somebody_elses
            return is_there, account.id if account and is_there else ""
        case Op.UPDATE_USER | Op.RENAME_USER | Op.DEACTIVATE_USER | Op.REACTIVATE_USER:
            return account is not None and _shows(account, change), change.user_id
        case Op.REMOVE_USER:
            return account is None, ""
        case _:
            return _is_group_so(change, target, account), ""


def _is_group_so(change: Change, target: Snapshot, account: User | None) -> bool:
    group = target.group_named(change.group)
    members = {user.id for user in target.members(group.id)} if group else set()
    children = {fold(child.name) for child in target.child_groups(group.id)} if group else set()
    return {
        Op.CREATE_GROUP: group is not None,
        Op.UPDATE_GROUP: group is not None and group.description == change.after.get("description"),
        Op.REMOVE_GROUP: group is None,
        Op.ADD_MEMBER: account is not None and account.id in members,
        Op.REMOVE_MEMBER: account is None or account.id not in members,
        Op.ADD_CHILD_GROUP: fold(change.child_group) in children,
        Op.REMOVE_CHILD_GROUP: fold(change.child_group) not in children,
    }.get(change.op, False)


def _shows(account: User, change: Change) -> bool:
    return all(getattr(account, name) == value for name, value in change.after.items())
