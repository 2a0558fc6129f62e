"""What an Outcome means for the links: pure, so that apply and the settling of a crash can't disagree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dirsync.apply.organization_links import organization_links
from dirsync.model.links import GroupLink, Link, MemberLink, UserLink
from dirsync.model.names import fold
from dirsync.model.organizations import AS_GROUP
from dirsync.model.plans import Change, Op, Outcome, Result

if TYPE_CHECKING:
    from dirsync.store.journal import Intent

CARRIED_OUT = frozenset({Result.DONE, Result.ALREADY_SO})


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """Links to write and links to remove."""

    recorded: tuple[Link, ...] = ()
    forgotten: tuple[Link, ...] = ()


def links_after(change: Change, outcome: Outcome) -> LinkChanges:
    """Return what the store must know once a Change has had this Outcome."""
    if outcome.result not in CARRIED_OUT:
        return LinkChanges()
    if change.op in AS_GROUP:
        return LinkChanges(*organization_links(change, outcome))
    user = UserLink(
        change.directory,
        change.mapping,
        change.source_id,
        outcome.target_id or change.user_id or fold(change.user),
        str(change.after.get("username", change.user)),
        is_deactivated=change.after.get("active") is False,
    )
    member = MemberLink(change.directory, change.mapping, change.source_id, fold(change.group))
    group = GroupLink(change.directory, change.mapping, fold(change.group))
    recorded: dict[Op, Link] = {
        Op.CREATE_USER: user,
        Op.DEACTIVATE_USER: user,
        Op.REACTIVATE_USER: user,
        Op.ADD_MEMBER: member,
    }
    if user.target_id != change.user_id:  # a Crowd without keys knows an account by its name
        recorded[Op.RENAME_USER] = user
    if outcome.result is Result.DONE:  # a group that was there before is not ours to remove
        recorded[Op.CREATE_GROUP] = group
    forgotten: dict[Op, Link] = {Op.REMOVE_USER: user, Op.REMOVE_MEMBER: member, Op.REMOVE_GROUP: group}
    return LinkChanges(
        (recorded[change.op],) if change.op in recorded else (),
        (forgotten[change.op],) if change.op in forgotten else (),
    )


def links_settled(intent: Intent, outcome: Outcome) -> LinkChanges:
    """Return what the store must know once an intent has had this Outcome, which may be to know what it knew before.

    The links that an undo restores take the place of those that would follow from its Change. An account that it made
    anew has another id than the link had.
    """
    follows = links_after(intent.change, outcome)
    if intent.restores is None or outcome.result not in CARRIED_OUT:
        return follows
    made = outcome.target_id or (fold(intent.change.user) if intent.change.op is Op.CREATE_USER else "")
    restored = (
        replace(link, target_id=made) if made and isinstance(link, UserLink) else link for link in intent.restores
    )
    return LinkChanges(tuple(restored), (*follows.recorded, *follows.forgotten))
