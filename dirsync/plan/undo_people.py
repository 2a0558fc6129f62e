"""Taking back Changes on people: only where the account still shows what the run left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.model.links import UserLink
from dirsync.model.names import same
from dirsync.model.plans import Change, Op
from dirsync.plan.undo_ground import AS_BEFORE, Back, account_id, differing, equal

if TYPE_CHECKING:
    from dirsync.model.entries import User
    from dirsync.model.journaled import Journaled
    from dirsync.model.links import Link
    from dirsync.plan.undo_ground import Ground

ATTRIBUTES = ("username", "email", "first_name", "last_name", "display_name", "active")


def take_back_creation(ground: Ground, entry: Journaled) -> Back:
    """Remove an account that the run made, if nobody has made anything else of it since."""
    change = entry.change
    made = entry.outcome.target_id if entry.outcome else ""
    account = (ground.now.user(made) or ground.linked(change)) if made else ground.now.user_named(change.user)
    if account is None:
        return AS_BEFORE
    if why := _why_kept(ground, change, account):
        return Back(why_not=why)
    before: dict[str, str | bool] = {name: getattr(account, name) for name in ATTRIBUTES}
    return Back(_inverse(Op.REMOVE_USER, entry, account, before, {}))


def _why_kept(ground: Ground, change: Change, account: User) -> str:
    if changed := differing(change.after, account):
        return f"was made by the run and is not as it left it ({'; '.join(changed)}), so it stays"
    if owned := _other_owner(ground, change, account):
        return f"was made by the run, but {owned}, so it stays"
    if groups := sorted(group.name for group in ground.now.groups_of(account.id)):
        named = ", ".join(f"'{name}'" for name in groups)
        return f"was made by the run, but is in {named} now, where the run did not put it or can't end it, so it stays"
    return ""


def _other_owner(ground: Ground, change: Change, account: User) -> str:
    owner = ground.links.owner(ground.directory, account.id)
    if owner is not None and owner.source_id != change.source_id:
        return f"stands for somebody else by now (mapping '{owner.mapping}')"
    for mapping in ground.mappings:
        link = ground.links.user(ground.directory, mapping, change.source_id)
        if mapping != change.mapping and link is not None and link.target_id == account.id:
            return f"mapping '{mapping}' needs it by now"
    return ""


def take_back_removal(ground: Ground, entry: Journaled) -> Back:
    """Make an account anew that the run removed."""
    change = entry.change
    name = str(change.before.get("username", change.user))
    theirs = ground.linked(change)
    bearer = ground.now.user_named(name)
    if theirs is not None:
        if same(theirs.username, name):
            return AS_BEFORE
        return Back(why_not=f"was removed by the run, and the same person has the account '{theirs.username}' by now")
    if bearer is not None:
        return Back(
            why_not=f"was removed by the run, and '{bearer.username}' is another account (id {bearer.id}) by now; "
            "rename that one first if both are wanted"
        )
    after = {attribute: value for attribute, value in change.before.items() if value != ""}
    return Back(
        Change(
            Op.CREATE_USER, change.directory, change.mapping, user=name,
            after={"username": name, **after}, reason=f"run {entry.run} removed it", source_id=change.source_id,
        ),
        restores=links_of_person(entry),
    )  # fmt: skip


def take_back_attributes(ground: Ground, entry: Journaled) -> Back:
    """Give an account back what the run changed, attribute by attribute."""
    change = entry.change
    account = ground.account(change)
    if account is None:
        return Back(why_not="is there no longer, so what the run changed of it can't be taken back")
    pending = {
        name: left for name, left in change.after.items() if not equal(change.before[name], _value(account, name))
    }
    as_left = [name for name, left in pending.items() if equal(left, _value(account, name))]
    changed = {name: left for name, left in pending.items() if name not in as_left}
    why_not = f"was changed since ({'; '.join(differing(changed, account))}), so that stays" if changed else ""
    if not as_left:
        return Back(why_not=why_not)
    before = {name: _value(account, name) for name in as_left}
    after = {name: change.before[name] for name in as_left}
    # an update leaves the link alone, which may have become another one since
    restores = None if change.op is Op.UPDATE_USER else _links(entry, account)
    return Back(_inverse(_OPPOSITE[change.op], entry, account, before, after), why_not, restores)


_OPPOSITE = {
    Op.UPDATE_USER: Op.UPDATE_USER,
    Op.DEACTIVATE_USER: Op.REACTIVATE_USER,
    Op.REACTIVATE_USER: Op.DEACTIVATE_USER,
}


def take_back_rename(ground: Ground, entry: Journaled) -> Back:
    """Give an account its old name again, if that is free."""
    change = entry.change
    moved = entry.outcome.target_id if entry.outcome else ""
    account = ground.account(replace(change, user_id=moved or change.user_id, user=str(change.after["username"])))
    old, left = str(change.before["username"]), str(change.after["username"])
    if account is None:
        return Back(why_not=f"was renamed to '{left}' by the run and is there no longer")
    if account.username == old:
        return AS_BEFORE
    if account.username != left:
        return Back(why_not=f"was renamed to '{left}' by the run and is called '{account.username}' now, so that stays")
    bearer = ground.now.user_named(old)
    if bearer is not None and bearer.id != account.id:
        taken = f"that name is another account's (id {bearer.id}) by now"
        return Back(why_not=f"was renamed to '{left}' by the run, and {taken}; rename or remove that one first")
    inverse = _inverse(Op.RENAME_USER, entry, account, {"username": left}, {"username": old})
    has_new_id = bool(moved) and moved != change.user_id
    return Back(inverse, restores=_links(entry, account) if has_new_id else None)


def links_of_person(entry: Journaled) -> tuple[Link, ...] | None:
    """Return the link of the person as it was before the Change; None where nobody kept it."""
    if entry.image is None:
        return None
    return tuple(link for link in entry.image.links if isinstance(link, UserLink))


def _links(entry: Journaled, account: User) -> tuple[Link, ...] | None:
    """Return the same for an account that is there, whatever its id was before."""
    links = links_of_person(entry)
    if not links:
        return None
    return tuple(replace(link, target_id=account.id) for link in links if isinstance(link, UserLink))


def _value(account: User, name: str) -> str | bool:
    return getattr(account, name)  # type: ignore[no-any-return]


def _inverse(
    op: Op, entry: Journaled, account: User, before: dict[str, str | bool], after: dict[str, str | bool]
) -> Change:
    change = entry.change
    return Change(
        op, change.directory, change.mapping, user=account.username, user_id=account_id(account),
        before=before, after=after, reason=f"run {entry.run} did the opposite", source_id=change.source_id,
    )  # fmt: skip
