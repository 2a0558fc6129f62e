"""Crowd as a Target: changes go through the Crowd application that shows the directory."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from dirsync.apply.targets.crowd_groups import Groups, Memberships
from dirsync.apply.targets.crowd_people import People
from dirsync.apply.targets.endings import Ending, failed
from dirsync.directories.crowd import CrowdClient
from dirsync.errors import (
    CredentialsRefused,
    DirectoryUnreadable,
    NotThatProduct,
    RightsMissing,
    Unreachable,
    UsageInvalid,
)
from dirsync.http import utc_now
from dirsync.model.plans import Change, Op, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from dirsync.http import Endpoint

NOBODY_CAN_GO_ON = (Unreachable, CredentialsRefused, RightsMissing, NotThatProduct)
"""What stops every further Change on this target too."""


class CrowdTarget:
    """Implements `dirsync.model.plans.Target`. Not for several threads at once.

    `new_passwords` is `random` or `none` for each Mapping by name; `random` where nothing is said. Before an
    existing account is touched, Crowd is asked whether the name still belongs to the Change's `user_id`.
    `carry_out` raises `Unreachable`, `CredentialsRefused`, `RightsMissing` (the address is forbidden) or
    `NotThatProduct` only when no further Change could be carried out either.
    """

    def __init__(
        self,
        crowd: CrowdClient | Endpoint,
        directory: str = "",
        *,
        new_passwords: Mapping[str, str] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._crowd = crowd if isinstance(crowd, CrowdClient) else CrowdClient(crowd)
        self.directory = directory or self._crowd.endpoint.name
        self._clock = clock
        people = People(self._crowd, self.directory, new_passwords or {})
        groups, memberships = Groups(self._crowd, self.directory), Memberships(self._crowd)
        self._carries_out: dict[Op, Callable[[Change], Ending]] = {
            Op.CREATE_USER: people.create_user,
            Op.UPDATE_USER: people.update_user,
            Op.RENAME_USER: people.rename_user,
            Op.DEACTIVATE_USER: people.deactivate_user,
            Op.REACTIVATE_USER: people.reactivate_user,
            Op.REMOVE_USER: people.remove_user,
            Op.CREATE_GROUP: groups.create_group,
            Op.UPDATE_GROUP: groups.update_group,
            Op.RENAME_GROUP: groups.rename_group,
            Op.REMOVE_GROUP: groups.remove_group,
            Op.ADD_MEMBER: memberships.add_member,
            Op.REMOVE_MEMBER: memberships.remove_member,
            Op.ADD_CHILD_GROUP: memberships.add_child_group,
            Op.REMOVE_CHILD_GROUP: memberships.remove_child_group,
        }

    def close(self) -> None:
        """Close the connections to Crowd."""
        self._crowd.close()

    def carry_out(self, change: Change) -> Outcome:
        """See `Target`."""
        try:
            ending = self._carries_out[change.op](change)
        except NOBODY_CAN_GO_ON:
            raise
        except (DirectoryUnreadable, UsageInvalid) as error:
            ending = failed(str(error))
        at = self._clock().astimezone(UTC).isoformat(timespec="seconds")
        return Outcome(change.id, ending.result, ending.message, at, ending.target_id)
