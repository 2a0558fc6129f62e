"""What went wrong so far, and what must therefore not be tried: pure, but for a lock, since many threads tell it."""

from __future__ import annotations

from collections import Counter
from threading import Lock

from dirsync.model.names import fold
from dirsync.model.organizations import AS_GROUP
from dirsync.model.plans import Change, Op, Outcome, Result

MAX_FAILURES = 25
"""After so many failures on one target the rest of it is not tried: something is wrong with the target itself.
What is under way at that moment is still carried out."""

BREAKING = frozenset({Result.FAILED, Result.REFUSED})
MAKING = frozenset({Op.CREATE_USER, Op.RENAME_USER, Op.CREATE_GROUP, Op.CREATE_ORGANIZATION})
TAKING_A_NAME = frozenset({Op.CREATE_USER, Op.RENAME_USER})
GIVING = frozenset({Op.ADD_MEMBER, Op.REACTIVATE_USER})
TAKING_AWAY = frozenset({Op.REMOVE_MEMBER, Op.REMOVE_CHILD_GROUP, Op.DEACTIVATE_USER, Op.REMOVE_USER, Op.REMOVE_GROUP})
"""What a plan does before it nests groups, so that nobody has more on the way than at the end."""


class Failures:
    """Knows the targets that were given up, and what could not be made on the others."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failed: Counter[str] = Counter()
        self._given_up: dict[str, str] = {}
        self._broken: set[tuple[str, str, str]] = set()
        """(directory, what, folded name): a user or a group that could not be made, a name that was not freed, somebody
        still active or still in a group, groups still nested, and taking away anything at all."""

    def why_given_up(self, directory: str) -> str:
        """Return why nothing more is tried on a target, or an empty string."""
        return self._given_up.get(directory, "")

    def lose(self, directory: str, why: str) -> None:
        """Give up a target that can't be reached any more; the first reason stays."""
        with self._lock:
            self._given_up.setdefault(directory, f"{directory} can't be reached any more: {why}")

    def count(self, change: Change, outcome: Outcome) -> None:
        """Count what was tried and did not work, and give up a target where too much doesn't."""
        if outcome.result not in BREAKING:
            return
        with self._lock:
            self._failed[change.directory] += 1
            failures = self._failed[change.directory]
            if failures >= MAX_FAILURES:
                why = f"{failures} changes have failed on {change.directory}; the rest is not tried"
                self._given_up.setdefault(change.directory, why)

    def block(self, change: Change) -> None:
        """Remember what a Change was to make and has not, so that only what depends on it stays out."""
        if change.op in MAKING:
            made = _new_name(change) if change.user else change.group
            self._broken.add((change.directory, "user" if change.user else "group", fold(made)))
        if change.op is Op.RENAME_USER:
            self._broken.add((change.directory, "name", fold(change.user)))
        if change.op is Op.DEACTIVATE_USER:
            self._broken.add((change.directory, "active", fold(change.user)))
        if change.op is Op.REMOVE_MEMBER:
            self._broken.add((change.directory, "member", fold(change.user)))
        if change.op is Op.REMOVE_CHILD_GROUP:
            self._broken.add((change.directory, "nesting", ""))
        if change.op in TAKING_AWAY:
            self._broken.add((change.directory, "taking", ""))

    def why_blocked(self, change: Change) -> str:
        """Return what keeps a Change from being tried, or an empty string."""
        return self._gives_too_much(change) or self._lacks_its_ground(change)

    def _gives_too_much(self, change: Change) -> str:
        """Return what a Change was to come after, so that nobody has more on the way than at the end."""
        directory, user = change.directory, fold(change.user)
        if change.op is Op.ADD_MEMBER and (directory, "active", user) in self._broken:
            return f"user '{change.user}' could not be switched off, and is to be before joining '{change.group}'"
        if change.op is Op.REACTIVATE_USER and (directory, "member", user) in self._broken:
            return f"user '{change.user}' could not be taken out of a group, and is to be before being enabled again"
        if change.op in GIVING and (directory, "nesting", "") in self._broken:
            return "a group could not be taken out of another one, and through it this might give somebody more"
        if change.op is Op.ADD_CHILD_GROUP and (directory, "taking", "") in self._broken:
            return "somebody could not be taken out of a group or switched off, and this nesting might give them more"
        return ""

    def _lacks_its_ground(self, change: Change) -> str:
        """Return which name was not freed, or which user or group not made, that a Change needs."""
        if change.op in TAKING_A_NAME and (change.directory, "name", fold(_new_name(change))) in self._broken:
            return f"the name '{_new_name(change)}' was not freed, because its bearer could not be renamed"
        for kind, name in (("user", change.user), ("group", change.group)):
            if name and (change.directory, kind, fold(name)) in self._broken:
                what = "organisation" if change.op in AS_GROUP and kind == "group" else kind
                return f"{what} '{name}' could not be made, and this depends on it"
        return ""


def _new_name(change: Change) -> str:
    return str(change.after.get("username", change.user))
