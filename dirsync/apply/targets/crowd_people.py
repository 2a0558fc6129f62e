"""Changes on people in Crowd, each after the proof that the name still belongs to the account that is meant."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dirsync.apply.targets.crowd_writes import Request, write
from dirsync.apply.targets.endings import Ending, already, failed, refused
from dirsync.apply.targets.new_passwords import random_password
from dirsync.directories.crowd.representations import USER_FIELDS, differences, user_body, user_id
from dirsync.errors import DirectoryUnreadable
from dirsync.model.names import fold
from dirsync.model.plans import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dirsync.directories.crowd import CrowdClient
    from dirsync.http import Answer
    from dirsync.model.plans import Change


@dataclass(frozen=True, slots=True)
class _Owner:
    """Who has a name now; `ending` is set when that is not the account a Change means."""

    record: Mapping[str, Any] = field(default_factory=dict)
    ending: Ending | None = None
    is_gone: bool = False


class People:
    """Carries out the Changes on people. `new_passwords`: as in `CrowdTarget`."""

    def __init__(self, crowd: CrowdClient, directory: str, new_passwords: Mapping[str, str]) -> None:
        self._crowd, self._directory, self._new_passwords = crowd, directory, new_passwords

    def create_user(self, change: Change) -> Ending:
        """Make an account; one that is there already and equal counts."""
        wanted = {"username": change.user, **change.after}
        username = str(wanted["username"])
        # Crowd fills in what is sent empty (a display name); that is no difference.
        told = {attribute: value for attribute, value in wanted.items() if value != ""}
        body = user_body(wanted)
        password = "" if self._new_passwords.get(change.mapping) == "none" else random_password()
        if password:
            body["password"] = {"value": password}

        def look() -> Ending | None:
            record = self._crowd.user(username)
            if record is None:
                return None
            differing = differences(told, record, USER_FIELDS)
            if not differing:
                return already("the account was already there", user_id(record))
            return failed(
                f"{self._directory} already has an account '{record['name']}' (id {user_id(record)}) that is not the "
                f"one to be created: it differs in {', '.join(differing)}. Adopt, rename or remove it by hand."
            )

        ending = write(self._crowd, change, Request("POST", "/user", {}, body, returns=self._id_of(username)), look)
        return replace(ending, message=ending.message.replace(password, "***")) if password else ending

    def _id_of(self, username: str) -> Callable[[Answer], str]:
        def target_id(answer: Answer) -> str:
            try:
                record = answer.json()
            except DirectoryUnreadable:  # old Crowds answer 201 without a body
                record = None
            if not (isinstance(record, dict) and record.get("key")):
                record = self._crowd.user(username) or {"name": username}
            return user_id(record)

        return target_id

    def update_user(self, change: Change) -> Ending:
        """Change attributes, and leave the others as they are."""
        return self._set_attributes(change, change.user, change.after)

    def deactivate_user(self, change: Change) -> Ending:
        """Switch an account off."""
        return self._set_attributes(change, change.user, {**change.after, "active": False})

    def reactivate_user(self, change: Change) -> Ending:
        """Switch an account on again."""
        return self._set_attributes(change, change.user, {**change.after, "active": True})

    def _set_attributes(self, change: Change, username: str, attributes: Mapping[str, str | bool]) -> Ending:
        wanted = {attribute: value for attribute, value in attributes.items() if attribute != "username"}
        owner = self._owner(change, username)
        if owner.ending:
            return owner.ending
        if not differences(wanted, owner.record, USER_FIELDS):
            return already("it was already so")

        def look() -> Ending | None:
            record = self._crowd.user(username)
            return already() if record and not differences(wanted, record, USER_FIELDS) else None

        # PUT replaces the account, so what nobody wants to change is sent as it is.
        body = user_body(wanted, owner.record)
        return write(self._crowd, change, Request("PUT", "/user", {"username": username}, body), look)

    def rename_user(self, change: Change) -> Ending:
        """Give an account its new name, and any other attribute the Change names."""
        old, new = str(change.before.get("username", change.user)), str(change.after["username"])
        ending = self._give_name(change, old, new)
        if ending.result in {Result.DONE, Result.ALREADY_SO} and len(change.after) > 1:
            rest = self._set_attributes(change, new, change.after)
            return ending if rest.result is Result.ALREADY_SO else replace(rest, target_id=ending.target_id)
        return ending

    def _give_name(self, change: Change, old: str, new: str) -> Ending:
        renamed = self._crowd.user(new)
        if renamed and renamed["name"] == new and self._is_owner(change, renamed):
            return already(f"it was already called '{new}'", user_id(renamed))
        if renamed and fold(old) != fold(new):
            return failed(
                f"{self._directory} already has another account called '{renamed['name']}' (id {user_id(renamed)}). "
                "Rename or remove that one, or the person at the source."
            )
        owner = self._owner(change, old)
        if owner.ending:
            return owner.ending

        # Without keys the name is the id, and so changes with it.
        expected_id = owner.record.get("key") or fold(new)

        def look() -> Ending | None:
            record = self._crowd.user(new)
            is_so = record is not None and record["name"] == new and user_id(record) == expected_id
            return already("", expected_id) if is_so else None

        request = Request("POST", "/user/rename", {"username": old}, {"new-name": new}, returns=self._id_of(new))
        return write(self._crowd, change, request, look)

    def remove_user(self, change: Change) -> Ending:
        """Remove an account."""
        owner = self._owner(change, change.user)
        if owner.ending:
            return already("it was already gone") if owner.is_gone else owner.ending

        def look() -> Ending | None:
            return None if self._crowd.user(change.user) else already("it was already gone")

        return write(self._crowd, change, Request("DELETE", "/user", {"username": change.user}), look)

    def _owner(self, change: Change, username: str) -> _Owner:
        """Return the account under a name, or the Ending when it is not the one the Change means."""
        record = self._crowd.user(username)
        if record is None:
            return self._missing_owner(change, username)
        if not self._is_owner(change, record):
            message = (
                f"'{username}' in {self._directory} now has the id {user_id(record)}, not {change.user_id}: somebody "
                "else has taken the name. Nothing was done; the next run plans anew."
            )
            return _Owner(record, refused(message))
        return _Owner(record)

    def _missing_owner(self, change: Change, username: str) -> _Owner:
        # Only keys of Crowd have a colon; a folded name can't be looked up as one.
        renamed = self._crowd.user_with_key(change.user_id) if ":" in change.user_id else None
        if renamed is None:
            return _Owner({}, failed(f"{self._directory} has no account '{username}'."), is_gone=True)
        message = (
            f"'{username}' in {self._directory} is called '{renamed['name']}' by now. Nothing was done; the next run "
            "plans anew."
        )
        return _Owner(renamed, refused(message))

    def _is_owner(self, change: Change, record: Mapping[str, Any]) -> bool:
        return not change.user_id or user_id(record) == change.user_id
